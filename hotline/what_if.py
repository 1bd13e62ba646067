"""反事实, from a database and a city's folder: what is to be different, checked as a live change is, and the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from acd.errors import Refused
from acd.in_force import InForce
from acd.measure_rules import check
from acd.measures import Aim, Kind, Measure, MeasureState, seat_under
from acd.model import QueueName, Seat, SeatId
from acd.past import Past
from city.checks import mistakes_between
from city.city import City
from city.files import read_files
from city.level import QueueChange
from city.load import load_city
from city.mistakes import CityInvalid
from city.queue import Queue, QueuesFile
from city.source import read
from hotline.fittings import acd_queues
from ivr.prompts import SPOKEN
from simulation.change import Change, MoreSeats, all_fields, queue_differences
from simulation.recalling import TAIL, Recalling
from simulation.recollection import Recollection

MOST_CALLS: Final = 200_000
"""Calls times draws; more would take longer than anybody waits."""
MOST_SEATS: Final = 500
_SEATS: Final = re.compile(r"(?P<queue>[a-z0-9-]{1,40})(?P<count>[+-][0-9]{1,3})", re.ASCII)
_LIMIT: Final = re.compile(r"(?P<queue>[a-z0-9-]{1,40})\.(?P<field>[a-z_]{1,40})=(?P<value>[^=]{1,40})", re.ASCII)


class BadWish(Refused):
    """What is asked for cannot be understood, or names what is not there."""

    rule = "bad_wish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be different, as it was typed."""

    recipe: Path | None = None  # a queues.toml instead of the city's
    limits: tuple[str, ...] = ()  # health.wrap_up_s=20
    level: str | None = None
    seats: tuple[str, ...] = ()  # health+6
    without_measures: bool = False
    begins: datetime | None = None  # None: from the beginning
    ends: datetime | None = None  # None: to the end

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is to be different."""
        return not (self.recipe or self.limits or self.level or self.seats or self.without_measures)


async def recall(past: Past, since: datetime, until: datetime) -> Recollection:
    """What really happened in the period. acd.past.NothingThen, Unreadable."""
    stretch = await past.period(since, until + TAIL)
    recalling, last = Recalling(since, until), since

    def note(replay: Any, step: Any, orders: Any) -> None:
        nonlocal last
        if recalling.has_begun:
            recalling.note(replay.core, step.event, orders)
            last = max(last, step.event.at)

    await past.play(stretch, note, before=lambda replay: recalling.begin(replay.core))
    return recalling.close(min(last, until + TAIL))


# ---- what is to be different


def change_wanted(wanted: Wanted, city: City, seen: Recollection, measured: Mapping[SeatId, Seat | None]) -> Change:
    """The change, checked by the rules of live changes. `measured`: seats as they were without any measure.

    Refused, CityInvalid (with file and line).
    """
    begins, ends = max(wanted.begins or seen.since, seen.since), min(wanted.ends or seen.ends, seen.ends)
    if begins >= ends:
        raise BadWish(
            "the change would end before it begins, or outside the period", "改变的起止须在所看时段之内,先起后止"
        )
    base = with_recipe(city, wanted.recipe) if wanted.recipe else city
    measures = _measures(wanted, base, begins)
    then = InForce(base, acd_queues, measures)
    queues = queue_differences(acd_queues(city), then.queues)
    if wanted.without_measures:
        queues = all_fields(then.queues)
    lent = _lent(then, measures, seen, begins)
    return Change(
        begins=begins,
        ends=ends,
        queues=queues,
        seats={**(measured if wanted.without_measures else {}), **lent},
        more=tuple(_more_seats(text, city) for text in wanted.seats),
        without_measures=wanted.without_measures,
    )


def with_recipe(city: City, file: Path) -> City:
    """The city with another queues.toml, checked together with all its other files. CityInvalid."""
    files = read_files(city.folder, SPOKEN)
    other = replace(files, queues=read(file.parent, file.name, QueuesFile))
    mistakes = (*(mistake for source in other.all() for mistake in source.mistakes), *mistakes_between(other))
    if mistakes:
        raise CityInvalid(mistakes)
    return replace(city, queues={queue.name: queue for _, queue in other.queues.entries("queues", Queue)})


def _measures(wanted: Wanted, city: City, at: datetime) -> dict[int, Measure]:
    """The level and the limits, as measures of their own."""
    aims = [] if wanted.level is None else [Aim(kind=Kind.LEVEL, level=wanted.level)]
    aims += [_limit(text) for text in wanted.limits]
    made = {}
    for number, aim in enumerate(aims, start=1):
        measure = Measure(
            number=number, aim=aim, who="what-if", why="", made_at=at, starts_at=at, state=MeasureState.IN_FORCE
        )
        check(measure, city, (), at)
        made[number] = measure
    return made


def _limit(text: str) -> Aim:
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise BadWish(f"write it as health.wrap_up_s=20, not {text}", f"写作 health.wrap_up_s=20,而非 {text}")
    try:
        number = json.loads(found["value"])
        change = QueueChange.model_validate_json(json.dumps({found["field"]: number}))
    except (ValidationError, ValueError) as error:
        why = f"{text}: no field of a queue, or out of its range"
        raise BadWish(why, f"{text}:队列没有这项设置,或取值不对") from error
    return Aim(kind=Kind.LIMITS, queue=QueueName(found["queue"]), change=change)


def _lent(
    then: InForce, measures: Mapping[int, Measure], seen: Recollection, at: datetime
) -> dict[SeatId, Seat | None]:
    """The seats that the level lends, chosen as they are when it begins: by who is idle longest."""
    level = next((measure for measure in measures.values() if measure.aim.level), None)
    if level is None:
        return {}
    stored = {seat.id: seat for seat in seen.begin.seats}
    others = InForce(then.base, acd_queues, {number: one for number, one in measures.items() if one is not level})
    begun = others.begun(seen.begin, level, stored, None, at=at, at_most=True)
    loans = begun[0].measure.aim.loans
    return {seat: seat_under(seat, stored.get(seat), loans) for loan in loans for seat in loan.seats}


def _more_seats(text: str, city: City) -> MoreSeats:
    found = _SEATS.fullmatch(text)
    if found is None or not 0 < abs(int(found["count"])) <= MOST_SEATS:
        raise BadWish(f"write it as health+6 or health-2, not {text}", f"写作 health+6 或 health-2,而非 {text}")
    if found["queue"] not in city.queues:
        raise BadWish(f"this city has no queue {found['queue']}", f"本市没有队列:{found['queue']}")
    return MoreSeats(queue=QueueName(found["queue"]), count=int(found["count"]))


def city_of(folder: Path) -> City:
    """The city of a folder. CityInvalid."""
    return load_city(folder, also_spoken=SPOKEN)
