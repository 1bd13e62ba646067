"""地点的迹象: what speaks for and against a place being wholly right, as numbers of about 0 to 1. Pure.

Names are spelt as the gazetteer has them, so what goes wrong is that more was said than was understood: a district
before the road, a number after it. Signs of that stand beside the place: syllables that sound like such a name, like a
figure or like 号 and 单元; and in the whole talk, which is as unusual as the recogniser heard it badly
(`tickets.usual`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from tickets.heard import TURN_END, Heard
from tickets.places import LARGER, PlaceFound
from tickets.usual import LEAST, Usual
from wording.sounds import Syllable, distance, reading, sounds_like

SIGNS = (
    *("one", "alone", "road", "estate", "numbered", "deep", "digits", "round"),
    *("begins", "known_before", "known_after", "like_larger", "like_figure", "like_unit", "figure_after", "unit_after"),
    *("unusual", "unheard", "unusual_near", "rivals"),
    *("alone_unusual", "road_unusual", "digits_unusual"),
)
"""Their names, in the order of `signs_of`."""
_UNITS, _FIGURES = "号栋幢单元室楼弄", "零一二两三四五六七八九十百"
_ALIKE, _NEARLY = 0.3, 0.45  # syllables
_LIKE_A_NAME = 0.6  # of a syllable, for each
_NEAR = 6  # characters
_CLEAN, _SHORT = -5.2, 10  # what clean talk comes to; of so many pairs little is known
_ROUND = re.compile(r"[1-9]0+(?![0-9])|[1-9](?![0-9])")  # 二十三 of which one syllable is lost
_FIGURE = re.compile(r"[0-9零一二三四五六七八九十百]")
_REST = re.compile(r"[0-9零一二三四五六七八九十百]{1,4}[号栋幢室弄]|号楼|单元|栋|幢")
_BEFORE = re.compile(r"(?:[在住到叫是就址这那个我店，。？！]|我们|我家)$")
_AFTER = re.compile(r"附近|门口|路口|对面|对过|后面|前面|交叉|一带|[的旁边里这那上下东西南北有啊呢吧嘛，。？！]")


def signs_of(every: Sequence[PlaceFound], said: Heard, usual: Usual, larger: Collection[str]) -> list[float]:
    """Of the first of all places that were found. `larger`: what districts, towns and areas are called."""
    found = every[0]
    before, after = said.text[: found.start], said.text[found.stop :]
    words = usual.of((before, after))
    signs = {"one": 1.0, **_form(found), **_beside(before[-_NEAR:], after[:_NEAR], larger)}
    signs["unusual"] = _unusual(words)
    signs["unusual_near"] = _unusual(usual.of((before[-_NEAR:], after[:_NEAR])))
    signs["unheard"] = 10 * sum(each <= LEAST for each in words) / (len(words) + _SHORT)
    signs["rivals"] = sum(each.value not in found.value and each.parts >= found.parts for each in every)
    for name in ("alone", "road", "digits"):
        signs[f"{name}_unusual"] = signs[name] * signs["unusual"]
    return [float(signs[name]) for name in SIGNS]


def _unusual(logs: Sequence[float]) -> float:
    """0 as in clean talk, about 1 where a quarter was misheard."""
    return sum(_CLEAN - each for each in logs) / (len(logs) + _SHORT)


def _form(found: PlaceFound) -> dict[str, float]:
    """What it is made of. `alone`: without a larger place before it."""
    last, count = found.kinds[-1], len(found.numbers)
    return {
        "alone": found.kinds[0] not in LARGER and last != "landmark",
        "road": last == "road" and not count,
        "estate": last == "estate" and not count,
        "numbered": count == 1,
        "deep": count > 1,
        "round": any(_ROUND.match(number) for number in found.numbers),
        "digits": sum(each.isdigit() for number in found.numbers for each in number) / 3,
    }


def _beside(before: str, after: str, larger: Collection[str]) -> dict[str, float]:
    """What stands beside it in its turn."""
    before, after = before.rpartition(TURN_END)[2], after.partition(TURN_END)[0]
    return {
        "begins": not before,
        "known_before": _BEFORE.search(before) is not None,
        "known_after": _AFTER.match(after) is not None,
        "like_larger": max((_like(before, name) for name in larger), default=0.0),
        "like_figure": bool(after) and sounds_like(after[0], _FIGURES, _NEARLY),
        "like_unit": any(sounds_like(each, _UNITS, _ALIKE) for each in after),
        "figure_after": _FIGURE.match(after) is not None,
        "unit_after": _REST.search(after) is not None,
    }


def _like(before: str, name: str) -> float:
    """How like a name the end of what was said before is: 1 the same sounds, 0 nothing alike."""
    meant = [reading(each) for each in name]
    return max((1 - cost / (_LIKE_A_NAME * len(meant)) for cost in _costs(before, meant)), default=0.0)


def _costs(before: str, meant: Sequence[Syllable]) -> Iterator[float]:
    for length in range(max(1, len(meant) - 1), min(len(before), len(meant) + 1) + 1):
        yield distance([reading(each) for each in before[-length:]], meant)
