"""What a speech recogniser must be able to do for us, and no more. tests/asr/contract.py tries any engine against it.

An engine is loaded once in the launcher and used in forked children: it may have no threads of its own when it is
forked, and a crash of it costs one leg. Whatever it says is text from a stranger and is cleaned by asr.transcript.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from asr.engines.grammar import Grammar

SpokenWord = tuple[str, float, float, float]
"""Text, start and end in seconds of the sound fed, confidence 0…1."""

PIECE_S_MOST = 0.5
"""Sound is fed in pieces no longer than this: some engines only look for the end of an utterance between two."""


class Recogniser(Protocol):
    """One leg's ear. Used by one thread."""

    def accept(self, sound: bytes) -> Sequence[SpokenWord] | None:
        """Hear whole samples (PCM, 16 bits, mono, at the engine's rate). What was said, when an utterance has ended."""

    def so_far(self) -> Sequence[SpokenWord]:
        """The utterance that goes on, as far as it is guessed: it may change. Costs more than hearing."""

    def finish(self) -> Sequence[SpokenWord]:
        """End the utterance here. It may go on being fed: times go on from all the sound fed before."""


class Engine(Protocol):
    """A loaded model."""

    @property
    def rate_hz(self) -> int:
        """The rate of the sound it is fed."""

    def recogniser(self, grammar: Grammar | None = None) -> Recogniser:
        """A fresh one. With a grammar it hears nothing but its phrases. GrammarRefused."""
