"""The intake: takes what the dialplan leaves in the spool into the archive, once, whatever dies in between.

Four steps, each of which may be the last one before a `kill -9` and each of which the next sweep goes on from: the
row is opened (state ARRIVING, with its id) · the legs are moved under that id · the row is closed with what was
found, and what follows from it (a transcription job) is written in the same transaction · the marker is deleted. A
marker without its row starts, a marker whose row is closed is only cleared away, an ARRIVING row without a marker
goes on. Legs whose marker never came (the recorder died) are taken in when recordings.orphans says so.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from watchfiles import Change, awatch

from plumbing.database import will_pass
from recordings import ledger
from recordings.archive import Archive
from recordings.arrival import judge
from recordings.calls import note_message, note_numbers
from recordings.orphans import Orphans, Shape, shape_of
from recordings.reconcile import FollowUp
from recordings.recording import Leg, Recording, RecordingState, SpoolName, spool_name

TOGETHER = 50  # recordings taken in with the same transactions
AGAIN_S = 1.0  # the pause after a sweep in which something could not be taken in
SET_ASIDE = "set-aside"  # folder in the spool for legs that would overwrite others: a person looks at them

log = structlog.get_logger("recordings.intake")

MESSAGE: Final = "message"
"""What the dialplan writes beside a message that a caller leaves."""


async def _nothing_follows(_: AsyncConnection, __: Recording) -> None:
    return None


def _tell_nobody(_: Recording) -> None:
    return None


class Intake:
    """One spool, one archive, one database. `run()` until cancelled; `sweep()` for one look."""

    def __init__(
        self,
        spool: Path,
        archive: Path,
        engine: AsyncEngine,
        *,
        follow_up: FollowUp = _nothing_follows,  # in the transaction that closes the row
        announce: Callable[[Recording], None] = _tell_nobody,  # after it, from the loop
        hotline_of: Callable[[str], str | None] = lambda _: None,  # of the number dialled
        orphans: Orphans | None = None,
        sweep_every_s: float = 10.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._spool, self._archive, self._engine = spool, Archive(archive), engine
        self._follow_up, self._announce, self._hotline_of = follow_up, announce, hotline_of
        self._orphans = orphans or Orphans()
        self._sweep_every_s, self._clock = sweep_every_s, clock
        self._noticed = asyncio.Event()
        self._failed = False  # in the last sweep something was not taken in
        self._sweeping = asyncio.Lock()

    async def run(self) -> None:
        """Sweep at the start, at every new marker, soon after a failure, and every `sweep_every_s`."""
        await asyncio.to_thread(self._spool.mkdir, parents=True, exist_ok=True)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            while True:
                self._noticed.clear()
                await self.sweep()
                await self._rest()

    def notice(self) -> None:
        """Something is there: look now."""
        self._noticed.set()

    async def _watch(self) -> None:
        try:
            async for _ in awatch(self._spool, watch_filter=_is_marker, debounce=200, step=50, recursive=False):
                self.notice()
        except (OSError, RuntimeError) as error:  # the system's watches are used up, the folder was replaced, …
            log.warning("The spool is not watched any more: drafts come later", error=type(error).__name__)

    async def _rest(self) -> None:
        expected_s = self._orphans.over_after_s if self._orphans.is_one_expected else self._sweep_every_s
        soon_s = AGAIN_S if self._failed else expected_s
        try:
            async with asyncio.timeout(min(soon_s, self._sweep_every_s)):
                await self._noticed.wait()
        except TimeoutError:
            return

    async def sweep(self) -> list[Recording]:
        """Take in everything that is ready.

        One recording's failure keeps none of the others; the next sweep tries it again.
        """
        async with self._sweeping:
            self._failed = False
            names = await self._ready()
            some = [names[first : first + TOGETHER] for first in range(0, len(names), TOGETHER)]
            return [recording for few in some for recording in await self._try(few)]

    async def _try(self, names: Sequence[SpoolName]) -> Sequence[Recording]:
        """Together; each alone when one of them is in trouble, but not when the database is."""
        try:
            return await self._take_in(names)
        except (OSError, SQLAlchemyError) as error:
            if len(names) > 1 and not (isinstance(error, SQLAlchemyError) and will_pass(error)):
                return [recording for name in names for recording in await self._try([name])]
            self._failed = True
            for name in names:
                why = type(error).__name__
                log.warning("Recording not taken in yet", call=name.call_id, attempt=name.attempt, error=why)
            return []

    async def _ready(self) -> list[SpoolName]:
        try:
            async with self._engine.connect() as connection:
                unfinished = await ledger.in_state(connection, RecordingState.ARRIVING)
            marked, unmarked = await asyncio.to_thread(_spooled_in, self._spool)
        except (OSError, SQLAlchemyError) as error:
            self._failed = True
            log.warning("Spool not swept this time", error=type(error).__name__)
            return []
        begun = (SpoolName(recording.call_id, recording.attempt) for recording in unfinished)
        return list(dict.fromkeys([*begun, *marked, *self._orphans.among(unmarked)]))

    async def _take_in(self, names: Sequence[SpoolName]) -> Sequence[Recording]:
        told = await asyncio.to_thread(_all_told, self._spool, names)
        async with self._engine.begin() as connection:
            rows = await ledger.open_rows(connection, names, self._clock())
            for name, its in told.items():
                await self._note(connection, name, its)
        arriving = {name: row for name, row in rows.items() if row.state is RecordingState.ARRIVING}
        found = await asyncio.to_thread(self._move_in, arriving)
        async with self._engine.begin() as connection:
            closed = [recording for recording in found if await ledger.close_row(connection, recording)]
            for recording in closed:
                await self._follow_up(connection, recording)
        for it in closed:
            log.info("Recording taken in", recording=it.id, call=it.call_id, state=it.state, damage=it.damage)
            self._announce(it)
        await asyncio.to_thread(self._clear_away, names)
        return closed

    async def _note(self, connection: AsyncConnection, name: SpoolName, told: Told) -> None:
        hotline = self._hotline_of(told.dnis)
        await note_numbers(connection, name.call_id, dnis=told.dnis, hotline=hotline, ani=told.ani)
        if told.is_message:
            await note_message(connection, name.call_id, attempt=name.attempt)

    def _move_in(self, arriving: Mapping[SpoolName, Recording]) -> Sequence[Recording]:
        for name, recording in arriving.items():
            for leg in Leg:
                self._archive.take(self._spool / name.leg(leg), recording.id, leg)
        return [judge(one, self._archive.examine(one.id), self._clock()) for one in arriving.values()]

    def _clear_away(self, names: Sequence[SpoolName]) -> None:
        """Delete the markers; legs still here belong to a recording that is closed: kept aside."""
        for name, leg in ((name, leg) for name in names for leg in Leg):
            if (late := self._spool / name.leg(leg)).exists():
                (self._spool / SET_ASIDE).mkdir(exist_ok=True)
                late.replace(self._spool / SET_ASIDE / f"{late.name}.{late.stat().st_mtime_ns}")
                log.error(
                    "A second leg came for a closed recording: set aside", call=name.call_id, attempt=name.attempt
                )
        for file in (self._spool / file for name in names for file in (name.numbers, name.marker)):
            file.unlink(missing_ok=True)


class Told(NamedTuple):
    """What is told beside the legs: the numbers dialled and calling ("" when hidden), and what it recorded."""

    dnis: str
    ani: str
    is_message: bool


def _all_told(spool: Path, names: Iterable[SpoolName]) -> Mapping[SpoolName, Told]:
    """Of those names beside which something is told."""
    return {name: told for name in names if (told := told_beside(spool, name))}


def told_beside(spool: Path, name: SpoolName) -> Told | None:
    """None for most: there is no such file, because a controller was there. It was written before the first sound."""
    try:
        text = (spool / name.numbers).read_text(encoding="ascii").rstrip("\n")
    except (OSError, UnicodeDecodeError):
        return None
    dnis, _, rest = text.partition(" ")
    ani, _, kind = rest.partition(" ")
    return Told(dnis, ani, is_message=kind == MESSAGE) if dnis else None


def _is_marker(_: Change, path: str) -> bool:
    return path.endswith(".done")


def _spooled_in(spool: Path) -> tuple[list[SpoolName], Mapping[SpoolName, Shape]]:
    """Attempts with a marker, and those without; the files of the latter. Oldest call first.

    Every call that is being recorded has files here, and each finished one is a reason to look: mind the cost.
    """
    groups: dict[SpoolName, list[os.DirEntry[str]]] = {}
    with os.scandir(spool) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if name := spool_name(entry.name):
                groups.setdefault(name, []).append(entry)
    marked = {name for name, files in groups.items() if any(file.name == name.marker for file in files)}
    unmarked = {name: files for name, files in groups.items() if name not in marked}
    shapes = {name: shape_of((file.name, file.stat().st_size) for file in files) for name, files in unmarked.items()}
    return [name for name in groups if name in marked], shapes
