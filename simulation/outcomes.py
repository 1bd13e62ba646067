"""Figures of a run, or of what really happened: how many were answered, how soon, who gave up; by group of calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import NamedTuple

from acd.model import CallId
from simulation.guesses import Guesses
from simulation.recollection import PastCall, Recollection
from simulation.reenactment import Run
from simulation.run import Visit


class By(StrEnum):
    """What calls are told apart by."""

    ALL = "all"  # 合计
    QUEUE = "queue"  # 队列
    HOTLINE = "hotline"  # 热线
    PRIORITY = "priority"  # 优先级
    INTERVAL = "interval"  # 时段


class Group(NamedTuple):
    """Some of the calls: of one queue, one hotline, …"""

    by: By
    name: str


class Told(NamedTuple):
    """What became of one call. Seconds from its arrival (Asterisk's answer) to the agent's, or until it was gone."""

    answered: bool
    gave_up: bool
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of some calls. None: nobody to have one of."""

    calls: float
    answered: float
    within_15: float
    within_20: float
    abandoned: float
    elsewhere: float  # message, call-back, lost, or waiting still
    mean_wait_s: float | None  # of those answered: ASA
    p95_wait_s: float | None  # of those answered and those who gave up (nearest rank)


FIGURES = tuple(Figures.__dataclass_fields__)


def figures(calls: Iterable[Told]) -> Figures:
    """Count."""
    told = list(calls)
    answers = [call.waited_s for call in told if call.answered]
    waits = sorted(call.waited_s for call in told if call.answered or call.gave_up)
    gave_up = sum(call.gave_up for call in told)
    return Figures(
        calls=len(told),
        answered=len(answers),
        within_15=sum(wait <= 15.0 for wait in answers),
        within_20=sum(wait <= 20.0 for wait in answers),
        abandoned=gave_up,
        elsewhere=len(told) - len(answers) - gave_up,
        mean_wait_s=sum(answers) / len(answers) if answers else None,
        p95_wait_s=waits[ceil(len(waits) * 95 / 100) - 1] if waits else None,
    )


class Grouping:
    """Which groups a call is in; of a later try, those of the citizen's first."""

    def __init__(self, seen: Recollection, every: timedelta, clock: Callable[[datetime], str]) -> None:
        """`clock` writes down when an interval begins."""
        self._seen, self._every, self._clock = seen, every, clock

    def of(self, call: PastCall) -> tuple[Group, ...]:
        """All of them."""
        kind, since = call.kind, self._seen.since
        begins = since + (max(call.came, since) - since) // self._every * self._every
        named: tuple[tuple[By, str], ...] = (
            (By.ALL, ""),
            (By.QUEUE, kind.queue),
            (By.HOTLINE, kind.hotline),
            (By.PRIORITY, str(kind.priority)),
            (By.INTERVAL, self._clock(begins)),
        )
        return tuple(Group(by, name) for by, name in named if name or by is By.ALL)


class Ending(NamedTuple):
    """How it went for a citizen, all tries together: seconds from the first arrival to an agent; None: to none."""

    answered_after_s: float | None


@dataclass(frozen=True, slots=True)
class Count:
    """One run, counted."""

    groups: Mapping[Group, Figures]
    endings: Mapping[CallId, Ending]  # by the citizen's first call
    occupancy: float | None


class Counting:
    """Counts runs of one recollection, and what really happened, in the same way."""

    def __init__(self, seen: Recollection, guesses: Guesses, grouping: Grouping) -> None:
        again = guesses.tried_again
        self._seen, self._guesses = seen, guesses
        self.firsts = {call.call: call for call in seen.calls if call.call not in again and seen.counts(call)}
        self.groups = {call: grouping.of(first) for call, first in self.firsts.items()}

    def real(self) -> Count:
        """What really happened."""
        first_of = {again: first for first, again in self._guesses.redials.items()}
        told: list[tuple[CallId, Told]] = []
        endings: dict[CallId, Ending] = {}
        for call in self._seen.calls:
            first = call.call
            while first in first_of:
                first = first_of[first]
            if first in self.firsts:
                waited_s = (call.until - call.came).total_seconds()
                told.append((first, Told(call.answered, call.gave_up, waited_s)))
                after_s = (call.until - self.firsts[first].came).total_seconds() if call.answered else None
                endings[first] = Ending(after_s)  # only the last try can have been answered
        return Count(self._figures(told), endings, self._seen.occupancy)

    def run(self, run: Run) -> Count:
        """What came of a run."""
        told: list[tuple[CallId, Told]] = []
        endings = dict.fromkeys(self.firsts, Ending(None))
        for visit in run.visits:
            first = CallId(visit.citizen)
            if first not in self.firsts:
                continue
            told.append((first, self._told(visit, self.firsts[first])))
            if visit.answered is not None:
                endings[first] = Ending((visit.answered - self.firsts[first].came).total_seconds())
        ended = {CallId(visit.citizen) for visit in run.visits}
        told += [(first, Told(False, False, 0.0)) for first in self.firsts if first not in ended]  # waits still
        return Count(self._figures(told), endings, run.occupancy)

    def _told(self, visit: Visit, first: PastCall) -> Told:
        came = first.came if visit.tried == 1 else visit.came
        gave_up = visit.answered is None and not (visit.left_message or visit.promised or visit.was_cut)
        return Told(visit.answered is not None, gave_up, ((visit.answered or visit.ended) - came).total_seconds())

    def _figures(self, told: Iterable[tuple[CallId, Told]]) -> dict[Group, Figures]:
        gathered: dict[Group, list[Told]] = {}
        for first, call in told:
            for group in self.groups[first]:
                gathered.setdefault(group, []).append(call)
        return {group: figures(calls) for group, calls in sorted(gathered.items())}
