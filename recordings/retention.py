"""保存期: recordings whose class's time is over are deleted, and the audit trail says so.

A recording is kept for the days of its hotline's class, as the city in force has them, from when its id was made. One
that somebody holds (recordings.holds), and one that is still needed (a transcription, a draft that nobody has decided),
stays until that is over. Recordings of a city without classes are kept for good.

Deleted are the sealed legs, first their keys, without which nobody can open a copy; the row stays, with its hashes.
(The transcript has a term of its own: tickets.forgetting.) In three steps: the row says DELETING; the files go; the row
says DELETED, together with a line in the audit trail: which recording, of which class, its hashes. Whoever dies in
between is followed by somebody who finishes; the line is written once, and only when nothing is left.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from plumbing.rounds import go_round
from recordings import ledger
from recordings.access import note
from recordings.archive import Archive
from recordings.calls import read_calls
from recordings.holds import held, is_held
from recordings.recording import GOING, Recording, RecordingId, RecordingState, first_id, made_at

OURSELVES: Final = "retention"
DAYS_AHEAD: Final = 30
PAGE: Final = 200

log = structlog.get_logger("recordings.retention")


class Term(NamedTuple):
    """A class's name, and how long it keeps; `words`: the transcript, if not as long as the recording."""

    name: str
    keep: timedelta
    words: timedelta | None = None

    @property
    def keep_words(self) -> timedelta:
        """How long it keeps what was said."""
        return self.keep if self.words is None else self.words


class Terms(Protocol):
    """How long the recordings of the city in force are kept."""

    def classes(self) -> Sequence[Term]:
        """All there are; none: every recording is kept for good."""

    def of(self, hotline: str | None) -> Term | None:
        """Of a hotline's recordings, also of one that is ours no more; None: for good."""


Needed = Callable[[AsyncConnection, Collection[RecordingId]], Awaitable[set[RecordingId]]]
"""Which of these somebody has not done with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is due now, by class; what stays although its time is over; what will be due within DAYS_AHEAD."""

    due: Mapping[str, int]
    held: int
    needed: int
    soon: Mapping[str, int]


class Retention:
    """One archive. `run()` until cancelled; `sweep()` for one look."""

    def __init__(
        self,
        engine: AsyncEngine,
        archive: Archive,
        terms: Terms,
        needed: Needed,
        clock: Callable[[], datetime],
        *,
        every_s: float = 6 * 3600.0,
        again_s: float = 60.0,  # after a failure
    ) -> None:
        self._engine, self._archive, self._terms, self._needed = engine, archive, terms, needed
        self._clock, self._every_s, self._again_s = clock, every_s, again_s
        self._alone = asyncio.Lock()

    async def run(self) -> None:
        """Sweep at the start and every `every_s`."""

        def tell(kind: str) -> None:
            log.warning("Recordings whose time is over not deleted this time", error=kind)

        await go_round(self.sweep, tell, every_s=self._every_s, again_s=self._again_s)

    async def sweep(self) -> int:
        """Finish what was begun, then delete what is due; how many were deleted. OSError, SQLAlchemyError."""
        async with self._alone:
            async with self._engine.connect() as connection:
                begun = await ledger.in_state(connection, RecordingState.DELETING)
            for row in begun:
                await self._finish(row)
            deleted = len(begun)
            async for row, term in self._due(self._clock()):
                if await self._begin(row, term):
                    await self._finish(replace(row, state=RecordingState.DELETING, reason=_over(term)))
                    deleted += 1
        if deleted:
            log.info("Recordings deleted: their time was over", recordings=deleted)
        return deleted

    def classes(self) -> Sequence[Term]:
        """Of the city in force."""
        return self._terms.classes()

    async def outlook(self) -> Outlook:
        """What a sweep would do now, and what later ones will; nothing is deleted."""
        now = self._clock()
        due, later = Counter[str](), Counter[str]()
        async with self._engine.connect() as connection:
            kept = {each.recording for each in await held(connection)}
        at_stake = [(row, term) async for row, term in self._over(now)]
        needed = await self._needed_of([row for row, _ in at_stake if row.id not in kept])
        due.update(term.name for row, term in at_stake if row.id not in kept | needed)
        soon = {row.id for row, _ in at_stake}
        async for row, term in self._over(now + timedelta(days=DAYS_AHEAD)):
            later[term.name] += row.id not in soon
        stays = sum(row.id in kept for row, _ in at_stake)
        return Outlook(due=due, held=stays, needed=len(needed), soon=later)

    async def _due(self, now: datetime) -> AsyncIterator[tuple[Recording, Term]]:
        async with self._engine.connect() as connection:
            kept = {each.recording for each in await held(connection)}
        async for row, term in self._over(now):
            if row.id not in kept and not await self._needed_of([row]):
                yield row, term

    async def _needed_of(self, rows: Sequence[Recording]) -> set[RecordingId]:
        async with self._engine.connect() as connection:
            return await self._needed(connection, {row.id for row in rows})

    async def _over(self, now: datetime) -> AsyncIterator[tuple[Recording, Term]]:
        """Those whose time is over, the oldest first, a page at a time: years of others may lie among them."""
        after, end = "", first_id(now)
        while True:
            async with self._engine.connect() as connection:
                page = await ledger.page(connection, after, PAGE, end)
                rows = [row for row in page if row.state not in GOING and row.state is not RecordingState.ARRIVING]
                calls = await read_calls(connection, {row.call_id for row in rows})
            for row in rows:
                call = calls.get(row.call_id)
                term = self._terms.of((call.hotline or call.dnis) if call else None)
                if term is not None and made_at(row.id) + term.keep <= now:
                    yield row, term
            if not page:
                return
            after = page[-1].id

    async def _begin(self, row: Recording, term: Term) -> bool:
        async with self._engine.begin() as connection:
            return not await is_held(connection, row.id) and await ledger.move(
                connection, row, RecordingState.DELETING, _over(term)
            )

    async def _finish(self, row: Recording) -> None:
        await asyncio.to_thread(self._archive.delete, row.id)
        proof = f"{row.reason}; SHA-256 caller {row.caller_sha256 or '-'}, agent {row.agent_sha256 or '-'}"
        async with self._engine.begin() as connection:
            if await ledger.move(connection, row, RecordingState.DELETED, row.reason):
                at = self._clock()
                await note(connection, at=at, who=OURSELVES, deed="recording.deleted", subject=row.id, detail=proof)


def _over(term: Term) -> str:
    days = term.keep // timedelta(days=1)
    return f"保存期满,已删除({term.name} 级,{days} 天) / deleted: its time was over ({term.name}, {days} days)"
