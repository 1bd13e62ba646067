"""Speech with exact phone times: espeak-ng tells with every phone where it begins, so nothing needs to be aligned."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from sandbox.voices import RATE_HZ, Phone, Speech, SpeechCrashed, Utterance, speak

SILENCE = "SIL"
TRAINING_VOICES = (
    *(
        "",
        "m1",
        "m2",
        "m3",
        "m4",
        "m5",
        "m6",
        "m8",
        "f1",
        "f2",
        "f3",
        "f5",
        "klatt",
        "klatt2",
        "klatt4",
        "Annie",
        "Alex",
    ),
    *(
        "linda",
        "steph",
        "max",
        "pablo",
        "adam",
        "michel",
        "paul",
        "victor",
        "rob",
        "robert",
        "miguel",
        "marcelo",
        "pedro",
    ),
    *("quincy", "sandro", "shelby", "travis", "gustave", "iven", "john", "ed", "david", "boris", "benjamin", "aunty"),
    *("anika", "Gene", "Henrique", "Hugo", "Jacky", "Lee", "Marco", "Michael", "Denis", "Diogo"),
)
HELD_OUT_VOICES = ("m7", "f4", "klatt3", "belinda", "edward", "steph2", "norbert", "Andrea")
"""Never trained with: the test of `evaluate.py` speaks with these."""

_CLOSURE_S = 0.07
"""A shorter pause is the closure of the consonant that follows it."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One phone (or `SILENCE`) in seconds from the start; `syllable` counts from 0, None in silence."""

    phone: str
    start_s: float
    end_s: float
    syllable: int | None


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """Speech at 8 kHz in -1..1, and its segments."""

    samples: NDArray[np.float64]
    segments: tuple[Segment, ...]


def speak_what_it_can(utterances: Sequence[Utterance]) -> list[Speech | None]:
    """As `speak`; None for an utterance that ends espeak-ng by a signal. It is found by halving.

    Of some 4,500 recordings it was one, in voice `rob`: too few to matter, and the library is not ours to mend.
    """
    try:
        return list(speak(utterances))
    except SpeechCrashed:
        if len(utterances) == 1:
            return [None]
    middle = len(utterances) // 2
    return speak_what_it_can(utterances[:middle]) + speak_what_it_can(utterances[middle:])


def read_speech(speech: Speech, spelling: str) -> Spoken:
    """The segments of a speech, bare of stress marks, closures joined to their phones."""
    places = syllable_places(spelling)
    marks = [*speech.phones, Phone(position=0, sample=speech.samples.size, name="_")]
    raw = [
        Segment(
            phone=SILENCE if phone.name.startswith("_") else bare(phone.name),
            start_s=phone.sample / speech.rate_hz,
            end_s=following.sample / speech.rate_hz,
            syllable=None if phone.name.startswith("_") else places.get(phone.position),
        )
        for phone, following in itertools.pairwise(marks)
    ]
    samples = soxr.resample(speech.samples.astype(np.float64), speech.rate_hz, RATE_HZ)
    return Spoken(samples=samples, segments=tuple(_join_closures(raw)))


def syllable_places(spelling: str) -> dict[int, int]:
    """Where each syllable begins in the spelling (from 1), to its number. (Word events cannot be counted.)"""
    places: dict[int, int] = {}
    position = 1
    for token in spelling.split(" "):
        if token[0].isalpha():
            places[position] = len(places)
        position += len(token) + 1
    return places


def bare(name: str) -> str:
    """A phone's name without espeak's stress marks."""
    return name.lstrip("',")


def _join_closures(segments: list[Segment]) -> Iterable[Segment]:
    closure: Segment | None = None
    for segment, following in zip(segments, [*segments[1:], None], strict=True):
        begins = closure.start_s if closure else segment.start_s
        closure = None
        if segment.phone == SILENCE and following and segment.end_s - segment.start_s < _CLOSURE_S:
            closure = segment
        elif segment.end_s > begins or segment.phone != SILENCE:
            yield Segment(phone=segment.phone, start_s=begins, end_s=segment.end_s, syllable=segment.syllable)


def pronounce(syllables: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Each syllable as espeak's phones, without tones. Raises ValueError for one it reads as English."""
    asked = sorted(set(syllables))
    spellings = [f"ma1 {syllable} ma1" for syllable in asked]
    spoken = speak([Utterance(spelling=spelling, voice="") for spelling in spellings])
    phones = {
        syllable: tuple(s.phone for s in read_speech(speech, spelling).segments if s.syllable == 1)
        for syllable, spelling, speech in zip(asked, spellings, spoken, strict=True)
    }
    foreign = [syllable for syllable, read in phones.items() if not read or any(p.startswith("(") for p in read)]
    if foreign:
        raise ValueError(f"not Mandarin to espeak-ng: {' '.join(foreign)}")
    return phones
