"""Templates filled: drawn places, numbers and times, as they are said and as a clerk writes them. Pure, and repeatable.

Talk n of a template is always the same, whatever other templates there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from city.local_time import CITY_TIME
from city.places import Place, PlaceKind
from sandbox.dialogue_corpus.templates import Template
from sandbox.lexicon import read_figures

SEED = 20_261_126
CALL_AT = datetime(2026, 11, 26, 10, 0, tzinfo=CITY_TIME)
"""A Thursday: when all these talks were answered."""

_MOBILES = ("13", "15", "17", "18", "19")
_DAYS = (
    ("今天", 0),
    ("昨天", 1),
    ("昨天", 1),
    ("前天", 2),
    ("大前天", 3),
    ("上周五", 6),
    ("星期二", 2),
    ("二十三号", 3),
)
_HOURS = (
    *(("凌晨", hour, hour) for hour in (1, 2, 3, 4)),
    *(("早上", hour, hour) for hour in (6, 7, 8)),
    *(("上午", hour, hour) for hour in (9, 10, 11)),
    *(("下午", hour, hour + 12) for hour in (1, 2, 3, 4, 5)),
    *(("晚上", hour, hour + 12) for hour in (6, 7, 8, 9, 10)),
)
"""Part of the day, the hour that is said, the hour of 24."""
_MINUTES = (("", 0), ("", 0), ("", 0), ("半", 30), ("一刻", 15))


@dataclass(frozen=True)
class Talk:
    """One talk, and what a draft of it should hold; a field that is not in `truth` should be empty."""

    template: str
    caller: tuple[str, ...]
    agent: tuple[str, ...]
    truth: dict[str, str]


@dataclass(frozen=True)
class Said:
    """A thing as it is said, and as a clerk writes it."""

    said: str
    written: str

    def then(self, said: str, written: str) -> Said:
        """With more behind it."""
        return Said(self.said + said, self.written + written)


class Addresses:
    """Where things happen in a city: its gazetteer's names, from the larger to the smaller, and numbers."""

    def __init__(self, places: Iterable[Place]) -> None:
        every = tuple(places)
        self._of = {kind: [place for place in every if place.kind is kind] for kind in PlaceKind}

    def draw(self, chance: Random) -> Said:
        """An address: half are of a house, the others end with a name."""
        kind = chance.choices((PlaceKind.ROAD, PlaceKind.ESTATE, PlaceKind.LANDMARK), (10, 9, 1))[0]
        place = chance.choice(self._of[kind])
        if kind is PlaceKind.LANDMARK:
            return Said(_spelling(place, chance), place.name)
        spoken = self._larger(place, chance).then(_spelling(place, chance), place.name)
        return _at_house(spoken, chance) if kind is PlaceKind.ROAD else _in_estate(spoken, chance)

    def _larger(self, place: Place, chance: Random) -> Said:
        """The district or area that people say before it; three in ten say none."""
        around = [*self._of[PlaceKind.DISTRICT], *self._of[PlaceKind.AREA]]
        within = [each for each in around if place.parent in (None, each.name, each.parent)]
        if not within or chance.random() < 0.3:
            return Said("", "")
        found = chance.choice(within)
        return Said(_spelling(found, chance), found.name)


def _spelling(place: Place, chance: Random) -> str:
    """Its name, now and then what else people say."""
    return chance.choice(place.aliases) if place.aliases and chance.random() < 0.15 else place.name


def _at_house(road: Said, chance: Random) -> Said:
    if chance.random() < 0.35:
        return road
    number = chance.choice((chance.randint(1, 30), chance.randint(31, 260)))
    return road.then(f"{counted(number)}号", f"{number}号")


def _in_estate(estate: Said, chance: Random) -> Said:
    if chance.random() < 0.5:
        return estate
    house, entrance = chance.randint(1, 36), chance.randint(1, 4)
    unit = chance.choice(("号楼", "号楼", "栋"))
    estate = estate.then(f"{counted(house)}{unit}", f"{house}{unit}")
    if chance.random() < 0.6:
        return estate
    estate = estate.then(f"{counted(entrance)}单元", f"{entrance}单元")
    if chance.random() < 0.5:
        return estate
    room = f"{chance.randint(1, 9)}0{chance.randint(1, 4)}"
    return estate.then(f"{read_figures(room)}室", f"{room}室")


def counted(number: int) -> str:
    """A count of 1 to 999 as it is said.

    >>> counted(5), counted(20), counted(108), counted(110), counted(256)
    ('五', '二十', '一百零八', '一百一十', '二百五十六')
    """
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return read_figures(str(rest))
    tens = read_figures(str(rest)) if rest else ""
    link = "零" if 0 < rest < 10 else "一" if 10 <= rest < 20 else ""
    return f"{read_figures(str(hundreds))}百{link}{tens}"


def draw_number(chance: Random) -> Said:
    """A mobile number, digit by digit; most people say 幺 for 1, all rest after the third and the seventh."""
    digits = chance.choice(_MOBILES) + "".join(chance.choice("0123456789") for _ in range(9))
    said = "，".join(map(read_figures, (digits[:3], digits[3:7], digits[7:])))
    return Said(said.replace("幺", "一") if chance.random() < 0.15 else said, digits)


def draw_time(chance: Random) -> Said:
    """A moment of the past week, to the quarter of an hour, before the call."""
    while True:
        day, ago = chance.choice(_DAYS)
        part, said, hour = chance.choice(_HOURS)
        rest, minute = chance.choice(_MINUTES)
        at = CALL_AT.replace(hour=hour, minute=minute) - timedelta(days=ago)
        if at < CALL_AT - timedelta(hours=1):
            hour_said = "两" if said == 2 else counted(said)
            return Said(f"{day}{part}{hour_said}点{rest}", f"{at:%Y-%m-%d %H:%M}")


def fill(template: Template, number: int, addresses: Addresses) -> Talk:
    """Talk `number` of this template."""
    chance = Random(f"{SEED}/{template.name}/{number}")  # noqa: S311 - repeatable on purpose
    drawn = {"place": addresses.draw(chance), "number": draw_number(chance), "when": draw_time(chance)}
    told = {
        "contact": drawn["number"].written if template.asks_for("number") else None,
        "place": drawn["place"].written if template.asks_for("place") else None,
        "occurred": drawn["when"].written if template.when else None,
        "confidential": template.secret,
        **template.model_dump(include={"kind", "category", "department", "urgency", "flow"}),
    }
    said = {gap: each.said for gap, each in drawn.items()}
    return Talk(
        template=template.name,
        caller=tuple(line.format(**said) for line in template.caller),
        agent=template.agent,
        truth={field: value for field, value in told.items() if value is not None},
    )


def fillings(templates: Iterable[Template], each: int, places: Iterable[Place]) -> Iterator[Talk]:
    """`each` talks of every template, in their order."""
    addresses = Addresses(places)
    for template in templates:
        for number in range(each):
            yield fill(template, number, addresses)
