"""The keeper: puts every recording that nobody works on any more into the vault, and renews the vault's master key.

It goes by what lies on the disk, so a recording that a dead process left half put away is simply met again: within
seconds if it is of one of the latest days, else by the next look at the whole archive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import date
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings import ledger
from recordings.archive import Archive
from recordings.keys import KeyLost
from recordings.recording import Leg, Recording, RecordingId, RecordingState, made_at
from recordings.vault import Tampered, master_of, rewrap

InUse = Callable[[AsyncConnection, Collection[RecordingId]], Awaitable[set[RecordingId]]]
"""Which of these recordings somebody still reads as WAV, for example a transcription job."""

LATEST_DAYS = 2
WHOLE_LOOK_EVERY = 120
"""Sweeps from one look at the whole archive to the next, the first of all included: years of files lie there."""

log = structlog.get_logger("recordings.keeper")


class Keeper:
    """One archive. `run()` until cancelled; `sweep()` for one look."""

    def __init__(self, engine: AsyncEngine, archive: Archive, in_use: InUse, *, every_s: float = 30.0) -> None:
        self._engine, self._archive, self._in_use, self._every_s = engine, archive, in_use, every_s
        self._sweeps = 0
        self._unfinished: set[date] = set()  # days of which something lay in the open after the last sweep

    async def run(self) -> None:
        """Sweep every `every_s`."""
        while True:
            try:
                await self.sweep()
            except (OSError, SQLAlchemyError) as error:
                log.warning("Recordings not put away this time", error=type(error).__name__)
            await asyncio.sleep(self._every_s)

    async def sweep(self) -> list[RecordingId]:
        """Put away what is ready; gives the recordings of which nothing lies in the open now."""
        plain = await asyncio.to_thread(self._in_plain)
        async with self._engine.connect() as connection:
            rows = await ledger.those_of(connection, plain)
            rows = [row for row in rows if row.state is not RecordingState.ARRIVING]
            used = await self._in_use(connection, {row.id for row in rows})
        done = [row.id for row in rows if row.id not in used and await asyncio.to_thread(self._put_away, row)]
        self._unfinished = {made_at(recording).date() for recording in plain.difference(done)}
        return done

    def _in_plain(self) -> set[RecordingId]:
        days = self._archive.days()
        if self._sweeps % WHOLE_LOOK_EVERY:
            days = sorted({*days[-LATEST_DAYS:], *self._unfinished})
        self._sweeps += 1
        return self._archive.in_plain(days)

    def _put_away(self, row: Recording) -> bool:
        """One recording's trouble keeps none of the others."""
        try:
            self._archive.put_away(row.id, Leg.CALLER, row.caller_sha256)
            self._archive.put_away(row.id, Leg.AGENT, row.agent_sha256)
        except (OSError, Tampered, KeyLost) as error:
            log.error("Recording not put away", recording=row.id, error=type(error).__name__)  # noqa: TRY400
            return False
        return True


def rotate(archive: Archive) -> tuple[int, list[Path]]:
    """A new master key for everything in the vault; the files stay as they are.

    Gives how many data keys were wrapped anew, and the files whose key could not be read. Old master keys go when
    nothing needs them, so none goes while there is such a file. Killed anywhere, it may be run again.
    """
    ring, done, unread = archive.ring, 0, []
    with ring.alone():
        newest = ring.make()
        for sealed in sorted(archive.sealed()):
            try:
                if master_of(sealed) != newest:
                    rewrap(sealed, ring)
                    done += 1
            except (Tampered, KeyLost):
                unread.append(sealed)
        if not unread:
            for name in set(ring.names()) - {newest}:
                ring.forget(name)
    return done, unread
