"""Which faults strike in which round, all drawn from one seed: the same seed gives the same rounds."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.chaos.fault import Fault
from tests.chaos.faults import FAULTS, Store
from tests.chaos.people import Plan, plans

SEED = 12345
FAULTS_A_ROUND = 3
CITIZENS = 10
OVER_S = 12.0
"""They dial at any moment of so many seconds."""
FIRST_AFTER_S = (2.5, 5.0)
NEXT_AFTER_S = (0.5, 2.5)


@dataclass(frozen=True)
class Round:
    """Some faults among some calls, in a city that keeps its books in this store."""

    seed: int
    number: int
    store: Store
    kinds: tuple[type[Fault], ...]

    def __str__(self) -> str:
        return f"{self.seed}-{self.number}-{self.store}-" + "-".join(kind.__name__ for kind in self.kinds)

    @property
    def dice(self) -> Random:
        """The round's own, from their beginning."""
        return Random(str(self))


@dataclass(frozen=True)
class Blow:
    """A fault, and how long after the one before it."""

    after_s: float
    fault: Fault


def rounds_of(seed: int, count: int) -> list[Round]:
    """`count` rounds for each store; 0: as many as strike every fault once. A longer run begins with the same ones."""
    return [chapter for store in Store for chapter in _rounds_with(store, seed, count)]


def _rounds_with(store: Store, seed: int, count: int) -> list[Round]:
    dice, faults = Random(f"{seed} {store}"), FAULTS[store]
    kinds: list[type[Fault]] = []
    most = count * FAULTS_A_ROUND or len(faults)
    while len(kinds) < most:
        kinds += dice.sample(faults, len(faults))
    return [
        Round(seed, number, store, tuple(kinds[first : min(first + FAULTS_A_ROUND, most)]))
        for number, first in enumerate(range(0, most, FAULTS_A_ROUND))
    ]


def drawn(chapter: Round, numbers: list[str]) -> tuple[list[Plan], list[Blow]]:
    """What the citizens will do, and what will be done to the city."""
    dice = chapter.dice
    people = plans(dice, numbers, OVER_S)
    blows = [
        Blow(dice.uniform(*(NEXT_AFTER_S if rank else FIRST_AFTER_S)), kind.drawn(dice))
        for rank, kind in enumerate(chapter.kinds)
    ]
    return people, blows
