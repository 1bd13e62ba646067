"""Recordings by the hour: sentences spoken, sent through a telephone, and (to train) turned into features and labels.

Recording number n of a corpus is the same in every build: its dice are seeded with n, and espeak starts afresh for it.
"""

from __future__ import annotations

import functools
import itertools
import multiprocessing
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import soxr
from numpy.typing import NDArray

from sandbox.lexicon import load_lexicon
from sandbox.model_maker.features import label_frames, mfcc
from sandbox.model_maker.phones import Phones
from sandbox.model_maker.sentences import draw_salad, draw_sentence, load_patterns
from sandbox.model_maker.speech import HELD_OUT_VOICES, TRAINING_VOICES, Segment, Spoken, read_speech, speak_what_it_can
from sandbox.model_maker.telephone import through_telephone
from sandbox.voices import AGENT_VOICES, CITIZEN_VOICES, RATE_HZ, Utterance

Example = tuple[NDArray[np.float32], list[NDArray[np.int64]]]
"""Features, and the labels for the three ways to begin."""

BATCH = 50
_HELD_OUT_LINES = 10_000_000
_SALAD_SHARE = 0.3
_DEMO_SHARE = 0.25
_PAUSE_CHANCE = 0.08
_UNKNOWN_CHANCE = 0.07
_WARPS = (Fraction(1), Fraction(1), Fraction(20, 21), Fraction(20, 19), Fraction(10, 11), Fraction(10, 9))
_GENTLE_WARPS = (Fraction(1), Fraction(40, 41), Fraction(40, 39))


@dataclass(frozen=True, kw_only=True)
class Script:
    """What is to be said, and how. `owners[k]` is the word that syllable k belongs to."""

    number: int
    words: tuple[str, ...]
    owners: tuple[int, ...]
    utterance: Utterance
    warp: Fraction
    """Speech is stretched by this in time, and lowered in pitch and formants: more throats than espeak has."""
    before_s: float
    after_s: float


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What a switchboard would have recorded, and the truth about it."""

    script: Script
    samples: NDArray[np.int16]
    segments: tuple[Segment, ...]

    def word_times(self) -> list[tuple[float, float]]:
        """Start and end of every word, in seconds."""
        times = [
            (segment.start_s, segment.end_s, self.script.owners[segment.syllable])
            for segment in self.segments
            if segment.syllable is not None
        ]
        parts = [
            [(start, end) for start, end, owner in times if owner == word] for word in range(len(self.script.words))
        ]
        return [(part[0][0], part[-1][1]) for part in parts]


def write_script(number: int, *, training: bool) -> Script:
    """Recording `number` of the training or of the held-out corpus, before it is spoken."""
    dice = random.Random(f"{'training' if training else 'held-out'} {number}")  # noqa: S311 - repeatable on purpose
    salad = training and dice.random() < _SALAD_SHARE
    words = draw_salad(dice) if salad else draw_sentence(load_patterns(), dice)
    return Script(
        number=number,
        words=tuple(words),
        owners=tuple(i for i, word in enumerate(words) for _ in load_lexicon()[word]),
        utterance=_draw_utterance(words, dice, training=training),
        warp=dice.choice(_WARPS if training else _GENTLE_WARPS),
        before_s=dice.uniform(0.15, 0.8),
        after_s=dice.uniform(0.3, 0.9),
    )


def _draw_utterance(words: Sequence[str], dice: random.Random, *, training: bool) -> Utterance:
    voices: tuple[str, ...] = TRAINING_VOICES if training else HELD_OUT_VOICES
    if training and dice.random() < _DEMO_SHARE:
        voices = CITIZEN_VOICES + AGENT_VOICES
    return Utterance(
        spelling=spell_words(words, dice),
        voice=dice.choice(voices),
        rate=dice.randint(115, 235) if training else dice.randint(120, 200),
        pitch=dice.randint(15, 85) if training else dice.randint(20, 80),
        range=dice.randint(25, 75),
    )


def spell_words(words: Sequence[str], dice: random.Random) -> str:
    """Pinyin of the words, here and there with a pause between two."""
    tokens: list[str] = []
    for word in words:
        if tokens and dice.random() < _PAUSE_CHANCE:
            tokens.append(",")
        tokens += load_lexicon()[word]
    return " ".join(tokens)


def record(scripts: Sequence[Script], *, lines_from: int = 0) -> list[Recording]:
    """Speak the scripts in one child, each through a telephone line of its own; what cannot be spoken is left out."""
    spoken = speak_what_it_can([script.utterance for script in scripts])
    return [
        _record(script, read_speech(speech, script.utterance.spelling), lines_from + script.number)
        for script, speech in zip(scripts, spoken, strict=True)
        if speech is not None
    ]


def _record(script: Script, spoken: Spoken, line_seed: int) -> Recording:
    warp = float(script.warp)
    stretched = soxr.resample(spoken.samples, RATE_HZ, RATE_HZ * warp) if script.warp != 1 else spoken.samples
    silences = [np.zeros(int(seconds * RATE_HZ)) for seconds in (script.before_s, script.after_s)]
    segments = tuple(
        Segment(
            phone=segment.phone,
            start_s=segment.start_s * warp + script.before_s,
            end_s=segment.end_s * warp + script.before_s,
            syllable=segment.syllable,
        )
        for segment in spoken.segments
    )
    line = through_telephone(np.concatenate([silences[0], stretched, silences[1]]), np.random.default_rng(line_seed))
    return Recording(script=script, samples=line, segments=segments)


def held_out_recordings(count: int, start: int = 0) -> list[Recording]:
    """Recordings in voices the model was never trained with."""
    scripts = [write_script(number, training=False) for number in range(start, start + count)]
    return record(scripts, lines_from=_HELD_OUT_LINES)


def training_examples(count: int, phones: Phones) -> list[Example]:
    """Features and labels of `count` recordings, made on all cores."""
    batches = [range(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        made = pool.map(functools.partial(_examples, pdfs=dict(phones.pdfs)), batches, chunksize=1)
    return list(itertools.chain.from_iterable(made))


def _examples(numbers: Sequence[int], *, pdfs: Mapping[str, tuple[int, int]]) -> list[Example]:
    return [_example(made, pdfs) for made in record([write_script(number, training=True) for number in numbers])]


def _example(recording: Recording, pdfs: Mapping[str, tuple[int, int]]) -> Example:
    script = recording.script
    dice = random.Random(f"unknown {script.number}")  # noqa: S311 - repeatable on purpose
    hidden = {word for word in range(len(script.words)) if dice.random() < _UNKNOWN_CHANCE}
    unknown = frozenset(syllable for syllable, owner in enumerate(script.owners) if owner in hidden)
    features = mfcc(recording.samples)
    return features, label_frames(recording.segments, len(features), pdfs, unknown)
