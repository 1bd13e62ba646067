"""Table and archive compared, both ways: legs that no row knows are adopted, rows whose legs are gone are reported.

Rows are never changed here: an archive whose disk is not mounted must not turn every recording into a lost one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings import ledger
from recordings.archive import Archive
from recordings.arrival import judge
from recordings.recording import Leg, Recording, RecordingId, RecordingState

LOOKED_BACK = timedelta(days=7)

FollowUp = Callable[[AsyncConnection, Recording], Awaitable[None]]
"""What is written together with a recording's row, for example its transcription job."""

log = structlog.get_logger("recordings.reconcile")


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What was found: recordings that now have a row, and those of which a leg that was there is gone."""

    adopted: tuple[RecordingId, ...]
    missing: tuple[RecordingId, ...]


async def reconcile(engine: AsyncEngine, archive: Archive, follow_up: FollowUp, now: datetime) -> Differences:
    """Compare the last LOOKED_BACK. Adopted recordings belong to no call that is known: `adopted-<id>`."""
    held = await asyncio.to_thread(archive.held_since, now - LOOKED_BACK)
    async with engine.connect() as connection:
        rows = {row.id: row for row in await ledger.taken_in_since(connection, now - LOOKED_BACK)}
        unknown = sorted(await ledger.without_row(connection, held))
    missing = await asyncio.to_thread(lambda: [row.id for row in rows.values() if _leg_is_gone(archive, row)])
    for recording in unknown:
        await _adopt(engine, archive, recording, follow_up, now)
    if unknown or missing:
        log.error("Archive and table differ", adopted=len(unknown), missing=missing[:20])
    return Differences(adopted=tuple(unknown), missing=tuple(missing))


def _leg_is_gone(archive: Archive, row: Recording) -> bool:
    had = {Leg.CALLER: row.caller_sha256, Leg.AGENT: row.agent_sha256}
    return any(had[leg] and not stored.exists() for leg, stored in archive.stored(row.id).items())


async def _adopt(
    engine: AsyncEngine, archive: Archive, recording: RecordingId, follow_up: FollowUp, now: datetime
) -> None:
    legs = await asyncio.to_thread(archive.examine, recording)
    orphan = Recording(id=recording, call_id=f"adopted-{recording}", attempt=1, state=RecordingState.ARRIVING)
    async with engine.begin() as connection:
        found = judge(orphan, legs, now)
        if await ledger.add_row(connection, found):
            await follow_up(connection, found)
