"""演练: the house as it was in a period, under so many times the traffic; what breaks, and what breaks first.

The rules, the seats and the people on duty are those of the period. Whoever called then calls again; for each of them
others come who might have called, within a few minutes of that moment, with talks and patience drawn from the queue's.

What counts as broken (15 s and 95 % are those of GB/T 33358-2016 as we know it; 80 % and the last 20 are assumptions):

- *lines*: as many calls at once as the house lets in; from there it refuses, which the run does not: it goes on.
- *crisis*: a caller of a crisis hotline has waited longer than 15 s.
- *in time*: of the last 20 calls of a queue, fewer than 80 % were answered within 15 s.
- *connected*: of the last 20 calls of a queue, fewer than 95 % reached an agent.

Who hangs up within 10 s (acd.outcome.SHORT) is left out of the two shares.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from acd.model import QueueName
from acd.outcome import SHORT
from simulation.comparison import Range, range_of
from simulation.draw import dice_named
from simulation.guesses import Guesses
from simulation.outcomes import FIGURES, Figures, Told, figures
from simulation.people import Citizen
from simulation.recollection import Recollection
from simulation.reenactment import Reenactment
from simulation.run import Visit

LAST: Final = 20
TARGET_S: Final = 15.0
SHARES: Final = (0.80, 0.95)
SPREAD: Final = timedelta(minutes=5)
"""So far from the moment of a real call another one may come instead."""


class Breaks(StrEnum):
    """What can break."""

    LINES = "lines"  # 线路
    CRISIS = "crisis"  # 危机热线
    IN_TIME = "in_time"  # 15秒接通率
    CONNECTED = "connected"  # 接通率


class Point(NamedTuple):
    """Something that breaks, and where: a hotline, a queue, or ("") the house."""

    what: Breaks
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the city's files say of how much it bears."""

    lines: int  # calls at once
    crisis: Collection[str]  # numbers of crisis hotlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A point that broke in most of the draws."""

    point: Point
    share: float  # of the draws in which it broke
    after_s: Range  # from the period's beginning, in those


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """What came of it. `broken`: the first one first."""

    times: float
    figures: Mapping[str, Range | None]
    occupancy: Range | None
    most_at_once: Range
    broken: tuple[Broken, ...]


def drill(
    seen: Recollection,
    guesses: Guesses,
    house: House,
    times: float,
    *,
    draws: int,
    shown: Callable[[int], None] = lambda _draw: None,
) -> Drilled:
    """Run the period under `times` the traffic (at least 1), once a draw."""
    counted: list[Figures] = []
    busy: list[float | None] = []
    at_once: list[float] = []
    points: dict[Point, list[float]] = {}
    for seed in range(1, draws + 1):
        run = Reenactment(seen, guesses, seed=seed, citizens=crowd(seen, guesses, times, seed)).run()
        visits = [visit for visit in run.visits if visit.came < seen.until]
        counted.append(figures(map(_told, visits)))
        busy.append(run.occupancy)
        at_once.append(float(max((count for _, count in calls_at_once(visits)), default=0)))
        for point, at in broken_points(visits, house).items():
            points.setdefault(point, []).append((at - seen.since).total_seconds())
        shown(seed)
    return Drilled(
        times=times,
        figures={name: range_of(getattr(one, name) for one in counted) for name in FIGURES},
        occupancy=range_of(busy),
        most_at_once=range_of(at_once) or Range(0.0, 0.0, 0.0),
        broken=_in_most(points, draws),
    )


def first_to_break(usual: Drilled, crowded: Drilled) -> Broken | None:
    """The first thing that the traffic breaks; if it was all broken without it, the first of that. None: nothing."""
    already = {broken.point for broken in usual.broken}
    new = [broken for broken in crowded.broken if broken.point not in already]
    return next(iter(new or crowded.broken), None)


def _in_most(points: Mapping[Point, Sequence[float]], draws: int) -> tuple[Broken, ...]:
    found = [
        Broken(point=point, share=len(after) / draws, after_s=when)
        for point, after in points.items()
        if len(after) * 2 > draws and (when := range_of(after)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.after_s.median, one.point)))


# ---- who calls


def crowd(seen: Recollection, guesses: Guesses, times: float, seed: int) -> Iterator[Citizen]:
    """Everybody who called, and the others, in the order they come."""
    people = list(guesses.citizens(seed))
    again = guesses.tried_again
    for call in seen.calls:
        if call.call in again or call.came < seen.since:
            continue
        dice = dice_named(seed, "crowd", call.call)
        more = int(times - 1.0) + (dice.random() < (times - 1.0) % 1.0)
        for number in range(more):
            comes = _within(call.came + SPREAD * dice.uniform(-1.0, 1.0), seen)
            people.append(guesses.stranger(f"{call.call}+{number + 1}", comes, call.kind, seed))
    yield from sorted(people, key=lambda citizen: citizen.comes)


def _within(moment: datetime, seen: Recollection) -> datetime:
    """Reflected at the ends of what was looked at."""
    if moment < seen.since:
        return min(seen.since + (seen.since - moment), seen.ends)
    return max(seen.ends - (moment - seen.ends), seen.since) if moment > seen.ends else moment


# ---- what breaks


def broken_points(visits: Sequence[Visit], house: House) -> dict[Point, datetime]:
    """When each point was first known to be broken."""
    found: dict[Point, datetime] = {}
    full = next((at for at, count in calls_at_once(visits) if count >= house.lines), None)
    if full is not None:
        found[Point(Breaks.LINES, "")] = full
    lasts: dict[QueueName, deque[Visit]] = {}
    for visit in sorted(visits, key=lambda one: one.came):
        if (
            visit.hotline in house.crisis
            and not _in_time(visit)
            and (visit.ended - visit.came).total_seconds() > TARGET_S
        ):
            found.setdefault(Point(Breaks.CRISIS, visit.hotline), visit.came + timedelta(seconds=TARGET_S))
        if visit.answered is None and visit.ended - visit.came < SHORT:
            continue
        last = lasts.setdefault(QueueName(visit.queue), deque(maxlen=LAST))
        last.append(visit)
        for what in _broken_by(last):
            found.setdefault(Point(what, visit.queue), _known(what, last))
    return found


def _known(what: Breaks, last: Collection[Visit]) -> datetime:
    """When the last of these calls is known to have come too late, or to have reached nobody."""
    if what is Breaks.IN_TIME:
        return max(visit.came for visit in last if not _in_time(visit)) + timedelta(seconds=TARGET_S)
    return max(visit.ended for visit in last if visit.answered is None)


def _broken_by(last: Collection[Visit]) -> Iterator[Breaks]:
    if len(last) < LAST:
        return
    in_time, connected = SHARES
    if sum(map(_in_time, last)) < in_time * LAST:
        yield Breaks.IN_TIME
    if sum(visit.answered is not None for visit in last) < connected * LAST:
        yield Breaks.CONNECTED


def _waits_long(visit: Visit) -> bool:
    return ((visit.answered or visit.ended) - visit.came).total_seconds() > TARGET_S


def _in_time(visit: Visit) -> bool:
    return visit.answered is not None and (visit.answered - visit.came).total_seconds() <= TARGET_S


def calls_at_once(visits: Sequence[Visit]) -> Iterator[tuple[datetime, int]]:
    """How many calls there are, after each that came."""
    moments = sorted([(visit.came, 1) for visit in visits] + [(visit.ended, -1) for visit in visits])
    count = 0
    for at, change in moments:
        count += change
        if change > 0:
            yield at, count


def _told(visit: Visit) -> Told:
    gave_up = visit.answered is None and not (visit.left_message or visit.promised or visit.was_cut)
    return Told(visit.answered is not None, gave_up, ((visit.answered or visit.ended) - visit.came).total_seconds())
