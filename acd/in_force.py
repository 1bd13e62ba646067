"""What follows from the measures: which queues and seats there are now, and would be after other measures. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from acd.capacity_facts import CapacityChanged
from acd.crisis import lanes_of
from acd.errors import LevelInForce, QueueStillNeeded
from acd.events import GapMarked
from acd.foresight import copy_of
from acd.lending import chosen
from acd.matching import Ask
from acd.measure_rules import unknown_level
from acd.measures import (
    STANDING,
    Aim,
    Kind,
    Loan,
    Measure,
    MeasureState,
    Move,
    Step,
    hides,
    level_of,
    loans_of,
    newest_last,
    overlays_of,
    queue_changes,
    seat_under,
)
from acd.model import Queue, QueueName, Seat, SeatId, Snapshot
from city.city import City
from city.level import Level

Stored = Mapping[SeatId, Seat]


@dataclass(frozen=True)
class InForce:
    """The city's own queues and levels, and the measures that stand or may come back."""

    base: City
    queues_of: Callable[[City], tuple[Queue, ...]]
    measures: Mapping[int, Measure]  # by number

    @cached_property
    def standing(self) -> Sequence[Measure]:
        """What is planned or in force, by number."""
        return [measure for _, measure in sorted(self.measures.items()) if measure.state in STANDING]

    @cached_property
    def _working(self) -> Sequence[Measure]:
        return newest_last(self.measures.values())

    @cached_property
    def levels(self) -> Sequence[Level]:
        """The city's, the resting one first."""
        return tuple(self.base.levels.values())

    @cached_property
    def level(self) -> tuple[Level, Measure | None]:
        """The level in force, and the measure that put it there."""
        return level_of(self._working, self.levels)

    @cached_property
    def loans(self) -> tuple[Loan, ...]:
        """Whose seats serve whom; nobody is lent to a queue that the city has no more."""
        return tuple(loan for loan in loans_of(self._working, self.levels) if loan.borrower in self.base.queues)

    @cached_property
    def city(self) -> City:
        """The city as it is now."""
        level, _ = self.level
        changed = queue_changes(self._working, self.levels)
        return self.base.under(changed, level.notice, level.prompts, overlays_of(self._working))

    @cached_property
    def lanes(self) -> frozenset[Ask]:
        """What callers of its crisis lines ask for."""
        return lanes_of(self.city)

    @cached_property
    def queues(self) -> tuple[Queue, ...]:
        """Its queues in the ACD's words."""
        return self.queues_of(self.city)

    def after(self, moves: Iterable[Move]) -> InForce:
        """What will be in force."""
        moved = {**self.measures, **{move.measure.number: move.measure for move in moves}}
        lives = {number for number, measure in moved.items() if measure.state in STANDING}
        kept = {number: m for number, m in moved.items() if number in lives or m.hidden_by in lives}
        return InForce(self.base, self.queues_of, kept)

    def with_base(self, city: City) -> InForce:
        """The same measures over another city. QueueStillNeeded, LevelInForce: what is at work cannot be taken away."""
        gone = sorted(self.base.queues.keys() - city.queues.keys())
        if gone:
            raise QueueStillNeeded(
                f"queue {gone[0]} may have callers, in the line or on their way; a start may take it away",
                f"队列 {gone[0]} 可能有来电在等或将到,只能在启动时移除",
            )
        if self.level[1] is not None and self.level[0].name not in city.levels:
            name = self.level[0].name
            raise LevelInForce(f"level {name} is in force; end it first", f"级别 {name} 正在生效,请先结束")
        return InForce(city, self.queues_of, self.measures)

    def fact(self, seats: Stored, stored: Stored, *, at: datetime, by: str, measure: int = 0) -> CapacityChanged:
        """What makes a core that has these `seats` be as the measures say."""
        known = {queue.name for queue in self.queues}
        lent = {seat for loan in self.loans for seat in loan.seats}
        now = {seat: self._seat(seat, stored, known) for seat in sorted({*stored, *seats, *lent})}
        return CapacityChanged(
            at=at,
            by=by,
            queues=self.queues,
            seats=tuple(seat for seat in now.values() if seat is not None and seats.get(seat.id) != seat),
            closed=tuple(name for name, seat in now.items() if seat is None and name in seats),
            level=self.level[0].name,
            measure=measure,
        )

    def _seat(self, name: SeatId, stored: Stored, known: Collection[QueueName]) -> Seat | None:
        seat = seat_under(name, stored.get(name), self.loans)
        return None if seat is None else replace(seat, queues=seat.queues & frozenset(known))

    # ---- what comes along with a measure

    def hidden_by(self, newer: Measure) -> list[Move]:
        """Those of which nothing can be seen while `newer` is in force: they are over."""
        return [
            Move(
                measure=replace(
                    older,
                    state=MeasureState.OVER,
                    over_at=newer.starts_at,
                    over_by=newer.who,
                    over_why=newer.why,
                    hidden_by=newer.number,
                ),
                step=Step.HIDDEN,
            )
            for older in self.standing
            if older.number != newer.number and hides(newer, older)
        ]

    def revealed_by(self, gone: Measure) -> list[Move]:
        """Those that were hidden by a measure which is over: they are in force again."""
        return [
            Move(
                measure=replace(
                    hidden, state=MeasureState.IN_FORCE, over_at=None, over_by="", over_why="", hidden_by=None
                ),
                step=Step.RESUMED,
            )
            for _, hidden in sorted(self.measures.items())
            if hidden.hidden_by == gone.number
        ]

    def begun(
        self,
        past: Snapshot,
        measure: Measure,
        stored: Stored,
        phones: Collection[SeatId] | None,
        *,
        at: datetime,
        at_most: bool,
    ) -> list[Move]:
        """The measure in force with its seats chosen, and what it hides. `past`: the core now. Raises a Refused."""
        measure = replace(measure, state=MeasureState.IN_FORCE)
        wanted, hidden = self._loans_wanted(measure.aim), self.hidden_by(measure)
        at_most = at_most or measure.aim.kind is Kind.LEVEL
        loans: tuple[Loan, ...] = ()
        if wanted:
            core = copy_of(past)
            core.receive(GapMarked(at=at))  # nothing is offered there: it is only looked at
        for loan in wanted:
            moves = [Move(measure=_with_loans(measure, loans), step=Step.BEGUN), *hidden]
            core.receive(self.after(moves).fact(core.seats, stored, at=at, by=measure.who))
            loans = (*loans, chosen(core, loan, phones, at_most=at_most))
        return [Move(measure=_with_loans(measure, loans), step=Step.BEGUN), *hidden]

    def _loans_wanted(self, aim: Aim) -> tuple[Loan, ...]:
        if aim.level is None:
            return aim.loans
        if aim.level not in self.base.levels:
            raise unknown_level(aim.level, self.base)
        return tuple(
            Loan(QueueName(lend.borrower), QueueName(lend.lender), count=lend.seats, keep=lend.keep)
            for lend in self.base.levels[aim.level].lend
        )


def _with_loans(measure: Measure, loans: tuple[Loan, ...]) -> Measure:
    return replace(measure, aim=replace(measure.aim, loans=loans))
