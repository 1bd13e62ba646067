"""Which names a text may mean, found in one pass: an index by classes of syllables, never a scan of the names. Pure.

Every name is kept under its key, one character a syllable (`sounds.sound_class`), so that an Aho-Corasick automaton
finds all places where a name may have been said, however its syllables were confused. A name whose stem is long is also
found with one syllable that is entirely different, or missing: one half of it must then be as it should (the
pigeonhole principle), and the rest is looked up with a gap in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import ahocorasick

from wording.names import Name
from wording.sounds import Syllable, class_alone, distance, reading, sound_class, syllable_distance

LONG_STEM = 4  # a name whose stem is so long may have one syllable that is entirely different
_GAP = "\0"


@dataclass(frozen=True, slots=True)
class Likeness:
    """A name that may be meant by start…stop of a text, and what it costs to hear it so."""

    start: int
    stop: int
    name: Name
    stem_cost: float
    generic_cost: float

    @property
    def cost(self) -> float:
        """In syllables."""
        return self.stem_cost + self.generic_cost


class NameIndex:
    """All names of a city."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_key: dict[str, dict[Name, None]] = {}  # a dict keeps the order, once each
        self._gapped: dict[str, dict[Name, None]] = {}
        self._halves: dict[str, set[tuple[int, int]]] = {}  # length of the whole, where in it the half begins
        self._exact = ahocorasick.Automaton()
        for name in names:
            self._exact.add_word(name.spelling, name)
            for sounds in name.sounds:
                self._add("".join(map(sound_class, sounds)), name)
        self._whole, self._half = _automaton(self._by_key), _automaton(self._halves)
        self._exact.make_automaton()

    def _add(self, key: str, name: Name) -> None:
        self._by_key.setdefault(key, {})[name] = None
        if name.stem >= LONG_STEM:
            middle = len(key) // 2
            self._add_half(key[:middle], len(key), 0)
            self._add_half(key[middle:], len(key), middle)
            for at in range(len(key)):
                self._add_gapped(key, at, name)
                self._by_key.setdefault(key[:at] + key[at + 1 :], {})[name] = None
        elif len(name.generic) > 1:
            self._add_half(key[: name.stem], len(key), 0)
            for at in range(name.stem, len(key)):
                self._add_gapped(key, at, name)

    def _add_half(self, half: str, length: int, begins: int) -> None:
        self._halves.setdefault(half, set()).add((length, begins))

    def _add_gapped(self, key: str, at: int, name: Name) -> None:
        self._gapped.setdefault(key[:at] + _GAP + key[at + 1 :], {})[name] = None

    def exact(self, text: str) -> Iterator[tuple[int, int, Name]]:
        """Every name that is spelt in the text: start, stop, name."""
        if len(self._exact):
            for last, name in self._exact.iter(text):
                yield last + 1 - len(name.spelling), last + 1, name

    def like(self, text: str) -> Iterator[Likeness]:
        """Every name that may be meant, spelt otherwise; several for one place, and places that overlap."""
        key = "".join(map(class_alone, text))
        for start, stop, name in self._candidates(key):
            if text[start:stop] != name.spelling:
                yield _likeness(text[start:stop], start, name)

    def _candidates(self, key: str) -> Iterator[tuple[int, int, Name]]:
        if len(self._whole):
            for last, found in self._whole.iter(key):
                yield from ((last + 1 - len(found), last + 1, name) for name in self._by_key[found])
        if len(self._half):
            for last, half in self._half.iter(key):
                for length, offset in self._halves[half]:
                    yield from self._with_gap(key, last + 1 - len(half) - offset, length, offset, len(half))

    def _with_gap(self, key: str, start: int, length: int, offset: int, half: int) -> Iterator[tuple[int, int, Name]]:
        """The names that differ in one syllable of the half that was not found."""
        heard = key[start : start + length] if start >= 0 else ""
        if len(heard) != length:
            return
        other = range(half, length) if offset == 0 else range(offset)
        for at in other:
            for name in self._gapped.get(heard[:at] + _GAP + heard[at + 1 :], ()):
                yield start, start + length, name


def _automaton(keys: Iterable[str]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for key in keys:
        automaton.add_word(key, key)
    automaton.make_automaton()
    return automaton


def _likeness(said: str, start: int, name: Name) -> Likeness:
    stop = start + len(said)
    if len(said) != len(name.spelling):
        heard = [reading(character) for character in said]
        return Likeness(start, stop, name, min(distance(heard, meant) for meant in name.sounds), 0.0)
    costs = min((_costs(said, name.spelling, meant) for meant in name.sounds), key=sum)
    return Likeness(start, stop, name, sum(costs[: name.stem]), sum(costs[name.stem :]))


def _costs(said: str, spelt: str, meant: Sequence[Syllable]) -> list[float]:
    """Of each character; one that is spelt right costs nothing, however it is read."""
    return [
        0.0 if one == other else syllable_distance(reading(one), sound)
        for one, other, sound in zip(said, spelt, meant, strict=True)
    ]
