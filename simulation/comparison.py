"""反事实: a period again and again, as it was and under a change, with the same draws; what differs, with a range.

Every draw is run twice, without and with the change, so each difference is *paired*: the same patience, the same talks,
the same pick-ups. What is told of a difference is the median over the draws, and from the 5th to the 95th percentile of
them (nearest rank): the range of what was not seen, not of everything that might be otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, NamedTuple

from acd.model import CallId
from simulation.change import Change
from simulation.guesses import Guesses
from simulation.outcomes import FIGURES, Count, Counting, Ending, Figures, Group, Grouping
from simulation.recollection import Recollection
from simulation.reenactment import Reenactment

NOTICED_S: Final = 1.0
"""A wait that differs by less has not changed."""


class Range(NamedTuple):
    """The median over the draws, and the 5th and 95th percentile."""

    median: float
    low: float
    high: float


def range_of(numbers: Iterable[float | None]) -> Range | None:
    """By nearest rank; None: there are none."""
    known = sorted(number for number in numbers if number is not None)
    if not known:
        return None

    def rank(percent: int) -> float:
        return known[max(0, ceil(len(known) * percent / 100) - 1)]

    return Range(rank(50), rank(5), rank(95))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One group of calls: as it was, again without the change, with it, and what that differs."""

    real: Figures
    again: Mapping[str, Range | None]  # by the names of simulation.outcomes.Figures
    changed: Mapping[str, Range | None]
    differs: Mapping[str, Range | None]
    sooner: Range  # citizens who reached an agent sooner, all their tries counted
    later: Range
    gained: Range  # who reached an agent only with the change
    lost: Range  # who did only without it


class Doubt(NamedTuple):
    """A figure of the unchanged run that is farther from what really happened than it should be."""

    figure: str
    real: float
    again: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The whole answer."""

    draws: int
    groups: Mapping[Group, Compared]
    occupancy: tuple[float | None, Range | None, Range | None, Range | None]  # real, again, changed, differs
    doubts: tuple[Doubt, ...]


class _Pair(NamedTuple):
    again: Count
    changed: Count


def compare(
    seen: Recollection,
    guesses: Guesses,
    grouping: Grouping,
    change: Change | None,
    *,
    draws: int,
    shown: Callable[[int], None] = lambda _draw: None,
) -> Comparison:
    """Run every draw twice; without a change once. `shown` is told of each draw. simulation.change.NobodyServes."""
    counting = Counting(seen, guesses, grouping)
    pairs: list[_Pair] = []
    for seed in range(1, draws + 1):
        again = counting.run(Reenactment(seen, guesses, seed=seed).run())
        changed = again if change is None else counting.run(Reenactment(seen, guesses, change, seed=seed).run())
        pairs.append(_Pair(again, changed))
        shown(seed)
    real = counting.real()
    members = _members(counting)
    groups = {group: _compared(group, real.groups[group], pairs, members[group]) for group in sorted(real.groups)}
    return Comparison(
        draws=draws,
        groups=groups,
        occupancy=_occupancy(real, pairs),
        doubts=tuple(doubts(groups, real.occupancy, range_of(pair.again.occupancy for pair in pairs))),
    )


def _members(counting: Counting) -> Mapping[Group, list[CallId]]:
    found: dict[Group, list[CallId]] = {}
    for first, groups in counting.groups.items():
        for group in groups:
            found.setdefault(group, []).append(first)
    return found


def _compared(group: Group, real: Figures, pairs: Sequence[_Pair], members: Sequence[CallId]) -> Compared:
    changes = [[_change(pair, first) for first in members] for pair in pairs]

    def how_many(what: str) -> Range:
        return range_of(float(told.count(what)) for told in changes) or Range(0.0, 0.0, 0.0)

    return Compared(
        real=real,
        again={name: range_of(_figure(pair.again, group, name) for pair in pairs) for name in FIGURES},
        changed={name: range_of(_figure(pair.changed, group, name) for pair in pairs) for name in FIGURES},
        differs={name: range_of(_difference(pair, group, name) for pair in pairs) for name in FIGURES},
        sooner=how_many("sooner"),
        later=how_many("later"),
        gained=how_many("gained"),
        lost=how_many("lost"),
    )


def _figure(count: Count, group: Group, name: str) -> float | None:
    found = count.groups.get(group)
    number: float | None = getattr(found, name) if found is not None else None
    return number


def _difference(pair: _Pair, group: Group, name: str) -> float | None:
    before, after = _figure(pair.again, group, name), _figure(pair.changed, group, name)
    return None if before is None or after is None else after - before


_NOBODY: Final = Ending(None)


def _change(pair: _Pair, first: CallId) -> str:
    before = pair.again.endings.get(first, _NOBODY).answered_after_s
    after = pair.changed.endings.get(first, _NOBODY).answered_after_s
    if before is None or after is None:
        return "same" if before is after else ("gained" if before is None else "lost")
    if abs(after - before) < NOTICED_S:
        return "same"
    return "sooner" if after < before else "later"


def _occupancy(real: Count, pairs: Sequence[_Pair]) -> tuple[float | None, Range | None, Range | None, Range | None]:
    differences = (
        pair.changed.occupancy - pair.again.occupancy
        for pair in pairs
        if pair.changed.occupancy is not None and pair.again.occupancy is not None
    )
    again, changed = (pair.again.occupancy for pair in pairs), (pair.changed.occupancy for pair in pairs)
    return real.occupancy, range_of(again), range_of(changed), range_of(differences)


# ---- how far to trust it

TOLERANCES: Final[Mapping[str, tuple[float, float]]] = {
    "answered": (5.0, 0.02),
    "within_15": (5.0, 0.1),
    "within_20": (5.0, 0.1),
    "abandoned": (5.0, 0.15),
    "mean_wait_s": (2.0, 0.15),
    "p95_wait_s": (5.0, 0.15),
}
"""The unchanged run may differ from what happened by so much, or by this share of it, whichever is more."""
OCCUPANCY_TOLERANCE: Final = 0.03


def doubts(groups: Mapping[Group, Compared], occupancy: float | None, again: Range | None) -> Iterable[Doubt]:
    """The figures of all calls together that the unchanged run does not come close to."""
    for group, compared in groups.items():
        if group.name or group.by != "all":
            continue
        for figure, (least, share) in TOLERANCES.items():
            real, median = getattr(compared.real, figure), compared.again[figure]
            if real is not None and median is not None and abs(median.median - real) > max(least, share * abs(real)):
                yield Doubt(figure, real, median)
    if occupancy is not None and again is not None and abs(again.median - occupancy) > OCCUPANCY_TOLERANCE:
        yield Doubt("occupancy", occupancy, again)
