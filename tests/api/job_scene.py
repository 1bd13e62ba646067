"""Recordings whose transcription waits or fails."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from asr import jobs
from asr.jobs import ATTEMPTS_MAX
from recordings.ledger import close_row, open_rows
from recordings.recording import Recording, RecordingState, SpoolName
from tests.api.face import NOW

WHY = "DecodingFailed: the child crashed"


async def record(database: AsyncEngine, call: str) -> Recording:
    """A recording was taken in; its job waits."""
    async with database.begin() as connection:
        (opened,) = (await open_rows(connection, [SpoolName(call, 1)], NOW)).values()
        kept = Recording(id=opened.id, call_id=call, attempt=1, state=RecordingState.KEPT, seconds=1.0, taken_in_at=NOW)
        await close_row(connection, kept)
        await jobs.enqueue(connection, kept)
    return kept


async def fail(database: AsyncEngine, times: int) -> None:
    """The oldest job is tried so often, in vain."""
    async with database.begin() as connection:
        for attempt in range(times):
            job = await jobs.claim(connection, NOW + attempt * jobs.PAUSE * ATTEMPTS_MAX)
            assert job is not None
            await jobs.give_back(connection, job, WHY, NOW)
