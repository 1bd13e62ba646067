"""开放时间: when a hotline or a desk is served. The file `hours.toml`; what a day is, the calendar's years say.

A day has spans of local time, from its first minute up to, and not with, its last; 24:00 is its end. A night shift is
written on both days. Which spans a day has, the first that applies:

1. `special`: a day that is named;
2. a holiday of its year's file: `holidays`;
3. a weekend day that is worked instead (调休): `made_up`, or else `workdays`;
4. its own weekday, where that is written; else `workdays` from Monday to Friday, and nothing on Saturday and Sunday.

A year without a published notice has neither holidays nor made-up days, and whoever asks is told so. Everything is
reckoned on the clock on the wall; a wall's hour that a summer time skips or repeats is as long as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Final, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from city.calendar import ONE_DAY, WorkCalendar
from city.written import Named, Slug, Written

MINUTES_A_DAY: Final = 24 * 60
LOOKED_AHEAD: Final = 62
"""Days; what does not change within them is said to stay as it is."""
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORKED: Final = 5
"""Monday to Friday."""


class Span(NamedTuple):
    """From the first minute of a day up to, and not with, the other: 0 is 00:00, 1440 is 24:00."""

    first: int
    end: int


def _goes_forward(text: str) -> str:
    span = _span(text)
    if span.first >= span.end or span.end > MINUTES_A_DAY:
        raise PydanticCustomError(
            "hours_backwards",
            'the end comes after the beginning, at 24:00 at the latest; over midnight write "22:00-24:00" and, for the '
            'next day, "00:00-06:00"',
            {"zh": "结束须晚于开始,至迟 24:00;跨零点请分写两天:“22:00-24:00”与“00:00-06:00”"},
        )
    return text


SpanText = Annotated[
    str,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$"),
    AfterValidator(_goes_forward),
]
"""时段 such as "08:30-12:00"."""


def _apart(spans: tuple[str, ...]) -> tuple[str, ...]:
    read = [_span(text) for text in spans]
    if any(after.first < before.end for before, after in pairwise(read)):
        raise PydanticCustomError(
            "hours_overlap", "spans go by time and do not overlap", {"zh": "时段须按先后,不得重叠"}
        )
    return spans


Spans = Annotated[tuple[SpanText, ...], AfterValidator(_apart)]
"""一天的时段, the earliest first; none: closed all day."""


def _span(text: str) -> Span:
    first, _, end = text.partition("-")
    return Span(_minutes(first), _minutes(end))


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


class SpecialDays(Written):
    """特别安排: days that are unlike the calendar's."""

    first: date
    """第一天 / the first day"""
    last: date | None = None
    """最后一天,缺省同第一天 / the last day; left out: that one day"""
    open: Spans = ()
    """这些天的时段;空为不开放 / the spans of each of them; none: closed"""

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise PydanticCustomError(
                "ends_before_it_begins", "the last day comes before the first", {"zh": "最后一天早于第一天"}
            )
        return self

    def covers(self, day: date) -> bool:
        """Whether it speaks of this day."""
        return self.first <= day <= (self.last or self.first)


class Hours(Named):
    """开放时间, by a name that hotlines and seats speak of."""

    name: Slug
    """名称 / its name in the other files"""
    workdays: Spans = ()
    """周一至周五的时段,如 ["08:30-12:00", "14:00-17:30"] / spans from Monday to Friday"""
    monday: Spans | None = None
    """周一,缺省同 workdays / Monday, if it differs"""
    tuesday: Spans | None = None
    """周二,缺省同 workdays / Tuesday, if it differs"""
    wednesday: Spans | None = None
    """周三,缺省同 workdays / Wednesday, if it differs"""
    thursday: Spans | None = None
    """周四,缺省同 workdays / Thursday, if it differs"""
    friday: Spans | None = None
    """周五,缺省同 workdays / Friday, if it differs"""
    saturday: Spans = ()
    """周六,缺省不开放 / Saturday; left out: closed"""
    sunday: Spans = ()
    """周日,缺省不开放 / Sunday; left out: closed"""
    holidays: Spans = ()
    """放假日,缺省不开放 / public holidays; left out: closed"""
    made_up: Spans | None = None
    """调休上班的周末,缺省同 workdays / weekend days worked instead; left out: as workdays"""
    special: tuple[SpecialDays, ...] = ()
    """特别安排,先于其他 / days of their own, before all else"""

    @model_validator(mode="after")
    def _opens_at_all(self) -> Self:
        week = [getattr(self, day) for day in WEEKDAYS]
        if not any((self.workdays, *week, self.holidays, self.made_up, *(each.open for each in self.special))):
            raise PydanticCustomError("never_open", "these hours never open", {"zh": "从不开放"})
        return self

    def spans(self, day: date, calendar: WorkCalendar) -> tuple[Span, ...]:
        """The spans of a day, the earliest first."""
        return tuple(map(_span, self._written_for(day, calendar)))

    def _written_for(self, day: date, calendar: WorkCalendar) -> tuple[str, ...]:
        for special in self.special:
            if special.covers(day):
                return special.open
        if day in calendar.made_up:
            return self.workdays if self.made_up is None else self.made_up
        if day in calendar.off:
            return self.holidays
        own: tuple[str, ...] | None = getattr(self, WEEKDAYS[day.weekday()])
        return self.workdays if own is None else own


class HoursFile(Written):
    """开放时间 hours.toml: may be absent; then everything is open day and night."""

    hours: tuple[Hours, ...] = ()
    """开放时间 / the hours, by their names"""


class Opening(NamedTuple):
    """Whether something is open at a moment, and until when that is so; None: for two months at least."""

    is_open: bool
    until: datetime | None


ALWAYS: Final = Opening(is_open=True, until=None)


def opening(hours: Hours, local: datetime, calendar: WorkCalendar) -> Opening:
    """Whether it is open at `local` (aware, of the city's zone) and when that changes. Pure."""
    wall = local.replace(tzinfo=None)
    for first, end in _stretches(hours, wall.date(), calendar):
        if wall < first:
            return Opening(is_open=False, until=first.replace(tzinfo=local.tzinfo))
        if wall < end:
            is_for_long = end.date() >= _last_looked_at(wall.date())
            return Opening(is_open=True, until=None if is_for_long else end.replace(tzinfo=local.tzinfo))
    return Opening(is_open=False, until=None)


def _last_looked_at(day: date) -> date:
    return day + ONE_DAY * LOOKED_AHEAD


def _stretches(hours: Hours, day: date, calendar: WorkCalendar) -> Iterator[tuple[datetime, datetime]]:
    """From a day on: first and end of each stretch that is open without a break, midnights included."""
    begun: tuple[datetime, datetime] | None = None
    for ahead in range(LOOKED_AHEAD):
        midnight = datetime.combine(day + ONE_DAY * ahead, time())
        for span in hours.spans(midnight.date(), calendar):
            first, end = (midnight + timedelta(minutes=minute) for minute in span)
            if begun is not None and begun[1] == first:
                begun = (begun[0], end)
                continue
            if begun is not None:
                yield begun
            begun = (first, end)
    if begun is not None:
        yield begun
