"""Which debts stand in the line: by the city's policy, in its hours, one a citizen, and never for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.call_back_plan import (
    AHEAD,
    ASKED_FOR,
    NOT_REACHED,
    Candidate,
    Place,
    Policy,
    Standing,
    most_promised,
    plan,
    window_of,
)
from acd.call_facts import Debt
from acd.calling_hours import CallingHours, Window
from acd.model import CallId, QueueName

CHINA = ZoneInfo("Asia/Shanghai")
HOURS = CallingHours(quiet_from=time(21), quiet_until=time(8), zone=CHINA)
POLICY = Policy(hours=HOURS, attempts=3, spacing=timedelta(minutes=30))
GENERAL = QueueName("general")


def on_the_wall(hour: int, minute: int = 0, day: int = 6) -> datetime:
    """A moment of January 2025, as a clock in the city shows it."""
    return datetime(2025, 1, day, hour, minute, tzinfo=CHINA).astimezone(UTC)


TEN = on_the_wall(10)


def debt(owed: str = "d1", citizen: int = 1, minutes: float = 0, **more: Any) -> Candidate:
    """Somebody who gave up so many minutes after ten."""
    joined = TEN + timedelta(minutes=minutes)
    usual: dict[str, Any] = {"why": Debt.ABANDONED, "queue": GENERAL, "owed_at": joined}
    return Candidate(owed=CallId(owed), citizen=citizen, joined=joined, **{**usual, **more})


def planned(*debts: Candidate, at: datetime = TEN, room: int = 9, lined: tuple[str, ...] = ()) -> dict[str, Place]:
    """The plan."""
    return {**plan(debts, POLICY, at, room={GENERAL: room}, lined=map(CallId, lined))}


def standings(*debts: Candidate, at: datetime = TEN, room: int = 9, lined: tuple[str, ...] = ()) -> list[Standing]:
    """Where each stands, in the order given."""
    found = planned(*debts, at=at, room=room, lined=lined)
    return [found[one.owed].standing for one in debts]


@pytest.mark.parametrize(
    ("at", "opens", "lapses"),
    [
        (on_the_wall(8), on_the_wall(8), on_the_wall(21)),
        (on_the_wall(20, 59), on_the_wall(20, 59), on_the_wall(21)),
        (on_the_wall(21), on_the_wall(8, day=7), on_the_wall(21, day=7)),
        (on_the_wall(3), on_the_wall(8), on_the_wall(21)),
    ],
)
def test_nobody_is_rung_from_nine_in_the_evening_until_eight(at: datetime, opens: datetime, lapses: datetime) -> None:
    """By the clock on the city's wall."""
    assert HOURS.window(at) == Window(opens, lapses)


def test_hours_that_end_when_they_begin_are_never_quiet() -> None:
    """And quiet hours may lie within one day."""
    always = CallingHours(quiet_from=time(0), quiet_until=time(0), zone=CHINA)
    noon = CallingHours(quiet_from=time(12), quiet_until=time(14), zone=CHINA)

    assert always.window(TEN) == Window(TEN, None)
    assert noon.window(on_the_wall(13)) == Window(on_the_wall(14), on_the_wall(12, day=7))


@given(
    st.integers(0, 2 * 366 * 24 * 60).map(lambda minutes: TEN + timedelta(minutes=minutes)),
    st.times(),
    st.times(),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
)
def test_a_window_is_never_quiet_at_its_beginning(at: datetime, quiet_from: time, until: time, zone: str) -> None:
    """At any moment, with any hours, also in zones that put their clocks forward and back."""
    hours = CallingHours(quiet_from=quiet_from, quiet_until=until, zone=ZoneInfo(zone))
    window = hours.window(at)

    assert window.opens >= at
    assert window.lapses is None or window.lapses > window.opens
    assert hours.window(window.opens).opens == window.opens


def test_the_eldest_are_lined_up_as_far_as_there_is_room() -> None:
    """Those in the line already do not take it twice."""
    debts = debt("d3", 3, 3), debt("d1", 1, 1), debt("d2", 2, 2), debt("d4", 4, 4)

    assert standings(*debts, at=on_the_wall(11), room=1, lined=("d1",)) == [
        Standing.ENOUGH,
        Standing.IN_LINE,
        Standing.IN_LINE,
        Standing.ENOUGH,
    ]


def test_one_citizen_is_dialled_once_for_all_their_debts() -> None:
    """For the eldest; not while they are in a call with us, which has the place now."""
    debts = debt("d1"), debt("d2", 1, 5), debt("d3", 2, here=True), debt("d4", 2, 6)

    assert standings(*debts) == [Standing.IN_LINE, Standing.MERGED, Standing.CITIZEN_HERE, Standing.MERGED]


@pytest.mark.parametrize("rule", ["emergency_number", "premium_number", "crisis_lane"])
def test_whom_a_rule_protects_is_left_to_people_under_its_name(rule: str) -> None:
    """At once, without an attempt."""
    assert planned(debt(against=rule))["d1"] == Place(standing=Standing.LEFT, rule=rule)


def test_after_an_attempt_there_is_a_pause_and_after_the_last_one_nobody_dials() -> None:
    """Not reached: with all that was owed to them by then, but not what came later."""
    tried = debt(attempts=2, tried_at=TEN)
    assert planned(tried, at=TEN + timedelta(minutes=29))["d1"] == Place(
        standing=Standing.RESTS, window=Window(TEN + POLICY.spacing, on_the_wall(21))
    )
    soon = planned(tried, at=TEN + POLICY.spacing - AHEAD)["d1"]
    assert (soon.standing, soon.window) == (Standing.IN_LINE, Window(TEN + POLICY.spacing, on_the_wall(21)))

    over = debt(attempts=3, tried_at=TEN + timedelta(minutes=10))
    beside, after = debt("d2", 1, 5), debt("d3", 1, 20)
    found = planned(over, beside, after, at=on_the_wall(11))
    left = Place(standing=Standing.LEFT, rule=NOT_REACHED)
    assert (found["d1"], found["d2"], found["d3"].standing) == (left, left, Standing.IN_LINE)


def test_what_was_left_before_still_speaks_for_the_same_citizen() -> None:
    """After a restart, say: the debt beside it is left, too."""
    before = debt("d9", 1, 8, attempts=3, tried_at=TEN + timedelta(minutes=10), left=NOT_REACHED)

    assert standings(debt("d1", 1, 5), before) == [Standing.LEFT, Standing.LEFT]


def test_quiet_hours_keep_everybody_back_but_who_has_just_asked() -> None:
    """They are awake: once, within an hour of asking; a second attempt waits for the morning."""
    late = on_the_wall(23)
    gave_up = debt("d1", 1, 60)
    asked = debt("d2", 2, why=Debt.ASKED, owed_at=late)
    again = replace(asked, owed=CallId("d3"), citizen=3, attempts=1, tried_at=late)
    long_ago = replace(asked, owed=CallId("d4"), citizen=4, owed_at=late - ASKED_FOR)
    found = planned(gave_up, asked, again, long_ago, at=late)

    assert found["d2"] == Place(standing=Standing.IN_LINE, window=Window(late, late + ASKED_FOR))
    morning = Window(on_the_wall(8, day=7), on_the_wall(21, day=7))
    quiet = Place(standing=Standing.QUIET_HOURS, window=morning)
    assert (found["d1"], found["d3"], found["d4"]) == (quiet, quiet, quiet)


def test_who_asked_before_the_quiet_hours_is_still_expecting_us_in_them() -> None:
    """An hour after asking at half past eight it is half past nine."""
    asked = debt(why=Debt.ASKED, owed_at=on_the_wall(20, 30))

    window, _ = window_of(asked, POLICY, on_the_wall(20, 40))
    assert window == Window(on_the_wall(20, 40), on_the_wall(21, 30))


def test_as_many_are_promised_as_can_be_called_within_the_hour() -> None:
    """Three at once of four minutes each: 45; of an unknown time, as if it were five; one at least."""
    assert most_promised(3, 240.0) == 45
    assert most_promised(3, None) == 36
    assert most_promised(1, 7200.0) == 1


def test_without_a_carrier_nobody_stands_in_the_line() -> None:
    """And whoever is left to people stays so."""
    debts = [debt("d1"), debt("d2", citizen=2, left="number_hidden")]

    found = plan(debts, POLICY, TEN, room={GENERAL: 9}, lined=(), carrier=False)

    assert found[CallId("d1")].standing is Standing.NO_CARRIER
    assert found[CallId("d2")] == Place(standing=Standing.LEFT, rule="number_hidden")


def test_each_debt_takes_one_place_of_its_own_queues_room() -> None:
    """Four places, five debts; a queue of which no room is told has none."""
    five = [debt(f"d{number}", citizen=number, minutes=number) for number in range(5)]
    elsewhere = debt("e", citizen=9, queue=QueueName("health"))

    assert standings(*five, elsewhere, at=on_the_wall(11), room=4) == [Standing.IN_LINE] * 4 + [Standing.ENOUGH] * 2


def test_a_rule_against_one_debt_says_nothing_of_the_citizens_next() -> None:
    """Only a last attempt in vain speaks for both."""
    tried = TEN + timedelta(minutes=10)
    elder = debt("d1", tried_at=tried, attempts=1, against="number_hidden")

    assert standings(elder, debt("d2", minutes=1), at=on_the_wall(11)) == [Standing.LEFT, Standing.IN_LINE]


@pytest.mark.parametrize(("minutes", "standing"), [(9, Standing.LEFT), (10, Standing.LEFT), (11, Standing.IN_LINE)])
def test_the_last_attempt_was_for_whatever_was_owed_by_then(minutes: float, standing: Standing) -> None:
    """A debt of that very moment, too; one that came later is a new one."""
    elder = debt("d1", tried_at=TEN + timedelta(minutes=10), attempts=3)

    assert standings(elder, debt("d2", minutes=minutes), at=on_the_wall(11)) == [Standing.LEFT, standing]


def test_who_asked_by_day_may_be_called_until_the_quiet_hours() -> None:
    """Not for an hour alone; nor is it a pause that they wait for."""
    asked = debt(why=Debt.ASKED)

    assert window_of(asked, POLICY, TEN) == (Window(TEN, on_the_wall(21)), False)
    again = replace(asked, attempts=1, tried_at=TEN)
    assert window_of(again, POLICY, TEN) == (Window(TEN + POLICY.spacing, on_the_wall(21)), True)
