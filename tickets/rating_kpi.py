"""好差评指标: the figures of ratings, each with its formula, by agent, queue or hotline, by interval. Pure.

A call belongs to the interval in which it was asked, or in which it was known that it is not. What counts is the talk's
last agent and queue, and the hotline that was dialled. A rate of nothing is None, not 0. Change a formula, and VERSION
changes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from acd.rating_facts import NotAsked
from tickets.ratings import Rating

VERSION: Final = 1
SATISFIED_FROM: Final = 3
"""非常满意、满意、基本满意 are good ratings (好评), the other two bad ones (差评): 2019 No. 51, as we know it."""


class RatedBy(StrEnum):
    """What ratings are told apart by."""

    AGENT = "agent"  # 话务员
    QUEUE = "queue"  # 队列
    HOTLINE = "hotline"  # 热线


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some calls with which an agent of ours talked."""

    ratings: Sequence[Rating]

    @property
    def talked(self) -> int:
        """接待: calls with which an agent talked."""
        return len(self.ratings)

    @property
    def asked(self) -> int:
        """邀请: callers who heard the question."""
        return sum(rating.is_asked for rating in self.ratings)

    @property
    def rated(self) -> int:
        """参评: callers who pressed a key from 1 to 5."""
        return sum(rating.score is not None for rating in self.ratings)

    def scored(self, score: int) -> int:
        """How many gave this."""
        return sum(rating.score == score for rating in self.ratings)

    def not_asked(self, why: NotAsked) -> int:
        """How many were not asked, for this reason."""
        return sum(rating.not_asked is why for rating in self.ratings)

    @property
    def satisfied(self) -> int:
        """好评: 3 or more."""
        return sum((rating.score or 0) >= SATISFIED_FROM for rating in self.ratings)

    @property
    def satisfaction(self) -> float | None:
        """满意率: good ratings / ratings. Who gave none is in neither."""
        return _rate(self.satisfied, self.rated)

    @property
    def asked_rate(self) -> float | None:
        """邀请率: asked / talked. Of an agent much below the others: their callers hang up first, or are handed on."""
        return _rate(self.asked, self.talked)

    @property
    def answer_rate(self) -> float | None:
        """参评率: ratings / asked."""
        return _rate(self.rated, self.asked)


def figures(
    ratings: Iterable[Rating], by: RatedBy, since: datetime, every: timedelta | None = None
) -> dict[tuple[datetime, str], Figures]:
    """By the beginning of the interval (`since`, if the period is not cut) and by name; "": a hotline not known."""
    groups: dict[tuple[datetime, str], list[Rating]] = {}
    for rating in ratings:
        begins = since + (rating.over_at - since) // every * every if every else since
        name: str | None = getattr(rating, by)
        groups.setdefault((begins, name or ""), []).append(rating)
    return {group: Figures(groups[group]) for group in sorted(groups)}


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None
