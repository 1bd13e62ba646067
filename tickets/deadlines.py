"""办理时限: until when a ticket is to be settled, by which rule, and when who is told that time runs out. Pure.

Working days are counted as days of a period are (民法典 §201, §203): the day on which the appeal came is not counted;
the deadline is the close of offices on the last day. Working time, of which escalations take 50, 80, 100 per cent, is
the time in which offices are open between the call and the deadline. An urgent class may run round the clock instead:
a day of it is 24 hours, from the call on.

Of all rules that hold for a ticket the one with the earliest deadline counts. Days of a year whose holidays are not
published are counted by weekdays; the deadline says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from city.calendar import ONE_DAY, WorkCalendar
from city.deadlines import DeadlineRule, DeadlinesFile, EscalationStep
from city.local_time import CITY_TIME
from city.urgency import UrgencyFile, UrgentClass

DIGEST_CHARS = 8
FLOW_RULE = "快速流程"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePolicy:
    """What a city wrote in deadlines.toml and urgency.toml. `version` changes with every word of it."""

    version: str
    rules: tuple[DeadlineRule, ...]
    urgent: tuple[UrgentClass, ...]
    opens: time
    closes: time
    steps: tuple[EscalationStep, ...]


@dataclass(frozen=True, slots=True)
class Counting:
    """All by which a city counts deadlines."""

    policy: DeadlinePolicy
    calendar: WorkCalendar


def policy_of(deadlines: DeadlinesFile, urgency: UrgencyFile) -> DeadlinePolicy:
    """The policy of a city; its version is the one written in the file and a digest of what is written."""
    written = deadlines.model_dump_json() + urgency.model_dump_json()
    digest = hashlib.sha256(written.encode()).hexdigest()[:DIGEST_CHARS]
    opens, closes = deadlines.hours
    return DeadlinePolicy(
        version=f"{deadlines.version}+{digest}",
        rules=deadlines.rules,
        urgent=urgency.classes,
        opens=opens,
        closes=closes,
        steps=deadlines.escalations,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """`at`: aware, UTC. `working_days`: how many, or how many times 24 hours where `every_day`."""

    at: datetime
    working_days: int
    every_day: bool
    policy_version: str
    rule: str
    calendar_known: bool

    @property
    def said(self) -> str:
        """How it was counted, for people."""
        zh, en = ("×24小时", "× 24 hours") if self.every_day else ("个工作日", "working days")
        if not self.calendar_known:
            zh += "(放假安排未公布,按周一至周五计)"
            en += " (holidays not published yet: counted by weekdays)"
        return f"{self.rule}:{self.working_days}{zh} / {self.working_days} {en}"


@dataclass(frozen=True, slots=True)
class _Clock:
    rule: str
    days: int
    every_day: bool = False


def deadline_of(
    by: Counting,
    *,
    kind: str | None,
    category: str | None,
    urgency: str | None,
    hotline: str | None,
    received_at: datetime,
    days_most: int | None,
) -> Deadline:
    """The deadline of a ticket that came at `received_at`.

    `category`: its whole path, as 公用事业/供水/停水. `urgency`: the class's Chinese name. `days_most`: what a quick
    flow allows, in working days.
    """
    day = received_at.astimezone(CITY_TIME).date()
    branches = frozenset(category.split("/")) if category else frozenset()
    clocks = [
        _Clock(rule.zh, rule.days)
        for rule in by.policy.rules
        if _holds(rule, kind=kind, branches=branches, hotline=hotline, day=day)
    ]
    clocks += [_Clock(each.zh, each.days, each.every_day) for each in by.policy.urgent if each.zh == urgency]
    clocks += [_Clock(FLOW_RULE, days_most)] if days_most is not None else []
    found = (_counted(by.policy, clock, received_at, by.calendar) for clock in clocks)
    return min(found, key=lambda deadline: deadline.at)


def days_from(by: Counting, rule: str, days: int, since: datetime) -> Deadline:
    """So many working days from a moment on, by a rule of another kind than those of tickets."""
    return _counted(by.policy, _Clock(rule, days), since, by.calendar)


def _holds(rule: DeadlineRule, *, kind: str | None, branches: frozenset[str], hotline: str | None, day: date) -> bool:
    return (
        (not rule.kinds or kind in rule.kinds)
        and (not rule.categories or not branches.isdisjoint(rule.categories))
        and (not rule.hotlines or hotline in rule.hotlines)
        and (rule.first is None or rule.first <= day)
        and (rule.last is None or day <= rule.last)
    )


def _counted(policy: DeadlinePolicy, clock: _Clock, received_at: datetime, calendar: WorkCalendar) -> Deadline:
    began = received_at.astimezone(CITY_TIME)
    if clock.every_day:
        at = began + clock.days * ONE_DAY
    else:
        last = calendar.working_day_after(began.date(), clock.days)
        at = datetime.combine(last, policy.closes, CITY_TIME)
    years = range(began.year, at.year + 1)
    return Deadline(
        at=at.astimezone(received_at.tzinfo),
        working_days=clock.days,
        every_day=clock.every_day,
        policy_version=policy.version,
        rule=clock.rule,
        calendar_known=clock.every_day or all(map(calendar.is_published, years)),
    )


@dataclass(frozen=True, slots=True)
class PlannedEscalation:
    """催办: at `at` so many per cent of the time are gone, and these are told."""

    percent: int
    at: datetime
    tells: tuple[str, ...]


def escalations_of(
    policy: DeadlinePolicy, deadline: Deadline, received_at: datetime, calendar: WorkCalendar
) -> tuple[PlannedEscalation, ...]:
    """When who is told, in this order. 100 per cent is the deadline itself."""
    if deadline.every_day:
        spans = [(received_at, deadline.at)]
    else:
        spans = list(_open_spans(policy, received_at, deadline.at, calendar))
    whole = sum((until - since for since, until in spans), timedelta())
    return tuple(
        PlannedEscalation(step.percent, _moment(spans, whole * step.percent / 100, deadline.at), tuple(step.tells))
        for step in policy.steps
    )


def _open_spans(
    policy: DeadlinePolicy, since: datetime, until: datetime, calendar: WorkCalendar
) -> Iterator[tuple[datetime, datetime]]:
    """The spans in which offices are open."""
    first, last = since.astimezone(CITY_TIME).date(), until.astimezone(CITY_TIME).date()
    days = (first + ONE_DAY * place for place in range((last - first).days + 1))
    for day in days:
        opens = max(since, datetime.combine(day, policy.opens, CITY_TIME))
        closes = min(until, datetime.combine(day, policy.closes, CITY_TIME))
        if not calendar.is_day_off(day) and opens < closes:
            yield opens, closes


def _moment(spans: list[tuple[datetime, datetime]], gone: timedelta, end: datetime) -> datetime:
    """When so much of the spans is gone."""
    for since, until in spans:
        if gone <= until - since:
            return (since + gone).astimezone(end.tzinfo)
        gone -= until - since
    return end
