"""地点有多可信: the probability that a place is wholly right, by its signs and by what the agent read back. Pure.

Logistic regression over `tickets.place_signs`, learned from talks with 0 to 40 % of their characters misheard. In these
every word is as sure as another, and no agent reads a place back: what is added for that is our judgement.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tickets.heard import CLEAR, Heard
from tickets.place_signs import signs_of
from tickets.places import LARGER, Gazetteer, PlaceFound
from tickets.usual import Usual

# Added to the logarithm of the odds:
READ_BACK, READ_OTHERWISE = 2.5, -4.0
SURELY_HEARD = 2.5  # where the recogniser is wholly sure of the place and the words beside it
DISTRICT_ALONE = -0.7  # in the place of its signs: more was likely said
_BESIDE = 2  # characters


@dataclass(frozen=True)
class PlaceTrust:
    """What was learned: a weight for each of SIGNS, and what is usual."""

    weights: tuple[float, ...]
    usual: Usual

    def probability(
        self, every: Sequence[PlaceFound], said: Heard, gazetteer: Gazetteer, read_back: Iterable[PlaceFound] = ()
    ) -> float:
        """That the first of all places found is all of the place that was meant. `read_back`: what the agent said."""
        found = every[0]
        odds = DISTRICT_ALONE if LARGER.issuperset(found.kinds) else self._odds(every, said, gazetteer)
        odds += _surely(said, found) + _read_back(found, read_back)
        return 1 / (1 + math.exp(-odds))

    def _odds(self, every: Sequence[PlaceFound], said: Heard, gazetteer: Gazetteer) -> float:
        signs = signs_of(every, said, self.usual, gazetteer.larger)
        return sum(weight * sign for weight, sign in zip(self.weights, signs, strict=True))


def _surely(said: Heard, found: PlaceFound) -> float:
    sure = said.confidence(max(0, found.start - _BESIDE), found.stop + _BESIDE)
    return SURELY_HEARD * max(0.0, sure - CLEAR) / (1 - CLEAR)


def _read_back(found: PlaceFound, by_agent: Iterable[PlaceFound]) -> float:
    """What the agent's words add: the same place makes it surer, another one or a more exact one doubtful."""
    told = [each.value for each in by_agent if each.value not in found.value or each.value == found.value]
    return 0.0 if not told else READ_BACK if found.value in told else READ_OTHERWISE
