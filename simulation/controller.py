"""The controller in a simulation: the ACD's own core, told facts one by one; its orders go to the telephones at once.

What acd.engine does with a loop and an inbox is done here without either: nothing takes time that is not planned.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from acd.commands import Command
from acd.distributor import Distributor
from acd.errors import Refused
from acd.events import Event, Request, TimePassed
from acd.model import Agent, CallId
from simulation.agenda import Agenda
from simulation.people import Worker

Watcher = Callable[[Event, tuple[Command, ...]], None]


class Floor(Protocol):
    """What carries out the orders: simulation.exchange."""

    def carry_out(self, order: Command) -> None:
        """Schedule an order."""


class Controller:
    """Deaf to nothing, never dies: simulation.mortal knows the other ways."""

    def __init__(self, agenda: Agenda, core: Distributor | None = None) -> None:
        self.core = core or Distributor()
        self.agenda = agenda
        self._floor: Floor | None = None
        self._watchers: list[Watcher] = []

    def connect(self, floor: Floor) -> None:
        """Orders go there."""
        self._floor = floor

    def subscribe(self, watcher: Watcher) -> None:
        """Have `watcher` called after each event with its orders, as acd.engine does."""
        self._watchers.append(watcher)

    def tell(self, event: Event) -> None:
        """Report a fact."""
        self.decide(event)

    def recorded(self, call: CallId, attempt: int) -> None:
        """A conversation's recording is in the archive. Here it was heard anyway."""

    def archived(self, fact: Event) -> None:
        """The archive tells what it has."""
        self.decide(fact)

    def ask(self, request: Request) -> bool:
        """Press a key; whether it was granted."""
        try:
            self.decide(request)
        except Refused:
            return False
        return True

    def screen(self, worker: Worker) -> Agent | None:
        """What the agent sees of themselves."""
        return self.core.agents.get(worker.agent)

    def deadline(self) -> datetime | None:
        """When time alone changes something next."""
        return self.core.next_deadline()

    def pass_time(self) -> None:
        """A deadline is due."""
        self.decide(TimePassed(at=self.agenda.now))

    def decide(self, event: Event) -> None:
        """One fact, its orders, and whoever watches. Raises Refused."""
        orders = self.core.receive(event)
        for order in orders:
            if self._floor is not None:
                self._floor.carry_out(order)
        for watcher in self._watchers:
            watcher(event, orders)
