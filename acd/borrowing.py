"""方案借调: what becomes of a recipe's order to borrow seats, and when they are given back. Pure.

A loan begins when a caller has come to the row, and is made as a person's would be: checked, in the trail, undone with
one call. While it stands, nothing more is lent for the same two queues. What was refused (nobody to spare) is tried
again every few seconds, and what has ended by its time is made again, as long as a caller who came to the row waits.

It ends when nobody has waited in the borrower's queue for a minute on end, and after `lasts` at the latest. What a
person has ended is theirs to begin again: the recipe leaves these two queues alone for a quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from acd.commands import BorrowSeats
from acd.measures import CLOCKWORK, Kind, Loan, Measure, MeasureState
from acd.model import CallId, QueueName

RECIPE: Final = "recipe"
"""Who makes and ends such a loan."""

EASED_FOR: Final = timedelta(minutes=1)
TRIED_AGAIN_AFTER: Final = timedelta(seconds=10)
LEFT_ALONE_FOR: Final = timedelta(minutes=15)


class Pair(NamedTuple):
    """Between whom a loan is."""

    borrower: QueueName
    lender: QueueName


class Borrowing:
    """What recipes have asked for. The loans that stand are told at each look, so that none is made twice."""

    def __init__(self) -> None:
        self._asked: dict[Pair, BorrowSeats] = {}  # the newest order
        self._tried: dict[Pair, datetime] = {}
        self._empty_since: dict[QueueName, datetime] = {}

    @property
    def is_asked(self) -> bool:
        """Whether somebody who came to a row was still waiting when last looked at."""
        return bool(self._asked)

    def ask(self, order: BorrowSeats) -> None:
        """A caller has come to a row that borrows."""
        self._asked[Pair(order.borrower, order.lender)] = order

    def due(self, waits: Callable[[CallId], object], standing: Collection[Pair], at: datetime) -> list[BorrowSeats]:
        """Return the orders to be carried out now. `waits`: whether a caller does; `standing`: loans in force."""
        self._asked = {pair: order for pair, order in self._asked.items() if waits(order.call)}
        self._tried = {pair: tried for pair, tried in self._tried.items() if at - tried < TRIED_AGAIN_AFTER}
        due = [order for pair, order in self._asked.items() if pair not in standing and pair not in self._tried]
        self._tried |= {Pair(order.borrower, order.lender): at for order in due}
        return due

    def eased(self, borrowers: Iterable[QueueName], in_line: Collection[QueueName], at: datetime) -> set[QueueName]:
        """Return the borrowers for whom nobody has waited for long enough. `in_line`: queues in which somebody does."""
        empty = {queue for queue in borrowers if queue not in in_line}
        self._empty_since = {queue: self._empty_since.get(queue, at) for queue in sorted(empty)}
        return {queue for queue, since in self._empty_since.items() if at - since >= EASED_FOR}


def loan_of(order: BorrowSeats) -> Loan:
    """What is lent, at most."""
    return Loan(order.borrower, order.lender, count=order.seats, keep=order.keep)


def reason(order: BorrowSeats) -> str:
    """What the trail says of why."""
    waited = f"{order.waited.total_seconds():g}"
    queue = order.borrower
    return f"{queue} 的溢出方案:有来电已等候 {waited} 秒 / recipe of {queue}: a call has waited {waited} s"


EASED: Final = "已一分钟无人等候 / nobody has waited for a minute"


def by_recipes(measures: Iterable[Measure]) -> dict[Pair, Measure]:
    """Return the loans in force that recipes have made."""
    made = (one for one in measures if one.who == RECIPE and one.state is MeasureState.IN_FORCE)
    return {pair: measure for measure in made for pair in _pairs(measure)}


def is_left_alone(pair: Pair, measures: Iterable[Measure], at: datetime) -> bool:
    """Whether a person has ended the recipe's loan between these two lately."""
    return any(
        measure.who == RECIPE
        and measure.state is MeasureState.OVER
        and measure.over_by not in (RECIPE, CLOCKWORK)
        and measure.over_at is not None
        and at - measure.over_at < LEFT_ALONE_FOR
        and pair in _pairs(measure)
        for measure in measures
    )


def _pairs(measure: Measure) -> set[Pair]:
    loans = measure.aim.loans if measure.aim.kind is Kind.LEND else ()
    return {Pair(loan.borrower, loan.lender) for loan in loans if loan.lender is not None}
