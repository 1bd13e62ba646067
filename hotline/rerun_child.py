"""A child that runs the past again under other conditions, for the controller: `python -m hotline.rerun_child`.

Asked and answering as `hotline.aside_child`. The files of the version in force are read anew for each question.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.errors import Refused
from acd.past import NothingThen
from api.dry_run import dry_run_seen
from api.what_if import BrokenSeen, DrilledSeen, DrillSeen, WhatIfSeen
from city.city import City
from city.files import read_files
from city.load import believed
from city.mistakes import CityInvalid
from hotline.aside_child import Questions, Wish, answer_wishes, period_of
from hotline.dry_run import dry_run
from hotline.rerun import NobodyWaited, Reread, drilled, house_of, reread, rerun
from hotline.what_if import Wanted, city_of
from hotline.what_if_shown import as_json
from hotline.what_if_words import BREAKS
from ivr.prompts import SPOKEN
from simulation.drill import Broken, Drilled, first_to_break

MOST_CALLS: Final = 50_000
"""Calls times draws: some twenty seconds of a processor that has nothing else to do."""


class CityHasMistakes(Refused):
    """The files of the city do not load."""

    rule = "city_has_mistakes"


async def _drill(database: AsyncEngine, wish: Wish) -> bytes:
    past, house = await _reread(database, wish), house_of(_city(wish))
    usual, crowded = drilled(past, house, wish["times"], draws=wish["draws"], most=MOST_CALLS, shown=_unseen)
    first = first_to_break(usual, crowded)
    seen = DrillSeen(
        since=past.seen.since,
        until=past.seen.until,
        lines=house.lines,
        usual=_drilled_seen(usual),
        drilled=_drilled_seen(crowded),
        first=None if first is None else _broken_seen(first),
    )
    return seen.model_dump_json().encode()


def _drilled_seen(run: Drilled) -> DrilledSeen:
    told = {**asdict(run), "broken": [_broken_seen(one) for one in run.broken]}
    return DrilledSeen.model_validate(told)


def _broken_seen(one: Broken) -> BrokenSeen:
    zh, en = BREAKS[one.point.what]
    told = {**one.point._asdict(), "share": one.share, "after_s": one.after_s, "zh": zh, "en": en}
    return BrokenSeen.model_validate(told)


async def _what_if(database: AsyncEngine, wish: Wish) -> bytes:
    wanted, every = _wanted(wish["change"]), timedelta(seconds=wish["every_s"])
    city = _city(wish)
    past = await _reread(database, wish, unmeasured=wanted.without_measures)
    change, found = rerun(past, wanted, city, draws=wish["draws"], every=every, most=MOST_CALLS, shown=_unseen)
    return WhatIfSeen.model_validate(as_json(past.seen, change, found)).model_dump_json().encode()


async def _dry_run(database: AsyncEngine, wish: Wish) -> bytes:
    since, until = period_of(wish)
    tally = await dry_run(database, _checked(wish["old"]), _checked(wish["new"]), since, until)
    return dry_run_seen(tally, since, until).model_dump_json().encode()


def _checked(folder: str) -> City:
    """A version that was found right when it was looked at, though its case rules need not be."""
    city = believed(read_files(Path(folder), SPOKEN))
    if city is None:
        raise CityHasMistakes("a version of the city is gone from its shelf", "城市版本的文件已不在")
    return city


def _wanted(change: Wish) -> Wanted:
    return Wanted(
        limits=tuple(change["limits"]),
        level=change["level"],
        seats=tuple(change["seats"]),
        without_measures=change["without_measures"],
        begins=_moment(change["begins"]),
        ends=_moment(change["ends"]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


async def _reread(database: AsyncEngine, wish: Wish, **more: Any) -> Reread:
    try:
        return await reread(database, *period_of(wish), **more)
    except NothingThen as error:
        raise NobodyWaited("the journal has nothing of that period", "日志里没有这段时间的记录") from error


def _city(wish: Wish) -> City:
    try:
        return city_of(Path(wish["city"]))
    except CityInvalid as wrong:
        mistakes = "; ".join(str(mistake) for mistake in wrong.mistakes)
        raise CityHasMistakes(f"the city's files have mistakes: {mistakes}", "城市文件有误,见英文说明") from wrong


def _unseen(_draw: int) -> None:
    """Nobody watches."""


QUESTIONS: Final[Questions] = {"drill": _drill, "what_if": _what_if, "dry_run": _dry_run}

if __name__ == "__main__":
    answer_wishes(QUESTIONS)
