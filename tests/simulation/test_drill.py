"""The house under several times its traffic: who calls, what breaks first, and that a calm house bears it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from acd.model import CallId
from simulation.draw import Exponential
from simulation.drill import Breaks, House, Point, broken_points, calls_at_once, crowd, drill, first_to_break
from simulation.run import Visit
from tests.simulation.past_day import GENERAL, HEALTH, SINCE, LookedBack, Morning, look_back
from tests.simulation.town import NINE, later

HOUSE = House(lines=1000, crisis=frozenset({"12356"}))


@pytest.fixture(scope="module")
def calm() -> LookedBack:
    """A morning on which nearly nobody waits, and nobody hangs up at once."""
    return look_back(Morning(per_hour=120.0, agents=14, health_agents=14, patience=Exponential(1800.0)))


def visit(number: int, came: float, answered: float | None, ended: float, hotline: str = "12345") -> Visit:
    """One call, in seconds after nine."""
    return Visit(
        citizen=f"c{number}",
        call=CallId(f"c{number}-1"),
        queue=GENERAL,
        hotline=hotline,
        came=later(came),
        joined=later(came),
        answered=None if answered is None else later(answered),
        ended=later(ended),
        tried=1,
        talked=answered is not None,
        was_cut=False,
    )


def test_so_many_times_as_many_call(calm: LookedBack) -> None:
    """Everybody who called does again, with others beside them, in the order they come, within the period."""
    seen, guesses = calm.seen, calm.guesses
    real = len(list(guesses.citizens(1)))
    people = list(crowd(seen, guesses, 3.5, 1))
    came = [citizen.comes for citizen in people]

    assert real * 3.2 < len(people) < real * 3.8
    assert came == sorted(came)
    assert seen.since <= came[0]
    assert came[-1] <= seen.ends
    assert {citizen.name for citizen in guesses.citizens(1)} <= {citizen.name for citizen in people}


def test_calm_house_bears_its_own_traffic_and_not_five_times_as_much(calm: LookedBack) -> None:
    """At ×1 nothing breaks; at ×5 the queues do, the small one of health, too, and the people are all busy."""
    usual = drill(calm.seen, calm.guesses, HOUSE, 1.0, draws=3)
    crowded = drill(calm.seen, calm.guesses, HOUSE, 5.0, draws=3)

    assert usual.broken == ()
    assert {one.point for one in crowded.broken} >= {Point(Breaks.IN_TIME, GENERAL), Point(Breaks.IN_TIME, HEALTH)}
    assert crowded.broken[0].after_s.median == min(one.after_s.median for one in crowded.broken)
    assert usual.occupancy is not None
    assert crowded.occupancy is not None
    assert crowded.occupancy.low > usual.occupancy.high


def test_first_to_break_is_what_only_the_crowd_breaks(calm: LookedBack) -> None:
    """What was broken without it comes first only if nothing else breaks; a house that bears it has none."""
    usual = drill(calm.seen, calm.guesses, HOUSE, 1.0, draws=1)
    crowded = drill(calm.seen, calm.guesses, HOUSE, 5.0, draws=1)
    earliest, *later_ones = crowded.broken
    weak = replace(usual, broken=(earliest,))

    assert first_to_break(usual, crowded) == earliest
    assert first_to_break(weak, crowded) == later_ones[0]
    assert first_to_break(weak, replace(crowded, broken=(earliest,))) == earliest
    assert first_to_break(usual, usual) is None


def test_house_with_few_lines_breaks_there_first(calm: LookedBack) -> None:
    """Calls are refused before anybody could wait long."""
    few = drill(calm.seen, calm.guesses, replace(HOUSE, lines=12), 5.0, draws=3)

    assert few.broken[0].point == Point(Breaks.LINES, "")


def test_lines_are_full_when_the_last_one_is_taken() -> None:
    """At the moment of that call; who is gone has left one free."""
    visits = [visit(1, 0, 1, 100), visit(2, 10, 11, 20), visit(3, 30, 31, 100), visit(4, 40, 41, 100)]

    assert [count for _, count in calls_at_once(visits)] == [1, 2, 2, 3]
    assert broken_points(visits, replace(HOUSE, lines=3)) == {Point(Breaks.LINES, ""): later(40)}
    assert broken_points(visits, replace(HOUSE, lines=4)) == {}


def test_crisis_hotline_is_broken_by_one_caller_who_waits() -> None:
    """After 15 s, whether they were answered in the end or gave up; not by one who gave up sooner."""
    crisis = Point(Breaks.CRISIS, "12356")

    assert broken_points([visit(1, 60, 80, 200, "12356")], HOUSE) == {crisis: later(75)}
    assert broken_points([visit(1, 60, None, 76, "12356")], HOUSE) == {crisis: later(75)}
    assert broken_points([visit(1, 60, 75, 200, "12356"), visit(2, 60, None, 70, "12356")], HOUSE) == {}


def test_queue_is_broken_by_a_fifth_of_its_last_twenty_calls() -> None:
    """Four late ones are borne, the fifth is not; it is known 15 s after it came."""

    def late(count: int) -> dict[Point, datetime]:
        return broken_points([visit(n, n, n + (16 if n >= 20 - count else 5), 5000) for n in range(20)], HOUSE)

    assert late(4) == {}
    assert late(5) == {Point(Breaks.IN_TIME, GENERAL): NINE + timedelta(seconds=19 + 15)}


def test_queue_that_loses_two_of_twenty_is_broken_when_the_second_is_gone() -> None:
    """One of twenty is 5 %, and borne; who hangs up within ten seconds does not count."""
    answered = [visit(n, n, n + 5, 5000) for n in range(18)]
    one, other = visit(18, 18, None, 30), visit(19, 19, None, 40)

    assert broken_points([*answered, one, visit(19, 19, 24, 5000)], HOUSE) == {}
    assert broken_points([*answered, one, visit(19, 19, None, 25), visit(20, 20, 25, 5000)], HOUSE) == {}
    assert broken_points([*answered, one, other], HOUSE) == {Point(Breaks.CONNECTED, GENERAL): later(40)}


def test_drill_of_the_same_seed_is_the_same(calm: LookedBack) -> None:
    """A figure that a leader reads twice is the same twice."""
    assert drill(calm.seen, calm.guesses, HOUSE, 2.0, draws=1) == drill(calm.seen, calm.guesses, HOUSE, 2.0, draws=1)
    assert calm.seen.since == SINCE
