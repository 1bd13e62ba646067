"""What a decoder's child tells of a leg, in our words and made safe. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asr.plain import plain_text
from asr.transcript import Utterance, Word, join, word

SO_FAR_CHARS_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of a child's: an utterance that ended, or what goes on as guessed now, or that it lives."""

    words: Sequence[Word] = ()
    so_far: str | None = None
    unread_s: float | None = None  # how much sound of a growing leg is there and has not been heard, in seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """All of a leg: its utterances, how many bytes of sound they were heard in, and the CPU seconds that took."""

    said: Sequence[Utterance]
    sound_bytes: int
    cpu_s: float


def nobody(_: Told) -> None:
    """Nobody is told."""


def words_of(message: Mapping[str, Any]) -> list[Word]:
    """The words of a line, those that leave something printable."""
    return [safe for raw in message.get("words", ()) if (safe := word(*raw))]


def said_so_far(message: Mapping[str, Any]) -> str | None:
    """The guess of a line, if it is one, as one would write it."""
    guess = message.get("so_far")
    return None if guess is None else join(plain_text(guess, SO_FAR_CHARS_MOST).split())
