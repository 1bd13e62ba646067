"""Whether a hotline is open, and until when, at the edges: midnight, a holiday's eve, a Sunday that is worked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from city.calendar import WorkCalendar
from city.city import City
from city.hours import LOOKED_AHEAD, Hours, Opening, SpecialDays, opening

CHINA = ZoneInfo("Asia/Shanghai")
OFFICE = Hours(name="office", zh="工作日", en="Working days", workdays=("08:30-12:00", "14:00-17:30"))
NIGHT = Hours(name="night", zh="夜间", en="Night", workdays=("00:00-08:00", "20:00-24:00"), saturday=("00:00-08:00",))


def at(text: str) -> datetime:
    """A moment of China's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def said(found: Opening) -> tuple[bool, str]:
    """As a person would read it."""
    return found.is_open, found.until.strftime("%m-%d %H:%M") if found.until else "-"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-09-24 08:29:59", (False, "09-24 08:30")),  # a Thursday
        ("2026-09-24 08:30", (True, "09-24 12:00")),
        ("2026-09-24 11:59:59.999999", (True, "09-24 12:00")),
        ("2026-09-24 12:00", (False, "09-24 14:00")),
        ("2026-09-24 17:30", (False, "09-28 08:30")),  # the eve of Mid-Autumn: Friday to Sunday are off
        ("2026-09-25 10:00", (False, "09-28 08:30")),
        ("2026-09-20 10:00", (True, "09-20 12:00")),  # a Sunday that is worked
        ("2026-09-19 10:00", (False, "09-20 08:30")),  # the Saturday before it is not
        ("2026-10-10 09:00", (True, "10-10 12:00")),  # the Saturday after National Day is
        ("2026-12-31 17:30", (False, "01-01 08:30")),  # 2027 is not published: New Year's Day counts as a Friday
    ],
)
def test_office_hours_follow_the_calendar(sample: City, moment: str, expected: tuple[bool, str]) -> None:
    """By the notice of 2026, as the sample city has it."""
    assert said(opening(OFFICE, at(moment), sample.calendar)) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-09-22 23:59:59", (True, "09-23 08:00")),  # through midnight
        ("2026-09-23 00:00", (True, "09-23 08:00")),
        ("2026-09-25 20:00", (False, "09-26 00:00")),  # a holiday has no night shift; the Saturday after it has
        ("2026-09-26 08:00", (False, "09-28 00:00")),
    ],
)
def test_a_night_shift_runs_through_midnight(moment: str, expected: tuple[bool, str]) -> None:
    """24:00 of a day and 00:00 of the next are one moment."""
    calendar = WorkCalendar(off=frozenset({date(2026, 9, 25)}))
    assert said(opening(NIGHT, at(moment), calendar)) == expected


def test_what_never_changes_has_no_end() -> None:
    """Open day and night, holidays too."""
    day = ("00:00-24:00",)
    always = Hours(name="always", zh="昼夜", en="Always", workdays=day, saturday=day, sunday=day, holidays=day)

    assert opening(always, at("2026-09-30 23:30"), WorkCalendar()) == Opening(is_open=True, until=None)


def test_special_days_come_before_the_calendar(sample: City) -> None:
    """A hotline that is open in the holiday, and closed on a working day."""
    special = (
        SpecialDays(first=date(2026, 10, 1), last=date(2026, 10, 7), open=("09:00-10:00",)),
        SpecialDays(first=date(2026, 10, 8)),
    )
    hours = OFFICE.model_copy(update={"special": special})

    assert said(opening(hours, at("2026-10-01 09:30"), sample.calendar)) == (True, "10-01 10:00")
    assert said(opening(hours, at("2026-10-07 10:00"), sample.calendar)) == (False, "10-09 08:30")


def test_a_zone_with_summer_time_goes_by_the_clock_on_the_wall() -> None:
    """The night in which an hour is skipped is an hour shorter, and opens at the same hour of the wall."""
    berlin = ZoneInfo("Europe/Berlin")
    hours = Hours(name="sunday", zh="周日", en="Sunday", sunday=("08:00-12:00",))

    found = opening(hours, datetime(2026, 3, 29, 1, 30, tzinfo=berlin), WorkCalendar())

    assert found == Opening(is_open=False, until=datetime(2026, 3, 29, 8, tzinfo=berlin))
    assert found.until is not None
    assert found.until.astimezone(UTC) - datetime(2026, 3, 29, 0, 30, tzinfo=UTC) == timedelta(hours=5.5)


@given(
    st.integers(0, 330 * 86_400 * 1_000_000).map(lambda us: at("2026-01-01 00:00") + timedelta(microseconds=us)),
    st.sampled_from([OFFICE, NIGHT]),
)
def test_what_is_said_holds_until_then_and_changes_then(moment: datetime, hours: Hours) -> None:
    """At any moment of the year: true one microsecond before, false at it."""
    calendar = WorkCalendar(off=frozenset(date(2026, 10, day) for day in range(1, 8)))
    found = opening(hours, moment, calendar)

    assert found.until is not None
    assert moment < found.until <= moment + timedelta(days=LOOKED_AHEAD)
    before, then = found.until - timedelta(microseconds=1), found.until
    assert opening(hours, before, calendar).is_open is found.is_open
    assert opening(hours, then, calendar).is_open is not found.is_open


@pytest.mark.parametrize(
    ("spans", "rule"),
    [
        (("22:00-06:00",), "hours_backwards"),
        (("08:00-08:00",), "hours_backwards"),
        (("20:00-24:01",), "hours_backwards"),
        (("08:00-12:00", "11:00-13:00"), "hours_overlap"),
        (("14:00-17:00", "08:00-12:00"), "hours_overlap"),
        (("8:00-12:00",), "string_pattern_mismatch"),
        ((), "never_open"),
    ],
)
def test_spans_that_make_no_sense_are_refused(spans: tuple[str, ...], rule: str) -> None:
    """Each by its rule."""
    with pytest.raises(ValidationError) as refused:
        Hours(name="x", zh="甲", en="A", workdays=spans)

    assert [fault["type"] for fault in refused.value.errors()] == [rule]
