"""One more run of a period that was: the same callers and people, by the real core, perhaps under a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from acd.capacity_facts import CapacityChanged
from acd.commands import Command
from acd.distributor import Distributor
from acd.events import Event, QueuesLoaded, Request, SeatClosed, SeatOpened
from acd.model import AgentId, Queue, Seat, SeatId
from simulation.agenda import Agenda
from simulation.at_work import Occupancy
from simulation.change import Change, with_more_seats
from simulation.controller import Controller
from simulation.draw import Exactly
from simulation.guesses import Guesses
from simulation.line import Desk, Wiring
from simulation.people import Citizen
from simulation.recollection import Recollection, Wish
from simulation.run import Simulation, Visit
from simulation.stand_in import StandIn

WIRING = Wiring(greeting=Exactly(0.0), order_s=0.02, phone_s=0.08)
"""As quick as the real ones on loopback; how long each caller was greeted is known."""

AT_MOST_LONGER = timedelta(hours=4)
"""So long after the end of what is known the last callers are waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a run."""

    visits: Sequence[Visit]
    occupancy: float | None


class Reenactment:
    """`run` it once."""

    def __init__(
        self,
        seen: Recollection,
        guesses: Guesses,
        change: Change | None = None,
        *,
        seed: int = 0,
        citizens: Iterable[Citizen] | None = None,
    ) -> None:
        """`citizens`: who calls instead of those who called then."""
        self._seen, self._guesses, self._change, self._seed = seen, guesses, change, seed
        self._desks: dict[SeatId, Desk] = {}
        self._before: tuple[tuple[Queue, ...], dict[SeatId, Seat]] = (), {}  # in force when the change began
        self._occupancy = Occupancy(seen.since, seen.until)
        self._town = Simulation(
            seen.begin.queues,
            (),
            guesses.citizens(seed) if citizens is None else citizens,
            begins=seen.since,
            seed=seed,
            wiring=WIRING,
            controller=self._controller,
            watchers=(self._watch,),
            desks=self._desks,
        )

    def run(self) -> Run:
        """From the period's beginning until the last of its callers is gone. simulation.change.NobodyServes."""
        self._set_the_place()
        self._employ()
        self._town.run(until=self._seen.ends + AT_MOST_LONGER)
        return Run(visits=self._town.visits, occupancy=self._occupancy.close())

    def _controller(self, agenda: Agenda) -> Controller:
        core = Distributor()
        core.restore(self._seen.begin)
        self._occupancy.note(core, self._seen.since, everybody=True)
        self._acd = Controller(agenda, core)
        return self._acd

    def _watch(self, event: Event, _orders: tuple[Command, ...]) -> None:
        self._occupancy.note(self._acd.core, event.at)

    # ---- the place

    def _set_the_place(self) -> None:
        """Facts of the place at their time, and the change at its own."""
        agenda, change = self._town.agenda, self._change
        if change is not None:
            agenda.at(change.begins, self._begin_change)
        for fact in self._seen.place:
            agenda.at(fact.at, partial(self._retell, fact))
        if change is not None:
            agenda.at(change.ends, self._end_change)

    def _retell(self, fact: Event) -> None:
        change = self._change
        told = change.told(fact) if change is not None and change.holds(fact.at) else fact
        if told is not None:
            self._tell(told)

    def _tell(self, fact: Event) -> None:
        if isinstance(fact, Request):
            self._acd.ask(fact)  # what was refused then is not in the journal; now it changes nothing
        else:
            self._acd.tell(fact)

    def _begin_change(self) -> None:
        change, core, now = self._change, self._town.core, self._town.now
        if change is None:
            return
        self._before = tuple(core.queues.values()), dict(core.seats)
        self._tell(QueuesLoaded(at=now, queues=change.ruled(core.queues.values())))
        for seat_id, seat in sorted(change.seats.items()):
            self._put(seat_id, seat, now)

    def _put(self, seat_id: SeatId, seat: Seat | None, now: datetime) -> None:
        if seat is not None:
            self._tell(SeatOpened(at=now, seat=seat))
        elif seat_id in self._town.core.seats:
            self._tell(SeatClosed(at=now, seat=seat_id))

    def _end_change(self) -> None:
        """What was in force before is again, but for what happened to the place meanwhile."""
        change, now = self._change, self._town.now
        if change is None or now >= self._seen.ends:
            return
        queues, seats = self._before
        for fact in self._seen.place:
            if isinstance(fact, QueuesLoaded | CapacityChanged) and change.holds(fact.at):
                queues = fact.queues
        self._tell(QueuesLoaded(at=now, queues=queues))
        for seat_id in sorted(change.seats):
            self._put(seat_id, seats.get(seat_id), now)

    # ---- the people

    def _employ(self) -> None:
        wishes: Mapping[AgentId, tuple[Wish, ...]] = self._seen.wishes
        if self._change is not None:
            wishes, seats = with_more_seats(self._seen, self._change)
            for seat in seats:
                self._town.agenda.at(self._change.begins, partial(self._open, seat))
        for agent, wanted in wishes.items():
            person = StandIn(
                agent,
                wanted,
                agenda=self._town.agenda,
                controller=self._acd,
                desks=self._desks,
                guesses=self._guesses,
                seed=self._seed,
                occupied=self._town.exchange.occupied,
            )
            person.plan()

    def _open(self, seat: Seat) -> None:
        self._tell(SeatOpened(at=self._town.now, seat=seat))
