"""Cries out each draft as it is born, with how long after the hang-up it came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.news import DraftBorn
from recordings.calls import read_call
from recordings.recording import Recording
from tickets.store import tickets

LOOK_AGAIN_S = 1.0

log = structlog.get_logger(__name__)


class Crier:
    """Give `note` to the transcriber as its `announce`, and `run` it."""

    def __init__(self, database: AsyncEngine, cry: Callable[[DraftBorn], None]) -> None:
        self._database, self._cry = database, cry
        self._recordings: asyncio.Queue[Recording] = asyncio.Queue()

    def note(self, recording: Recording) -> None:
        """A recording was transcribed, and drafted in the same transaction."""
        self._recordings.put_nowait(recording)

    async def run(self) -> None:
        """Until cancelled. While the database is away the draft is kept in mind."""
        while True:
            recording = await self._recordings.get()
            while (born := await self._look(recording)) is None:  # noqa: ASYNC110 (it can only be asked)
                await asyncio.sleep(LOOK_AGAIN_S)
            for draft in born:
                self._cry(draft)

    async def _look(self, recording: Recording) -> Sequence[DraftBorn] | None:
        """The draft of a recording, if it has one; None when the database does not say."""
        try:
            async with self._database.connect() as connection:
                query = select(tickets.c.id, tickets.c.drafted_at).where(tickets.c.recording == recording.id)
                row = (await connection.execute(query)).one_or_none()
                call = await read_call(connection, recording.call_id)
        except SQLAlchemyError as error:
            log.warning("A draft is not announced yet", recording=recording.id, why=type(error).__name__)
            return None
        if row is None:
            return ()
        ended = call.ended_at or recording.ended_at
        seconds = (row.drafted_at - ended).total_seconds() if ended else None
        return (DraftBorn(draft=row.id, call=recording.call_id, seconds=seconds),)
