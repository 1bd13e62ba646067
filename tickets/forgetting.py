"""转写的保存期: what was said is forgotten, word for word, when its class's time is over; the ticket stays.

A transcript is kept for its class's `transcript_days`, or as long as its recording, from when that was made. With it go
the words that the draft quotes as evidence and those of high-risk alerts; where they stood, and what was made of them,
stays. One that somebody holds (recordings.holds) or needs stays until that is over. Each is forgotten in one
transaction, with its proof in the audit trail: of which recording and class, and the SHA-256 of what was deleted.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asr.transcripts import forget_transcript, transcripts
from plumbing.rounds import go_round
from recordings import ledger
from recordings.access import note
from recordings.calls import read_calls
from recordings.holds import is_held
from recordings.ledger import recordings
from recordings.recording import Recording, RecordingId, first_id, made_at
from recordings.retention import OURSELVES, PAGE, Needed, Term, Terms
from tickets.alerts import risk_alerts
from tickets.kept_draft import without_words
from tickets.store import tickets

ID_MADE_WITHIN: Final = timedelta(milliseconds=1)
FIRST: Final = datetime.fromtimestamp(0, UTC)
"""No id is older; a class may keep for longer than since then."""

log = structlog.get_logger("tickets.forgetting")


class Forgetting:
    """`run()` until cancelled; `sweep()` for one look."""

    def __init__(
        self,
        engine: AsyncEngine,
        terms: Terms,
        needed: Needed,
        clock: Callable[[], datetime],
        *,
        every_s: float = 6 * 3600.0,
        again_s: float = 60.0,  # after a failure
    ) -> None:
        self._engine, self._terms, self._needed, self._clock = engine, terms, needed, clock
        self._every_s, self._again_s = every_s, again_s
        self._alone = asyncio.Lock()

    async def run(self) -> None:
        """Sweep at the start and every `every_s`."""

        def tell(kind: str) -> None:
            log.warning("Transcripts whose time is over not deleted this time", error=kind)

        await go_round(self.sweep, tell, every_s=self._every_s, again_s=self._again_s)

    async def sweep(self) -> int:
        """Delete what is due; of how many recordings. OSError, SQLAlchemyError."""
        forgotten = 0
        async with self._alone:  # each has one proof
            async for row, term in self._over(self._clock()):
                forgotten += await self._forget(row, term)
        if forgotten:
            log.info("Transcripts deleted: their time was over", transcripts=forgotten)
        return forgotten

    async def _over(self, now: datetime) -> AsyncIterator[tuple[Recording, Term]]:
        """Those whose time is over, the oldest first, a page at a time; nothing that every class keeps is read."""
        shortest = min((term.keep_words for term in self._terms.classes()), default=None)
        after, end = "", "" if shortest is None else first_id(max(FIRST, now - shortest + ID_MADE_WITHIN))
        while True:
            async with self._engine.connect() as connection:
                page = await _with_words(connection, after, end)
                rows = await ledger.those_of(connection, page)
                calls = await read_calls(connection, {row.call_id for row in rows})
            for row in rows:
                call = calls.get(row.call_id)
                term = self._terms.of((call.hotline or call.dnis) if call else None)
                if term is not None and made_at(row.id) + term.keep_words <= now:
                    yield row, term
            if not page:
                return
            after = page[-1]

    async def _forget(self, row: Recording, term: Term) -> bool:
        async with self._engine.begin() as connection:
            if not await ledger.move(connection, row, row.state, row.reason):  # ours until this is written
                return False
            if await is_held(connection, row.id) or await self._needed(connection, {row.id}):
                return False
            turns = await forget_transcript(connection, row.id)
            await _forget_quotes(connection, row)
            at, proof = self._clock(), _proof(term, turns)
            await note(connection, at=at, who=OURSELVES, deed="transcript.deleted", subject=row.id, detail=proof)
        return True


def _proof(term: Term, turns: str | None) -> str:
    days = term.keep_words.days
    over = f"转写保存期满,已删除({term.name} 级,{days} 天) / deleted: its time was over ({term.name}, {days} days)"
    return f"{over}; SHA-256 {hashlib.sha256(turns.encode()).hexdigest() if turns is not None else '-'}"


async def _with_words(connection: AsyncConnection, after: str, end: str) -> Sequence[RecordingId]:
    """The next recordings of which there are words: a transcript, or an alert's."""
    of_alerts = recordings.join(risk_alerts, recordings.c.call_id == risk_alerts.c.call_id)
    alerted = select(recordings.c.id.label("id")).select_from(of_alerts).where(risk_alerts.c.words != "")
    both = union(select(transcripts.c.recording.label("id")), alerted).subquery()
    within = select(both.c.id).where(both.c.id > after, both.c.id < end)
    return [RecordingId(each) for each in await connection.scalars(within.order_by(both.c.id).limit(PAGE))]


async def _forget_quotes(connection: AsyncConnection, row: Recording) -> None:
    mine = tickets.c.recording == row.id
    if (drafted := await connection.scalar(select(tickets.c.drafted).where(mine))) is not None:
        await connection.execute(update(tickets).where(mine).values(drafted=without_words(drafted)))
    await connection.execute(update(risk_alerts).where(risk_alerts.c.call_id == row.call_id).values(words=""))
