"""发生时间: when it happened: 昨天晚上八点 → yesterday 20:00 by the city's clock. Uncertain is empty. Pure.

Day, part of the day and hour must be said, and the instant must lie before the call; 昨天八点 may be either eight,
每天 is no instant, 明天 has not happened, and 昨天下午打过电话 is an earlier call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from city.local_time import CITY_TIME
from tickets.heard import Heard
from tickets.numbers import NUMBER_CHARACTERS, figures

_N = f"[{NUMBER_CHARACTERS}]"
_WHEN = re.compile(
    rf"(?:(?P<month>{_N}{{1,3}})月(?P<day>{_N}{{1,3}})[号日]"
    rf"|(?P<word>大前天|前天|昨天|昨日|今天|今日|昨|今|前)"
    rf"|(?:上个?(?:星期|周|礼拜))(?P<weekday>[一二三四五六日天1-6]))"
    rf"(?:的|是|大概|大约|差不多|就是|[，、])?"
    rf"(?P<part>凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|夜里|半夜|早|晚)?"
    rf"(?:的|大概|大约|差不多|就是|[，、])?"
    rf"(?:(?P<hour>{_N}{{1,3}})(?:点钟|点|时)(?:(?P<half>半)|(?P<quarter>一刻|三刻)|(?P<minute>{_N}{{1,3}})分?)?"
    rf"|(?P<clock>(?:[01]?[0-9]|2[0-3])[:：][0-5][0-9]))"
)
_ANOTHER_CALL = re.compile(
    r"[^\n。？！]{0,8}(?:打过|打了|来过|拨打过|反映过|投诉过|致电)(?:了)?(?:你们|您们|咱们)?(?:的)?(?:电话|热线|12345|一二三四五)?"
)
_DAYS = {"大前天": 3, "前天": 2, "前": 2, "昨天": 1, "昨日": 1, "昨": 1, "今天": 0, "今日": 0, "今": 0}
_HOURS: dict[str, tuple[int, int, int]] = {  # part of the day -> first and last hour as said, and what is added
    "凌晨": (0, 5, 0),
    "清晨": (4, 8, 0),
    "早晨": (5, 11, 0),
    "早上": (5, 11, 0),
    "早": (5, 11, 0),
    "上午": (6, 12, 0),
    "下午": (1, 6, 12),
    "傍晚": (4, 8, 12),
    "晚上": (6, 11, 12),
    "晚": (6, 11, 12),
    "夜里": (8, 11, 12),
    "半夜": (10, 11, 12),
}
_ABOUT = re.compile(r"大概|大约|差不多")
EXACT, ABOUT = 0.9, 0.7


@dataclass(frozen=True, slots=True)
class TimeFound:
    """An instant in city time, how sure the rule is of it, and where it stands."""

    at: datetime
    strength: float
    start: int
    stop: int


def occurred_in(said: Heard, call_at: datetime) -> TimeFound | None:
    """The one instant before the call of which the caller speaks; None: none, or several. `call_at` is aware."""
    found = list(_all(said.text, call_at.astimezone(CITY_TIME)))
    return found[0] if len({each.at for each in found}) == 1 else None


def _all(text: str, call: datetime) -> Iterator[TimeFound]:
    for match in _WHEN.finditer(text):
        at = _instant(match, call)
        if at is not None and at <= call and not _ANOTHER_CALL.match(text, match.end()):
            yield TimeFound(at, ABOUT if _ABOUT.search(match[0]) else EXACT, match.start(), match.end())


def _instant(match: re.Match[str], call: datetime) -> datetime | None:
    day, time = _day(match, call.date()), _time(match)
    if day is None or time is None:
        return None
    return datetime(day.year, day.month, day.day, *time, tzinfo=CITY_TIME)


def _day(match: re.Match[str], today: date) -> date | None:
    if match["word"]:
        is_short = len(match["word"]) == 1
        if is_short and match["part"] not in ("早", "晚", "早上", "晚上"):
            return None
        return today - timedelta(days=_DAYS[match["word"]])
    if match["weekday"]:
        number = "一二三四五六日".find(match["weekday"].replace("天", "日"))
        number = number if number >= 0 else int(match["weekday"]) - 1
        return today - timedelta(days=today.weekday() + 7 - number)
    return _dated(_number(match["month"]), _number(match["day"]), today)


def _dated(month: int | None, day: int | None, today: date) -> date | None:
    """The last such day that is not after today."""
    if month is None or day is None:
        return None
    for year in (today.year, today.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            return None
        if found <= today:
            return found
    return None


def _time(match: re.Match[str]) -> tuple[int, int] | None:
    """Hour and minute by the clock on the wall; None when it may be either half of the day."""
    hour, minute = _said(match)
    if hour is None or minute is None or not 0 <= minute < 60:
        return None
    part = match["part"]
    if hour > 12:
        return (hour, minute) if hour < 24 and part not in ("凌晨", "早上", "上午", "早") else None
    if part == "中午":
        return {11: (11, minute), 12: (12, minute), 1: (13, minute), 2: (14, minute)}.get(hour)
    if part is None:
        return None
    first, last, added = _HOURS[part]
    return (hour + added, minute) if first <= hour <= last else None


def _said(match: re.Match[str]) -> tuple[int | None, int | None]:
    if match["clock"]:
        hour, minute = re.split("[:：]", match["clock"])
        return int(hour), int(minute)
    if match["quarter"]:
        return _number(match["hour"]), {"一刻": 15, "三刻": 45}[match["quarter"]]
    return _number(match["hour"]), 30 if match["half"] else _number(match["minute"]) if match["minute"] else 0


def _number(spoken: str) -> int | None:
    found = figures(spoken)
    return int(found) if found else None
