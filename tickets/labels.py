"""标签: the names that a field of a ticket may hold in a city, for whoever labels talks by hand. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz.process import extractOne

from city.categories import by_name, lineage
from city.city import City

ALIKE = 60.0
"""From here on (rapidfuzz's WRatio, 0 to 100) a known name is offered instead of a misspelt one."""


@dataclass(frozen=True, slots=True)
class Labels:
    """By field: category (whole paths), department, urgency (Chinese names), flow."""

    known: Mapping[str, frozenset[str]]

    def unknown(self, told: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
        """The fields that hold a name the city does not have, and what is wrong, in both languages."""
        for field, names in self.known.items():
            name = told.get(field)
            if name is not None and name not in names:
                yield field, f"本市没有“{name}”{_instead(name, names)}"


def _instead(name: str, names: frozenset[str]) -> str:
    near = extractOne(name, sorted(names), score_cutoff=ALIKE)
    return f",是否“{near[0]}”? / the city has no such name; {near[0]}?" if near else " / the city has no such name"


def labels_of(city: City) -> Labels:
    """What this city's files name."""
    tree = by_name(city.categories)
    departments = {branch.department for branch in city.categories} | {each.department for each in city.flows.values()}
    return Labels(
        {
            "category": frozenset("/".join(lineage(name, tree)) for name in tree),
            "department": frozenset(name for name in departments if name),
            "urgency": frozenset(each.zh for each in city.urgency.classes),
            "flow": frozenset(city.flows),
        }
    )
