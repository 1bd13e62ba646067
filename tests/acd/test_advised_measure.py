"""Which measures an advice is carried out by, and what those in force have switched on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from acd.advice import ITSELF, Action, Advice, AdviceGone, Doable, Lent, Sight, Turn
from acd.advised_measure import aim_of, doable, measure_of
from acd.in_force import InForce
from acd.measures import Aim, Kind, Loan, Measure, MeasureState
from acd.model import QueueName
from hotline.fittings import acd_queues
from tests.acd.centre import CITY, GENERAL, HEALTH, lend, level, limits
from tests.acd.scene import clock


def measure(number: int, aim: Aim, state: MeasureState = MeasureState.IN_FORCE, who: str = "leader#2") -> Measure:
    """The measures begin one after the other."""
    begun = clock(number)
    return Measure(number=number, aim=aim, who=who, why="surge", made_at=begun, starts_at=begun, state=state)


def in_force(*measures: Measure) -> InForce:
    """The sample city under these."""
    return InForce(CITY, acd_queues, {one.number: one for one in measures})


def on(now: InForce, queue: QueueName = GENERAL) -> set[Action]:
    """What is switched on for a queue."""
    return set(doable(now, queue, dials=True, owes=False).on)


def advice(action: Action, seats: tuple[Lent, ...] = ()) -> Advice:
    """For general."""
    nothing = Doable(possible=frozenset(), on=frozenset(), wrap_up=timedelta(seconds=30))
    sight = Sight(
        queue=GENERAL, wait=None, waiting=9, serving=1, arrivals_per_s=None, handle_s=None, doable=nothing, lends={}
    )
    return Advice(queue=GENERAL, action=action, turn=Turn.BEGIN, since=clock(0), limit_s=90.0, sight=sight, seats=seats)


def test_a_loan_is_switched_on_for_who_borrows_alone() -> None:
    """Not for the lender; a measure that only lends to others is no borrowing of this queue."""
    now = in_force(measure(1, lend(2)))

    assert (on(now, GENERAL), on(now, HEALTH)) == ({Action.BORROW}, set())


def test_a_change_is_switched_on_for_its_queue_alone() -> None:
    """A shorter wrap-up of health shortens nobody else's; limits that are no advice of ours switch nothing on."""
    now = in_force(measure(1, limits(HEALTH, wrap_up_s=15.0)), measure(2, limits(GENERAL, ring_time_s=25.0)))

    assert (on(now, HEALTH), on(now, GENERAL)) == ({Action.WRAP_UP}, set())


def test_what_is_planned_is_not_switched_on_yet() -> None:
    """A loan for this evening."""
    now = in_force(measure(1, lend(2), MeasureState.PLANNED))

    assert on(now) == set()
    with pytest.raises(AdviceGone):
        measure_of(advice(Action.BORROW), now)


def test_only_what_it_began_itself_is_the_autopilots_own() -> None:
    """It ends nothing that a person began."""
    both = doable(
        in_force(measure(1, lend(2), who=ITSELF), measure(2, limits(wrap_up_s=15.0))), GENERAL, dials=True, owes=True
    )

    assert both.on == {Action.BORROW, Action.WRAP_UP}
    assert both.ours == {Action.BORROW}
    assert both.stays == {Action.CALL_BACK}
    assert both.wrap_up == timedelta(seconds=15)


def test_of_two_measures_of_a_kind_the_newest_is_ended() -> None:
    """What stood before it goes on."""
    now = in_force(measure(1, lend(1)), measure(2, lend(2)))

    assert measure_of(advice(Action.BORROW), now).number == 2


def test_the_resting_level_is_not_switched_on_by_going_back_to_it() -> None:
    """A measure that puts the lowest level in force is none that an end of advice could take back."""
    resting, elevated, *_ = CITY.levels
    back = in_force(measure(1, level(elevated)), measure(2, level(resting)))

    assert on(in_force(measure(1, level(elevated)))) == {Action.LEVEL}
    assert on(back) == set()


def test_the_next_level_up_is_proposed_until_there_is_none() -> None:
    """Level by level; above the highest there is nothing, and an advice to go there is gone."""
    names = list(CITY.levels)
    for lower, higher in pairwise(names):
        assert aim_of(advice(Action.LEVEL), in_force(measure(1, level(lower)))).level == higher

    top = in_force(measure(1, level(names[-1])))
    assert Action.LEVEL not in doable(top, GENERAL, dials=True, owes=False).possible
    with pytest.raises(AdviceGone, match=r"general\.level\.begin"):
        aim_of(advice(Action.LEVEL), top)


@pytest.mark.parametrize("lane", ["general", "health"])
@pytest.mark.parametrize("touch", ["queues", "lend"])
def test_a_level_that_touches_a_crisis_lane_is_not_proposed(lane: str, touch: str) -> None:
    """Neither one that changes its queue, nor one that lends its seats or lends to it."""
    resting, elevated, emergency = CITY.levels.values()
    none: dict[str, Any] = {"queues": {}, "lend": ()}
    touching = elevated.model_copy(update={**none, touch: getattr(emergency, touch)})
    crisis = {"12345": CITY.hotlines["12345"].model_copy(update={"crisis": True, "menu": None, "queue": lane})}
    levels = {resting.name: resting, elevated.name: touching}
    now = replace(in_force(), base=replace(CITY, hotlines={**CITY.hotlines, **crisis}, levels=levels))

    assert lane in now.city.crisis_queues
    assert Action.LEVEL not in doable(now, GENERAL, dials=True, owes=False).possible
    with pytest.raises(AdviceGone):
        aim_of(advice(Action.LEVEL), now)


def test_seats_are_lent_as_advised() -> None:
    """So many of each lender, who keeps so many."""
    aim = aim_of(advice(Action.BORROW, (Lent(HEALTH, 2, 1),)), in_force())

    assert aim == Aim(kind=Kind.LEND, loans=(Loan(GENERAL, HEALTH, count=2, keep=1),))


def test_an_advice_that_no_measure_carries_out_is_gone() -> None:
    """A shorter wrap-up that does not say how long is no change."""
    with pytest.raises(AdviceGone, match=r"general\.wrap_up\.begin"):
        aim_of(advice(Action.WRAP_UP), in_force())


def test_seats_can_always_be_borrowed_and_the_next_level_put_in_force() -> None:
    """Besides what a change of the queue could do."""
    possible = doable(in_force(), GENERAL, dials=False, owes=False).possible

    assert possible >= {Action.BORROW, Action.LEVEL, Action.WRAP_UP}
    assert Action.CALL_BACK not in possible


def test_a_change_of_the_queue_carries_its_advice_out() -> None:
    """A limit of that queue for a shorter wrap-up; a level for a level."""
    shorter = replace(advice(Action.WRAP_UP), wrap_up=timedelta(seconds=15))

    assert aim_of(shorter, in_force()) == limits(GENERAL, wrap_up_s=15.0)
    assert aim_of(advice(Action.LEVEL), in_force()) == level(list(CITY.levels)[1])
