"""措施: what changes capacity for a while and then is as if it had not been. Pure.

A measure lends seats, adds seats, changes limits of a queue, puts a response level in force, or has something said on
top of hotlines. Nothing it touches is overwritten: stored seats and the city's files stay as they are, and what is in
force is worked out anew from them and from the measures, the newest on top. So ending one restores exactly what is
there without it, whatever has been done since, and in whatever order measures end.

Two that stand above each other for good (a level over a level, limits over the same limits, none of them with an end)
would pile up: the newer *hides* the older one, which is then over, and is brought back if the newer one is undone.
Rows that are laid on a recipe add up: they hide nothing and nothing hides them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from acd.model import QueueName, Seat, SeatId
from city.level import ADDED, Level, changes
from city.overlay import Overlay
from city.written import Written


class Kind(StrEnum):
    """What a measure does."""

    LEND = "lend"  # 借调: seats serve another queue instead
    ADD = "add"  # 增席: seats serve a queue as well; phones in reserve become seats
    LIMITS = "limits"  # 限额: a queue's times and whatever else queues.toml says of it, and rows laid on its recipe
    LEVEL = "level"  # 响应级别
    OVERLAY = "overlay"  # 应急播报: said on top of hotlines, or a straight way to a queue


CLOCKWORK: Final = "hotline"
"""Who begins and ends what is timed."""
UNNUMBERED: Final = 2**31 - 1
"""The number of a measure that is not written yet: it stands above all others of its moment."""


class MeasureState(StrEnum):
    """Where a measure is in its life."""

    PLANNED = "planned"  # 待生效
    IN_FORCE = "in_force"  # 生效中
    OVER = "over"  # 已结束: by time, by hand, or hidden by another
    CANCELLED = "cancelled"  # 已取消: before it began
    MISSED = "missed"  # 已错过: nobody ran from its beginning to its end
    REFUSED = "refused"  # 未能生效: it could not begin when its time came


STANDING: Final = frozenset({MeasureState.PLANNED, MeasureState.IN_FORCE})
NEVER_BEGAN: Final = frozenset(
    {MeasureState.PLANNED, MeasureState.CANCELLED, MeasureState.MISSED, MeasureState.REFUSED}
)


@dataclass(frozen=True, slots=True)
class Loan:
    """Seats that serve `borrower`: instead of `lender`, or (None) besides whatever they serve."""

    borrower: QueueName
    lender: QueueName | None = None
    seats: tuple[SeatId, ...] = ()  # named by a person, or chosen when the measure began
    count: int = 0  # so many are chosen; 0: those named
    keep: int = 0  # agents on duty that the lender keeps at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a measure is to bring about; what belongs to its kind is set."""

    kind: Kind
    loans: tuple[Loan, ...] = ()
    queue: QueueName | None = None
    change: Written | None = None  # a city.level.QueueChange
    level: str | None = None
    overlay: Overlay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure, from whoever made it to whoever ended it."""

    number: int
    aim: Aim
    who: str
    why: str
    made_at: datetime
    starts_at: datetime
    ends_at: datetime | None = None  # None: until somebody ends it
    state: MeasureState = MeasureState.PLANNED
    over_at: datetime | None = None
    over_by: str = ""
    over_why: str = ""
    hidden_by: int | None = None  # the number of the measure that stands above this one for good

    def lasts_beside(self, other: Measure) -> bool:
        """Whether there is a moment that belongs to both."""
        return _before(self.starts_at, other.ends_at) and _before(other.starts_at, self.ends_at)

    @property
    def place(self) -> tuple[datetime, int]:
        """Which of two stands above the other: the greater."""
        return self.starts_at, self.number

    @property
    def is_timed(self) -> bool:
        """Whether it begins or ends by itself."""
        return self.state is MeasureState.PLANNED or self.ends_at is not None


class Step(StrEnum):
    """What was done to a measure, or came over it."""

    MADE = "made"  # 制定
    BEGUN = "begun"  # 生效
    ENDED = "ended"  # 结束
    CANCELLED = "cancelled"  # 取消
    HIDDEN = "hidden"  # 被取代
    RESUMED = "resumed"  # 恢复
    MISSED = "missed"  # 错过
    REFUSED = "refused"  # 未能生效
    EXTENDED = "extended"  # 改期: lasts until another moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A measure as it is to be from now on, and what was done to it."""

    measure: Measure
    step: Step


def _before(moment: datetime, end: datetime | None) -> bool:
    return end is None or moment < end


def newest_last(measures: Iterable[Measure]) -> tuple[Measure, ...]:
    """Those in force, in the order in which they stand above each other."""
    in_force = (measure for measure in measures if measure.state is MeasureState.IN_FORCE)
    return tuple(sorted(in_force, key=lambda measure: measure.place))


def level_of(measures: Sequence[Measure], levels: Sequence[Level]) -> tuple[Level, Measure | None]:
    """The level in force, and the measure that put it there (None: nobody did). One the city has no more is passed by.

    `measures` as `newest_last` gives them; `levels` are the city's, the resting one first.
    """
    known = {level.name: level for level in levels}
    for measure in reversed(measures):
        if measure.aim.level in known:
            return known[measure.aim.level], measure
    return levels[0], None


def queue_changes(measures: Sequence[Measure], levels: Sequence[Level]) -> tuple[tuple[str, Written], ...]:
    """What becomes different of the queues, the later before the earlier: only the newest level counts."""
    level, at_work = level_of(measures, levels)
    found: list[tuple[str, Written]] = []
    for measure in measures:
        if measure is at_work:
            found += level.queues.items()
        elif measure.aim.queue is not None and measure.aim.change is not None:
            found.append((measure.aim.queue, measure.aim.change))
    return tuple(found)


def overlays_of(measures: Sequence[Measure]) -> tuple[Overlay, ...]:
    """What is said on top of hotlines, the newest last."""
    return tuple(measure.aim.overlay for measure in measures if measure.aim.overlay is not None)


def loans_of(measures: Sequence[Measure], levels: Sequence[Level]) -> tuple[Loan, ...]:
    """Whose seats serve whom, the later before the earlier; a level that is not in force lends nothing."""
    _, at_work = level_of(measures, levels)
    working = (measure for measure in measures if measure.aim.kind is not Kind.LEVEL or measure is at_work)
    return tuple(loan for measure in working for loan in measure.aim.loans)


def seat_under(seat: SeatId, stored: Seat | None, loans: Iterable[Loan]) -> Seat | None:
    """A seat while these loans are in force; one that is not stored is there if it was added."""
    under = stored
    for loan in loans:
        if seat in loan.seats:
            under = _moved(seat, under, loan)
    return under


def _moved(seat: SeatId, before: Seat | None, loan: Loan) -> Seat | None:
    if loan.lender is None:
        serves = before.queues if before else frozenset()
        return Seat(seat, serves | {loan.borrower}, before.skills if before else frozenset())
    if before is None or loan.lender not in before.queues:
        return before
    return replace(before, queues=before.queues - {loan.lender} | {loan.borrower})


def hides(newer: Measure, older: Measure) -> bool:
    """Whether nothing of the older one can ever be seen again while the newer one is in force, and none has an end."""
    for_good = older.state is MeasureState.IN_FORCE and newer.ends_at is None and older.ends_at is None
    if not for_good or newer.aim.kind is not older.aim.kind or newer.place < older.place:
        return False
    if newer.aim.kind is Kind.LEVEL:
        return True
    new, old = newer.aim, older.aim
    if new.kind is not Kind.LIMITS or new.queue != old.queue or new.change is None or old.change is None:
        return False
    was = changes(old.change).keys()
    return ADDED not in was and was <= changes(new.change).keys()


def in_conflict(plan: Measure, others: Iterable[Measure]) -> Measure | None:
    """Another timed measure that would be in force together with a planned one, and of which only one can count."""
    for other in others:
        if other.state in STANDING and other.is_timed and plan.lasts_beside(other) and _want_the_same(plan, other):
            return other
    return None


def _want_the_same(one: Measure, other: Measure) -> bool:
    if one.aim.level and other.aim.level:
        return True
    mine, theirs = one.aim.change, other.aim.change
    if mine and theirs and one.aim.queue == other.aim.queue and changes(mine).keys() & changes(theirs).keys() - {ADDED}:
        return True
    return bool({s for loan in one.aim.loans for s in loan.seats} & {s for loan in other.aim.loans for s in loan.seats})
