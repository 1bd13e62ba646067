"""名称: how a place of the gazetteer or a word of the trade is spelt, how it sounds, and what of it is its own. Pure.

The stem (幸福 of 幸福花园小区) tells a name from its neighbours; the generic rest (花园小区) is shared by hundreds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product

from asr.plain import plain_text
from wording.known import KnownPlace
from wording.sounds import Syllable, reading, readings

NAME_CHARS_MAX = 40
_SPELLABLE = re.compile(r"[\u3400-\u9fffA-Za-z0-9]{2,40}")
_STEM_LEAST = 2
_READINGS_MOST = 4  # of one name: two characters with two readings each

_ENDINGS = """
花园 小区 新村 社区 街道 大街 大道 公园 广场 医院 小学 中学 学校 大学 车站 市场 菜场 大厦 家园 公寓 新城 中心 胡同
路 街 巷 道 弄 村 镇 乡 区 县 市 桥 苑 城 园 里 庄 站 号 线 港 河 湖 山
"""
_GENERIC = tuple(_ENDINGS.split())
_ALL_GENERIC = re.compile(rf"(?:{'|'.join(_GENERIC)})*")


@dataclass(frozen=True, slots=True)
class Name:
    """名称. `sounds` has each way to read it, the likeliest first; `within`: the places it lies in, as far as known."""

    spelling: str
    sounds: tuple[tuple[Syllable, ...], ...]
    stem: int  # so many characters are its own
    place: bool  # else a word of the trade (热词)
    within: frozenset[str] = frozenset()

    @property
    def generic(self) -> str:
        """What follows the stem."""
        return self.spelling[self.stem :]


def names(places: Iterable[KnownPlace], hot_words: Iterable[str]) -> tuple[Name, ...]:
    """Every spelling once. What cannot be spelt (control characters, markup) is cleaned or left out."""
    listed = list(places)
    above = _above(listed)
    within: dict[str, set[str]] = {}
    for place in listed:
        for spelling in spellings(place):
            within.setdefault(spelling, set()).update(above.get(place.name, ()))
    found = [_name(spelling, frozenset(around), place=True) for spelling, around in within.items()]
    others = dict.fromkeys(_clean(word) for word in hot_words)
    return (*found, *(_name(word, frozenset(), place=False) for word in others if word and word not in within))


def spellings(place: KnownPlace) -> Iterator[str]:
    """Its name and what else people say for it, cleaned; those that can be spelt."""
    return filter(None, (_clean(spelling) for spelling in (place.name, *place.aliases)))


def is_generic(text: str) -> bool:
    """Whether it is made of generic words alone, as 花园小区: that may be the end of any name."""
    return _ALL_GENERIC.fullmatch(text) is not None


def is_generic_pair(text: str) -> bool:
    """Whether it is one generic word of two characters."""
    return len(text) > 1 and text in _GENERIC


def _clean(spelling: str) -> str:
    cleaned = plain_text(spelling, NAME_CHARS_MAX)
    return cleaned if _SPELLABLE.fullmatch(cleaned) else ""


def _above(places: Iterable[KnownPlace]) -> dict[str, set[str]]:
    """For every name the names of all that it may lie in."""
    parents: dict[str, set[str]] = {}
    for place in places:
        parents.setdefault(place.name, set()).update({place.parent} - {None} if place.parent else ())
    above: dict[str, set[str]] = {}
    for name, around in parents.items():
        reached, ahead = set[str](), list(around)
        while ahead:
            if (parent := ahead.pop()) not in reached:
                reached.add(parent)
                ahead += parents.get(parent, ())
        above[name] = reached
    return above


def _name(spelling: str, within: frozenset[str], *, place: bool) -> Name:
    return Name(spelling, _ways(spelling), _stem(spelling) if place else len(spelling), place, within)


def _ways(spelling: str) -> tuple[tuple[Syllable, ...], ...]:
    """As it is read as a whole, and as its characters are read alone: that is how they are found in a wrong text."""
    either = [dict.fromkeys((whole, reading(each))) for each, whole in zip(spelling, readings(spelling), strict=True)]
    return tuple(islice(product(*either), _READINGS_MOST))


def _stem(spelling: str) -> int:
    """Generic words are taken off the end while something is left that is more than one character."""
    stem = len(spelling)
    while ending := next((each for each in _GENERIC if spelling.endswith(each, 0, stem)), None):
        if stem - len(ending) < _STEM_LEAST:
            break
        stem -= len(ending)
    return stem
