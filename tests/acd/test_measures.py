"""What stands above what, and what wants the same, told of measures alone: no engine, no database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd.measures import (
    Aim,
    Kind,
    Loan,
    Measure,
    MeasureState,
    hides,
    in_conflict,
    level_of,
    loans_of,
    newest_last,
    queue_changes,
    seat_under,
)
from acd.model import QueueName, SeatId
from city.level import RESTING, Level, QueueChange
from tests.acd.centre import GENERAL, HEALTH, add, lend, level, limits
from tests.acd.scene import clock, make_seat

S = MeasureState
EMERGENCY = Level(name="emergency", zh="应急", en="Emergency", queues={"general": QueueChange(ring_time_s=10)})
LEVELS = (RESTING, EMERGENCY)
ROW = {"after_s": 30, "step": "announce", "prompt": "please-wait"}


def measure(aim: Aim, number: int = 1, starts: float = 0, ends: float | None = None, **more: Any) -> Measure:
    """One in force, unless said otherwise; without an end, unless there is one."""
    at = clock(starts)
    whole = {"state": S.IN_FORCE, "ends_at": None if ends is None else clock(ends), **more}
    return Measure(number=number, aim=aim, who="ops", why="surge", made_at=at, starts_at=at, **whole)


def test_the_newest_stands_above_and_of_one_moment_the_higher_number() -> None:
    """Only what is in force counts."""
    first, second, third = (measure(lend(1), number, starts) for number, starts in ((3, 0), (1, 5), (2, 5)))
    planned = measure(lend(1), 9, 9, state=S.PLANNED)

    assert newest_last([third, planned, first, second]) == (first, second, third)


def test_the_level_in_force_is_the_newest_that_the_city_still_has() -> None:
    """Else the resting one, which nobody ordered."""
    ordered, gone = measure(level("emergency"), 1), measure(level("abolished"), 2)

    assert level_of([ordered, gone], LEVELS) == (EMERGENCY, ordered)
    assert level_of([gone], LEVELS) == (RESTING, None)
    assert level_of([], LEVELS) == (RESTING, None)


def test_only_the_newest_level_changes_queues_and_lends_seats() -> None:
    """Limits and loans of their own all do, in the order in which they stand above each other."""
    loan = Loan(GENERAL, HEALTH, (SeatId("8007"),))
    of_level = replace(level("emergency"), loans=(loan,))
    old, new = measure(of_level, 1), measure(of_level, 3)
    times, own = measure(limits("health", ring_time_s=5), 2), measure(lend(0, "8008"), 4)
    in_order = [old, times, new, own]

    assert queue_changes(in_order, LEVELS) == (("health", times.aim.change), ("general", QueueChange(ring_time_s=10)))
    assert loans_of(in_order, LEVELS) == (loan, own.aim.loans[0])
    assert loans_of([old], (RESTING,)) == ()


def test_a_seat_serves_what_the_loans_upon_it_make_of_it() -> None:
    """Lent: the borrower instead of the lender; added: as well, or at all. The later loan works on the earlier one."""
    seat = SeatId("8007")
    health = make_seat("8007", "health", psychology=2)
    lent, added = Loan(GENERAL, HEALTH, (seat,)), Loan(QueueName("english"), None, (seat,))

    assert seat_under(seat, health, [lent]) == make_seat("8007", "general", psychology=2)
    assert seat_under(seat, health, [added]) == make_seat("8007", "health english", psychology=2)
    assert seat_under(seat, health, [lent, added]) == make_seat("8007", "general english", psychology=2)
    assert seat_under(seat, None, [added]) == make_seat("8007", "english")
    assert seat_under(seat, None, [lent]) is None
    general = make_seat("8007", "general")
    assert seat_under(seat, general, [lent]) == general
    assert seat_under(SeatId("8008"), general, [lent, added]) == general


def change(**fields: Any) -> Aim:
    """Limits of general."""
    return limits("general", **fields)


BOTH_TIMES = {"ring_time_s": 10, "wrap_up_s": 20}


@pytest.mark.parametrize(
    ("newer", "older", "hidden"),
    [
        (level("elevated"), level("emergency"), True),
        (level("elevated"), change(ring_time_s=10), False),
        (change(ring_time_s=10), change(ring_time_s=12), True),
        (change(**BOTH_TIMES), change(ring_time_s=12), True),
        (change(ring_time_s=10), change(**BOTH_TIMES), False),
        (limits("health", ring_time_s=10), change(ring_time_s=12), False),
        (change(ring_time_s=10, recipe_adds=(ROW,)), change(recipe_adds=(ROW,)), False),
        (lend(0, "8007"), lend(0, "8007"), False),
        (add(0, "8007"), add(0, "8007"), False),
    ],
)
def test_a_measure_hides_one_of_its_kind_of_which_nothing_can_be_seen_any_more(
    newer: Aim, older: Aim, hidden: bool
) -> None:
    """Of two levels, and of limits whose every field is set again; rows, loans and added seats add up."""
    assert hides(measure(newer, 2), measure(older, 1)) is hidden


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ({"ends": 60}, {}),
        ({}, {"ends": 60}),
        ({}, {"state": S.PLANNED}),
        ({}, {"starts": 5}),
    ],
)
def test_what_can_be_seen_again_is_not_hidden(newer: dict[str, Any], older: dict[str, Any]) -> None:
    """One of the two ends by itself, has not begun, or stands above."""
    above, below = measure(level("elevated"), 2), measure(level("emergency"), 1)
    assert hides(above, below)

    assert not hides(measure(level("elevated"), 2, **newer), measure(level("emergency"), 1, **older))


def test_of_two_of_one_moment_the_higher_number_hides() -> None:
    """The other one lies below it."""
    high, low = measure(level("elevated"), 2), measure(level("emergency"), 1)

    assert (hides(high, low), hides(low, high)) == (True, False)


def plan(aim: Aim, starts: float = 10, ends: float | None = 20) -> Measure:
    """One that is to begin."""
    return measure(aim, 9, starts, ends, state=S.PLANNED)


@pytest.mark.parametrize(
    ("mine", "theirs", "conflict"),
    [
        (level("elevated"), level("emergency"), True),
        (level("elevated"), change(ring_time_s=10), False),
        (change(ring_time_s=10), change(ring_time_s=12), True),
        (change(ring_time_s=10), change(wrap_up_s=12), False),
        (change(ring_time_s=10), limits("health", ring_time_s=12), False),
        (change(recipe_adds=(ROW,)), change(recipe_adds=(ROW,)), False),
        (lend(0, "8007", "8008"), lend(0, "8008"), True),
        (lend(0, "8008"), add(0, "8008"), True),
        (lend(0, "8007"), lend(0, "8008"), False),
        (lend(2), lend(2), False),
        (lend(0, "8007"), level("emergency"), False),
    ],
)
def test_two_plans_conflict_if_only_one_of_them_can_count(mine: Aim, theirs: Aim, conflict: bool) -> None:
    """Two levels, one field of one queue, one seat; seats that are chosen later are not chosen twice."""
    other = measure(theirs, 1, 0, 30)

    assert in_conflict(plan(mine), [other]) == (other if conflict else None)


@pytest.mark.parametrize(
    ("starts", "ends", "conflict"),
    [(0, 10, False), (0, 11, True), (20, 30, False), (19, 30, True), (12, 15, True), (0, 30, True)],
)
def test_plans_conflict_only_where_a_moment_belongs_to_both(starts: float, ends: float, conflict: bool) -> None:
    """From the tenth second to before the twentieth here."""
    other = measure(level("emergency"), 1, starts, ends)

    assert bool(in_conflict(plan(level("elevated")), [other])) is conflict
    assert bool(in_conflict(other, [plan(level("elevated"))])) is conflict


def test_what_is_over_or_has_no_end_is_in_nobodys_way() -> None:
    """Whatever stands for good lies below what is planned; and the first one in the way is named."""
    lasting = measure(level("emergency"), 1, 0)
    over = measure(level("emergency"), 2, 0, 30, state=S.OVER)
    planned = measure(level("emergency"), 3, 15, None, state=S.PLANNED)

    assert in_conflict(plan(level("elevated")), [lasting, over]) is None
    assert in_conflict(plan(level("elevated")), [lasting, over, planned]) == planned
    assert in_conflict(plan(level("elevated"), ends=None), [planned]) == planned


def test_what_belongs_to_a_kind_is_set_and_nothing_else() -> None:
    """A loan that names no seats names none, and keeps nobody back."""
    loan = Loan(GENERAL)

    assert (loan.lender, loan.seats, loan.count, loan.keep) == (None, (), 0, 0)
    assert Aim(kind=Kind.LEND).loans == ()
    assert Measure(number=1, aim=level("x"), who="", why="", made_at=clock(0), starts_at=clock(0)).state is S.PLANNED
