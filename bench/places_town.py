"""A made-up city for `bench places`: its gazetteer, and sentences of citizens that name its places.

Names and sentences come in two halves that share neither stems nor templates: TUNING, on which the bounds of
`wording/by_sound.py` were set, and HELD_OUT, which is measured. Names are put together as Chinese cities put them
together; nobody took care that they sound different: some are the same but for a tone, some exist twice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

_MADE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Place:
    """A place of the gazetteer."""

    name: str
    kind: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()


class Sentence(NamedTuple):
    """A sentence, and where in it names stand."""

    text: str
    names: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Town:
    """One half: `places` make its gazetteer; `unlisted` exist as well, but nobody entered them."""

    half: str
    places: tuple[Place, ...]
    unlisted: tuple[Place, ...]

    def sentences(self, number: int, chance: Random, *, unlisted: bool = False) -> Iterator[Sentence]:
        """What citizens say; `unlisted`: of places that the gazetteer does not have."""
        told = [place for place in (self.unlisted if unlisted else self.places) if place.kind != "district"]
        for _ in range(number):
            one, other = chance.sample(told, 2)
            district = one.parent or chance.choice(_MADE[self.half]["districts"])
            yield _filled(
                chance.choice(_MADE[self.half]["templates"]), {"{p}": one.name, "{q}": other.name, "{d}": district}
            )


def town(half: str, size: int, chance: Random) -> Town:
    """`size` places of which one in ten is unlisted. `half`: tuning or held_out."""
    districts = [
        Place(name, "district", aliases=(name[:-1],) if len(name) > 2 else ()) for name in _MADE[half]["districts"]
    ]
    made: dict[tuple[str, str | None], Place] = {}
    stems = [stem for at, stem in enumerate(_stems()) if at % 2 == (half == "held_out")]
    while len(made) < size:
        place = _place(chance.choice(stems), districts, chance)
        made.setdefault((place.name, place.parent), place)
    places = list(made.values())
    listed, unlisted = places[size // 10 :], places[: size // 10]
    names = {place.name for place in listed}
    return Town(half, (*districts, *listed), tuple(place for place in unlisted if place.name not in names))


def _stems() -> list[str]:
    combined = [first + second for first in _MADE["first"] for second in _MADE["second"]]
    villages = [f"{family}家{place}" for family in _MADE["families"] for place in _MADE["villages"]]
    return [*_MADE["stems"] * 2, *combined, *villages]


def _place(stem: str, districts: list[Place], chance: Random) -> Place:
    kind = chance.choices(tuple(_MADE["endings"]), (4, 4, 2, 2))[0]
    parent = None if kind == "road" and chance.random() < 0.5 else chance.choice(districts).name
    return Place(stem + chance.choice(_MADE["endings"][kind]), kind, parent)


def _filled(template: str, names: dict[str, str]) -> Sentence:
    text, spans = "", []
    for part in template.replace("{", "\0{").replace("}", "}\0").split("\0"):
        if part in names:
            spans.append((len(text), len(text) + len(names[part])))
        text += names.get(part, part)
    return Sentence(text, tuple(spans))
