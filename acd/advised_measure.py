"""建议与措施: which measure carries an advice out, and what is switched on by the measures in force. Pure.

The same in the product (hotline.pilot_hands) and in the simulator (simulation.pilot), which only make and end measures.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from acd.advice import ITSELF, Action, Advice, Doable, gone
from acd.advised_change import actions_in, change_for, possible_for
from acd.in_force import InForce
from acd.measures import Aim, Kind, Loan, Measure, MeasureState
from acd.model import QueueName
from city.level import Level


def doable(now: InForce, queue: QueueName, *, dials: bool, owes: bool) -> Doable:
    """What measures do for this queue now, and could.

    `dials`: whether citizens can be called; `owes`: whether a rule still owes some the call-back they were offered.
    """
    on, rules = dict(_at_work(now, queue)), now.city.queues[queue]
    possible = {Action.BORROW, *possible_for(rules, dials=dials)}
    if _next_level(now) is not None:
        possible.add(Action.LEVEL)
    return Doable(
        possible=frozenset(possible),
        on=frozenset(on),
        ours=frozenset(action for action, measure in on.items() if measure.who == ITSELF),
        stays=frozenset({Action.CALL_BACK} if owes else ()),
        wrap_up=timedelta(seconds=rules.wrap_up_s),
    )


def aim_of(advice: Advice, now: InForce) -> Aim:
    """What the measure is to bring about that an advice to begin something is carried out by. AdviceGone."""
    if advice.action is Action.BORROW:
        loans = (Loan(advice.queue, lent.queue, count=lent.seats, keep=lent.keep) for lent in advice.seats)
        return Aim(kind=Kind.LEND, loans=tuple(loans))
    change = change_for(advice, now.city.queues[advice.queue])
    if change is not None:
        return Aim(kind=Kind.LIMITS, queue=advice.queue, change=change)
    level = _next_level(now)
    if advice.action is not Action.LEVEL or level is None:
        raise gone(advice.id)
    return Aim(kind=Kind.LEVEL, level=level.name)


def measure_of(advice: Advice, now: InForce) -> Measure:
    """The newest measure that an advice to end something is about. AdviceGone."""
    measure = dict(_at_work(now, advice.queue)).get(advice.action)
    if measure is None:
        raise gone(advice.id)
    return measure


def _at_work(now: InForce, queue: QueueName) -> Iterator[tuple[Action, Measure]]:
    """The actions that are switched on for a queue, and the measure that did it; the newest last."""
    for measure in now.standing:
        if measure.state is MeasureState.IN_FORCE:
            yield from ((action, measure) for action in sorted(_actions_of(measure, queue)))
    level, at_work = now.level
    if at_work is not None and level != now.levels[0]:
        yield Action.LEVEL, at_work


def _actions_of(measure: Measure, queue: QueueName) -> frozenset[Action]:
    aim = measure.aim
    if aim.kind is Kind.LEND and any(loan.borrower == queue for loan in aim.loans):
        return frozenset({Action.BORROW})
    if aim.kind is Kind.LIMITS and aim.queue == queue and aim.change is not None:
        return actions_in(aim.change)
    return frozenset()


def _next_level(now: InForce) -> Level | None:
    """The level above the one in force, if there is one and it leaves crisis lanes as they are."""
    above = now.levels[now.levels.index(now.level[0]) + 1 :]
    if not above:
        return None
    lent = {name for lend in above[0].lend for name in (lend.lender, lend.borrower)}
    return above[0] if now.city.crisis_queues.isdisjoint(lent | above[0].queues.keys()) else None
