"""热线 and 日历: the registry as it is in force, how each hotline is served at this moment, and the years' holidays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from api.asked import Answer, Asked, Nothing, Wish
from city.calendar import WorkCalendar
from city.city import City
from city.hotline import Hotline, MergeMode, Night
from city.hours import opening
from city.ways import Way, served


class HotlineSeen(Answer):
    """A hotline, and where a caller of this moment would go.

    `way`: to the `waits_in` queue, to the number `goes_to` (and into that queue if nobody answers there), or to a voice
    message. `until`: when `open` changes; null: not within two months. `published`: whether the holidays of this year
    are known, as far as its hours ask.
    """

    number: str
    variants: tuple[str, ...]
    zh: str
    en: str
    owner: str | None
    merge: MergeMode
    queue: str
    skills: Mapping[str, int]
    priority: int
    menu: str | None
    hours: str | None
    night: Night | None
    transfer: str | None
    crisis: bool
    confidential: bool
    open: bool
    until: datetime | None
    way: Way
    waits_in: str
    goes_to: str | None
    published: bool


class HotlinesSeen(Answer):
    """All of them, in the city's order. Numbers that none of them lists ring at `default`."""

    default: str
    hotlines: tuple[HotlineSeen, ...]


async def everything(asked: Asked[Nothing]) -> HotlinesSeen:
    """The registry, now."""
    city = asked.services.measures.now.city
    calendar = city.calendar
    return HotlinesSeen(
        default=city.about.default_hotline,
        hotlines=tuple(_seen(city, hotline, asked.now, calendar) for hotline in city.hotlines.values()),
    )


def _seen(city: City, hotline: Hotline, now: datetime, calendar: WorkCalendar) -> HotlineSeen:
    way = served(city, hotline, now, calendar)
    return HotlineSeen(
        number=hotline.number,
        variants=hotline.variants,
        zh=hotline.zh,
        en=hotline.en,
        owner=hotline.owner,
        merge=hotline.merge,
        queue=hotline.queue,
        skills=dict(hotline.skills),
        priority=hotline.priority,
        menu=hotline.menu,
        hours=hotline.hours,
        night=hotline.night,
        transfer=hotline.transfer,
        crisis=hotline.crisis,
        confidential=hotline.confidential,
        open=way.opening.is_open,
        until=way.opening.until,
        way=way.way,
        waits_in=way.queue,
        goes_to=way.transfer,
        published=way.published,
    )


class CalendarWanted(Wish):
    """Which year; left out: this one."""

    year: Annotated[int, Field(ge=2000, le=2100)] | None = None


class HolidaySeen(Answer):
    """A holiday, from its first day off to its last, and the weekend days that are worked for it."""

    zh: str
    en: str
    first: date
    last: date
    made_up_on: tuple[date, ...]


class HoursSeen(Answer):
    """Hours by their name, and how they stand now."""

    name: str
    zh: str
    en: str
    open: bool
    until: datetime | None


class CalendarSeen(Answer):
    """One year of the working-day calendar. Not `published`: no notice, so weekdays alone count."""

    year: int
    published: bool
    notice: str | None
    issued: date | None
    holidays: tuple[HolidaySeen, ...]
    published_years: tuple[int, ...]
    hours: tuple[HoursSeen, ...]


async def calendar(asked: Asked[CalendarWanted]) -> CalendarSeen:
    """Whether a year is published, and what its days are."""
    city = asked.services.measures.now.city
    local = asked.now.astimezone(city.zone)
    year = asked.wish.year or local.year
    written = next((each for each in city.years if each.year == year), None)
    days = city.calendar
    now = ((hours, opening(hours, local, days)) for hours in city.hours.values())
    return CalendarSeen(
        year=year,
        published=written is not None,
        notice=written.notice if written else None,
        issued=written.issued if written else None,
        holidays=tuple(
            HolidaySeen(zh=each.zh, en=each.en, first=each.first, last=each.last, made_up_on=each.made_up_on)
            for each in (written.holidays if written else ())
        ),
        published_years=tuple(sorted(each.year for each in city.years)),
        hours=tuple(
            HoursSeen(name=hours.name, zh=hours.zh, en=hours.en, open=found.is_open, until=found.until)
            for hours, found in now
        ),
    )
