"""The autopilot in a simulation: the product's own measures, begun in a surge and taken back to the last bit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from acd.advice import Action, Turn
from acd.model import QueueName
from city.load import load_city
from hotline.fittings import acd_queues
from hotline.planned_debts import policy_of
from simulation.call_backs import CallsBack
from simulation.people import Kind
from simulation.pilot import ActingPilot
from simulation.run import Simulation
from simulation.town import Demand, Surge, Team, citizens, workers
from tests.acd.scene import NINE

CITY = load_city(Path(__file__).parents[2] / "cities" / "sample")
GENERAL, HEALTH = QueueName("general"), QueueName("health")
HOUR = timedelta(hours=1)


@cache
def surge(*, general: int, health: int, times: float, crisis: bool = False) -> tuple[ActingPilot, Simulation]:
    """An hour in which so many times as many call general's agents as they can take, then two of a usual day."""
    city = CITY
    if crisis:
        line = CITY.hotlines["12320"].model_copy(update={"crisis": True, "menu": None})
        city = replace(CITY, hotlines={**CITY.hotlines, "12320": line})
    demand = Demand(
        begins=NINE,
        lasts=3 * HOUR,
        per_hour=general * 10,
        hours=(1.0,),
        kinds=(Kind(GENERAL, 0.9), Kind(HEALTH, 0.1)),
        surges=(Surge(begins=NINE, lasts=HOUR, times=times),),
    )
    teams = [
        Team(name=name, size=size, queues=frozenset({name}), comes=NINE)
        for name, size in ((GENERAL, general), (HEALTH, health))
    ]
    room: dict[QueueName, int] = {}
    simulation = Simulation(
        acd_queues(city),
        workers(teams),
        citizens(demand, 1),
        begins=NINE,
        seed=1,
        calls_back=CallsBack(policy=policy_of(city), at_once=room),
    )
    pilot = ActingPilot(simulation, city, acd_queues, NINE + 8 * HOUR, room)
    pilot.begin()
    simulation.run()
    simulation.settle(NINE + 8 * HOUR)
    return pilot, simulation


def test_everything_that_was_switched_on_in_a_surge_is_taken_back_after_it() -> None:
    """Then queues and seats are as they were before, and nobody waits."""
    pilot, simulation = surge(general=20, health=10, times=6.0)

    general = [advice for _, advice in pilot.done if advice.queue == GENERAL]
    begun = [advice.action for advice in general if advice.turn is Turn.BEGIN]
    assert begun[0] is Action.ANNOUNCE
    assert set(begun) == {Action.ANNOUNCE, Action.BORROW, Action.WRAP_UP, Action.CALL_BACK}
    assert Counter(begun) == Counter(advice.action for advice in general if advice.turn is Turn.END)
    assert tuple(simulation.core.queues.values()) == acd_queues(CITY)
    assert {seat.queues for seat in simulation.core.seats.values()} == {frozenset({GENERAL}), frozenset({HEALTH})}
    assert (simulation.core.waiting, pilot.refused) == ((), [])


def test_the_offer_of_call_backs_ends_when_all_who_took_it_were_called() -> None:
    """Reached, or left to people after three attempts in vain."""
    pilot, simulation = surge(general=20, health=10, times=6.0)
    [ended] = [at for at, advice in pilot.done if advice.id == "general.call_back.end"]

    assert simulation.call_backs is not None
    debts = simulation.call_backs.debts.values()
    assert len(debts) > 50
    assert all(debt.left or (debt.reached is not None and debt.reached <= ended) for debt in debts)
    assert all(debt.tried_at is not None and debt.tried_at <= ended for debt in debts)


def test_a_crisis_lane_is_left_as_it_is() -> None:
    """Health's callers call a crisis line here: its seats are not lent, its rules stay, and no level touches it."""
    pilot, simulation = surge(general=20, health=10, times=6.0, crisis=True)

    assert {advice.queue for _, advice in pilot.done} == {GENERAL}
    assert {advice.action for _, advice in pilot.done} == {Action.ANNOUNCE, Action.WRAP_UP, Action.CALL_BACK}
    assert simulation.core.queues[HEALTH] == dict(zip(CITY.queues, acd_queues(CITY), strict=True))[HEALTH]
