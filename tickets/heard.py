"""The caller's side of a talk as one string whose every character knows the word it came from, so that a find becomes
evidence. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from asr.transcript import Turn, Word

CLEAR = 0.8  # how sure a recogniser is of words when nothing is the matter; as sure were those that were learned from
MARKS = "，。？！"  # what nobody said: it belongs to the word before it
TURN_END = "\n"  # between two turns: no find reaches across it


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence: where in the recording, in seconds, and the words there."""

    start_s: float
    end_s: float
    words: str


@dataclass(frozen=True, slots=True)
class Heard:
    """`text` and, for each of its characters, the word (None at a turn's end)."""

    text: str
    words: tuple[Word | None, ...]

    def span(self, start: int, stop: int) -> Span:
        """The evidence for characters start…stop: whole words."""
        words = self._words(start, stop)
        return Span(words[0].start_s, words[-1].end_s, "".join(word.text for word in words).rstrip(MARKS))

    def confidence(self, start: int, stop: int) -> float:
        """The least sure of the words of start…stop."""
        return min(word.confidence for word in self._words(start, stop))

    def clearness(self, start: int = 0, stop: int | None = None) -> float:
        """How much of what words say is left, as unsure as these are in the mean: all of it from CLEAR on."""
        words = self._words(start, len(self.words) if stop is None else stop)
        return min(1.0, sum(word.confidence for word in words) / (CLEAR * len(words))) if words else 0.0

    def _words(self, start: int, stop: int) -> list[Word]:
        return [word for word in dict.fromkeys(self.words[start:stop]) if word is not None]


def heard(turns: Iterable[Turn]) -> Heard:
    """Join turns, a TURN_END after each."""
    text: list[str] = []
    words: list[Word | None] = []
    for turn in turns:
        for word in turn.words:
            text.append(word.text)
            words.extend([word] * len(word.text))
        text.append(TURN_END)
        words.append(None)
    return Heard("".join(text), tuple(words))
