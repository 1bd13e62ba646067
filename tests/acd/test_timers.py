"""The deadlines of the hall: whatever is moved and lifted, the first is the one that is due first."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.timers import SLOT, SWEEP_SLACK, Timers
from tests.acd.scene import NINE

moments = st.integers(-30, 30).map(lambda eighths: NINE + eighths * SLOT / 4)
acts = st.lists(st.tuples(st.integers(0, 9), st.none() | moments), max_size=200)


@settings(max_examples=300, deadline=None)
@given(acts)
def test_the_first_is_due_first_whatever_came_moved_and_left(acts: list[tuple[int, datetime | None]]) -> None:
    """Moved to earlier and to later moments, in one slot and across, lifted, put in again; ties by item."""
    timers: Timers[int] = Timers()
    naive: dict[int, datetime] = {}
    for item, due in acts:
        if due is None:
            timers.discard(item)
            naive.pop(item, None)
        else:
            timers.push(item, due)
            naive[item] = due

        assert timers.first() == min(((due, item) for item, due in naive.items()), default=None)


def test_taken_one_by_one_they_come_in_order() -> None:
    """Over many slots, with a crowd in one of them."""
    timers: Timers[int] = Timers()
    due = {item: NINE + timedelta(milliseconds=item * 7919 % 40_000 if item % 3 else 20_000) for item in range(2000)}
    for item, moment in due.items():
        timers.push(item, moment)
    seen = []
    while (first := timers.first()) is not None:
        seen.append(first)
        timers.discard(first[1])

    assert seen == sorted((moment, item) for item, moment in due.items())


def test_what_has_left_does_not_pile_up() -> None:
    """A deadline that is set and lifted a million times takes no more room than once, near or far."""
    timers: Timers[int] = Timers()
    timers.push(-1, NINE)
    for number in range(5000):
        timers.push(0, NINE + SLOT / 2 + timedelta(microseconds=number % 1000))
        timers.push(1, NINE + number % 300 * SLOT)
        timers.discard(0)
        timers.discard(1)

    assert timers.first() == (NINE, -1)
    assert len(timers._first) <= 2 + SWEEP_SLACK
