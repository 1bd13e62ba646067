"""Whoever calls is served: hours are there, 12345 never closes, and somebody sits where callers wait.

What is judged is what the files themselves say. Seats change while the city runs, by people and not by these files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from city.calendar import WorkCalendar
from city.checks.twins import twins
from city.city import CityFile, Outside
from city.files import Files, Mention, hotlines, hours
from city.hotline import Hotline, Night
from city.hours import MINUTES_A_DAY, Hours, Span
from city.mistakes import Mistake
from city.positions import KeyPath
from city.seats import SeatRange

_MONDAY: Final = date(2001, 1, 1)
_HOLIDAY: Final = date(2001, 1, 9)
_MADE_UP: Final = date(2001, 1, 13)
_CALENDAR: Final = WorkCalendar(off=frozenset({_HOLIDAY}), made_up=frozenset({_MADE_UP}))
"""Of a year that nobody's `special` speaks of: one ordinary week, a holiday, and a Saturday that is worked."""
_DAYS: Final = (
    *zip(
        (_MONDAY + timedelta(days=day) for day in range(7)),
        (
            "周一 Monday",
            "周二 Tuesday",
            "周三 Wednesday",
            "周四 Thursday",
            "周五 Friday",
            "周六 Saturday",
            "周日 Sunday",
        ),
        strict=True,
    ),
    (_HOLIDAY, "节假日 a holiday"),
    (_MADE_UP, "调休上班日 a made-up day"),
)
_ALL_DAY: Final = (Span(0, MINUTES_A_DAY),)


def hours_exist(files: Files) -> Iterator[Mistake]:
    """Hotlines and seats name hours that hours.toml has."""
    known = files.hours.names("hours", "name")
    for mention in _hours_mentioned(files) if files.hours.readable else ():
        if mention.name not in known:
            there_are = ", ".join(sorted(known)) or "-"
            zh = f"没有开放时间“{mention.name}”,现有:{there_are}"
            yield mention.mistake("unknown_hours", zh, f"there are no hours {mention.name!r}, only: {there_are}")


def _hours_mentioned(files: Files) -> Iterator[Mention]:
    for path, hotline in hotlines(files):
        if hotline.hours is not None:
            yield Mention(files.hotlines, (*path, "hours"), hotline.hours)
    for path, seats in files.seats.entries("seats", SeatRange):
        if seats.hours is not None:
            yield Mention(files.seats, (*path, "hours"), seats.hours)


def hours_have_one_name_each(files: Files) -> Iterator[Mistake]:
    """No two hours have the same name."""
    return twins((Mention(files.hours, (*path, "name"), each.name) for path, each in hours(files)), "hours", "开放时间")


def the_default_hotline_never_closes(files: Files) -> Iterator[Mistake]:
    """12345 is answered here, 24 hours a day: it has no hours, and its calls are not sent elsewhere."""
    about = files.city.whole(CityFile)
    for path, hotline in hotlines(files):
        if about is not None and hotline.number == about.default_hotline:
            zh = f"{hotline.number} 昼夜有人接听,不得关闭,也不得转出"
            message = f"{hotline.number} is answered here day and night: it never closes and is not transferred"
            for key in _closed_by(hotline):
                yield files.hotlines.mistake((*path, key), "never_closed", zh, message)


def crisis_never_closes(files: Files) -> Iterator[Mistake]:
    """Callers of a crisis line reach a person of ours at any hour."""
    for path, hotline in hotlines(files):
        for key in _closed_by(hotline) if hotline.crisis else ():
            zh, message = "危机热线昼夜有人接听", "a crisis line is answered here, day and night"
            yield files.hotlines.mistake((*path, key), "crisis_never_closes", zh, message)


def _closed_by(hotline: Hotline) -> Iterator[str]:
    if hotline.hours is not None:
        yield "hours"
    if hotline.is_branch:
        yield "merge"


def transfers_lead_outside(files: Files) -> Iterator[Mistake]:
    """Where calls are transferred to is one of the outside numbers: no others are dialled."""
    known = {place.number for _, place in files.city.entries("outside", Outside)}
    for path, hotline in hotlines(files) if files.city.readable else ():
        for key, number in (("transfer", hotline.transfer), ("night_transfer", hotline.night_transfer)):
            if number is not None and number not in known:
                zh = f"“{number}”不在 city.toml 的 [[outside]] 之中,不能转接"
                message = f"{number!r} is none of [[outside]] in city.toml, so it is not dialled"
                yield files.hotlines.mistake((*path, key), "unknown_outside", zh, message)


def somebody_is_there(files: Files) -> Iterator[Mistake]:
    """While callers of a hotline wait for a person, a seat that serves their queue is manned: also at night."""
    if files.seats.mistakes or files.hours.mistakes or files.queues.mistakes:
        return
    known = {each.name: each for _, each in hours(files)}
    seats = [seats for _, seats in files.seats.entries("seats", SeatRange) if seats.open]
    queues = files.queues.names("queues", "name")
    for path, hotline in hotlines(files):
        if hotline.hours is not None and hotline.hours not in known:
            continue
        for key, queue, when in _waits(hotline, known.get(hotline.hours or "")):
            if queue in queues and (gap := _gap(queue, when, seats, known)):
                yield _nobody(files, (*path, key), queue, *gap)


def _nobody(files: Files, path: KeyPath, queue: str, day: str, span: Span) -> Mistake:
    zh_day, _, en_day = day.partition(" ")
    zh = f"{zh_day} {_clock(span.first)}–{_clock(span.end)} 来电在队列“{queue}”等候,却无坐席"
    message = (
        f"on {en_day}, {_clock(span.first)} to {_clock(span.end)}, callers wait in {queue!r} and no seat serves it"
    )
    return files.hotlines.mistake(path, "no_seats", zh, message)


_When = dict[str, tuple[Span, ...]]
"""Of each kind of day: when."""


def _waits(hotline: Hotline, own: Hours | None) -> Iterator[tuple[str, str, _When]]:
    """By which key callers wait in which queue, and when."""
    is_open = {name: own.spans(day, _CALENDAR) if own else _ALL_DAY for day, name in _DAYS}
    yield "queue", hotline.queue, is_open
    if hotline.night is Night.QUEUE and hotline.night_queue is not None:
        closed = {name: _without(_ALL_DAY, spans) for name, spans in is_open.items()}
        yield "night_queue", hotline.night_queue, closed


def _gap(queue: str, when: _When, seats: Iterable[SeatRange], known: dict[str, Hours]) -> tuple[str, Span] | None:
    """The first time of a week in which callers wait and nobody sits there."""
    serving = [each for each in seats if queue in each.queues]
    if any(each.hours is None or each.hours not in known for each in serving):
        return None  # a name that is unknown is reported for itself
    for day, name in _DAYS:
        manned = [span for each in serving if each.hours for span in known[each.hours].spans(day, _CALENDAR)]
        if left := _without(when[name], manned):
            return name, left[0]
    return None


def _without(spans: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of some spans, others taken away."""
    left = list(spans)
    for other in others:
        pieces = [
            (Span(span.first, min(span.end, other.first)), Span(max(span.first, other.end), span.end)) for span in left
        ]
        left = [piece for pair in pieces for piece in pair if piece.first < piece.end]
    return tuple(left)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
