"""Which of the places of a talk is where it happened, by what the caller said and what they answered the agent. Pure.

What the caller agrees to is it, and stands in the agent's words, unless the caller's own are more exact, or it is only
the district. What the caller denies is not it; 不对，是14号 puts another number to the place that was read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tickets.heard import Heard
from tickets.place_trust import PlaceTrust
from tickets.places import LARGER, Gazetteer, PlaceFound, numbers_in
from tickets.read_back import ReadBacks

BY_CALLER = "地名库"
BY_AGENT = "地名库，话务员复述，来电人确认"
RENUMBERED = "地名库，来电人更正门牌"


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """A place, in whose words it stands, by which rule, and the probability that all of it is right."""

    place: PlaceFound
    said: Heard
    rule: str
    sure: float


def place_told(
    caller: Heard, agent: Heard, answered: ReadBacks, gazetteer: Gazetteer, trust: PlaceTrust
) -> PlaceTold | None:
    """Where it happened; None: no place was said, or only such as were denied."""
    refused = gazetteer.find(answered.denied)
    denied = {place.value for place in refused}
    found = _without(denied, gazetteer.find(caller))
    agreed = [place for place in _without(denied, gazetteer.find(answered.confirmed)) if place.consistent]
    other = next(_renumbered(refused, answered.instead), None)
    if agreed and not (found and _says_more(found[0], agreed[0])):
        every, said, rule, by_agent = agreed, answered.confirmed, BY_AGENT, agreed
    elif other and not gazetteer.find(answered.instead):
        every, said, rule, by_agent = [other], answered.instead, RENUMBERED, []
    else:
        every, said, rule, by_agent = found, caller, BY_CALLER, _without(denied, gazetteer.find(agent))
    return PlaceTold(every[0], said, rule, trust.probability(every, said, gazetteer, by_agent)) if every else None


def _without(denied: set[str], found: Sequence[PlaceFound]) -> list[PlaceFound]:
    return [place for place in found if place.value not in denied]


def _says_more(found: PlaceFound, agreed: PlaceFound) -> bool:
    """Whether the caller's own words are as exact, or what was agreed to is no more than the district."""
    return agreed.value in found.value or LARGER.issuperset(agreed.kinds)


def _renumbered(refused: Sequence[PlaceFound], instead: Heard) -> Iterator[PlaceFound]:
    """Each place that was denied, with the number that was said instead of its last."""
    for place in refused:
        for number, start, stop in numbers_in(instead.text):
            if place.numbers and _unit(number) == _unit(place.numbers[-1]):
                value = place.value.removesuffix(place.numbers[-1]) + number
                yield replace(place, value=value, start=start, stop=stop, numbers=(*place.numbers[:-1], number))


def _unit(number: str) -> str:
    return number.lstrip("0123456789")
