"""Listening with Vosk and counting its mistakes: for tests, demo and the model's maker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import vosk
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from sandbox.voices import RATE_HZ

CHUNK = 4000
"""Samples given to Vosk at once: half a second. It looks for the end of a sentence between chunks."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One recognised word, in seconds from the start."""

    word: str
    start_s: float
    end_s: float


def hear(model: vosk.Model, samples: NDArray[np.int16]) -> list[Heard]:
    """The words Vosk hears in 8 kHz audio."""
    recogniser = vosk.KaldiRecognizer(model, RATE_HZ)
    recogniser.SetWords(True)
    chunks = (samples[start : start + CHUNK].tobytes() for start in range(0, samples.size, CHUNK))
    answers = [recogniser.Result() for chunk in chunks if recogniser.AcceptWaveform(chunk)]
    answers.append(recogniser.FinalResult())
    words = (word for answer in answers for word in json.loads(answer).get("result", []))
    return [Heard(word=word["word"], start_s=word["start"], end_s=word["end"]) for word in words]


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein's distance: the fewest insertions, deletions and replacements."""
    return Levenshtein.distance(said, heard)


def character_error_rate(said: str, heard: str) -> float:
    """The mistakes for each character that was said; more than 1 if much more was heard. Nothing said: 0 or 1."""
    return distance(said, heard) / len(said) if said else float(bool(heard))
