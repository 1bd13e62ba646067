"""How well a caller's wait is foreseen when three times as many people call as a moment ago: ours beside Asterisk's.

Sixty agents who are busy 85 % of their time for two hours; then the surge, of which the first fifteen minutes count.
Talks are lognormal, as wide as an exponential; half of those who gave up dial again (all in `simulation.town`, whose
figures are assumptions). Everybody who joins is given two forecasts at that moment, and both are held against the time
until they were answered. Who gave up is not counted: how long they would have waited nobody knows.

Asterisk's is the hold time of `app_queue` (`recalc_holdtime`, which announces it): in whole seconds, after each answer
`hold = (3 hold + wait) >> 2`.

`forecast.inside` is the share of waits inside our range, which promises 0.8. The same again, with other names, where
what the formula supposes is wrong: patience is lognormal, with few who give up at once (`forecast.patient_…`), talks
are twice as uneven (`forecast.uneven_…`), or a second queue shares a third of the agents (`forecast.shared_…`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import sqrt
from statistics import fmean
from typing import Final, NamedTuple

from acd.events import AgentAnswered, CallJoined, Event
from acd.forecast import Estimate
from acd.matching import Ask
from acd.model import CallId, Queue, QueueName
from sandbox.figures import report
from simulation.agenda import Agenda
from simulation.controller import Controller
from simulation.draw import Draw, Exponential, Lognormal
from simulation.people import Kind
from simulation.run import Simulation
from simulation.town import Demand, Surge, Team, citizens, workers

SEEDS: Final = range(12)
MOST_RATIO, MOST_BIAS_S, INSIDE = 0.6, 10.0, 0.8
NINE: Final = datetime(2025, 1, 6, 1, tzinfo=UTC)
WARM_UP, SURGE, COUNTED = timedelta(hours=2), timedelta(minutes=30), timedelta(minutes=15)
LONGEST: Final = timedelta(minutes=15)  # nobody waits longer here
GENERAL, HEALTH = QueueName("general"), QueueName("health")
PATIENCE, TALK = Exponential(180.0), Lognormal(180.0, 1.0)
CALLS_PER_HOUR: Final = 60 * 0.85 * 3600 / (3 + 180 + 22)  # picking up, talk, and what the queue allows of wrap-up


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Who calls and who serves."""

    name: str = ""
    patience: Draw = PATIENCE
    talk: Draw = TALK
    teams: Sequence[tuple[int, frozenset[QueueName]]] = ((60, frozenset({GENERAL})),)
    kinds: Sequence[Kind] = (Kind(GENERAL),)


TOWNS: Final = (
    Town(),
    Town(name="patient_", patience=Lognormal(180.0, 0.7)),
    Town(name="uneven_", talk=Lognormal(180.0, 2.0)),
    Town(
        name="shared_",
        teams=((25, frozenset({GENERAL})), (20, frozenset({GENERAL, HEALTH})), (15, frozenset({HEALTH}))),
        kinds=(Kind(GENERAL, 0.65), Kind(HEALTH, 0.35)),
    ),
)


class Told(NamedTuple):
    """What was foreseen for one caller, and how it was."""

    joined: datetime
    ours: Estimate | None
    asterisk_s: float
    waited_s: float


class Foreseeing(Controller):
    """Asks both before each caller joins."""

    def __init__(self, agenda: Agenda) -> None:
        super().__init__(agenda)
        self.told: list[Told] = []
        self._waiting: dict[CallId, tuple[QueueName, datetime, Estimate | None, float]] = {}
        self._hold: dict[QueueName, int] = {}

    def decide(self, event: Event) -> None:
        """Look, then decide."""
        if isinstance(event, CallJoined) and event.at >= NINE + WARM_UP and event.call not in self._waiting:
            ours = self.core.outlook().newcomer(Ask(event.queue, event.skills), event.at, event.priority)
            self._waiting[event.call] = event.queue, event.at, ours, self._hold.get(event.queue, 0)
        elif isinstance(event, CallJoined):
            self._waiting.setdefault(event.call, (event.queue, event.at, None, 0))
        elif isinstance(event, AgentAnswered) and event.call in self._waiting:
            self._note(event, *self._waiting.pop(event.call))
        super().decide(event)

    def _note(
        self, event: AgentAnswered, queue: QueueName, joined: datetime, ours: Estimate | None, hold: float
    ) -> None:
        waited_s = (event.at - joined).total_seconds()
        self._hold[queue] = (3 * self._hold.get(queue, 0) + int(waited_s)) >> 2
        if NINE + WARM_UP <= joined < NINE + WARM_UP + COUNTED:
            self.told.append(Told(joined, ours, hold, waited_s))


def surge_of(town: Town, seed: int) -> list[Told]:
    """One run."""
    demand = Demand(
        begins=NINE,
        lasts=WARM_UP + SURGE,
        per_hour=CALLS_PER_HOUR,
        hours=(1.0,),
        kinds=town.kinds,
        surges=(Surge(begins=NINE + WARM_UP, lasts=SURGE, times=3.0),),
        patience=town.patience,
        talk=town.talk,
    )
    teams = [
        Team(name=str(number), size=size, queues=queues, comes=NINE)
        for number, (size, queues) in enumerate(town.teams, 1)
    ]
    queues = tuple(Queue(kind.queue) for kind in town.kinds)
    simulation = Simulation(
        queues, workers(teams), citizens(demand, seed), begins=NINE, seed=seed, controller=Foreseeing
    )
    simulation.run(until=NINE + WARM_UP + COUNTED + LONGEST)
    if not isinstance(simulation.controller, Foreseeing):
        raise TypeError("the simulation has another controller")
    return simulation.controller.told


def rms(errors: Iterable[float]) -> float:
    """Root of the mean square."""
    return sqrt(fmean(error * error for error in errors))


def measure() -> int:
    """Print every figure; 1 if one that is promised is not kept."""
    kept = True
    for town in TOWNS:
        ratio, bias = of_town(town)
        if not town.name:
            kept = ratio <= MOST_RATIO and abs(bias) <= MOST_BIAS_S
    return int(not kept)


def of_town(town: Town) -> tuple[float, float]:
    """Print a town's figures; return ratio and bias."""
    told = [one for seed in SEEDS for one in surge_of(town, seed)]
    known = [(one, one.ours) for one in told if one.ours is not None]
    ours = [wait.mean_s - one.waited_s for one, wait in known]
    theirs = [one.asterisk_s - one.waited_s for one, _ in known]
    inside = fmean(wait.least_s <= one.waited_s <= wait.most_s for one, wait in known)
    ratio, bias = rms(ours) / rms(theirs), fmean(ours)
    name = f"forecast.{town.name}"
    report(f"{name}rmse_ratio", round(ratio, 3), "1", None if town.name else MOST_RATIO)
    report(f"{name}bias_s", round(bias, 1), "s", None if town.name else MOST_BIAS_S)
    report(f"{name}inside", round(inside, 3), "1", INSIDE)
    if not town.name:
        report("forecast.rmse_s", round(rms(ours), 1), "s", round(rms(theirs), 1))
        report("forecast.asterisk_bias_s", round(fmean(theirs), 1), "s")
        report("forecast.wait_s", round(fmean(one.waited_s for one in told), 1), "s")
        report("forecast.callers", len(told), "1")
        report("forecast.unknown", round(1 - len(known) / len(told), 3), "1", 0)
    return ratio, bias


if __name__ == "__main__":
    sys.exit(measure())
