"""为什么,坐席一面: which seats came to a queue or left it, by which change, who ordered it, until when. Pure.

Measures say it of seats lent, added and given back, the seats' own trail of those that people moved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from acd.measures import CLOCKWORK, NEVER_BEGAN, Loan, Measure
from acd.model import QueueName, Seat, SeatId
from acd.seat_table import SeatChange
from acd.why_terms import Words
from acd.why_words import FEW, MANY, Line
from city.local_time import CITY_TIME

HEAD: Final = Words("坐席的来去", "seats that came and went")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Seats that came to the queue, or left it, and by which order."""

    at: datetime
    seats: tuple[SeatId, ...]
    came: bool
    by: SeatChange | tuple[Measure, Loan]
    is_over: bool = False  # the measure ended: things are as they are without it

    def of(self, seats: Collection[SeatId] | None) -> Turn | None:
        """As far as it is about these; None: it is about none of them. `seats` None: all are meant."""
        if seats is None:
            return self
        those = tuple(seat for seat in self.seats if seat in seats)
        return replace(self, seats=those) if those else None


def turns(
    queue: QueueName,
    measures: Iterable[Measure],
    changes: Iterable[SeatChange],
    since: datetime,
    until: datetime,
) -> Sequence[Turn]:
    """From `since` to `until`, and what had been lent before and was not back by then; the earliest first."""
    lent = (turn for measure in measures for turn in _of_measure(queue, measure, since))
    moved = (turn for change in changes if change.at >= since for turn in _of_change(queue, change))
    return sorted((turn for turn in (*lent, *moved) if turn.at <= until), key=lambda turn: turn.at)


def _of_measure(queue: QueueName, measure: Measure, since: datetime) -> Iterator[Turn]:
    over_at = measure.over_at
    if measure.state in NEVER_BEGAN or (over_at is not None and over_at < since):
        return
    for loan in measure.aim.loans:
        if loan.seats and queue in (loan.borrower, loan.lender):
            is_borrower = queue == loan.borrower
            yield Turn(at=measure.starts_at, seats=loan.seats, came=is_borrower, by=(measure, loan))
            if over_at is not None:
                yield Turn(at=over_at, seats=loan.seats, came=not is_borrower, by=(measure, loan), is_over=True)


def _of_change(queue: QueueName, change: SeatChange) -> Iterator[Turn]:
    was, serves = (_serves(seat, queue) for seat in (change.before, change.after))
    if was != serves:
        yield Turn(at=change.at, seats=(change.seat,), came=serves, by=change)


def _serves(seat: Seat | None, queue: QueueName) -> bool:
    return seat is not None and queue in seat.queues


# ---- in words


def told_of_seats(queue: QueueName, seen: Sequence[Turn], *, everything: bool = False) -> Iterator[Line]:
    """The newest of them; nothing, if no seat came or went."""
    shown = seen if everything else seen[-MANY:]
    if shown:
        yield Line(None, 0, f"队列 {queue} {HEAD.zh}", f"queue {queue}: {HEAD.en}")
    for turn in shown:
        zh, en = _told(turn)
        seats = turn.seats if everything else turn.seats[:FEW]
        more = "" if len(seats) == len(turn.seats) else f" … ({len(turn.seats)})"
        listed = " ".join(seats) + more
        yield Line(turn.at, 1, f"坐席 {listed} {zh}", f"seats {listed} {en}")


def _told(turn: Turn) -> Words:
    by = turn.by
    if isinstance(by, SeatChange):
        came = Words("调入", "moved here") if turn.came else Words("调出", "moved away")
        return Words(f"{came.zh}(变更 {by.seq},{by.who}:{by.why})", f"{came.en} (change {by.seq}, {by.who}: {by.why})")
    measure, loan = by
    how = _lent(loan, came=turn.came, is_over=turn.is_over)
    zh, en = _ended(measure) if turn.is_over else _ordered(measure)
    return Words(f"{how.zh}(措施 {measure.number},{zh})", f"{how.en} (measure {measure.number}, {en})")


def _lent(loan: Loan, *, came: bool, is_over: bool) -> Words:
    if loan.lender is None:
        return Words("增席结束,撤回", "no longer added") if is_over else Words("临时增席", "added for a while")
    if is_over:
        back = Words(f"由 {loan.borrower} 归还", f"given back by {loan.borrower}")
        return back if came else Words(f"归还 {loan.lender}", f"given back to {loan.lender}")
    lent = Words(f"借给 {loan.borrower}", f"lent to {loan.borrower}")
    return Words(f"借自 {loan.lender}", f"borrowed from {loan.lender}") if came else lent


def _ordered(by: Measure) -> Words:
    if by.ends_at is None:
        return Words(f"{by.who}:{by.why};至有人结束", f"{by.who}: {by.why}; until somebody ends it")
    ends = by.ends_at.astimezone(CITY_TIME).strftime("%m-%d %H:%M")
    return Words(f"{by.who}:{by.why};至 {ends}", f"{by.who}: {by.why}; until {ends}")


def _ended(by: Measure) -> Words:
    if by.over_by == CLOCKWORK:
        return Words(f"到时结束;当初 {by.who}:{by.why}", f"its time was up; ordered by {by.who}: {by.why}")
    return Words(f"{by.over_by} 结束:{by.over_why}", f"ended by {by.over_by}: {by.over_why}")
