"""What a decoder's child tells of a leg, in our words and made safe. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asr.transcript import Utterance, Word, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of a child's: an utterance that ended, or what goes on as guessed now, or that it lives."""

    words: Sequence[Word] = ()
    so_far: Sequence[Word] = ()
    unread_s: float | None = None  # how much sound of a growing leg is there and has not been heard, in seconds
    seconds: float = 0.0  # with `unread_s`: how much has been heard …
    cpu_s: float = 0.0  # … and what that took


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """All of a leg: its utterances, how much sound they were heard in, and what that took of CPU and own memory.

    Of a leg that was followed `said` is empty: who followed it was told every utterance as it ended.
    """

    said: Sequence[Utterance]
    sound_bytes: int
    seconds: float = 0.0
    cpu_s: float = 0.0
    own_bytes: int = 0


def nobody(_: Told) -> None:
    """Nobody is told."""


def told_by(message: Mapping[str, Any]) -> Told:
    """What a line says; of its words those that leave something printable."""
    said, guess = (_safe(message.get(part, ())) for part in ("words", "so_far"))
    spent = {name: message[name] for name in ("unread_s", "seconds", "cpu_s") if name in message}
    return Told(words=said, so_far=guess, **spent)


def _safe(words: Iterable[Any]) -> Sequence[Word]:
    return [safe for raw in words if (safe := word(*raw))]
