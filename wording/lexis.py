"""用字: what a city's people speak of: its places, the words of its trade (热词) and of its dialect. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from city.city import City
from wording.known import KnownPlace
from wording.name_index import NameIndex
from wording.names import names, spellings


@dataclass(frozen=True)
class Lexis:
    """The names and words of one city. Empty: nothing is known of it, so nothing is corrected by it.

    What is found by it is prepared when first asked for (a second for some thousand names), and kept.
    """

    places: tuple[KnownPlace, ...] = ()
    hot_words: tuple[str, ...] = ()

    @cached_property
    def index(self) -> NameIndex:
        """Every name and hot word, by its sound."""
        return NameIndex(names(self.places, self.hot_words))

    @cached_property
    def called(self) -> dict[str, str]:
        """The name of each place that something may lie in, by every spelling of it."""
        parents = {place.parent for place in self.places}
        return {spelling: place.name for place in self.places if place.name in parents for spelling in spellings(place)}

    def named(self, text: str) -> Iterator[str]:
        """The places spelt in a text that something may lie in."""
        return (self.called[name.spelling] for _, _, name in self.index.exact(text) if name.spelling in self.called)


def lexis_of(city: City) -> Lexis:
    """What the city's folder says."""
    return Lexis(places=city.places)
