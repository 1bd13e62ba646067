"""Which recordings a draft still rests on that nobody has decided: its evidence is heard before it is confirmed."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from recordings.recording import RecordingId
from tickets.states import TicketState
from tickets.store import tickets

AT_ONCE = 500  # a database takes only so many parameters


async def undecided(connection: AsyncConnection, recordings: Collection[RecordingId]) -> set[RecordingId]:
    """Those of these recordings whose ticket is a draft, claimed or not."""
    found: set[RecordingId] = set()
    asked, open_ = sorted(recordings), tickets.c.state.in_((TicketState.DRAFT, TicketState.CLAIMED))
    for start in range(0, len(asked), AT_ONCE):
        some = tickets.c.recording.in_(asked[start : start + AT_ONCE])
        found |= set(await connection.scalars(select(tickets.c.recording).where(some, open_)))
    return found
