"""再演: a period of the past, run again under a change or a crowd. For the commands, and for the API's child."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.errors import Refused
from acd.model import Seat, SeatId
from acd.past import Past
from city.city import City
from city.local_time import CITY_TIME
from hotline.redials import redials
from hotline.unmeasured import seats_unmeasured
from hotline.what_if import Wanted, change_wanted, recall
from simulation.change import Change, NobodyServes
from simulation.comparison import Comparison, compare
from simulation.drill import Drilled, House, drill
from simulation.guesses import Guesses
from simulation.outcomes import Grouping
from simulation.recollection import Recollection

Shown = Callable[[int], None]
"""Is told of each draw."""


class NobodyWaited(Refused):
    """There is nothing to run again."""

    rule = "nobody_waited"


class TooManyCalls(Refused):
    """Calls times draws would take longer than anybody waits."""

    rule = "too_many_calls"


class NobodyToMove(Refused):
    """Seats are to come to or go from a queue that too few serve."""

    rule = "nobody_to_move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """What is needed to run a period again."""

    seen: Recollection
    guesses: Guesses
    unmeasured: Mapping[SeatId, Seat | None]  # hotline.unmeasured; empty if it was not asked for


async def reread(database: AsyncEngine, since: datetime, until: datetime, *, unmeasured: bool = False) -> Reread:
    """Read the period. acd.past.NothingThen, Unreadable."""
    seen = await recall(Past(database), since, until)
    known = [seat.id for seat in seen.begin.seats]
    return Reread(
        seen=seen,
        guesses=Guesses(seen, await redials(database, since, seen.ends)),
        unmeasured=await seats_unmeasured(database, since, known) if unmeasured else {},
    )


def _must_be_possible(seen: Recollection, times: float, most: int) -> None:
    """NobodyWaited, TooManyCalls. `times`: as often each call is run."""
    if not any(seen.counts(call) for call in seen.calls):
        raise NobodyWaited("nobody waited in that period", "这段时间没有人排队")
    if len(seen.calls) * times > most:
        en = f"more than {most} calls times draws: a shorter period, or fewer draws"
        raise TooManyCalls(en, f"{len(seen.calls)} 通来电乘以抽样次数,超过 {most}:请缩短时段或减少抽样")


def rerun(
    past: Reread, wanted: Wanted, city: City, *, draws: int, every: timedelta, most: int, shown: Shown
) -> tuple[Change | None, Comparison]:
    """Who waits less, who loses. Refused, city.mistakes.CityInvalid."""
    seen = past.seen
    _must_be_possible(seen, draws, most)
    change = None if wanted.is_nothing else change_wanted(wanted, city, seen, past.unmeasured)
    grouping = Grouping(seen, every, lambda moment: moment.astimezone(CITY_TIME).strftime("%m-%d %H:%M"))
    try:
        return change, compare(seen, past.guesses, grouping, change, draws=draws, shown=shown)
    except NobodyServes as nobody:
        zh = f"时段内服务 {nobody.queue} 的话务员有 {nobody.there} 名,不能这样增减"
        raise NobodyToMove(str(nobody), zh) from nobody


def drilled(
    past: Reread, house: House, times: float, *, draws: int, most: int, shown: Shown
) -> tuple[Drilled, Drilled]:
    """The period as it was, and under the crowd. Refused."""
    _must_be_possible(past.seen, (times + 1.0) * draws, most)
    usual = drill(past.seen, past.guesses, house, 1.0, draws=draws, shown=shown)
    return usual, drill(past.seen, past.guesses, house, times, draws=draws, shown=shown)


def house_of(city: City) -> House:
    """How much the city's files let in: on the machine, and by the trunks if calls come by any."""
    channels = sum(trunk.channels for trunk in city.lines.trunks)
    at_once = city.admission.calls_at_once
    crisis = frozenset(line.number for line in city.hotlines.values() if line.crisis)
    return House(lines=min(at_once, channels) if channels else at_once, crisis=crisis)
