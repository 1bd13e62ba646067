"""Where it happened: the longest combination of known names and the numbers that follow. Pure.

    海州区 + 解放路 + 十二 号 → 海州区解放路12号
    连云区 + 幸福花园小区 + 三 号楼 二 单元 → 连云区幸福花园小区3号楼2单元

A name is known when the gazetteer has it; nothing else becomes a place. What is written is what was said, with the
gazetteer's spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import ahocorasick

from tickets.heard import Heard
from tickets.numbers import NUMBER_CHARACTERS, figures

_GAP = re.compile(r"[的在市，、]{0,2}")  # what may stand between two names of one place
_NUMBERED = re.compile(rf"(?P<number>[{NUMBER_CHARACTERS}]{{1,9}})(?P<unit>号楼|号院|单元|号|栋|幢|弄|室|楼|层)")
_RANK = {"district": 0, "town": 1, "area": 1, "road": 2, "estate": 3, "landmark": 3}
_MAY_BE_NUMBERED = frozenset({"road", "estate", "landmark", "town", "area"})


class KnownPlace(Protocol):
    """What a gazetteer says of a place. `kind`: district, town, area, road, estate, landmark."""

    @property
    def name(self) -> str:
        """As it is written."""

    @property
    def kind(self) -> str:
        """One of the kinds."""

    @property
    def parent(self) -> str | None:
        """The place it lies in, if only one."""

    @property
    def aliases(self) -> Sequence[str]:
        """What people say for it."""


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place, where it stands in the text, and whether its names fit together."""

    value: str
    start: int
    stop: int
    parts: int
    consistent: bool


@dataclass(frozen=True, slots=True)
class _Name:
    place: KnownPlace
    start: int
    stop: int


class Gazetteer:
    """Known names and their other spellings, found in one pass."""

    def __init__(self, places: Iterable[KnownPlace]) -> None:
        self._names = ahocorasick.Automaton()
        for place in places:
            for spelling in (place.name, *place.aliases):
                self._names.add_word(spelling, (len(spelling), place))
        self._names.make_automaton()

    def find(self, heard: Heard) -> list[PlaceFound]:
        """Every place that was said, the most exact first; equally exact ones in the order said."""
        names = _without_overlaps(self._all(heard.text))
        found = [_written(heard.text, group) for group in _grouped(heard.text, names)]
        return sorted(found, key=lambda place: (-place.parts, place.start - place.stop, place.start))

    def _all(self, text: str) -> Iterator[_Name]:
        if not len(self._names):
            return
        for last, (length, place) in self._names.iter(text):
            yield _Name(place, last + 1 - length, last + 1)


def _without_overlaps(names: Iterable[_Name]) -> list[_Name]:
    """From the left, the longest name at each place."""
    kept: list[_Name] = []
    for name in sorted(names, key=lambda name: (name.start, -name.stop)):
        if not kept or name.start >= kept[-1].stop:
            kept.append(name)
    return kept


def _grouped(text: str, names: Sequence[_Name]) -> list[list[_Name]]:
    """Names that follow each other from the larger to the smaller are one place."""
    groups: list[list[_Name]] = []
    for name in names:
        if groups and _continues(text, groups[-1][-1], name):
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def _continues(text: str, before: _Name, after: _Name) -> bool:
    smaller = _rank(before.place) < _rank(after.place)
    return smaller and _GAP.fullmatch(text, before.stop, after.start) is not None


def _rank(place: KnownPlace) -> int:
    return _RANK.get(place.kind, max(_RANK.values()))


def _written(text: str, group: Sequence[_Name]) -> PlaceFound:
    written, stop, parts = "".join(name.place.name for name in group), group[-1].stop, len(group)
    if group[-1].place.kind in _MAY_BE_NUMBERED:
        while (match := _NUMBERED.match(text, stop)) and (number := figures(match["number"])):
            written, stop, parts = f"{written}{number}{match['unit']}", match.end(), parts + 1
    return PlaceFound(written, group[0].start, stop, parts, _consistent(group))


def _consistent(group: Sequence[_Name]) -> bool:
    """No name's known parent is another place of the rank of one that was said."""
    said = {name.place.name for name in group}
    parents = {name.place.parent for name in group[1:] if name.place.parent is not None}
    return not parents or bool(parents & said)
