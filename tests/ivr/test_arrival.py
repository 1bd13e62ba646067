"""What a caller meets at a moment: the usual journey, or greeting and word of the night, and then elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from city.load import load_city
from city.ways import served
from ivr.arrival import journey_at
from ivr.journey import journey_of
from ivr.menu import Join, Journey, Need

CITY = load_city(Path(__file__).parents[2] / "cities" / "sample")
OPEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # ten o'clock on a Monday, in China
CLOSED = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def at(number: str, now: datetime) -> Journey:
    """The journey of who calls this hotline then."""
    return journey_at(CITY, served(CITY, CITY.hotlines[number], now))


def test_an_open_hotlines_journey_is_its_own() -> None:
    """Menu and all."""
    assert at("12320", OPEN) == journey_of(CITY, CITY.hotlines["12320"])
    assert at("12356", CLOSED).person == Join("crisis", frozenset({Need("psychology", 1)}))


def test_at_night_it_is_said_that_the_hotline_is_closed() -> None:
    """After the greeting, which tells of the recording; then the other queue, for which no skill is needed."""
    journey = at("12351", CLOSED)

    assert journey.greeting == ("hello", "name-12351", "recorded", "closed-now")
    assert (journey.person, journey.start) == (Join("general"), None)


def test_a_branchs_callers_hear_the_greeting_only() -> None:
    """Before they are put through."""
    journey = at("12366", OPEN)

    assert (journey.greeting, journey.start) == (("hello", "name-12366", "recorded"), None)
