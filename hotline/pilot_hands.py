"""The autopilot's hands: each action is a measure (acd.measures), made and ended as a person's would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.advice import ITSELF, Action, Advice, Doable, Turn, gone
from acd.advised_change import actions_in, change_for, possible_for
from acd.arrangement import Arrangement, Wanted
from acd.distributor import Distributor
from acd.engine import Engine
from acd.measures import Aim, Kind, Loan, Measure, MeasureState
from acd.model import QueueName
from city.city import City
from city.level import Level
from hotline.pilot import Pilot


async def set_up_pilot(
    engine: Engine,
    arrangement: Arrangement,
    database: AsyncEngine,
    now: Callable[[], datetime],
    owes: Callable[[QueueName], bool],
) -> Pilot:
    """The autopilot in the mode that somebody set last; to be run. `owes`: hotline.call_back_line."""

    def crisis() -> frozenset[QueueName]:
        return crisis_queues(arrangement.now.city)

    pilot = Pilot(engine, MeasuringHands(arrangement, engine.distributor, owes), database, crisis, now)
    await pilot.recall()
    return pilot


def crisis_queues(city: City) -> frozenset[QueueName]:
    """Where callers of crisis lines wait."""
    return frozenset(map(QueueName, city.crisis_queues))


class MeasuringHands:
    """`hotline.pilot.Hands`, on the arrangement."""

    def __init__(
        self, arrangement: Arrangement, distributor: Distributor, owes: Callable[[QueueName], bool] = lambda _: False
    ) -> None:
        """`owes`: whether a rule still owes citizens of a queue the call-back that they were offered."""
        self._arrangement, self._distributor, self._owes = arrangement, distributor, owes

    def doable(self, queue: QueueName) -> Doable:
        """What measures do for this queue now, and could."""
        on, city = dict(self._at_work(queue)), self._arrangement.now.city
        possible = {Action.BORROW, *possible_for(city.queues[queue], dials=city.lines.outgoing is not None)}
        if self._next_level() is not None:
            possible.add(Action.LEVEL)
        return Doable(
            possible=frozenset(possible),
            on=frozenset(on),
            ours=frozenset(action for action, measure in on.items() if measure.who == ITSELF),
            stays=frozenset({Action.CALL_BACK} if self._owes(queue) else ()),
            wrap_up=self._distributor.queues[queue].wrap_up_time,
        )

    async def carry_out(self, advice: Advice, *, who: str, why: str) -> None:
        """Make the measure, or end the newest one of its kind. acd.errors.Refused, AdviceGone among them."""
        version = self._arrangement.version
        if advice.turn is Turn.BEGIN:
            await self._arrangement.make(Wanted(aim=self._aim(advice), who=who, why=why, version=version))
            return
        measure = dict(self._at_work(advice.queue)).get(advice.action)
        if measure is None:
            raise gone(advice.id)
        await self._arrangement.undo(measure.number, version=version, who=who, why=why)

    def _at_work(self, queue: QueueName) -> Iterator[tuple[Action, Measure]]:
        """The actions that are switched on for a queue, and the measure that did it; the newest last."""
        for measure in self._arrangement.now.standing:
            if measure.state is MeasureState.IN_FORCE:
                yield from ((action, measure) for action in _actions_of(measure, queue))
        level, at_work = self._arrangement.now.level
        if at_work is not None and level != self._arrangement.now.levels[0]:
            yield Action.LEVEL, at_work

    def _next_level(self) -> Level | None:
        """The level above the one in force, if there is one and it leaves crisis lanes as they are."""
        now = self._arrangement.now
        above = now.levels[now.levels.index(now.level[0]) + 1 :]
        if not above:
            return None
        lent = {name for lend in above[0].lend for name in (lend.lender, lend.borrower)}
        touched = {QueueName(name) for name in lent | above[0].queues.keys()}
        return above[0] if touched.isdisjoint(crisis_queues(now.city)) else None

    def _aim(self, advice: Advice) -> Aim:
        if advice.action is Action.BORROW:
            loans = (Loan(advice.queue, lent.queue, count=lent.seats, keep=lent.keep) for lent in advice.seats)
            return Aim(kind=Kind.LEND, loans=tuple(loans))
        change = change_for(advice, self._arrangement.now.city.queues[advice.queue])
        if change is not None:
            return Aim(kind=Kind.LIMITS, queue=advice.queue, change=change)
        level = self._next_level()
        if advice.action is not Action.LEVEL or level is None:
            raise gone(advice.id)
        return Aim(kind=Kind.LEVEL, level=level.name)


def _actions_of(measure: Measure, queue: QueueName) -> frozenset[Action]:
    aim = measure.aim
    if aim.kind is Kind.LEND and any(loan.borrower == queue for loan in aim.loans):
        return frozenset({Action.BORROW})
    if aim.kind is Kind.LIMITS and aim.queue == queue and aim.change is not None:
        return actions_in(aim.change)
    return frozenset()
