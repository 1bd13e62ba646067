"""工作日历: which days are worked, with 调休. A file a year: `calendar/2026.toml`, after the State Council's notice.

A year whose notice is not out has no file: its days are counted by weekdays, and whoever counts is told so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field

from city.written import Named, Title, Written

SATURDAY: Final = 5
ONE_DAY: Final = timedelta(days=1)


class Holiday(Named):
    """节假日: from its first day off to its last, weekends between them included."""

    first: date
    """放假第一天 / the first day off"""
    last: date
    """放假最后一天 / the last day off"""
    made_up_on: tuple[date, ...] = ()
    """为此调休上班的周末 / weekend days that are worked instead"""


class CalendarFile(Written):
    """一年的放假安排 calendar/YEAR.toml."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    """年份,与文件名相同 / the year, as the file is called"""
    notice: Title
    """通知文号 / the notice it was copied from, by its number"""
    issued: date
    """通知日期 / the day of the notice"""
    holidays: Annotated[tuple[Holiday, ...], Field(min_length=1)]
    """节假日 / its holidays"""


def days_of(holiday: Holiday) -> tuple[date, ...]:
    """Every day of a holiday; none if it ends before it begins."""
    return tuple(holiday.first + ONE_DAY * place for place in range((holiday.last - holiday.first).days + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """Which days are worked. `notices`: the years that are known, and by which notice."""

    notices: Mapping[int, str] = field(default_factory=dict)
    off: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()

    def is_day_off(self, day: date) -> bool:
        """Weekends and holidays, but for the days that are made up."""
        if day in self.made_up:
            return False
        return day in self.off or day.weekday() >= SATURDAY

    def is_published(self, year: int) -> bool:
        """Whether this year's notice is known; else its days are counted by weekdays."""
        return year in self.notices

    def working_day_after(self, day: date, count: int = 1) -> date:
        """The `count`th day after `day` that is worked; `day` itself is not counted."""
        while count > 0:
            day += ONE_DAY
            count -= not self.is_day_off(day)
        return day


def calendar_of(years: Iterable[CalendarFile]) -> WorkCalendar:
    """All years as one calendar."""
    known = tuple(years)
    return WorkCalendar(
        notices=MappingProxyType({year.year: year.notice for year in known}),
        off=frozenset(day for year in known for holiday in year.holidays for day in days_of(holiday)),
        made_up=frozenset(day for year in known for holiday in year.holidays for day in holiday.made_up_on),
    )
