"""What was said, by whom and when (转写): words with times, in the turns of two speakers. Pure.

Everything a recogniser says is text from a stranger: it is cleaned here, before anyone stores or shows it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any

import orjson

from asr.plain import plain_text

TURN_GAP_S = 1.5  # a speaker who is silent for longer begins a new turn
UNHEARD = "…"  # shown for a word the model does not know
_UNKNOWN_WORDS = frozenset({"[unk]", "<unk>", "<UNK>", "[UNK]"})
_WORD_CHARS_MAX = 64


class Speaker(StrEnum):
    """Who speaks."""

    CALLER = "caller"  # 市民
    AGENT = "agent"  # 话务员


@dataclass(frozen=True, slots=True)
class Word:
    """One word. Times in seconds from the start of the recording; confidence 0…1 as the engine gives it."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until the other begins or a pause comes. At least one word."""

    speaker: Speaker
    start_s: float
    end_s: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words as one would write them."""
        return join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A whole talk, turns in the order in which they begin."""

    turns: tuple[Turn, ...] = ()

    def by(self, speaker: Speaker) -> tuple[Turn, ...]:
        """One speaker's turns."""
        return tuple(turn for turn in self.turns if turn.speaker is speaker)

    def to_json(self) -> str:
        """As stored and as sent."""
        return orjson.dumps(self).decode()


Utterance = Sequence[Word]
"""What a recogniser gives between two endpoints."""


def from_json(stored: str | bytes) -> Transcript:
    """The transcript that `to_json` wrote. ValueError, KeyError or TypeError when it is none."""
    return Transcript(tuple(_turn(turn) for turn in orjson.loads(stored)["turns"]))


def _turn(raw: dict[str, Any]) -> Turn:
    words = tuple(Word(w["text"], w["start_s"], w["end_s"], w["confidence"]) for w in raw["words"])
    return Turn(Speaker(raw["speaker"]), raw["start_s"], raw["end_s"], words)


def word(text: str, start_s: float, end_s: float, confidence: float = 1.0) -> Word | None:
    """A word as an engine says it, made safe: None when nothing printable is left of it."""
    cleaned = _cleaned(text)
    if not cleaned:
        return None
    begin, end = _second(start_s), _second(end_s)
    return Word(cleaned, begin, max(begin, end), min(1.0, _amount(confidence)))


@lru_cache(1 << 12)  # a model says the same words again and again
def _cleaned(text: str) -> str:
    return UNHEARD if text in _UNKNOWN_WORDS else plain_text(text, _WORD_CHARS_MAX)


def merge(caller: Iterable[Utterance], agent: Iterable[Utterance]) -> Transcript:
    """Both legs as one talk. A speaker's utterances join into one turn while nobody else begins in between."""
    begun = [_begin(Speaker.CALLER, said) for said in caller if said]
    begun += [_begin(Speaker.AGENT, said) for said in agent if said]
    turns: list[Turn] = []
    for turn in sorted(begun, key=lambda turn: (turn.start_s, turn.speaker)):
        if turns and _goes_on(turns[-1], turn):
            turns[-1] = _joined(turns[-1], turn)
        else:
            turns.append(turn)
    return Transcript(tuple(turns))


def _begin(speaker: Speaker, said: Utterance) -> Turn:
    return Turn(speaker, said[0].start_s, max(word.end_s for word in said), tuple(said))


def _goes_on(before: Turn, after: Turn) -> bool:
    return before.speaker is after.speaker and after.start_s - before.end_s <= TURN_GAP_S


def _joined(before: Turn, after: Turn) -> Turn:
    return Turn(before.speaker, before.start_s, max(before.end_s, after.end_s), before.words + after.words)


def join(words: Iterable[str]) -> str:
    """Words as one would write them: Chinese without spaces, a space between two Latin words."""
    parts = [word for word in words if word]
    gaps = [" " if _latin(before[-1]) and _latin(after[0]) else "" for before, after in pairwise(parts)]
    return "".join(part + gap for part, gap in zip(parts, [*gaps, ""], strict=True))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _amount(number: float) -> float:
    return number if 0.0 <= number < math.inf else 0.0


def _second(number: float) -> float:
    return round(_amount(number), 3)
