"""Who heard, read or changed what, and when:

table `audit`. A recording is heard only after this has been written down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Integer, String, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from plumbing.columns import Instant
from plumbing.database import metadata
from recordings import ledger
from recordings.archive import Archive
from recordings.listen import StereoSound, open_stereo
from recordings.recording import Leg, Recording, RecordingId, RecordingState

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False, index=True),
    Column("who", String(64), nullable=False, index=True),
    Column("deed", String(32), nullable=False),
    Column("subject", String(120), nullable=False, index=True),
    Column("detail", Text),
)
"""Appended to, never changed.

`deed`: `recording.heard`, `ticket.confirmed`, …; `subject`: the id of what it was done to.
"""


class NothingToHear(LookupError):
    """The recording holds no sound: its `reason` says why."""

    def __init__(self, recording: Recording) -> None:
        super().__init__(recording.reason or recording.state)
        self.recording = recording


async def note(
    connection: AsyncConnection, *, at: datetime, who: str, deed: str, subject: str, detail: str | None = None
) -> None:
    """Append one line, in the caller's transaction.

    `who` is a person's or a token's id; an act without one is refused.
    """
    if not who.strip():
        raise ValueError("an act needs a person")
    await connection.execute(insert(audit).values(at=at, who=who, deed=deed, subject=subject, detail=detail))


async def hear(engine: AsyncEngine, archive: Archive, recording: RecordingId, *, who: str, at: datetime) -> StereoSound:
    """Write down that `who` hears this recording, then open it. RecordingUnknown, NothingToHear (also written down)."""
    async with engine.begin() as connection:
        found = await ledger.read(connection, recording)
        await note(connection, at=at, who=who, deed="recording.heard", subject=recording)
    if found.state is not RecordingState.KEPT:
        raise NothingToHear(found)
    legs = archive.stored(recording)
    return await asyncio.to_thread(open_stereo, legs[Leg.CALLER], legs[Leg.AGENT])


async def deeds_on(connection: AsyncConnection, subject: str) -> Sequence[tuple[datetime, str, str]]:
    """(at, who, deed) of everything done to one thing, oldest first."""
    rows = await connection.execute(
        select(audit.c.at, audit.c.who, audit.c.deed).where(audit.c.subject == subject).order_by(audit.c.id)
    )
    return [(row.at, row.who, row.deed) for row in rows]
