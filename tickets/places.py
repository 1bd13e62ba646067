"""Where it happened: the longest combination of known names and the numbers that follow. Pure.

    海州区 + 解放路 + 十二 号 → 海州区解放路12号
    连云区 + 幸福花园小区 + 三 号楼 二 单元 → 连云区幸福花园小区3号楼2单元

A name is known when the gazetteer has it; nothing else becomes a place. What is written is what was said, with the
gazetteer's spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import ahocorasick

from tickets.heard import Heard
from tickets.numbers import NUMBER_CHARACTERS, figures

_GAP = re.compile(r"[的在市，、]{0,2}")  # what may stand between two names of one place
_NUMBERED = re.compile(
    rf"(?P<number>[{NUMBER_CHARACTERS}]{{1,9}})(?P<unit>号楼(?!上|下|顶)|号院|单元|号(?!凌晨|早|上午|中午|下午|傍晚|晚|夜里|半夜|那天|当天)|栋|幢|弄|室)"
)
_STEPS = {"弄": 0, "号": 1, "号院": 1, "号楼": 2, "栋": 2, "幢": 2, "单元": 3, "室": 4}
"""From the larger to the smaller. A storey (2楼) is no part of an address: many are told of one house."""
_IN_HOUSES = 3  # from here on only within a house that was numbered
LARGER = frozenset({"district", "town", "area"})
"""Kinds of place in which others lie: alone, one is not where it happened."""
_REPLACED = re.compile(r"[^\n]{0,2}(?:不对|错了|说错|不是)")  # 人民路,不对,是解放路
_ASIDE = re.compile(r"(?:我家?(?:是|就)?住|家住|老家|户口|户籍|从|回)[^\n，。]{0,2}$")
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
    """A place, where it stands in the text, and whether its names fit together: `kinds` are theirs, from the larger to
    the smaller. `numbers`: what follows the last name, as 12号 or 3单元."""

    value: str
    start: int
    stop: int
    parts: int
    consistent: bool
    kinds: tuple[str, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    """What was said there, and the places that are called so: several only if they lie in different ones."""

    places: tuple[KnownPlace, ...]
    start: int
    stop: int

    @property
    def place(self) -> KnownPlace:
        """The one that is meant, as far as is known."""
        return self.places[0]


class Gazetteer:
    """Known names and their other spellings, found in one pass."""

    def __init__(self, places: Iterable[KnownPlace]) -> None:
        self._names = ahocorasick.Automaton()
        listed = list(places)
        self.larger = frozenset(
            each for place in listed if place.kind in LARGER for each in (place.name, *place.aliases)
        )
        called: dict[str, list[KnownPlace]] = {}
        for place in listed:
            for spelling in dict.fromkeys((place.name, *place.aliases)):
                called.setdefault(spelling, []).append(place)
        for spelling, places in called.items():
            self._names.add_word(spelling, (len(spelling), tuple(places)))
        self._names.make_automaton()

    def find(self, heard: Heard) -> list[PlaceFound]:
        """Every place that was said, the likeliest first: the most exact, and of equally exact ones the first said.

        One that is taken back (人民路,不对,是解放路) counts for nothing when another follows, and where the caller
        lives or comes from counts least.
        """
        text, names = heard.text, _without_overlaps(self._all(heard.text))
        found = [_written(text, group) for group in map(_meant, _grouped(text, names)) if group]
        stand = [place for place in found if place is found[-1] or not _REPLACED.match(text, place.stop)]
        return sorted(
            stand, key=lambda place: (_is_aside(text, place), -place.parts, place.start - place.stop, place.start)
        )

    def _all(self, text: str) -> Iterator[_Name]:
        if not len(self._names):
            return
        for last, (length, places) in self._names.iter(text):
            yield _Name(places, last + 1 - length, last + 1)


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


def _meant(group: Sequence[_Name]) -> list[_Name]:
    """The same, each name the place that lies in what was said; nothing, where one may be of several places."""
    said = {place.name for name in group for place in name.places}
    told = [_told(name, said) for name in group]
    return told if all(len({place.name for place in name.places}) == 1 for name in told) else []


def _told(name: _Name, said: set[str]) -> _Name:
    within = tuple(place for place in name.places if place.parent in said)
    return replace(name, places=within or name.places)


def _continues(text: str, before: _Name, after: _Name) -> bool:
    smaller = _rank(before.place) < _rank(after.place)
    return smaller and _GAP.fullmatch(text, before.stop, after.start) is not None


def _rank(place: KnownPlace) -> int:
    return _RANK.get(place.kind, max(_RANK.values()))


def _written(text: str, group: Sequence[_Name]) -> PlaceFound:
    names, stop, numbers = "".join(name.place.name for name in group), group[-1].stop, list[str]()
    if group[-1].place.kind in _MAY_BE_NUMBERED:
        for number, end in _numbers(text, stop):
            numbers.append(number)
            stop = end
    kinds = tuple(name.place.kind for name in group)
    value, parts = "".join((names, *numbers)), len(group) + len(numbers)
    return PlaceFound(value, group[0].start, stop, parts, _consistent(group), kinds, tuple(numbers))


def _numbers(text: str, stop: int) -> Iterator[tuple[str, int]]:
    """What follows a name, each as it is written and where it ends: as long as each is of a smaller thing."""
    last = -1
    while (match := _NUMBERED.match(text, stop)) and (number := figures(match["number"])):
        step = _STEPS[match["unit"]]
        if step <= last or (step >= _IN_HOUSES and last < 1):
            return
        yield f"{number}{match['unit']}", match.end()
        last, stop = step, match.end()


def numbers_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Every number of a house, an entrance or a room, as it is written, and where it stands."""
    for match in _NUMBERED.finditer(text):
        if number := figures(match["number"]):
            yield f"{number}{match['unit']}", match.start(), match.end()


def _is_aside(text: str, place: PlaceFound) -> bool:
    return _ASIDE.search(text, max(0, place.start - 6), place.start) is not None


def _consistent(group: Sequence[_Name]) -> bool:
    """No name's known parent is another place of the rank of one that was said."""
    said = {name.place.name for name in group}
    parents = {name.place.parent for name in group[1:] if name.place.parent is not None}
    return not parents or bool(parents & said)
