"""Lateness of events, by two clocks that have nothing to do with each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from acd.events import CallJoined, Event
from telephony.lag import LATE_S, Lag
from telephony.listener import Listener
from telephony.message import AmiEvent

APART_S = 5_000.0  # our monotonic clock beside Asterisk's


def heard(lag: Lag, at_s: float, late_s: float) -> bool:
    """An event of Asterisk's second `at_s` that arrives so late."""
    return lag.note(str(at_s), at_s + APART_S + late_s)


def pinged(lag: Lag, at_s: float, took_s: float = 0.002) -> None:
    """A ping that was answered in Asterisk's second `at_s`."""
    lag.calibrate(str(at_s), at_s + APART_S - took_s / 2, at_s + APART_S + took_s / 2)


def test_late_events_are_noticed_and_their_end_is_told_once() -> None:
    """That end is the moment for a resync."""
    lag = Lag()
    pinged(lag, 100)

    assert not heard(lag, 101, 0.01)
    assert not heard(lag, 102, LATE_S + 0.1)
    assert (lag.is_late, lag.times) == (True, 1)
    assert not heard(lag, 103, 1.0)  # still late: it must clear
    assert heard(lag, 104, 0.1)
    assert not heard(lag, 105, 0.1)
    assert (lag.is_late, lag.times) == (False, 1)


def test_events_are_late_beyond_two_seconds_and_clear_from_half_a_second_on() -> None:
    """Exactly two are not late yet; once late, exactly a half is late no more."""
    lag = Lag()
    lag.calibrate("100", 100, 100)

    lag.note("101", 103.0)
    assert not lag.is_late
    lag.note("102", 104.125)
    assert lag.is_late
    lag.note("103", 103.625)
    assert lag.is_late
    assert lag.note("104", 104.5)


def test_nothing_is_said_before_the_clocks_were_compared() -> None:
    """Nor of events without a time."""
    lag = Lag()

    assert not heard(lag, 100, 100)
    assert lag.seconds == 0
    pinged(lag, 100)
    assert not lag.note("", 1.0)
    assert lag.seconds == 0


def test_slow_ping_tells_nothing_about_the_clocks() -> None:
    """Its answer may have waited behind the same events."""
    lag = Lag()
    pinged(lag, 100)
    pinged(lag, 130, took_s=10)
    heard(lag, 131, 3)
    assert lag.is_late
    assert not lag.calibrate("132", 132 + APART_S, 132.625 + APART_S)
    assert lag.is_late

    assert lag.calibrate("133", 133 + APART_S, 133.5 + APART_S)  # half a second is quick enough


def test_step_of_a_clock_is_forgotten_with_the_next_ping() -> None:
    """Asterisk's clock was set back by a minute: the first events seem late, the next ones are not."""
    lag = Lag()
    pinged(lag, 1000)
    lag.note("940", 1000 + APART_S)
    assert lag.is_late

    assert lag.calibrate("941", 1001 + APART_S, 1001 + APART_S)
    assert not lag.note("942", 1002 + APART_S)
    assert not lag.is_late


def test_lateness_ends_with_a_quick_ping_also_if_nothing_more_happens() -> None:
    """The last event before a quiet night was late: that must not be believed until the morning."""
    lag = Lag()
    pinged(lag, 100)
    heard(lag, 101, 5)
    assert not lag.calibrate("106", 106 + APART_S, 109 + APART_S)  # a slow one has waited behind others
    assert lag.is_late

    assert lag.calibrate("110", 110 + APART_S, 110 + APART_S)
    assert (lag.is_late, lag.seconds) == (False, 0.0)


def test_new_connection_begins_anew() -> None:
    """It may be another Asterisk."""
    lag = Lag()
    pinged(lag, 100)
    heard(lag, 101, 5)

    assert lag.forget()
    assert lag.seconds == 0
    assert not heard(lag, 101, 5)
    assert not lag.is_late


def test_asterisks_time_becomes_ours_however_far_apart_the_clocks_are() -> None:
    """As long before our now as it was before Asterisk's; as it is while nobody has compared them."""
    lag = Lag()
    there, now = datetime.fromtimestamp(100, UTC), datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert lag.by_our_clock(there, now, 130 + APART_S) == there

    pinged(lag, 129)
    assert lag.by_our_clock(there, now, 130 + APART_S) == now - timedelta(seconds=30)


def test_a_caller_has_waited_as_long_as_asterisk_says_and_no_longer() -> None:
    """With our clock an hour ahead: else a recipe would send them away the moment they come."""
    told: list[Event] = []
    now = datetime.fromtimestamp(3730, UTC)
    listener = Listener(told.append, lambda _: None, lambda: now, lambda: 130 + APART_S)
    listener.pong("130", 130 + APART_S, 130 + APART_S)
    waits = ("Event: UserEvent", "UserEvent: CallWaiting", "CallId: lx-1", "Queue: general", "Joined: 100.000")
    listener.hear(AmiEvent("\r\n".join(waits).encode()))

    (joined,) = told
    assert isinstance(joined, CallJoined)
    assert joined.joined == now - timedelta(seconds=30)
