"""One run: citizens, agents, telephones and the ACD's own core, by a virtual clock. Same people, same seed: same run.

    agenda: a citizen dials, a phone is picked up, …  ->  exchange  -- facts -->  Distributor  -- orders -->  exchange
                                                                         \\
                                                                          watchers: journal, KPIs, a forecast, a rule

A deadline of the core that is due gets its TimePassed before anything later happens, as in acd.engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from acd.call_facts import VoiceMessageLeft
from acd.distributor import Distributor
from acd.events import QueuesLoaded, SeatOpened
from acd.model import CallId, Queue, Seat, SeatId
from simulation.agenda import Agenda
from simulation.call_backs import CallBacks, CallsBack
from simulation.controller import Controller, Watcher
from simulation.desk import Person
from simulation.draw import dice_named
from simulation.exchange import Exchange
from simulation.line import Desk, Line, Wiring
from simulation.outward import Outward
from simulation.people import Citizen, Worker

ENGAGED_S: Final = 10.0
"""Whoever cannot be connected at all dials again so soon."""

RECORDED_S: Final = 2.0
"""So soon after a call its recording is in the archive."""

MESSAGE_ATTEMPT: Final = 9001
"""As the dialplan numbers what it records by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One call of one citizen, as it really was: what the telephones know, whatever the ACD was told."""

    citizen: str
    call: CallId
    queue: str
    came: datetime
    joined: datetime | None
    answered: datetime | None  # first
    ended: datetime
    tried: int  # which of the citizen's calls, from 1
    talked: bool  # there is a recording of it
    was_cut: bool  # the PBX died under it
    left_message: bool = False
    promised: bool = False  # asked to be called back
    hotline: str = ""

    @property
    def waited_s(self) -> float | None:
        """From the waiting room's door to the answer, or to giving up."""
        return None if self.joined is None else ((self.answered or self.ended) - self.joined).total_seconds()


class Simulation:
    """`run` it. Watch with `subscribe`; act on it by `agenda`, `tell` and `ask` of its controller."""

    def __init__(
        self,
        queues: Sequence[Queue],
        workers: Iterable[Worker],
        citizens: Iterable[Citizen],
        *,
        begins: datetime,
        seed: int = 0,
        wiring: Wiring | None = None,
        controller: Callable[[Agenda], Controller] = Controller,
        watchers: Iterable[Watcher] = (),
        calls_back: CallsBack | None = None,
        desks: dict[SeatId, Desk] | None = None,
    ) -> None:
        """`citizens` in the order they come; they are taken one by one, so there may be any number.

        `calls_back`: how those are called back who ask for it; None: nobody is, so no recipe should offer it.
        `watchers` see everything from the first event on: a journal needs that.
        `desks`: who sits where, if others than `workers` do, who open no seats of their own.
        """
        self.agenda = Agenda(begins)
        self.controller = controller(self.agenda)
        for watcher in watchers:
            self.controller.subscribe(watcher)
        self.visits: list[Visit] = []  # those that are over, in the order they ended
        self._seed = seed
        self._citizens: Iterator[Citizen] = iter(citizens)
        self._owners: dict[CallId, tuple[Citizen, int]] = {}
        self._to_come = 0  # calls planned
        self._desks: dict[SeatId, Desk] = {} if desks is None else desks
        dice = dice_named(seed, "exchange")
        self.exchange = Exchange(self.agenda, self._desks, dice, wiring or Wiring(), self.controller.tell, self._over)
        self.call_backs = self._set_up_calling_back(calls_back, wiring or Wiring()) if calls_back else None
        self.controller.connect(self.exchange)
        self.controller.tell(QueuesLoaded(at=begins, queues=tuple(queues)))
        for worker in workers:
            self.employ(worker)
        self._await_the_next()

    def _set_up_calling_back(self, rules: CallsBack, wiring: Wiring) -> CallBacks:
        """Those who ask are owed a call, and the exchange can make it."""
        tell, exchange = self.controller.tell, self.exchange
        backs = CallBacks(
            rules, self.agenda, lambda: self.core, tell, lambda call: (self._owners[call][0].name, exchange.lines[call])
        )
        outward = Outward(self.agenda, self._desks, exchange.occupied, wiring, tell, backs.whom)
        exchange.dial_out = outward.dial
        exchange.asides.may_promise = backs.may_promise
        self.controller.subscribe(backs.watch)
        return backs

    @property
    def core(self) -> Distributor:
        """The ACD's state."""
        return self.controller.core

    @property
    def now(self) -> datetime:
        """The virtual time."""
        return self.agenda.now

    def subscribe(self, watcher: Watcher) -> None:
        """Have `watcher` called after each event with its orders."""
        self.controller.subscribe(watcher)

    def employ(self, worker: Worker) -> None:
        """Open a seat for somebody who comes to work; also in the middle of a run. (Once a seat.)"""
        self.controller.tell(SeatOpened(at=self.now, seat=Seat(worker.seat, worker.queues)))
        person = Person(worker, self.agenda, self.controller, dice_named(self._seed, worker.agent))
        self._desks[worker.seat] = person
        person.plan()

    # ---- the run

    def run(self, until: datetime | None = None) -> None:
        """Let things happen until the last citizen's last call is over, or before anything later than `until`."""
        while not self.is_quiet and self._step(until):
            pass

    def settle(self, until: datetime) -> None:
        """Let the wrap-ups end, and whatever else time does up to and with `until`."""
        while self._step(until):
            pass

    @property
    def is_quiet(self) -> bool:
        """Whether nobody calls, nobody is going to, and nobody is to be called back."""
        return not self._to_come and not self.exchange.lines and not (self.call_backs and self.call_backs.open)

    def _step(self, until: datetime | None) -> bool:
        due, planned = self.controller.deadline(), self.agenda.next
        is_due = due is not None and (planned is None or due <= planned)
        moment = due if is_due else planned
        if moment is None or (until is not None and moment > until):
            return False
        if is_due:
            self.agenda.move(moment)
            self.controller.pass_time()
        else:
            self.agenda.turn()
        return True

    # ---- citizens

    def _await_the_next(self) -> None:
        citizen = next(self._citizens, None)
        if citizen is not None:
            self._to_come += 1
            self.agenda.at(citizen.comes, partial(self._come, citizen))

    def _come(self, citizen: Citizen) -> None:
        self._await_the_next()
        self._dial(citizen, 1)

    def _dial(self, citizen: Citizen, tried: int) -> None:
        if not self.exchange.is_up:
            self.agenda.after(ENGAGED_S, partial(self._dial, citizen, tried))
            return
        self._to_come -= 1
        call = CallId(f"{citizen.name}-{tried}")
        self._owners[call] = citizen, tried
        self.exchange.take(call, citizen.kind, citizen.tries[tried - 1])

    def _over(self, line: Line) -> None:
        citizen, tried = self._owners.pop(line.call)
        if line.talked:
            self.agenda.after(RECORDED_S, partial(self.controller.recorded, line.call, line.attempt))
        if line.left_message:
            self.agenda.after(RECORDED_S, partial(self._keep_message, line))
        self.visits.append(
            Visit(
                citizen=citizen.name,
                call=line.call,
                queue=line.kind.queue,
                hotline=line.kind.hotline,
                came=line.came,
                joined=line.joined,
                answered=line.answered,
                ended=self.now,
                tried=tried,
                talked=line.talked,
                left_message=line.left_message,
                promised=line.promised,
                was_cut=line.was_cut,
            )
        )
        again_after_s = ENGAGED_S if line.was_cut else line.own.again_after_s
        is_content = line.answered is not None or line.left_message or line.promised
        if not is_content and again_after_s is not None and tried < len(citizen.tries):
            self._to_come += 1
            self.agenda.after(again_after_s, partial(self._dial, citizen, tried + 1))

    def _keep_message(self, line: Line) -> None:
        """The recording is in the archive, which tells of it, not the telephones."""
        fact = VoiceMessageLeft(at=self.now, call=line.call, attempt=MESSAGE_ATTEMPT, hotline=line.kind.hotline)
        self.controller.archived(fact)
