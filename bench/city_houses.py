"""The two houses of `bench.city`, serving the same citizens with as many agents: ours as it is, and a native `Queue()`.

Ours is the core itself (simulation.run) with the sample city's general queue and its response levels, and the autopilot
in `act`: it looks every five seconds, and what it proposes and main can do is done at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from acd.advice import SHORTEST_WRAP_UP, Action, Advice, Doable, Turn, see
from acd.autopilot import Autopilot
from acd.commands import Command, RingAgent
from acd.events import Event, QueuesLoaded
from acd.model import AgentId, CallId, Queue, QueueName
from bench.native_queue import NativeQueue, Served, Settings
from city.city import City
from city.level import QueueChange
from city.written import Written
from hotline.fittings import acd_queues
from simulation.agenda import Agenda
from simulation.people import Citizen, Worker
from simulation.run import Simulation, Visit

LOOK_S: Final = 5.0
WITHIN: Final = timedelta(seconds=15)
GENERAL: Final = QueueName("general")


@dataclass(frozen=True, slots=True)
class Hour:
    """What became of the citizens of the hour."""

    citizens: int
    answered: int  # citizens
    calls: int  # with redials
    within: int  # calls answered within 15 s of their arrival, greeting included
    abandoned: int  # calls
    waits_s: Sequence[float]  # sorted
    written_min: float  # after-call work done before the next ring
    unwritten_min: float  # what was still to be written when the phone rang again

    @property
    def p95_s(self) -> float:
        """Of calls answered and given up, from the waiting room's door (nearest rank)."""
        return self.waits_s[ceil(0.95 * len(self.waits_s)) - 1]


def scored(calls: Iterable[Served], rings: Mapping[AgentId, Sequence[datetime]], counted: frozenset[str]) -> Hour:
    """Look at the calls of these citizens."""
    ours = [call for call in calls if call.citizen in counted]
    answered = [call for call in ours if call.answered is not None]
    written = needed = 0.0
    for call in answered:
        if call.agent is not None:
            written += min(call.needs_s, _left_alone_s(call, rings[call.agent]))
            needed += call.needs_s
    return Hour(
        citizens=len({call.citizen for call in ours}),
        answered=len({call.citizen for call in answered}),
        calls=len(ours),
        within=sum(call.answered is not None and call.answered - call.came <= WITHIN for call in ours),
        abandoned=len(ours) - len(answered),
        waits_s=sorted(((call.answered or call.ended) - call.joined).total_seconds() for call in ours),
        written_min=written / 60,
        unwritten_min=(needed - written) / 60,
    )


def _left_alone_s(call: Served, rings: Sequence[datetime]) -> float:
    later = bisect_right(rings, call.ended)
    return (rings[later] - call.ended).total_seconds() if later < len(rings) else float("inf")


# ---- native


def native(
    settings: Settings, workers: Sequence[Worker], citizens: Sequence[Citizen], seed: int, begins: datetime
) -> tuple[Sequence[Served], Mapping[AgentId, Sequence[datetime]]]:
    """One run of a native queue."""
    queue = NativeQueue(settings, Agenda(begins))
    queue.run(workers, citizens, seed)
    return queue.calls, queue.rings


# ---- ours


@dataclass
class OurHouse:
    """The autopilot's hands in the simulation: a shorter wrap-up and the city's levels, the newest on top."""

    simulation: Simulation
    city: City
    ends: datetime
    autopilot: Autopilot = field(default_factory=Autopilot)
    standing: list[tuple[Action, Written]] = field(default_factory=list)  # measures in force, the newest last
    level: int = 0
    switched: list[Advice] = field(default_factory=list)

    def look(self) -> None:
        """Look, do everything, and again in a while."""
        core, now = self.simulation.core, self.simulation.now
        sight = see(GENERAL, (GENERAL,), core.outlook(), now, self._doable())
        for advice in self.autopilot.look([sight], now):
            self.switched.append(advice)
            self._carry_out(advice)
        if now < self.ends:
            self.simulation.agenda.after(LOOK_S, self.look)

    def _doable(self) -> Doable:
        """As hotline.pilot_hands says it."""
        wrap_up = self.simulation.core.queues[GENERAL].wrap_up_time
        possible = {Action.BORROW}  # there is nobody to borrow from: everybody serves everybody
        if wrap_up > SHORTEST_WRAP_UP:
            possible.add(Action.WRAP_UP)
        if self.level + 1 < len(self.city.levels):
            possible.add(Action.LEVEL)
        on = frozenset(action for action, _ in self.standing)
        return Doable(possible=frozenset(possible), on=on, ours=on, wrap_up=wrap_up)

    def _carry_out(self, advice: Advice) -> None:
        if advice.turn is Turn.END:
            self.standing.remove(next(one for one in reversed(self.standing) if one[0] is advice.action))
            self.level -= advice.action is Action.LEVEL
        elif advice.action is Action.LEVEL:
            self.level += 1
            change = tuple(self.city.levels.values())[self.level].queues.get(GENERAL)
            self.standing.append((Action.LEVEL, change or QueueChange()))
        elif advice.wrap_up is not None:
            change = QueueChange.model_validate({"wrap_up_s": advice.wrap_up.total_seconds()})
            self.standing.append((Action.WRAP_UP, change))
        queue = general(self.city.under([(GENERAL, change) for _, change in self.standing]))
        self.simulation.controller.tell(QueuesLoaded(at=self.simulation.now, queues=(queue,)))


def general(city: City) -> Queue:
    """The sample city's general queue, as the controller loads it."""
    return next(queue for queue in acd_queues(city) if queue.name == GENERAL)


def our_house(
    city: City, workers: Sequence[Worker], citizens: Sequence[Citizen], seed: int, begins: datetime, *, acting: bool
) -> tuple[Sequence[Served], Mapping[AgentId, Sequence[datetime]], OurHouse]:
    """One run of ours."""
    rings: dict[AgentId, list[datetime]] = {worker.agent: [] for worker in workers}
    last: dict[CallId, AgentId] = {}

    def note(_event: Event, orders: tuple[Command, ...]) -> None:
        for order in orders:
            if isinstance(order, RingAgent):
                rings[order.agent].append(order.at)
                last[order.call] = order.agent

    simulation = Simulation((general(city),), workers, citizens, begins=begins, seed=seed, watchers=(note,))
    house = OurHouse(simulation, city, citizens[-1].comes)
    if acting:
        simulation.agenda.after(0.0, house.look)
    simulation.run()
    needs = {
        f"{citizen.name}-{number}": own.wrap_up_s for citizen in citizens for number, own in enumerate(citizen.tries, 1)
    }
    calls = [_served(visit, last, needs[visit.call]) for visit in simulation.visits if visit.joined is not None]
    return calls, rings, house


def _served(visit: Visit, last: Mapping[CallId, AgentId], needs_s: float) -> Served:
    agent = last.get(visit.call) if visit.answered is not None else None
    joined = visit.joined or visit.came
    return Served(visit.citizen, visit.came, joined, visit.answered, visit.ended, agent, needs_s)
