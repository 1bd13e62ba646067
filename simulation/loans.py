"""借调 in a simulation: what recipes borrow, by the product's own rules (acd.borrowing, acd.lending), in virtual time.

As hotline.recipe_loans and acd.arrangement do it; the measures' table is left out. What is in force is worked out anew
at each look, so a controller that died and forgot is told again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from acd.borrowing import RECIPE, Borrowing, Pair, loan_of
from acd.capacity_facts import CapacityChanged
from acd.commands import BorrowSeats, Command
from acd.distributor import Distributor
from acd.events import Event
from acd.lending import chosen
from acd.measures import Loan, seat_under
from acd.model import Seat, SeatId
from simulation.agenda import Agenda
from simulation.controller import Controller

LOOK_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Lent:
    """A loan in force."""

    loan: Loan
    ends: datetime
    begun: datetime


class Loans:
    """Subscribe `watch` to the controller, and seats are lent. `ended` are loans that are over, and when they were."""

    def __init__(self, agenda: Agenda, controller: Callable[[], Controller]) -> None:
        self._agenda, self._controller = agenda, controller
        self._borrowing = Borrowing()
        self._stored: dict[SeatId, Seat] = {}  # seats as they are without loans
        self._looks = False
        self.standing: dict[Pair, Lent] = {}
        self.ended: list[tuple[Lent, datetime]] = []

    @property
    def _core(self) -> Distributor:
        return self._controller().core

    def watch(self, _: Event, orders: tuple[Command, ...]) -> None:
        """Hear what recipes ask for."""
        for order in orders:
            if isinstance(order, BorrowSeats):
                self._borrowing.ask(order)
                if not self._looks:
                    self._looks = True
                    self._agenda.after(0.0, self._look)

    def _look(self) -> None:
        now = self._agenda.now
        in_line = {call.queue for call in self._core.waiting}
        eased = self._borrowing.eased((pair.borrower for pair in self.standing), in_line, now)
        for pair, lent in list(self.standing.items()):
            if pair.borrower in eased or lent.ends <= now:
                self.ended.append((self.standing.pop(pair), now))
        for order in self._borrowing.due(self._core.waits, self.standing.keys(), now):
            self._begin(order, now)
        self._tell(now)
        self._looks = bool(self.standing or self._borrowing.is_asked or self._stored)
        if self._looks:
            self._agenda.after(LOOK_S, self._look)

    def _begin(self, order: BorrowSeats, now: datetime) -> None:
        loan = chosen(self._core, loan_of(order), None, at_most=True)
        if loan.seats:
            lent = Lent(loan, now + order.lasts, now)
            self.standing[Pair(order.borrower, order.lender)] = lent
            for seat in loan.seats:
                self._stored.setdefault(seat, self._core.seats[seat])

    def _tell(self, now: datetime) -> None:
        """The core has the seats as the loans in force have them; those that were closed meanwhile stay so."""
        loans = [lent.loan for lent in self.standing.values()]
        seats = self._core.seats
        wanted = [seat_under(seat, stored, loans) for seat, stored in self._stored.items() if seat in seats]
        changed = tuple(seat for seat in wanted if seat is not None and seats[seat.id] != seat)
        queues = tuple(self._core.queues.values())
        if not changed or self._controller().ask(CapacityChanged(at=now, by=RECIPE, queues=queues, seats=changed)):
            lent_now = {seat for loan in loans for seat in loan.seats}
            self._stored = {seat: stored for seat, stored in self._stored.items() if seat in lent_now}
