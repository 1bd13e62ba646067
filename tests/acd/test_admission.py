"""How often one number may call: a budget in a sliding window, bounded memory, nobody punished for a hidden number."""

from __future__ import annotations

from datetime import timedelta

from acd.admission import Budget, RepeatCallers
from tests.acd.scene import clock

THREE = Budget(calls=3, window=timedelta(seconds=60))


def test_a_number_that_called_often_enough_is_not_let_in_until_the_window_has_passed() -> None:
    """Three in a minute; the fourth comes in when the first is a minute old."""
    callers = RepeatCallers()

    assert [callers.admit("138", THREE, clock(second)) for second in (0, 10, 20, 30, 59.9)] == [
        *(True, True, True),
        *(False, False),
    ]
    assert callers.admit("138", THREE, clock(60))
    assert not callers.admit("138", THREE, clock(61))


def test_refused_calls_do_not_prolong_the_refusal() -> None:
    """Who goes on trying is let in as soon as who waited."""
    callers = RepeatCallers()
    for second in range(60):
        callers.admit("138", THREE, clock(second))

    assert callers.admit("138", THREE, clock(60.5))


def test_other_numbers_are_not_touched_by_one_that_floods() -> None:
    """Each has its own budget, and a hidden one has none."""
    callers = RepeatCallers()
    for second in range(10):
        callers.admit("138", THREE, clock(second))

    assert callers.admit("139", THREE, clock(10))
    assert all(callers.admit("", THREE, clock(10)) for _ in range(10))


def test_only_so_many_numbers_are_remembered_and_the_busiest_is_among_them() -> None:
    """A flood with a new number for each call forgets the oldest ones, not the one that still calls."""
    callers = RepeatCallers(remembered=10)
    for number in range(100):
        callers.admit("138", THREE, clock(0))
        callers.admit(f"139{number}", THREE, clock(0))

    assert not callers.admit("138", THREE, clock(1))
    assert callers.admit("1390", THREE, clock(1))
    assert len(callers) == 10
