"""用字: what a city's people speak of: its places, the words of its trade (热词) and of its dialect. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from city.city import City


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


@dataclass(frozen=True)
class Lexis:
    """The names and words of one city. Empty: nothing is known of it, so nothing is corrected by it."""

    places: tuple[KnownPlace, ...] = ()


def lexis_of(city: City) -> Lexis:
    """What the city's folder says."""
    return Lexis(places=city.places)
