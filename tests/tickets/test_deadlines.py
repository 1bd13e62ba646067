"""Deadlines are counted in working days, by the rule that is earliest, and say by what they were counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.calendar import WorkCalendar
from city.city import City
from city.deadlines import DeadlineRule, DeadlinesFile
from city.local_time import CITY_TIME
from city.urgency import UrgencyFile
from tickets.deadlines import Counting, Deadline, DeadlinePolicy, deadline_of, escalations_of, policy_of


@pytest.fixture(scope="module")
def policy(sample: City) -> DeadlinePolicy:
    """The sample city's."""
    return policy_of(sample.deadlines, sample.urgency)


def at(month: int, day: int, hour: int = 10, minute: int = 0, year: int = 2026) -> datetime:
    """A moment by the city's clock, in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=CITY_TIME).astimezone(UTC)


def due(policy: DeadlinePolicy, sample: City, received_at: datetime, **known: Any) -> Deadline:
    """The deadline of a ticket of which only a little is known."""
    nothing: dict[str, Any] = dict.fromkeys(("kind", "category", "urgency", "hotline", "days_most"))
    return deadline_of(Counting(policy, sample.calendar), received_at=received_at, **{**nothing, **known})


@pytest.mark.parametrize(
    ("received", "last"),
    [
        (at(6, 1), date(2026, 6, 8)),  # Monday; the next Monday is the fifth working day
        (at(6, 1, 23, 59), date(2026, 6, 8)),  # after the offices have closed: still Monday's
        (at(6, 5), date(2026, 6, 12)),  # Friday
        (at(6, 6), date(2026, 6, 12)),  # Saturday
        (at(9, 24), date(2026, 10, 9)),  # over 中秋 (25–27) and 国庆 (1–7): 28, 29, 30, 8, 9
        (at(2, 12), date(2026, 2, 24)),  # the epidemic's three days: 13, Saturday 14 (worked), 24 after 春节
        (at(4, 30), date(2026, 5, 11)),  # over 劳动节 (1–5), Saturday 9 worked
    ],
)
def test_working_days_leave_out_holidays_and_count_made_up_days(
    policy: DeadlinePolicy, sample: City, received: datetime, last: date
) -> None:
    """The day of the call is not counted; the deadline is the close of offices."""
    found = due(policy, sample, received)

    assert found.at.astimezone(CITY_TIME) == datetime.combine(last, time(17, 30), CITY_TIME)
    assert found.calendar_known


def test_a_period_shortens_five_days_to_three(policy: DeadlinePolicy, sample: City) -> None:
    """由5日压缩至3日, for what comes within the period, its first and last day included."""
    days = {day: due(policy, sample, at(*day)).working_days for day in ((1, 19), (1, 20), (3, 31), (4, 1))}

    assert days == {(1, 19): 5, (1, 20): 3, (3, 31): 3, (4, 1): 5}
    assert due(policy, sample, at(1, 20)).rule == "疫情期间(样例)"


@pytest.mark.parametrize(
    ("known", "days", "rule"),
    [
        ({}, 5, "一般诉求"),
        ({"kind": "投诉"}, 5, "一般诉求"),
        ({"kind": "咨询"}, 1, "咨询"),
        ({"category": "公用事业/供水/停水"}, 3, "水电气暖"),
        ({"category": "市政设施/路灯照明"}, 5, "一般诉求"),
        ({"category": "卫生健康"}, 3, "卫生健康"),
        ({"category": "卫生健康", "kind": "咨询"}, 1, "咨询"),
        ({"days_most": 2}, 2, "快速流程"),
        ({"days_most": 9}, 5, "一般诉求"),
    ],
)
def test_the_earliest_rule_counts(
    policy: DeadlinePolicy, sample: City, known: dict[str, Any], days: int, rule: str
) -> None:
    """Of all that hold: by kind, category (and all below it), hotline, quick flow."""
    found = due(policy, sample, at(6, 1), **known)

    assert (found.working_days, found.rule, found.every_day) == (days, rule, False)


def test_a_rule_may_be_one_hotlines_only(sample: City) -> None:
    """What comes by another number is not meant."""
    rules = (*sample.deadlines.rules, DeadlineRule(name="h", zh="卫生热线", en="Health", days=2, hotlines=("12320",)))
    policy = policy_of(sample.deadlines.model_copy(update={"rules": rules}), sample.urgency)

    assert due(policy, sample, at(6, 1), hotline="12320").rule == "卫生热线"
    assert due(policy, sample, at(6, 1), hotline="12345").rule == "一般诉求"


def test_an_urgent_class_runs_round_the_clock(policy: DeadlinePolicy, sample: City) -> None:
    """A gas leak on the first day of a week of holidays is due the next day at the same hour."""
    found = due(policy, sample, at(10, 1, 22), urgency="燃气与危险品")

    assert found.at == at(10, 2, 22)
    assert (found.working_days, found.every_day, found.said) == (1, True, "燃气与危险品:1×24小时 / 1 × 24 hours")


def test_a_year_that_is_not_published_is_counted_by_weekdays_and_says_so(policy: DeadlinePolicy, sample: City) -> None:
    """Nobody knows the holidays of 2027 yet, and the deadline does not pretend to."""
    known, unknown = due(policy, sample, at(12, 24)), due(policy, sample, at(12, 28))

    assert (known.calendar_known, known.said) == (True, "一般诉求:5个工作日 / 5 working days")
    assert unknown.at.astimezone(CITY_TIME).date() == date(2027, 1, 4)
    assert not unknown.calendar_known
    assert "未公布" in unknown.said
    assert "not published" in unknown.said


def test_the_version_changes_with_every_word_of_the_policy(sample: City) -> None:
    """Also when whoever changed it forgot to say so; and it is the same for the same words."""
    rule = DeadlineRule(name="usual", zh="一般诉求", en="Usual", days=4)
    changed = sample.deadlines.model_copy(update={"rules": (rule,)})
    versions = [
        policy_of(sample.deadlines, sample.urgency).version,
        policy_of(sample.deadlines, sample.urgency).version,
        policy_of(changed, sample.urgency).version,
        policy_of(sample.deadlines, UrgencyFile()).version,
    ]

    assert versions[0] == versions[1]
    assert len(set(versions)) == 3
    assert all(version.startswith("2026.1+") for version in versions)


def test_escalations_take_shares_of_the_time_in_which_offices_are_open(policy: DeadlinePolicy, sample: City) -> None:
    """Friday 13:30 with one working day: four hours on Friday, eight and a half on Monday."""
    received = at(6, 5, 13, 30)
    steps = escalations_of(policy, due(policy, sample, received, kind="咨询"), received, sample.calendar)

    assert [(step.percent, step.at, step.tells) for step in steps] == [
        (50, at(6, 8, 11, 15), ("handler",)),
        (80, at(6, 8, 15, 0), ("leader",)),
        (100, at(6, 8, 17, 30), ("leader", "supervisor")),
    ]


def test_escalations_of_an_urgent_ticket_are_shares_of_its_hours(policy: DeadlinePolicy, sample: City) -> None:
    """Half of a day is twelve hours, also at night."""
    received = at(10, 1, 22)
    steps = escalations_of(policy, due(policy, sample, received, urgency="人身安全"), received, sample.calendar)

    assert [step.at - received for step in steps] == [timedelta(hours=12), timedelta(hours=19.2), timedelta(hours=24)]


MOMENTS = st.datetimes(datetime(2024, 11, 1), datetime(2028, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.integers(1, 60)


def counted(days: int, received_at: datetime, calendar: WorkCalendar) -> Deadline:
    """By one rule of so many working days."""
    rule = DeadlineRule(name="only", zh="唯一", en="Only", days=days)
    policy = policy_of(DeadlinesFile(version="t", rules=(rule,)), UrgencyFile())
    nothing: dict[str, Any] = dict.fromkeys(("kind", "category", "urgency", "hotline", "days_most"))
    return deadline_of(Counting(policy, calendar), received_at=received_at, **nothing)


@given(received=MOMENTS, days=DAYS)
def test_a_deadline_never_lies_on_a_day_off(sample: City, received: datetime, days: int) -> None:
    """Nor is it before the call; and so many days between are worked, no more."""
    last = counted(days, received, sample.calendar).at.astimezone(CITY_TIME)
    first = received.astimezone(CITY_TIME).date()
    between = [first + timedelta(days=n) for n in range(1, (last.date() - first).days + 1)]

    assert not sample.calendar.is_day_off(last.date())
    assert last > received
    assert sum(not sample.calendar.is_day_off(day) for day in between) == days


@given(one=MOMENTS, other=MOMENTS, days=DAYS)
def test_who_comes_later_is_due_no_earlier(sample: City, one: datetime, other: datetime, days: int) -> None:
    """By the same rule."""
    first, second = sorted((one, other))

    assert counted(days, first, sample.calendar).at <= counted(days, second, sample.calendar).at


@given(received=MOMENTS, known=st.sampled_from(["咨询", "投诉", None]))
def test_the_one_day_clock_is_never_after_the_three_day_one(
    sample: City, received: datetime, known: str | None
) -> None:
    """Neither round the clock nor in working days; urgent is never later than usual."""
    policy = policy_of(sample.deadlines, sample.urgency)
    usual = due(policy, sample, received, kind=known)
    urgent = due(policy, sample, received, kind=known, urgency="民生急修")

    assert urgent.at <= counted(3, received, sample.calendar).at
    assert counted(1, received, sample.calendar).at < counted(3, received, sample.calendar).at
    assert urgent.at <= usual.at


@given(received=MOMENTS, days=DAYS)
def test_escalations_come_in_order_and_the_last_is_the_deadline(sample: City, received: datetime, days: int) -> None:
    """All of them after the call."""
    deadline = counted(days, received, sample.calendar)
    policy = policy_of(DeadlinesFile(), UrgencyFile())
    moments = [step.at for step in escalations_of(policy, deadline, received, sample.calendar)]

    assert received < moments[0]
    assert moments == sorted(moments)
    assert moments[-1] == deadline.at
