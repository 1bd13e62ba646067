"""Kind, category and urgency of what a caller said: by a rule where one decides, else by what was learned. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.categories import CategoryFound, CategoryTree
from tickets.kinds import NAMED, RULE, spoken, wished
from tickets.learned import Guess, Learned, Span
from tickets.mentions import Hit
from tickets.readings import Matter, has_manner, reading_of_category, reading_of_kind, reading_of_urgency
from tickets.urgency import UrgencyTable, urgency_of

LEARNED = "用语归纳"
SAID_AT_LEAST = 12
"""Characters from which a kind is guessed without a cue: how sure a guess is was learned from whole talks."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value, how strongly the rule speaks for it, and where its words stand. `throughout`: all words were weighed."""

    value: str
    strength: float
    rule: str
    spans: tuple[Span, ...]
    throughout: bool = True


def kind_of(matter: Matter, tree: CategoryTree, learned: Learned | None) -> Found | None:
    """The kind of appeal; None: there is no telling, or only the agent's words tell."""
    named = wished(matter.said)
    if named:
        kind, span = next(iter(named.items()))
        return Found(kind.value, NAMED, RULE, (span,), throughout=False) if len(named) == 1 else None
    is_enough = len(matter.said.text) >= SAID_AT_LEAST or has_manner(matter.said.text)
    guess = learned.guess(reading_of_kind(matter, tree)) if learned and is_enough else None
    if guess is None or not guess.is_callers or _is_denied(guess.label, matter.said.text):
        return None
    return _found(guess)


def _is_denied(kind: str, text: str) -> bool:
    """Whether the kind was named, and each time denied."""
    return kind in text and kind not in spoken(text)


def category_of(matter: Matter, tree: CategoryTree, learned: Learned | None) -> CategoryFound | None:
    """The category; where nothing was learned, or of a branch that the city no longer has, what its words say."""
    guess = learned.guess(reading_of_category(matter, tree)) if learned else None
    path = tree.path(guess.label) if guess else None
    if guess is None or path is None:
        return matter.ruled
    text = matter.said.text
    hits = tuple(Hit(start, stop, path[-1], text[start:stop]) for start, stop in guess.spans)
    return CategoryFound(path, guess.sure, hits, LEARNED)


def class_of(matter: Matter, table: UrgencyTable, learned: Learned | None) -> Found | None:
    """The urgency class, if it is of one; None: nothing speaks for any."""
    if learned is not None:
        return _found(learned.guess(reading_of_urgency(matter, table)))
    found = urgency_of(matter.said, table)
    if found is None:
        return None
    return Found(found.urgency, found.strength, found.rule, ((found.start, found.stop),), throughout=False)


def _found(guess: Guess | None) -> Found | None:
    return Found(guess.label, guess.sure, LEARNED, guess.spans) if guess else None
