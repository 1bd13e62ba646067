"""Working days against a recount that anybody can follow: day by day, from the two notices as they were published."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from city.city import City
from city.deadlines import MOST_DAYS, DeadlineRule, DeadlinesFile
from city.local_time import CITY_TIME
from city.urgency import UrgencyFile
from tickets.deadlines import Counting, Deadline, deadline_of, policy_of

OFF = """
2025-01-01 2025-01-01
2025-01-28 2025-02-04
2025-04-04 2025-04-06
2025-05-01 2025-05-05
2025-05-31 2025-06-02
2025-10-01 2025-10-08
2026-01-01 2026-01-03
2026-02-15 2026-02-23
2026-04-04 2026-04-06
2026-05-01 2026-05-05
2026-06-19 2026-06-21
2026-09-25 2026-09-27
2026-10-01 2026-10-07
"""
"""放假: 国办发明电〔2024〕12号, 〔2025〕7号; first and last day."""
MADE_UP = """
2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11
2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10
"""
"""调休上班: the same notices."""

NEW_YEAR, END = date(2025, 1, 1), date(2026, 12, 31)
CALLS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31, 15, 59), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.integers(1, MOST_DAYS)


def is_worked(day: date) -> bool:
    """Said of one day, with nothing but the notices."""
    if str(day) in MADE_UP:
        return True
    if any(first <= str(day) <= last for first, last in map(str.split, OFF.strip().splitlines())):
        return False
    return day.strftime("%A") not in ("Saturday", "Sunday")


def recounted(received: datetime, days: int) -> date:
    """The last of so many working days: turn the page until enough of them were worked."""
    page = received.astimezone(CITY_TIME).date()
    while days:
        page += timedelta(days=1)
        if is_worked(page):
            days -= 1
    return page


def counted(sample: City, received: datetime, days: int) -> Deadline:
    """By one rule of so many working days, with the sample's calendar."""
    rule = DeadlineRule(name="only", zh="唯一", en="Only", days=days)
    policy = policy_of(DeadlinesFile(version="t", rules=(rule,)), UrgencyFile())
    nothing: dict[str, Any] = dict.fromkeys(("kind", "category", "urgency", "hotline", "days_most"))
    return deadline_of(Counting(policy, sample.calendar), received_at=received, **nothing)


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    """By the city's clock."""
    return datetime(year, month, day, hour, tzinfo=CITY_TIME)


def test_every_day_of_both_years_is_what_the_notices_say(sample: City) -> None:
    """365 and 365 of them, less weekends (104) and statutory holidays (13) each: 248 are worked."""
    days = [NEW_YEAR + timedelta(days=n) for n in range((END - NEW_YEAR).days + 1)]

    assert [day for day in days if sample.calendar.is_day_off(day) is is_worked(day)] == []
    assert [sum(map(is_worked, (day for day in days if day.year == year))) for year in (2025, 2026)] == [248, 248]


@given(received=CALLS, days=DAYS)
@example(received=at(2025, 1, 24), days=5)  # a Friday; Sunday 26 is worked, then eight days of 春节
@example(received=at(2025, 9, 26, 23), days=3)  # late; Sunday 28 is worked
@example(received=at(2026, 2, 13), days=1)  # Saturday 14 is worked
@example(received=at(2026, 9, 30), days=3)  # 国庆, then Saturday 10
@example(received=at(2026, 12, 31), days=1)
def test_a_deadline_is_where_the_recount_ends(sample: City, received: datetime, days: int) -> None:
    """At the close of offices; and it says whether holidays were known for all its days."""
    found, last = counted(sample, received, days), recounted(received, days)

    assert found.at.astimezone(CITY_TIME) == datetime.combine(last, time(17, 30), CITY_TIME)
    assert found.calendar_known is (last <= END)
    assert ("放假安排未公布" in found.said) is (last > END)


@pytest.mark.parametrize("received", [at(2027, 2, 1), at(2026, 12, 31), at(2024, 12, 31)])
def test_a_year_without_a_notice_says_so_in_both_languages(sample: City, received: datetime) -> None:
    """Also when only the call, or only the deadline, lies in it; its days are counted by weekdays."""
    found = counted(sample, received, 1)

    assert not found.calendar_known
    assert "放假安排未公布,按周一至周五计" in found.said
    assert "holidays not published yet: counted by weekdays" in found.said
