"""Table `recording_holds`: recordings that a person keeps beyond their time, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, String, Table, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant, insert_once
from plumbing.database import metadata
from recordings import ledger
from recordings.access import note
from recordings.grants import NothingToHear
from recordings.recording import GOING, RecordingId

holds = Table(
    "recording_holds",
    metadata,
    Column("recording", String(36), primary_key=True),
    Column("by", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("why", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Hold:
    """封存: who keeps a recording, since when, and why."""

    recording: RecordingId
    by: str
    at: datetime
    why: str


async def hold(connection: AsyncConnection, kept: Hold) -> bool:
    """Keep a recording until somebody lets go of it, written down; False if it is held already.

    RecordingUnknown; NothingToHear: it was deleted, or is about to be.
    """
    found = await ledger.read(connection, kept.recording)
    if found.state in GOING or not await ledger.move(connection, found, found.state, found.reason):
        raise NothingToHear(found)  # the row is ours to the end of the transaction: nobody deletes what is being held
    row = {"recording": found.id, "by": kept.by, "at": kept.at, "why": kept.why}
    if not await insert_once(connection, holds, row):
        return False
    await note(connection, at=kept.at, who=kept.by, deed="recording.held", subject=found.id, detail=kept.why)
    return True


async def let_go(connection: AsyncConnection, recording: RecordingId, *, by: str, at: datetime, why: str) -> bool:
    """Its class says again how long it is kept, written down; False if nobody held it."""
    gone = await connection.execute(delete(holds).where(holds.c.recording == recording))
    if not gone.rowcount:
        return False
    await note(connection, at=at, who=by, deed="recording.let_go", subject=recording, detail=why)
    return True


async def is_held(connection: AsyncConnection, recording: RecordingId) -> bool:
    """Whether somebody keeps it."""
    return await connection.scalar(select(holds.c.recording).where(holds.c.recording == recording)) is not None


async def held(connection: AsyncConnection) -> Sequence[Hold]:
    """All that are held, the longest first."""
    rows = await connection.execute(select(holds).order_by(holds.c.at, holds.c.recording))
    return [Hold(RecordingId(row.recording), row.by, row.at, row.why) for row in rows]
