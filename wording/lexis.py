"""用字: what a city's people speak of: its places, the words of its trade (热词) and of its dialect. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from city.categories import GAP
from city.city import City
from wording.dialect import Dialect, DialectWord
from wording.known import KnownPlace
from wording.name_index import NameIndex
from wording.names import names, spellings

SPOKEN_CHARS_MIN = 3  # of a phrase by which the city knows what is spoken of: a shorter one proves nothing by its sound


@dataclass(frozen=True)
class Lexis:
    """The names and words of one city. Empty: nothing is known of it, so nothing is corrected by it.

    What is found by it is prepared when first asked for (a second for some thousand names), and kept.
    """

    places: tuple[KnownPlace, ...] = ()
    hot_words: tuple[str, ...] = ()
    dialect_words: tuple[DialectWord, ...] = ()

    @cached_property
    def index(self) -> NameIndex:
        """Every name and hot word, by its sound."""
        return NameIndex(names(self.places, self.hot_words))

    @cached_property
    def dialect(self) -> Dialect:
        """The words of the dialect."""
        return Dialect(self.dialect_words)

    @cached_property
    def called(self) -> dict[str, str]:
        """The name of each place that something may lie in, by every spelling of it."""
        parents = {place.parent for place in self.places}
        return {spelling: place.name for place in self.places if place.name in parents for spelling in spellings(place)}

    def spelt(self, text: str) -> Iterator[tuple[int, int]]:
        """Where in a text names of places stand."""
        return ((start, stop) for start, stop, name in self.index.exact(text) if name.place)

    def named(self, text: str) -> Iterator[str]:
        """The places spelt in a text that something may lie in."""
        return (self.called[name.spelling] for _, _, name in self.index.exact(text) if name.spelling in self.called)


def lexis_of(city: City) -> Lexis:
    """What the city's folder says: its hot words are those it lists and those of its categories and flows."""
    spoken = [word for category in city.categories for word in category.words]
    spoken += [word for flow in city.flows.values() for word in flow.triggers]
    whole = (part for word in spoken for part in word.split(GAP) if len(part) >= SPOKEN_CHARS_MIN)
    return Lexis(city.places, tuple(dict.fromkeys((*city.words.hot_words, *whole))), city.words.dialect)
