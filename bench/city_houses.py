"""The two houses of `bench.city`, serving the same citizens with as many agents: ours as it is, and a native `Queue()`.

Ours is the core itself (simulation.run) with the sample city, its response levels and its rules for call-backs, and the
autopilot in `act` (simulation.pilot): it looks every five seconds, and what it proposes is done at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from acd.commands import Command, RingAgent
from acd.events import Event
from acd.matching import Ask
from acd.model import AgentId, CallId, QueueName
from bench.native_queue import NativeQueue, Served, Settings
from city.city import City
from hotline.fittings import acd_queues
from hotline.planned_debts import policy_of
from simulation.agenda import Agenda
from simulation.call_backs import CallsBack, Owed
from simulation.people import Citizen, Worker
from simulation.pilot import LOOK, ActingPilot
from simulation.run import Simulation, Visit

WITHIN: Final = timedelta(seconds=15)
BACK_WITHIN: Final = timedelta(hours=2)
GENERAL: Final = QueueName("general")

Rings = Mapping[AgentId, Sequence[datetime]]


@dataclass(frozen=True, slots=True)
class Hour:
    """What became of the citizens of the hour."""

    citizens: int
    answered: int  # citizens, on the line
    by_call_back: int  # more citizens: reached within two hours of asking for it
    calls: int  # with redials
    within: int  # calls answered within 15 s of their arrival, greeting included
    promised: int  # calls that ended with a call-back asked for
    abandoned: int  # calls
    waits_s: Sequence[float]  # sorted
    written_min: float  # after-call work done before the next ring
    unwritten_min: float  # what was still to be written when the phone rang again

    @property
    def p95_s(self) -> float:
        """Of all calls, from the waiting room's door (nearest rank)."""
        return self.waits_s[ceil(0.95 * len(self.waits_s)) - 1]


def scored(
    calls: Iterable[Served], rings: Rings, counted: frozenset[str], called_back: Collection[str] = frozenset()
) -> Hour:
    """Look at the calls of these citizens. `called_back`: who was reached in time, on the line or not."""
    ours = [call for call in calls if call.citizen in counted]
    answered = [call for call in ours if call.answered is not None]
    talked, promised = {call.citizen for call in answered}, sum(call.promised for call in ours)
    written = needed = 0.0
    for call in answered:
        if call.agent is not None:
            written += min(call.needs_s, _left_alone_s(call, rings[call.agent]))
            needed += call.needs_s
    return Hour(
        citizens=len({call.citizen for call in ours}),
        answered=len(talked),
        by_call_back=len((counted & set(called_back)) - talked),
        calls=len(ours),
        within=sum(call.answered is not None and call.answered - call.came <= WITHIN for call in ours),
        promised=promised,
        abandoned=len(ours) - len(answered) - promised,
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
) -> tuple[Sequence[Served], Rings]:
    """One run of a native queue."""
    queue = NativeQueue(settings, Agenda(begins))
    queue.run(workers, citizens, seed)
    return queue.calls, queue.rings


# ---- ours


@dataclass(frozen=True)
class OurHouse:
    """One run of ours."""

    calls: Sequence[Served]
    rings: Rings
    called_back: frozenset[str]  # citizens who were reached within two hours of asking
    switched: int  # how often the autopilot switched something
    longest_s: float  # the longest wait that was foreseen for anybody who joined, by the mean


@dataclass
class Foreseeing:
    """Notes the longest wait that is foreseen, looking as often as the autopilot."""

    simulation: Simulation
    ends: datetime
    longest_s: float = 0.0

    def look(self) -> None:
        """Look, and again in a while."""
        wait = self.simulation.core.outlook().newcomer(Ask(GENERAL, frozenset()), self.simulation.now)
        self.longest_s = max(self.longest_s, 0.0 if wait is None else wait.mean_s)
        if self.simulation.now < self.ends:
            self.simulation.agenda.after(LOOK.total_seconds(), self.look)


def our_house(
    city: City, workers: Sequence[Worker], citizens: Sequence[Citizen], seed: int, begins: datetime
) -> OurHouse:
    """Run it. What agents write after a call-back is not counted, nor need be: the next ring ends it all the same."""
    rings: dict[AgentId, list[datetime]] = {worker.agent: [] for worker in workers}
    last: dict[CallId, AgentId] = {}

    def note(_event: Event, orders: tuple[Command, ...]) -> None:
        for order in orders:
            if isinstance(order, RingAgent):
                rings[order.agent].append(order.at)
                last[order.call] = order.agent

    room: dict[QueueName, int] = {}
    backs = CallsBack(policy=policy_of(city), at_once=room)
    simulation = Simulation(
        acd_queues(city), workers, citizens, begins=begins, seed=seed, watchers=(note,), calls_back=backs
    )
    pilot = ActingPilot(simulation, city, acd_queues, citizens[-1].comes, room)
    pilot.begin()
    foreseeing = Foreseeing(simulation, citizens[-1].comes)
    simulation.agenda.after(0.0, foreseeing.look)
    simulation.run()
    needs = {
        f"{citizen.name}-{number}": own.wrap_up_s for citizen in citizens for number, own in enumerate(citizen.tries, 1)
    }
    calls = [_served(visit, last, needs[visit.call]) for visit in simulation.visits if visit.joined is not None]
    debts = simulation.call_backs.debts.values() if simulation.call_backs else ()
    called_back = frozenset(debt.citizen for debt in debts if _in_time(debt))
    return OurHouse(calls, rings, called_back, len(pilot.done), foreseeing.longest_s)


def _in_time(debt: Owed) -> bool:
    return debt.reached is not None and debt.reached - debt.owed_at <= BACK_WITHIN


def _served(visit: Visit, last: Mapping[CallId, AgentId], needs_s: float) -> Served:
    agent = last.get(visit.call) if visit.answered is not None else None
    joined = visit.joined or visit.came
    return Served(visit.citizen, visit.came, joined, visit.answered, visit.ended, agent, needs_s, visit.promised)
