"""A controller that may be deaf, slow of hearing, or dead; it journals, recovers, and looks at the telephones again.

What hotline.controller, acd.engine, acd.memory and telephony.lookout do with real ones, by the virtual clock: the core,
the codec and the resync are the real ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from acd.call_facts import TalkRecorded
from acd.commands import Command, OfferOrder, RingAgent
from acd.errors import Refused
from acd.events import Event, GapMarked, QueuesLoaded, Request
from acd.model import Agent, CallId
from simulation.agenda import Agenda
from simulation.controller import Controller, Floor
from simulation.diary import Diary
from simulation.exchange import Exchange
from simulation.faults import Fault, Noise, Weather
from simulation.people import Worker
from simulation.sight import Known, Reconciler, all_differences, known_to, look
from simulation.witness import Witness
from telephony.telephones import Telephones

CHECKPOINT_EVERY: Final = 400
TAIL: Final = 15  # decisions, at most, that a death takes with it
LOOK_EVERY_S: Final = 4.0
LOOK_AGAIN_S: Final = 1.0
AFTERMATH_S: Final = 10.0
"""So long after a fault has ended its consequences are counted as its own."""


class MortalController(Controller):
    """Connect it to an Exchange, subscribe, and hurt it: `die`, `go_deaf`, `step_clock`."""

    def __init__(self, agenda: Agenda, dice: Random, weather: Weather, witness: Witness) -> None:
        super().__init__(agenda)
        self.diary = Diary(CHECKPOINT_EVERY)
        self.noise = Noise(dice, weather, self._arrive, self._lose, agenda.after)
        self.reconciler = Reconciler()
        self.offset = timedelta()  # how far its clock is ahead of the world's
        self.is_alive = self.can_hear = True
        self.in_force: dict[Fault, datetime] = {}  # and until when
        self.on_death: Callable[[], None] = lambda: None
        self.on_rise: Callable[[], None] = lambda: None
        self._dice, self._weather, self._witness = dice, weather, witness
        self._exchange: Exchange | None = None
        self._life = 0
        self._held_back: list[tuple[Event, Fault]] | None = None
        self._recorded: dict[CallId, int] = {}
        self._refused: set[tuple[CallId, int]] = set()
        agenda.after(LOOK_EVERY_S, partial(self._reconcile, 0))

    @property
    def exchange(self) -> Exchange:
        """The telephones."""
        if self._exchange is None:
            raise RuntimeError("connect the controller to its telephones first")
        return self._exchange

    def connect(self, floor: Floor) -> None:
        """Orders go there, and it is what is looked at."""
        if not isinstance(floor, Exchange):
            raise TypeError("a mortal controller looks at its telephones, too")
        self._exchange = floor

    @property
    def clock(self) -> datetime:
        """What this controller believes the time is."""
        return self.agenda.now + self.offset

    # ---- hearing

    def tell(self, event: Event) -> None:
        """News from the telephones, through the noise; what we do ourselves (seats, queues) is not news."""
        if isinstance(event, Request | QueuesLoaded):
            self._take(event, Fault.NONE)
        else:
            self.noise.hear(event)

    def _arrive(self, event: Event, fault: Fault) -> None:
        if not self.is_alive or not self.can_hear or not self.exchange.is_up:
            self._lose(event, Fault.CONTROLLER_DIED if not self.is_alive else Fault.DEAF)
        elif self._held_back is not None:
            self._held_back.append((event, fault))
        else:
            self._take(event, fault)

    def _lose(self, event: Event, fault: Fault) -> None:
        self._witness.note(self.core, event, {fault})

    def _take(self, event: Event, fault: Fault) -> None:
        if self.offset:
            event = replace(event, at=event.at + self.offset)
        self._decide_under(event, fault)

    def recorded(self, call: CallId, attempt: int) -> None:
        """A recording is in the archive; the archive tells, not the telephones, and again after a start."""
        self._recorded[call] = attempt
        if self.is_alive:
            self._tell_of_recording(call)

    def archived(self, fact: Event) -> None:
        """A message: told while we live. (The archive tells again after a start; here that is left out.)"""
        if self.is_alive:
            self._decide_under(replace(fact, at=self.clock), Fault.NONE)

    def _tell_of_recording(self, call: CallId) -> None:
        self._decide_under(TalkRecorded(at=self.clock, call=call, attempt=self._recorded[call]), Fault.NONE)

    # ---- people

    def ask(self, request: Request) -> bool:
        """Press a key; what is granted is on disk."""
        if not self.is_alive:
            self._lose(request, Fault.CONTROLLER_DIED)
            return False
        try:
            self._take(request, Fault.NONE)
        except Refused:
            return False
        self.diary.durable = len(self.diary.decisions)
        return True

    def screen(self, worker: Worker) -> Agent | None:
        """Nothing, while the controller is dead. The moments on it are the controller's."""
        agent = self.core.agents.get(worker.agent) if self.is_alive else None
        if agent is not None and agent.since is not None and self.offset:
            return replace(agent, since=agent.since - self.offset)
        return agent

    # ---- deciding

    def deadline(self) -> datetime | None:
        """By the world's clock."""
        due = self.core.next_deadline() if self.is_alive else None
        return None if due is None else due - self.offset

    def decide(self, event: Event) -> None:
        """A deadline, mostly."""
        if event.at != self.clock:
            event = replace(event, at=self.clock)
        self._decide_under(event, Fault.NONE)

    def _decide_under(self, event: Event, fault: Fault) -> None:
        faults = self._faults(event, fault)
        self._witness.note(self.core, event, faults)
        orders = self.core.receive(event)
        self._witness.hear(orders)
        self.diary.note(event, orders, self.core)
        for order in orders:
            self.carry_out(order)
        for watcher in self._watchers:
            watcher(event, orders)

    def _faults(self, event: Event, fault: Fault) -> frozenset[Fault]:
        now = self.agenda.now
        found = {each for each, until in self.in_force.items() if until >= now}
        if fault is not Fault.NONE:
            found.add(fault)
        if (getattr(event, "call", None), getattr(event, "attempt", None)) in self._refused:
            found.add(Fault.REFUSED)
        return frozenset(found)

    def carry_out(self, order: Command) -> None:
        """Pass an order on, unless it is refused or swallowed."""
        luck = self._dice.random() if self.noise.is_on else 1.0
        if not self.can_hear or not self.exchange.is_up or luck < self._weather.refused:
            self._note_refused(order)
            if isinstance(order, RingAgent):
                self.agenda.after(0.01, partial(self.exchange.refuse, order))
        elif luck < self._weather.refused + self._weather.swallowed:
            self._note_refused(order)
        else:
            self.exchange.carry_out(order)

    def _note_refused(self, order: Command) -> None:
        if isinstance(order, OfferOrder):  # any other is given again until it is carried out
            self._refused.add((order.call, order.attempt))

    # ---- what breaks, and how it comes back

    def die(self, lasts_s: float, step_s: float) -> None:
        """Killed; comes back in so many seconds, by a clock that was set meanwhile."""
        if not self.is_alive:
            return
        self.on_death()
        self.is_alive, self._held_back = False, None
        self._life += 1
        self.in_force[Fault.CONTROLLER_DIED] = self.agenda.now + timedelta(days=1)
        self.diary.lose(self._dice.randrange(TAIL))
        self.agenda.after(lasts_s, partial(self._rise, step_s))

    def _rise(self, step_s: float) -> None:
        ended = self.diary.decisions[-1][0].at
        self.core = self.diary.recover()
        self.is_alive = True
        self.on_rise()
        if step_s:
            self.in_force[Fault.CLOCK_STEPPED] = self.agenda.now + timedelta(seconds=AFTERMATH_S)
            wall = self.offset + timedelta(seconds=step_s)
            self.offset = max(wall, ended - self.agenda.now)  # plumbing.steady: not before what is written
        self._decide_under(GapMarked(at=self.clock, why="the controller started"), Fault.NONE)
        self._begin_resync(Fault.CONTROLLER_DIED)
        for call in self._recorded:
            self._tell_of_recording(call)
        self.agenda.after(LOOK_EVERY_S, partial(self._reconcile, self._life))

    def go_deaf(self, lasts_s: float, fault: Fault = Fault.DEAF) -> None:
        """No connection for so long; both ends of that are noticed."""
        self.in_force[fault] = self.agenda.now + timedelta(days=1)
        if not self.can_hear:
            return
        self.can_hear, self._held_back = False, None
        if self.is_alive:
            self._decide_under(GapMarked(at=self.clock, why="no connection to Asterisk"), Fault.NONE)
        self.agenda.after(lasts_s, partial(self._hear_again, fault))

    def _hear_again(self, fault: Fault) -> None:
        self.can_hear = True
        if self.is_alive:
            self._begin_resync(fault)

    def _begin_resync(self, fault: Fault) -> None:
        """Hold news back, look somewhere in the middle, tell the difference, then the news."""
        if not self.can_hear or not self.exchange.is_up:
            self.agenda.after(0.5, partial(self._resync_in_life, self._life, fault))
            return
        self._decide_under(GapMarked(at=self.clock, why="logged in to Asterisk"), fault)
        self._held_back = self._held_back or []
        life, listed_s = self._life, self._dice.uniform(0.01, 0.3)
        self.agenda.after(listed_s, lambda: self._listed(life, look(self.exchange), fault))

    def _resync_in_life(self, life: int, fault: Fault) -> None:
        if life == self._life and self.is_alive:
            self._begin_resync(fault)

    def _listed(self, life: int, telephones: Telephones, fault: Fault) -> None:
        self.agenda.after(self._dice.uniform(0.01, 0.3), partial(self._compare, life, telephones, fault))

    def _compare(self, life: int, telephones: Telephones, fault: Fault) -> None:
        if life != self._life or not self.is_alive or self._held_back is None or not self.can_hear:
            return
        for fact in all_differences(telephones, self.core, self.clock):
            self._decide_under(fact, fault)
        held, self._held_back = self._held_back, None
        for event, own in held:
            self._take(event, own)
        self.reconciler.forget()
        for each in (fault, Fault.DEAF, Fault.PBX_DIED, Fault.CONTROLLER_DIED):
            if each in self.in_force:
                self.in_force[each] = min(self.in_force[each], self.agenda.now + timedelta(seconds=AFTERMATH_S))

    # ---- the reconciler

    def _reconcile(self, life: int) -> None:
        if life != self._life or not self.is_alive:
            return
        if self._held_back is None and self.can_hear and self.exchange.is_up:
            known, telephones = known_to(self.core), look(self.exchange)
            self.agenda.after(0.05, partial(self._mend, life, telephones, known))
        self.agenda.after(LOOK_AGAIN_S if self.reconciler.suspects else LOOK_EVERY_S, partial(self._reconcile, life))

    def _mend(self, life: int, telephones: Telephones, known: Known) -> None:
        if life != self._life or not self.is_alive or self._held_back is not None or not self.can_hear:
            return
        for fact in self.reconciler.facts(telephones, self.core, self.clock, known):
            self._decide_under(fact, Fault.LOST)  # mostly; or of an order that was swallowed
