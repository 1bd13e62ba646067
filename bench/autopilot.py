"""A day on which three times as many people call as sixty agents are there for: the autopilot acting, and without it.

The same citizens call in both runs, with the same patience, talks, redials and answers to what they are offered
(`simulation.town`, whose figures are assumptions): from eight in the morning three times as many as usual for twelve
hours, then two hours of a usual evening. The same agents serve: 42 the general queue, 12 health, 6 a crisis line.

The autopilot is the product's (acd.autopilot), looks every five seconds, and everything that it proposes is done at
once by the product's own measures (simulation.pilot): rows laid on recipes, seats lent, the wrap-up shortened, the
sample city's levels. Call-backs keep the sample city's rules (quiet hours, attempts, spacing). Without it the queues
have no recipe: nobody is offered anything, and who gives up dials again or does not.

`autopilot.person_ratio`: citizens of the day who talked with a person on the line, or were reached by a call-back
within two hours of asking, with it over without it. `autopilot.messages`: share of calls that ended in a message.
`autopilot.kept`: of those who asked for a call-back, the share that was reached within two hours (80 in 100 calls to
them are answered). `autopilot.crisis_violations`: advice for the crisis queue, moments at which one of its seats served
another, and callers of it who were sent to a machine.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from acd.capacity_facts import CapacityChanged
from acd.commands import Command
from acd.events import Event
from acd.model import CallId, QueueName
from city.city import City
from city.load import load_city
from city.queue import Queue
from hotline.fittings import acd_queues
from hotline.planned_debts import policy_of
from ivr.prompts import SPOKEN
from sandbox.figures import report
from simulation.call_backs import CallsBack, Owed
from simulation.people import Kind
from simulation.pilot import ActingPilot
from simulation.run import Simulation, Visit
from simulation.town import Demand, Surge, Team, citizens, workers

SEEDS: Final = range(3)
LEAST_RATIO, MOST_MESSAGES = 1.0, 0.1
EIGHT: Final = datetime(2025, 1, 6, tzinfo=UTC)
DAY, EVENING = timedelta(hours=12), timedelta(hours=2)
TIMES: Final = 3.0
WITHIN: Final = timedelta(hours=2)
GENERAL, HEALTH, CRISIS = QueueName("general"), QueueName("health"), QueueName("crisis")
TEAMS: Final = ((GENERAL, 42), (HEALTH, 12), (CRISIS, 6))
BUSIEST_HOUR: Final = 2.2  # of the day's curve, over its mean
CALLS: Final = {GENERAL: 42 * 0.85, HEALTH: 12 * 0.7, CRISIS: 6 * 0.15}
"""How many agents each queue's callers keep busy in the busiest hour of a usual day."""
HANDLE_S: Final = 3 + 180 + 22
SAMPLE_CITY: Final = Path(__file__).parents[1] / "cities/sample"


@dataclass(frozen=True)
class Run:
    """What became of one day."""

    visits: Sequence[Visit]  # of citizens who first called in the day
    debts: Mapping[CallId, Owed]
    pilot: ActingPilot
    violations: int

    @property
    def citizens(self) -> int:
        """How many called."""
        return len({visit.citizen for visit in self.visits})

    @property
    def kept(self) -> int:
        """Promises that were kept in time."""
        return sum(_in_time(debt) for debt in self.debts.values())

    @property
    def reached(self) -> int:
        """Citizens who talked with a person."""
        on_the_line = {visit.citizen for visit in self.visits if visit.answered is not None}
        by_us = {debt.citizen for debt in self.debts.values() if _in_time(debt)}
        return len((on_the_line | by_us) & {visit.citizen for visit in self.visits})


def _in_time(debt: Owed) -> bool:
    return debt.reached is not None and debt.reached - debt.owed_at <= WITHIN


def our_city() -> City:
    """The sample city with three plain queues, one of them a crisis line's."""
    sample = load_city(SAMPLE_CITY, also_spoken=SPOKEN)
    queues = {name: Queue(name=name, zh=name, en=name) for name, _ in TEAMS}
    lines = {line.number: line for line in sample.hotlines.values()}
    crisis = lines["12320"].model_copy(update={"number": "12356", "queue": CRISIS, "menu": None, "crisis": True})
    return replace(sample, queues=MappingProxyType(queues), hotlines=MappingProxyType({**lines, crisis.number: crisis}))


def a_day(city: City, seed: int, *, acting: bool) -> Run:
    """One run."""
    demand = Demand(
        begins=EIGHT,
        lasts=DAY + EVENING,
        per_hour=sum(CALLS.values()) * 3600 / HANDLE_S / BUSIEST_HOUR,
        kinds=tuple(Kind(queue, share) for queue, share in CALLS.items()),
        surges=(Surge(begins=EIGHT, lasts=DAY, times=TIMES),),
    )
    teams = [Team(name=name, size=size, queues=frozenset({name}), comes=EIGHT) for name, size in TEAMS]
    everybody = list(citizens(demand, seed))
    room: dict[QueueName, int] = {}
    simulation = Simulation(
        acd_queues(city),
        workers(teams),
        everybody,
        begins=EIGHT,
        seed=seed,
        calls_back=CallsBack(policy=policy_of(city), at_once=room),
    )
    pilot = ActingPilot(simulation, city, acd_queues, EIGHT + DAY + EVENING, room)
    strays = 0

    def watch(event: Event, _orders: tuple[Command, ...]) -> None:
        nonlocal strays
        if isinstance(event, CapacityChanged):  # nothing else moves a seat
            seats = simulation.core.seats.values()
            strays += any(seat.queues != {CRISIS} for seat in seats if seat.id.startswith("8crisis"))

    if acting:
        simulation.subscribe(watch)
        pilot.begin()
    simulation.run()
    ours = {citizen.name for citizen in everybody if citizen.comes < EIGHT + DAY}
    visits = [visit for visit in simulation.visits if visit.citizen in ours]
    sent = sum(visit.queue == CRISIS and (visit.left_message or visit.promised) for visit in visits)
    violations = strays + sent + sum(done.advice.queue == CRISIS for done in pilot.done)
    debts = simulation.call_backs.debts if simulation.call_backs else {}
    return Run(visits, debts, pilot, violations)


def measure() -> int:
    """Print every figure; 1 if one is not as promised."""
    city = our_city()
    acting = [a_day(city, seed, acting=True) for seed in SEEDS]
    without = [a_day(city, seed, acting=False) for seed in SEEDS]
    reached, theirs = sum(run.reached for run in acting), sum(run.reached for run in without)
    calls, messages = sum(len(run.visits) for run in acting), sum(_messages(run) for run in acting)
    citizens_all, asked = sum(run.citizens for run in acting), sum(len(run.debts) for run in acting)
    violations, hours = sum(run.violations for run in acting), len(SEEDS) * (DAY + EVENING) / timedelta(hours=1)
    switched = Counter(done.advice.action for run in acting for done in run.pilot.done)
    for run in acting:
        say(f"switched {told(run)}; refused {[(advice.id, rule) for advice, rule in run.pilot.refused]}")
    report("autopilot.person_ratio", round(reached / theirs, 4), "1", LEAST_RATIO)
    report("autopilot.messages", round(messages / calls, 4), "1", MOST_MESSAGES)
    report("autopilot.switches_per_h", round(switched.total() / hours, 2), "1/h")
    report("autopilot.crisis_violations", violations, "1", 0)
    report("autopilot.reached", round(reached / citizens_all, 3), "1", round(theirs / citizens_all, 3))
    report("autopilot.asked", asked, "call-backs")
    report("autopilot.kept", round(sum(run.kept for run in acting) / max(1, asked), 3), "1")
    report("autopilot.citizens", citizens_all, "1")
    return int(reached < LEAST_RATIO * theirs or violations > 0 or messages > MOST_MESSAGES * calls)


def _messages(run: Run) -> int:
    return sum(visit.left_message for visit in run.visits)


def told(run: Run) -> str:
    """What was switched, and when, in minutes of the day."""
    return ", ".join(f"{done.advice.id} {(done.at - EIGHT) / timedelta(minutes=1):.0f}" for done in run.pilot.done)


def say(words: str) -> None:
    """Figures go elsewhere."""
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    sys.exit(measure())
