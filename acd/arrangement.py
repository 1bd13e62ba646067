"""Measures while calls are running: made, tried without effect, undone, begun and ended in time (acd.measures).

A measure is checked, written with its audit row in one transaction, told to the running engine as one fact, and
acknowledged when the engine's journal has it on disk. `run` begins and ends measures by the engine's time; what was due
while nobody ran is caught up with at the start.

Two editors cannot overwrite each other unseen: who makes or undoes a measure says which version they have read, and the
version is the number of the newest change of any measure.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from acd import measure_table
from acd.capacity import Capacity
from acd.capacity_facts import CapacityChanged
from acd.crisis import must_stay_staffed
from acd.engine import Engine
from acd.errors import MeasuresChangedMeanwhile, Refused, UnknownMeasure
from acd.foresight import Effect, foresee
from acd.in_force import InForce, Stored
from acd.inbox import EngineStopped
from acd.measure_rules import check, ended_in_time, extended, must_have_seats, never_was, resumed, undone
from acd.measure_table import MeasureChange
from acd.measures import CLOCKWORK, STANDING, UNNUMBERED, Aim, Measure, MeasureState, Move, Step
from acd.model import Queue
from city.city import City

log = structlog.get_logger(__name__)

LOOK_AGAIN_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants done. `version`: the one they have read."""

    aim: Aim
    who: str
    why: str
    version: int
    starts_at: datetime | None = None  # None: now
    ends_at: datetime | None = None  # None: until somebody ends it
    at_most: bool = False  # fewer seats than asked for are better than none; none is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A measure as it is now; or, tried, as it would be, and what that would do: of a planned one, if it began now."""

    measure: Measure
    effect: Effect | None = None


class Arrangement:
    """The measures, kept equal to what the running engine does; one change at a time, `capacity`'s included."""

    def __init__(
        self,
        database: AsyncEngine,
        engine: Engine,
        capacity: Capacity,
        city: City,
        queues_of: Callable[[City], tuple[Queue, ...]],
    ) -> None:
        self._database, self._engine, self._capacity = database, engine, capacity
        self.now = InForce(city, queues_of, {})
        self.version = 0

    async def history(self, limit: int) -> Sequence[Measure]:
        """The newest measures, whatever became of them, the newest first."""
        async with self._database.connect() as connection:
            return await measure_table.newest(connection, limit)

    async def trail(self, limit: int) -> Sequence[MeasureChange]:
        """Who did what to measures, the newest first."""
        async with self._database.connect() as connection:
            return await measure_table.trail(connection, limit)

    async def restore(self) -> tuple[Queue, ...]:
        """Know again what is in force, before the engine is told of queues and seats; returns the queues."""
        async with self._database.connect() as connection:
            known = {measure.number: measure for measure in await measure_table.standing(connection)}
            self._keep(replace(self.now, measures=known), await measure_table.version(connection))
        return self.now.queues

    # ---- what people ask for

    async def make(self, wanted: Wanted, *, dry_run: bool = False) -> Outcome:
        """Put a measure in force, or plan it. Raises a Refused that names the rule; nothing has changed then."""
        async with self._capacity.one_at_a_time:
            self._must_be(wanted.version)
            measure = self._drafted(wanted)
            planned = measure.state is MeasureState.PLANNED
            stored = await self._stored()
            begun = await self._begun(measure, stored, at_most=planned or wanted.at_most)
            if wanted.at_most:
                must_have_seats(begun[0].measure)
            moves = [Move(measure=measure, step=Step.MADE)] if planned else begun
            if not planned:
                self._check_crisis(begun, stored)
            if dry_run:
                return Outcome(measure=moves[0].measure, effect=await self._foreseen(begun, stored))
            return Outcome(measure=(await self._carry_out(moves, stored, wanted.who, wanted.why))[0].measure)

    async def undo(self, number: int, *, version: int, who: str, why: str, dry_run: bool = False) -> Outcome:
        """End what is in force, cancel what is planned, resume what was ended or cancelled by hand."""
        async with self._capacity.one_at_a_time:
            self._must_be(version)
            moves = self._undoing(await self._one(number), who, why)
            stored = await self._stored()
            self._check_crisis(moves, stored)
            if dry_run:
                return Outcome(measure=moves[0].measure, effect=await self._foreseen(moves, stored))
            return Outcome(measure=(await self._carry_out(moves, stored, who, why))[0].measure)

    async def extend(
        self, number: int, ends_at: datetime, *, version: int, who: str, why: str, dry_run: bool = False
    ) -> Outcome:
        """Let a measure that ends by itself last until another moment. UnknownMeasure, MeasureIsOver, InThePast."""
        async with self._capacity.one_at_a_time:
            self._must_be(version)
            measure = extended(await self._one(number), ends_at, self._engine.now())
            if not dry_run:
                await self._carry_out([Move(measure=measure, step=Step.EXTENDED)], {}, who, why)
            return Outcome(measure=measure)

    def _must_be(self, version: int) -> None:
        if version != self.version:
            raise MeasuresChangedMeanwhile(
                "measures were made, begun or ended meanwhile; read them again", "措施已有变更或到时变化,请刷新"
            )

    def _drafted(self, wanted: Wanted) -> Measure:
        now = self._engine.now()
        measure = Measure(
            number=UNNUMBERED,
            aim=wanted.aim,
            who=wanted.who,
            why=wanted.why,
            made_at=now,
            starts_at=wanted.starts_at or now,
            ends_at=wanted.ends_at,
            state=MeasureState.PLANNED if wanted.starts_at else MeasureState.IN_FORCE,
        )
        check(measure, self.now.city, self.now.standing, now)
        return measure

    async def _one(self, number: int) -> Measure:
        async with self._database.connect() as connection:
            measure = await measure_table.one(connection, number)
        if measure is None:
            raise UnknownMeasure(f"there is no measure {number}", f"没有编号为 {number} 的措施")
        return measure

    def _undoing(self, measure: Measure, who: str, why: str) -> list[Move]:
        now = self._engine.now()
        if measure.state not in STANDING:
            again = resumed(measure, self.now.standing, now)
            return [Move(measure=again, step=Step.RESUMED), *self.now.hidden_by(again)]
        step = Step.CANCELLED if measure.state is MeasureState.PLANNED else Step.ENDED
        return [Move(measure=undone(measure, now, who, why), step=step), *self.now.revealed_by(measure)]

    async def take(self, city: City, *, by: str, written: Callable[[], Awaitable[None]]) -> None:
        """Put another city in force under the standing measures, `written` just before. A Refused: nothing changed."""
        async with self._capacity.one_at_a_time:
            after, seats = self.now.with_base(city), self._engine.distributor.seats
            fact = after.fact(seats, await self._stored(), at=self._engine.now(), by=by)
            self._must_be_staffed(after, fact)
            await written()
            await self._engine.ask(fact)
            self._keep(after, self.version)

    # ---- what time asks for

    async def run(self) -> None:
        """Begin and end what is timed, until cancelled."""
        while True:
            try:
                await self.keep_time()
            except (SQLAlchemyError, OSError, Refused, EngineStopped) as error:
                log.warning("a timed measure must wait", why=type(error).__name__)
            await asyncio.sleep(LOOK_AGAIN_S)

    async def keep_time(self) -> None:
        """Begin and end what is due by the engine's time, each at its turn."""
        while self._due() is not None:
            async with self._capacity.one_at_a_time:
                stored, due = await self._stored(), self._due()
                if due is not None:
                    await self._carry_out(await self._timely(due, stored), stored, CLOCKWORK, due.why)

    def _due(self) -> Measure | None:
        """What should have begun or ended first."""
        now = self._engine.now()
        moments = ((_next_moment(measure), measure) for measure in self.now.standing)
        due = [(moment, measure.number, measure) for moment, measure in moments if moment and moment <= now]
        return min(due, key=lambda one: one[:2])[2] if due else None

    async def _timely(self, measure: Measure, stored: Stored) -> list[Move]:
        now = self._engine.now()
        if measure.ends_at is not None and measure.ends_at <= now:
            step = Step.MISSED if measure.state is MeasureState.PLANNED else Step.ENDED
            return [Move(measure=ended_in_time(measure), step=step), *self.now.revealed_by(measure)]
        try:
            moves = await self._begun(measure, stored, at_most=True)
            must_have_seats(moves[0].measure)
            self._check_crisis(moves, stored)
        except Refused as refusal:
            log.warning("a timed measure could not begin", measure=measure.number, rule=refusal.rule)
            why = f"{refusal.rule}: {refusal.zh} / {refusal}"
            over = replace(measure, state=MeasureState.REFUSED, over_at=now, over_by=CLOCKWORK, over_why=why)
            return [Move(measure=over, step=Step.REFUSED)]
        return moves

    # ---- carrying out

    async def _stored(self) -> Stored:
        return {one.seat.id: one.seat for one in await self._capacity.list_seats()}

    async def _begun(self, measure: Measure, stored: Stored, *, at_most: bool) -> list[Move]:
        """Worked out beside the loop: calls are rung meanwhile."""
        past, at, phones = self._engine.distributor.snapshot(), self._engine.now(), self._capacity.phones
        return await asyncio.to_thread(self.now.begun, past, measure, stored, phones, at=at, at_most=at_most)

    def _check_crisis(self, moves: Sequence[Move], stored: Stored) -> None:
        """CrisisLaneNeedsAgents, if a crisis lane would lose its last agents on duty."""
        after, seats = self.now.after(moves), self._engine.distributor.seats
        self._must_be_staffed(after, after.fact(seats, stored, at=self._engine.now(), by=""))

    def _must_be_staffed(self, after: InForce, fact: CapacityChanged) -> None:
        changed = {**{seat.id: seat for seat in fact.seats}, **dict.fromkeys(fact.closed)}
        must_stay_staffed(self._engine.distributor, changed, after.lanes)

    async def _foreseen(self, moves: Sequence[Move], stored: Stored) -> Effect:
        past, seats = self._engine.distributor.snapshot(), dict(self._engine.distributor.seats)
        fact = self.now.after(moves).fact(seats, stored, at=self._engine.now(), by="")
        return await asyncio.to_thread(foresee, past, [fact])

    async def _carry_out(self, moves: Sequence[Move], stored: Stored, who: str, why: str) -> list[Move]:
        now = self._engine.now()
        async with self._database.begin() as connection:
            numbered = await _numbered(connection, moves)
            version = await measure_table.write(connection, numbered, at=now, who=who, why=why)
        before, after = self.now, self.now.after(numbered)
        self._keep(after, version)  # first: whom it brings an agent may ask at once why
        if any(move.step in _FELT for move in numbered):
            seats, number = self._engine.distributor.seats, numbered[0].measure.number
            try:
                await self._engine.ask(after.fact(seats, stored, at=now, by=who, measure=number))
            except (Refused, EngineStopped):  # too busy, or ending
                self._keep(before, version)
                await self._take_back(numbered, who)
                raise
        return numbered

    async def _take_back(self, moves: Sequence[Move], who: str) -> None:
        """The engine did not take it: the stored measures must not promise it."""
        now, why = self._engine.now(), "refused by the engine"
        before = [self.now.measures.get(move.measure.number, never_was(move.measure, now, why)) for move in moves]
        back = [Move(measure=measure, step=Step.REFUSED) for measure in before]
        async with self._database.begin() as connection:
            self.version = await measure_table.write(connection, back, at=now, who=who, why=why)

    def _keep(self, after: InForce, version: int) -> None:
        self.now, self.version = after, version
        self._capacity.loans, self._capacity.lanes = after.loans, after.lanes


_FELT: Final = frozenset({Step.BEGUN, Step.ENDED, Step.RESUMED})
"""The steps that change what the engine does."""


async def _numbered(connection: AsyncConnection, moves: Sequence[Move]) -> list[Move]:
    """A new measure gets its number, also where others name it."""
    if moves[0].measure.number != UNNUMBERED:
        return list(moves)
    new, *hidden = moves
    number = await measure_table.insert_measure(connection, new.measure)
    return [
        Move(measure=replace(new.measure, number=number), step=new.step),
        *(Move(measure=replace(move.measure, hidden_by=number), step=move.step) for move in hidden),
    ]


def _next_moment(measure: Measure) -> datetime | None:
    return measure.starts_at if measure.state is MeasureState.PLANNED else measure.ends_at
