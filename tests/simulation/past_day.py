"""A morning of a simulated town that is looked back at: its citizens are known, so what would have been is, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from acd.model import CallId, Queue, QueueName
from simulation.change import Change
from simulation.comparison import Comparison, compare
from simulation.controller import Watcher
from simulation.draw import Draw, Exponential, Uniform
from simulation.guesses import Guesses
from simulation.line import Wiring
from simulation.outcomes import By, Count, Counting, Group, Grouping
from simulation.people import Habits, Kind
from simulation.recalling import TAIL, Recalling
from simulation.recollection import Recollection
from simulation.run import Simulation
from simulation.town import Demand, Team, citizens, workers
from tests.simulation.town import NINE

GENERAL, HEALTH = QueueName("general"), QueueName("health")
KINDS: Final = (Kind(GENERAL, share=2.0), Kind(HEALTH, hotline="12320"))
HABITS: Final = Habits(picks_up=Uniform(1.0, 6.0), misses=0.03, refuses=0.01)
SINCE, UNTIL = NINE + timedelta(minutes=30), NINE + timedelta(minutes=90)
TOTAL: Final = Group(By.ALL, "")


@dataclass(frozen=True, kw_only=True)
class Morning:
    """How busy it is. `more`: agents who come at half past nine besides, for the queue health."""

    seed: int = 5
    per_hour: float = 400.0
    agents: int = 20
    health_agents: int = 6
    more: int = 0
    redials: float = 0.0
    wrap_up_s: float = 30.0
    dice: int = 1
    patience: Draw = Exponential(180.0)

    def simulation(self, *watchers: Watcher) -> Simulation:
        """The town, before nine."""
        demand = Demand(
            begins=NINE,
            lasts=timedelta(hours=2),
            per_hour=self.per_hour,
            kinds=KINDS,
            hours=(1.0,),
            redials=self.redials,
            patience=self.patience,
        )
        limit = timedelta(seconds=self.wrap_up_s)
        return Simulation(
            tuple(Queue(kind.queue, wrap_up_time=limit) for kind in KINDS),
            workers(self._teams()),
            citizens(demand, self.seed),
            begins=NINE,
            seed=self.dice,
            wiring=Wiring(greeting=Uniform(3.0, 6.0)),
            watchers=watchers,
        )

    def _teams(self) -> list[Team]:
        leaves, every = NINE + timedelta(hours=6), timedelta(minutes=50)
        sizes = {"1": (self.agents, frozenset({GENERAL}), NINE), "2": (self.health_agents, frozenset({HEALTH}), NINE)}
        teams = [
            Team(name=name, size=size, queues=queues, comes=comes, leaves=leaves, rest_every=every, habits=HABITS)
            for name, (size, queues, comes) in sizes.items()
        ]
        if self.more:
            queues = frozenset({HEALTH})
            teams.append(Team(name="3", size=self.more, queues=queues, comes=SINCE, spread=timedelta(0), habits=HABITS))
        return teams


@dataclass(frozen=True)
class LookedBack:
    """What was recalled of a morning, and who dialled again."""

    seen: Recollection
    redials: Mapping[CallId, CallId]

    @property
    def guesses(self) -> Guesses:
        """Draws of what was not seen."""
        return Guesses(self.seen, self.redials)

    def compared(self, change: Change | None, draws: int = 8) -> Comparison:
        """The morning again."""
        return compare(self.seen, self.guesses, grouping(self.seen), change, draws=draws)

    def real(self) -> Count:
        """What really happened."""
        return Counting(self.seen, self.guesses, grouping(self.seen)).real()


def grouping(seen: Recollection) -> Grouping:
    """By half hours."""
    return Grouping(seen, timedelta(minutes=30), lambda moment: moment.strftime("%H:%M"))


def look_back(morning: Morning, since: datetime = SINCE, until: datetime = UNTIL) -> LookedBack:
    """Live through a morning and recall a part of it, as from a journal."""
    town, recalling = morning.simulation(), Recalling(since, until)
    town.run(since)
    recalling.begin(town.core)
    town.subscribe(lambda event, orders: recalling.note(town.core, event, orders))
    town.run(until + TAIL)
    seen = recalling.close(until + TAIL)
    town.run()
    calls = {(visit.citizen, visit.tried): visit.call for visit in town.visits}
    again = {call: calls[who, tried + 1] for (who, tried), call in calls.items() if (who, tried + 1) in calls}
    return LookedBack(seen, again)
