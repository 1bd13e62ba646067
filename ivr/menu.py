"""A caller's journey as a table: what is said, what each key means, and where every way ends.

The city's files are written for people (what is left out is taken from the hotline); here every step is spelt out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from city.city import City
from city.hotline import Hotline
from city.menu import Menu as WrittenMenu
from city.menu import Step as WrittenStep

PERSON = "0"
"""人工: the key that reaches a person from everywhere."""


class Need(NamedTuple):
    """A skill a call asks for and the least level of it, 1 to 5."""

    skill: str
    level: int


@dataclass(frozen=True, slots=True)
class Join:
    """Wait in a queue. Every journey ends with one."""

    queue: str
    skills: frozenset[Need] = frozenset()
    priority: int = 0  # larger goes first


@dataclass(frozen=True, slots=True)
class Goto:
    """Ask another menu."""

    menu: str


Step = Goto | Join


@dataclass(frozen=True, slots=True)
class Menu:
    """按键菜单."""

    prompt: str
    choices: Mapping[str, Step]
    otherwise: Join  # after silence, or `attempts` wrong keys
    attempts: int
    wait_s: float  # seconds without a key that count as silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What callers of one hotline meet. A menu that is named and not there is refused with UnknownMenu."""

    greeting: tuple[str, ...]  # prompts
    person: Join  # where key 0 leads, and everything that is not a choice
    start: str | None = None  # the first menu, if there is one
    menus: Mapping[str, Menu] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = {step.menu for menu in self.menus.values() for step in menu.choices.values() if isinstance(step, Goto)}
        if self.start is not None:
            named.add(self.start)
        if missing := named - self.menus.keys():
            raise UnknownMenu(f"menus named but not there: {', '.join(sorted(missing))}")


class UnknownMenu(ValueError):
    """A journey leads to a menu it does not have."""


def journey_of(city: City, hotline: Hotline) -> Journey:
    """The journey of a hotline's callers. Menus the hotline does not reach are in it and do no harm."""
    needs = frozenset(Need(skill, level) for skill, level in hotline.skills.items())
    person = Join(hotline.queue, needs, hotline.priority)
    menus = {name: _menu(menu, person) for name, menu in city.menus.items()}
    return Journey(greeting=hotline.greeting, person=person, start=hotline.menu, menus=MappingProxyType(menus))


def _menu(menu: WrittenMenu, person: Join) -> Menu:
    choices = {key: _step(step, person) for key, step in menu.choices.items()}
    return Menu(menu.prompt, MappingProxyType(choices), person, menu.attempts, menu.wait_s)


def _step(step: WrittenStep, person: Join) -> Step:
    if step.goto is not None:
        return Goto(step.goto)
    skills = dict(person.skills) | dict(step.skills)  # the choice knows better than the hotline
    priority = person.priority if step.priority is None else step.priority
    return Join(step.join or person.queue, frozenset(Need(*need) for need in skills.items()), priority)
