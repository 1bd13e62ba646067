"""One trial: a short, bad hour of a small town. Twenty-four agents, more than two hundred calls, everything breaks.

The same seed gives the same trial. `run` returns what happened; a law that breaks is named with the seed, and the
decisions up to then are the shortest prefix that shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from acd.commands import Command
from acd.events import Event
from acd.model import Queue, QueueName, RecipeRow, Skill, SkillLevel
from acd.steps import Announce, Borrow, LeaveMessage, OfferCallBack, Relax
from simulation.agenda import Agenda
from simulation.controller import Controller
from simulation.coverage import Coverage
from simulation.diary import Decision
from simulation.draw import Exactly, Exponential, Lognormal, Uniform, dice_named
from simulation.faults import Fault, Weather
from simulation.laws import Broken, Laws
from simulation.line import Wiring
from simulation.loans import Loans
from simulation.mortal import MortalController
from simulation.people import Habits, Kind
from simulation.run import Simulation
from simulation.town import Demand, Team, citizens, workers
from simulation.trouble import Trouble
from simulation.witness import Witness

BEGINS: Final = datetime(2020, 2, 3, 1, tzinfo=UTC)
LASTS_S: Final = 400.0
ENDS: Final = BEGINS + timedelta(seconds=LASTS_S)
PATIENCE: Final = timedelta(hours=1)
CALM: Final = timedelta(minutes=3)
REST: Final = timedelta(seconds=20)
GENERAL, HEALTH = QueueName("general"), QueueName("health")
QUICK: Final[dict[str, Any]] = {
    "ring_time": timedelta(seconds=8),
    "wrap_up_time": timedelta(seconds=10),
    "extend_wrap_up": timedelta(seconds=6),
    "extensions_most": 2,
    "breaks_at_once": 6,
}
QUEUES: Final = (
    Queue(
        GENERAL,
        recipe=(
            RecipeRow(timedelta(seconds=12), Announce("many-callers")),
            RecipeRow(timedelta(seconds=25), Relax(Skill("english"))),
            RecipeRow(timedelta(seconds=30), OfferCallBack()),
            RecipeRow(timedelta(seconds=90), LeaveMessage()),
        ),
        **QUICK,
    ),
    Queue(
        HEALTH,
        recipe=(
            RecipeRow(timedelta(seconds=15), Relax(Skill("psychology"))),
            RecipeRow(timedelta(seconds=20), Borrow(lender=GENERAL, seats=2, keep=2, lasts=timedelta(seconds=60))),
        ),
        **QUICK,
    ),
)
ENGLISH: Final = SkillLevel(Skill("english"), 2)
KINDS_OF_CALL: Final = (
    Kind(GENERAL, share=6.0),
    Kind(GENERAL, share=1.0, skills=frozenset({ENGLISH})),
    Kind(HEALTH, share=2.0, hotline="12320", priority=1),
    Kind(HEALTH, share=0.5, hotline="12320", priority=3, skills=frozenset({SkillLevel(Skill("psychology"), 1)})),
)
HABITS: Final = Habits(
    picks_up=Uniform(0.5, 6.0), misses=0.06, refuses=0.04, comes_back=Uniform(3.0, 15.0), glances_s=10.0
)
WEATHER: Final = Weather(
    news={Fault.LOST: 0.015, Fault.LATE: 0.03, Fault.DOUBLED: 0.03, Fault.REORDERED: 0.03},
    every_s={Fault.DEAF: 120.0, Fault.CONTROLLER_DIED: 100.0, Fault.PBX_DIED: 200.0, Fault.CLOCK_STEPPED: 100.0},
)

DEMAND: Final = Demand(
    begins=BEGINS + timedelta(seconds=5),
    lasts=timedelta(seconds=LASTS_S),
    per_hour=2300.0,
    kinds=KINDS_OF_CALL,
    hours=(1.0,),
    patience=Exponential(45.0),
    talk=Lognormal(28.0, 1.0),
    wrap_up=Lognormal(7.0, 0.8),
    again_after=Lognormal(20.0, 1.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a trial came to."""

    seed: int
    calls: int
    agents: int
    decisions: int
    repairs: int
    torn: int
    broken: Broken | None
    prefix: tuple[Decision, ...]  # of a broken one: all decisions up to the break
    coverage: Coverage


class Trial:
    """Build it by a seed, run it once."""

    def __init__(self, seed: int, weather: Weather = WEATHER) -> None:
        self._seed, self._weather = seed, weather
        self._dice = dice_named(seed, "weather")
        self._laws = Laws()
        staff = list(workers(_teams()))
        self._witness = Witness({worker.seat: worker.agent for worker in staff})
        self._simulation = Simulation(
            QUEUES,
            staff,
            citizens(DEMAND, seed),
            begins=BEGINS,
            seed=seed,
            wiring=Wiring(greeting=Exactly(1.0)),
            controller=self._controller,
            watchers=(self._watch,),
        )
        self.loans = Loans(self._simulation.agenda, lambda: self._simulation.controller)
        self._simulation.subscribe(self.loans.watch)
        self._trouble = Trouble(self._simulation, self._mortal, self._dice, weather, staff)

    def _controller(self, agenda: Agenda) -> Controller:
        self._mortal = MortalController(agenda, self._dice, self._weather, self._witness)
        self._mortal.on_death = self._compare_before_death
        self._mortal.on_rise = self._begin_again
        return self._mortal

    def run(self) -> Ended:
        """Let it all happen; then calm; then look whether everything is as it must be."""
        broken: Broken | None = None
        try:
            self._run()
        except Broken as law:
            broken = law
        return Ended(
            seed=self._seed,
            calls=len(self._simulation.visits),
            agents=len(self._simulation.core.agents),
            decisions=self._decisions,
            repairs=self._mortal.reconciler.repairs,
            torn=self._simulation.exchange.torn,
            broken=broken,
            prefix=tuple(self._mortal.diary.decisions) if broken else (),
            coverage=self._witness.coverage,
        )

    _decisions = 0

    def _run(self) -> None:
        self._trouble.begin(ENDS)
        self._simulation.run(until=ENDS + PATIENCE)
        self._simulation.settle(max(self._simulation.now, ENDS) + CALM)
        self._compare()
        self._laws.final(self._simulation.core, self._simulation.visits)

    # ---- watching

    def _watch(self, event: Event, orders: tuple[Command, ...]) -> None:
        self._decisions += 1
        self._laws.check(self._mortal.core, event, orders)
        if self._mortal.reconciler.stubborn:
            raise Broken("lost call", f"a difference that does not mend: {self._mortal.reconciler.stubborn[0]}")

    def _compare(self) -> None:
        difference = self._mortal.diary.differs(self._mortal.core)
        if difference is not None:
            raise Broken("replay differs", difference)

    def _compare_before_death(self) -> None:
        self._compare()

    def _begin_again(self) -> None:
        self._laws.begin_again(event for event, _ in self._mortal.diary.decisions)


def _teams() -> tuple[Team, ...]:
    """Most do everything, some know more; six leave before the end."""
    both = frozenset({GENERAL, HEALTH})
    psychology = SkillLevel(Skill("psychology"), 3)
    common: dict[str, Any] = {"comes": BEGINS, "habits": HABITS, "spread": timedelta(seconds=20), "rest": REST}
    ends, every = BEGINS + timedelta(seconds=2 * LASTS_S), timedelta(seconds=150)
    return (
        Team(name="1", size=10, queues=both, leaves=ends, rest_every=every, **common),
        Team(name="2", size=4, queues=both, skills=frozenset({ENGLISH}), **common),
        Team(name="3", size=4, queues=frozenset({HEALTH}), skills=frozenset({psychology}), **common),
        Team(name="4", size=6, queues=frozenset({GENERAL}), leaves=BEGINS + timedelta(seconds=LASTS_S * 0.6), **common),
    )
