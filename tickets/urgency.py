"""紧急类别: whether a case may wait, from phrases that the city lists. Pure.

The gravest class whose phrase was said and not denied; the city lists the gravest first. How sure: two different
phrases of one class speak for it more than one, and what is told of others less than what the caller says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from tickets.heard import Heard
from tickets.phrases import Manner, PhraseFound, Phrases

SEVERAL, ONCE, REPORTED = 0.9, 0.7, 0.6
RULE = "紧急用语"


class Class(Protocol):
    """What a city says of a class: city.urgency.UrgentClass."""

    @property
    def zh(self) -> str:
        """Its name."""

    @property
    def words(self) -> tuple[str, ...]:
        """Phrases that indicate it."""

    @property
    def unless(self) -> tuple[str, ...]:
        """What is said within one of these does not count."""


class UrgencyTable:
    """The city's classes, ready to be looked for."""

    def __init__(self, classes: Iterable[Class]) -> None:
        self.classes = tuple((each.zh, Phrases(each.words, each.unless)) for each in classes)


@dataclass(frozen=True, slots=True)
class UrgencyFound:
    """A class (by its Chinese name), how strongly the words speak for it, and where the first of them stands."""

    urgency: str
    strength: float
    rule: str
    start: int
    stop: int


def urgency_of(heard: Heard, urgency: UrgencyTable) -> UrgencyFound | None:
    """The class of what a caller said; None: nothing urgent was said."""
    for name, phrases in urgency.classes:
        found = [phrase for phrase in phrases.find(heard.text) if phrase.manner is not Manner.DENIED]
        if found:
            best = min(found, key=lambda phrase: (phrase.manner is Manner.REPORTED, phrase.start))
            return UrgencyFound(name, _strength(heard.text, found), f"{RULE}:{name}", best.start, best.stop)
    return None


def _strength(text: str, found: list[PhraseFound]) -> float:
    if all(phrase.manner is Manner.REPORTED for phrase in found):
        return REPORTED
    return SEVERAL if len({text[phrase.start : phrase.stop] for phrase in found}) > 1 else ONCE
