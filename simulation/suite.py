"""Many trials: what broke, and what they have tried together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from os import getpid
from typing import Final

from acd.codec import pack
from plumbing.background_work import end_with_parent, stand_back
from simulation.coverage import Coverage
from simulation.trial import Ended, Trial

LEAST_CALLS, LEAST_AGENTS = 200, 20
SHOWN: Final = 30
CHUNK: Final = 5


@dataclass(slots=True)
class Suite:
    """Sums over the trials that ran."""

    trials: int = 0
    decisions: int = 0
    calls: int = 0
    repairs: int = 0
    torn: int = 0  # conversations that an order ended, because its news was lost or late
    broken: list[Ended] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    small: list[int] = field(default_factory=list)  # seeds of trials that were smaller than a trial must be

    def add(self, ended: Ended) -> None:
        """One trial more."""
        self.trials += 1
        self.decisions += ended.decisions
        self.calls += ended.calls
        self.repairs += ended.repairs
        self.torn += ended.torn
        self.coverage += ended.coverage
        if ended.broken is not None:
            self.broken.append(ended)
        elif ended.calls < LEAST_CALLS or ended.agents < LEAST_AGENTS:
            self.small.append(ended.seed)


def run(seeds: Iterable[int], shown: Callable[[Ended], None] = lambda _ended: None, *, processes: int = 1) -> Suite:
    """Run a trial for each seed; `shown` is told of each, in their order.

    Several processes stand back behind whatever else the machine does.
    """
    suite = Suite()
    for ended in map(trial, seeds) if processes == 1 else _beside(seeds, processes):
        suite.add(ended)
        shown(ended)
    return suite


def trial(seed: int) -> Ended:
    """Run one."""
    return Trial(seed).run()


def _behind(parent: int) -> None:
    end_with_parent(parent)
    stand_back()


def _beside(seeds: Iterable[int], processes: int) -> Iterator[Ended]:
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_behind, initargs=(getpid(),)) as pool:
        yield from pool.map(trial, seeds, chunksize=CHUNK)


def complaint(ended: Ended) -> str:
    """What broke, by which seed, and the end of the shortest prefix of decisions that shows it."""
    lines = [f"seed {ended.seed}: {ended.broken} after {len(ended.prefix)} decisions; the last {SHOWN} of them:"]
    for event, orders in ended.prefix[-SHOWN:]:
        kind, payload = pack(event)
        lines.append(f"  {kind} {payload} -> {[pack(order) for order in orders]}")
    return "\n".join(lines)
