"""A day on which three times as many people call as sixty agents are there for: the autopilot acting, and without it.

The same citizens call in both runs, with the same patience, talks and redials (`simulation.town`, whose figures are
assumptions), from eight in the morning for twelve hours. The same agents serve: 42 the general queue, 12 health, 6 a
crisis line. The autopilot (acd.autopilot) looks every five seconds, and everything that it proposes is done at once.
What the simulated house can do is what is done here: lend seats, and shorten the wrap-up.

`autopilot.person_ratio`: citizens who talked with a person, with it over without it. `autopilot.messages`: share of
calls that ended in a voice message. The queues' recipes are empty here, and nothing else sends anybody to one, so that
it is 0 says little; nor is anybody called back.
`autopilot.crisis_violations`: advice for the crisis queue, and moments at which one of its seats served another.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from acd.advice import Action, Advice, Doable, Turn, see
from acd.autopilot import Autopilot
from acd.events import QueuesLoaded, SeatOpened
from acd.model import AgentState, Queue, QueueName, Seat, SeatId
from sandbox.figures import report
from simulation.people import Kind
from simulation.run import Simulation, Visit
from simulation.town import Demand, Team, citizens, workers

SEEDS: Final = range(3)
LEAST_RATIO, MOST_MESSAGES = 1.0, 0.1
EIGHT: Final = datetime(2025, 1, 6, tzinfo=UTC)
DAY: Final = timedelta(hours=12)
LOOK: Final = timedelta(seconds=5)
GENERAL, HEALTH, CRISIS = QueueName("general"), QueueName("health"), QueueName("crisis")
TEAMS: Final = ((GENERAL, 42), (HEALTH, 12), (CRISIS, 6))
BUSIEST_HOUR: Final = 2.2  # of the day's curve, over its mean
CALLS: Final = {GENERAL: 42 * 0.85, HEALTH: 12 * 0.7, CRISIS: 6 * 0.15}
"""How many agents each queue's callers keep busy in the busiest hour of a usual day."""
HANDLE_S: Final = 3 + 180 + 22
WRAP_UP: Final = timedelta(seconds=30)


@dataclass
class House:
    """What the autopilot can do in a simulation, and what it has done."""

    simulation: Simulation
    autopilot: Autopilot = field(default_factory=Autopilot)
    lent: dict[SeatId, tuple[QueueName, Seat]] = field(default_factory=dict)  # to whom, and what it was
    wrap_ups: dict[QueueName, timedelta] = field(default_factory=dict)
    switches: int = 0
    violations: int = 0

    def look(self) -> None:
        """Look, do everything, and again in a while."""
        core, now = self.simulation.core, self.simulation.now
        outlook, queues = core.outlook(), tuple(core.queues)
        sights = [see(queue, queues, outlook, now, self._doable(queue), crisis=(CRISIS,)) for queue in queues]
        for advice in self.autopilot.look(sights, now):
            self._carry_out(advice)
        self.violations += sum(seat.queues != {CRISIS} for seat in core.seats.values() if seat.id.startswith("8crisis"))
        if now < EIGHT + DAY:
            self.simulation.agenda.after(LOOK.total_seconds(), self.look)

    def _doable(self, queue: QueueName) -> Doable:
        on = {Action.WRAP_UP} if queue in self.wrap_ups else set[Action]()
        if any(borrower == queue for borrower, _ in self.lent.values()):
            on.add(Action.BORROW)
        possible = frozenset({Action.BORROW, Action.WRAP_UP})
        return Doable(possible=possible, on=frozenset(on), wrap_up=self.wrap_ups.get(queue, WRAP_UP))

    def _carry_out(self, advice: Advice) -> None:
        self.switches += 1
        self.violations += advice.queue == CRISIS
        match advice.action, advice.turn:
            case Action.BORROW, Turn.BEGIN:
                self._borrow(advice)
            case Action.BORROW, Turn.END:
                for seat in [seat for seat, (borrower, _) in self.lent.items() if borrower == advice.queue]:
                    self._open(self.lent.pop(seat)[1])
            case Action.WRAP_UP, Turn.BEGIN if advice.wrap_up is not None:
                self.wrap_ups[advice.queue] = advice.wrap_up
                self._load()
            case Action.WRAP_UP, Turn.END:
                self.wrap_ups.pop(advice.queue, None)
                self._load()

    def _borrow(self, advice: Advice) -> None:
        """Those who are ready first."""
        core = self.simulation.core
        for lent in advice.seats:
            there = [seat for seat in core.seats.values() if seat.queues == {lent.queue}]
            agents = {agent.seat: agent for agent in core.agents.values()}
            there.sort(key=lambda seat: (agents[seat.id].state is not AgentState.READY, seat.id))
            for seat in there[: lent.seats]:
                self.lent[seat.id] = advice.queue, seat
                self._open(replace(seat, queues=frozenset({advice.queue})))

    def _open(self, seat: Seat) -> None:
        self.simulation.controller.tell(SeatOpened(at=self.simulation.now, seat=seat, by="autopilot"))

    def _load(self) -> None:
        queues = tuple(Queue(name, wrap_up_time=self.wrap_ups.get(name, WRAP_UP)) for name, _ in TEAMS)
        self.simulation.controller.tell(QueuesLoaded(at=self.simulation.now, queues=queues))


def a_day(seed: int, *, acting: bool) -> tuple[list[Visit], House]:
    """One run."""
    demand = Demand(
        begins=EIGHT,
        lasts=DAY,
        per_hour=sum(CALLS.values()) * 3600 / HANDLE_S / BUSIEST_HOUR,
        kinds=tuple(Kind(queue, share) for queue, share in CALLS.items()),
        times=3.0,
    )
    teams = [Team(name=name, size=size, queues=frozenset({name}), comes=EIGHT) for name, size in TEAMS]
    queues = tuple(Queue(name, wrap_up_time=WRAP_UP) for name, _ in TEAMS)
    simulation = Simulation(queues, workers(teams), citizens(demand, seed), begins=EIGHT, seed=seed)
    house = House(simulation)
    if acting:
        simulation.agenda.after(0.0, house.look)
    simulation.run()
    return simulation.visits, house


def reached(visits: list[Visit]) -> int:
    """Citizens who talked with a person."""
    return len({visit.citizen for visit in visits if visit.answered is not None})


def measure() -> int:
    """Print every figure; 1 if one is not as promised."""
    with_it = without = citizens_all = switches = violations = messages = calls = 0
    for seed in SEEDS:
        visits, house = a_day(seed, acting=True)
        with_it += reached(visits)
        messages, calls = messages + sum(visit.left_message for visit in visits), calls + len(visits)
        switches += house.switches
        violations += house.violations
        visits, _ = a_day(seed, acting=False)
        without += reached(visits)
        citizens_all += len({visit.citizen for visit in visits})
    ratio, hours = with_it / without, len(SEEDS) * DAY / timedelta(hours=1)
    report("autopilot.person_ratio", round(ratio, 4), "1", LEAST_RATIO)
    report("autopilot.messages", round(messages / calls, 4), "1", MOST_MESSAGES)
    report("autopilot.switches_per_h", round(switches / hours, 2), "1/h")
    report("autopilot.crisis_violations", violations, "1", 0)
    report("autopilot.reached", round(with_it / citizens_all, 3), "1", round(without / citizens_all, 3))
    report("autopilot.citizens", citizens_all, "1")
    return int(ratio < LEAST_RATIO or violations > 0 or messages > MOST_MESSAGES * calls)


if __name__ == "__main__":
    sys.exit(measure())
