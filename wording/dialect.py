"""方言: words of the place, written as everybody writes them. Pure.

The longest word at each place; a word that stands within one of its exceptions (咋 in 咋呼) stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from wording.written import Change, WrittenTurn

RULE = "方言"
_SURE = 0.95


class DialectWord(Protocol):
    """What is heard, how it is written, and the longer words in which it stays."""

    @property
    def said(self) -> str:
        """What is heard."""

    @property
    def written(self) -> str:
        """How it is written."""

    @property
    def unless(self) -> Sequence[str]:
        """Longer words that hold it and stay."""


class Dialect:
    """One city's table, as one pattern: exceptions stand beside the words, so that the longest wins."""

    def __init__(self, rows: Iterable[DialectWord]) -> None:
        listed = list(rows)
        self._written = {row.said: row.written for row in reversed(listed)}
        stays = {word for row in listed for word in row.unless} - self._written.keys()
        words = sorted(self._written.keys() | stays, key=lambda word: (-len(word), word))
        self._words = re.compile("|".join(map(re.escape, words)) or r"(?!)")

    def changes(self, turn: WrittenTurn) -> list[Change]:
        """What to write otherwise in one turn."""
        found = (match for match in self._words.finditer(turn.text) if match[0] in self._written)
        return [Change(match.start(), match.end(), self._written[match[0]], RULE, _SURE) for match in found]
