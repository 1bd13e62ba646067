"""Many phrases found in one pass over what was said: the time grows with the text, not with their number. Pure.

`工资…没发` is found in 工资三个月没发: its parts in their order, a few characters between, in one sentence.
不是停水 does not speak of 停水. (Aho and Corasick, Communications of the ACM 18(6), 1975, by pyahocorasick.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import ahocorasick

from city.categories import GAP

GAP_CHARS = 8  # at most, between two parts
_DENIED = re.compile(r"(?:不是|并非|不属于|不算)(?:因为|什么)?$")
_SENTENCE_END = re.compile(r"[\n。？！?!]")


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A phrase, whose it is, and where it stands."""

    start: int
    stop: int
    owner: str
    phrase: str

    @property
    def weight(self) -> int:
        """How much it says: its characters."""
        return len(self.phrase) - self.phrase.count(GAP)


class Mentions:
    """Phrases, each with an owner. One phrase may have several."""

    def __init__(self, owned: Iterable[tuple[str, str]]) -> None:
        self._parts = ahocorasick.Automaton()
        places: dict[str, list[tuple[str, str, int, int]]] = {}
        for owner, phrase in dict.fromkeys(owned):
            parts = phrase.split(GAP)
            for number, part in enumerate(parts):
                places.setdefault(part, []).append((owner, phrase, number, len(parts)))
        for part, uses in places.items():
            self._parts.add_word(part, (len(part), uses))
        self._parts.make_automaton()

    def find(self, text: str) -> list[Hit]:
        """Every phrase that was said and not denied, in the order of the text."""
        if not len(self._parts):
            return []
        begun: dict[tuple[str, str, int], tuple[int, int]] = {}
        found: set[Hit] = set()
        for last, (length, uses) in self._parts.iter(text):
            start, stop = last + 1 - length, last + 1
            for owner, phrase, number, of in uses:
                first = start if number == 0 else _chain(text, begun.get((owner, phrase, number - 1)), start)
                if first is None:
                    continue
                begun[owner, phrase, number] = (first, stop)
                if number == of - 1 and not _DENIED.search(text, max(0, first - 6), first):
                    found.add(Hit(first, stop, owner, phrase))
        return sorted(found)


def _chain(text: str, before: tuple[int, int] | None, start: int) -> int | None:
    """Where the phrase began whose part before stood there; None when this part does not follow it."""
    if before is None or not 0 <= start - before[1] <= GAP_CHARS or _SENTENCE_END.search(text, before[1], start):
        return None
    return before[0]
