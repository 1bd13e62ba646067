"""通顺: how usual the words of a talk are, so that what a recogniser made up is told from what people say. Pure.

Two characters that follow each other are as usual as they were in calls to a hotline that were written out:
log p(b|a) ≈ log(0.7·n(ab)/n(a) + 0.3·n(b)/n), interpolated after Jelinek and Mercer (1980), and no less than LEAST.
What is no Chinese character says nothing and is left out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

LEAST = -10.0
_PAIR_SHARE = 0.7
_CHINESE = range(0x4E00, 0xA000)


@dataclass(frozen=True)
class Usual:
    """How often each character, and each pair, was said."""

    single: Mapping[str, int]
    pair: Mapping[str, int]

    @cached_property
    def total(self) -> int:
        """How many characters were counted."""
        return sum(self.single.values())

    def of(self, texts: Iterable[str]) -> list[float]:
        """For each pair of Chinese characters its logarithm, LEAST to 0."""
        return [self._log(a, b) for text in texts for a, b in _pairs(text)]

    def _log(self, a: str, b: str) -> float:
        follows = self.pair.get(a + b, 0) / self.single[a] if a in self.single else 0.0
        chance = _PAIR_SHARE * follows + (1 - _PAIR_SHARE) * self.single.get(b, 0) / max(1, self.total)
        return max(LEAST, math.log(chance)) if chance else LEAST


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(a, b) for a, b in pairwise(text) if _is_chinese(a) and _is_chinese(b)]


def _is_chinese(character: str) -> bool:
    return ord(character) in _CHINESE


def usual_of(lines: Iterable[str]) -> Usual:
    """Counted in what was said."""
    single, pair = Counter[str](), Counter[str]()
    for line in lines:
        single.update(filter(_is_chinese, line))
        pair.update(a + b for a, b in _pairs(line))
    return Usual(single, pair)
