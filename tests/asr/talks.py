"""Spoken talks as a telephone delivers them: espeak voices, A-law, two legs of equal length."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from recordings.recording import Leg
from sandbox.voices import say
from tests.recordings.scenes import write_wav

Talk = tuple[tuple[Leg, str], ...]

TALK: Talk = (
    (Leg.AGENT, "您好请问您贵姓"),
    (Leg.CALLER, "我要投诉海州区解放路十二号的噪音"),
    (Leg.AGENT, "好的我们会尽快处理"),
)
PAUSE = np.zeros(8000, "<i2")
VOICES = {Leg.CALLER: "m1", Leg.AGENT: "f1"}


@cache
def spoken(text: str, voice: str) -> np.ndarray:
    """One utterance after an A-law round trip."""
    return a_law_round_trip(np.asarray(say(text, voice, strict=True), "<i2"))


def a_law_round_trip(samples: np.ndarray) -> np.ndarray:
    """What 8 bits of A-law (G.711) leave of 16: sign, 3 bits of segment, 4 bits of step."""
    magnitude = np.minimum(np.abs(samples.astype(np.int32)), 32767) >> 4
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    step = 1 << exponent
    coarse = (magnitude // step) * step + step // 2
    return np.asarray(np.sign(samples) * np.minimum(coarse << 4, 32767), "<i2")


def talk_samples(talk: Talk) -> dict[Leg, np.ndarray]:
    """Both legs: while one speaks the other is silent, with a second between turns."""
    sides: dict[Leg, list[np.ndarray]] = {leg: [PAUSE] for leg in Leg}
    for speaker, text in talk:
        said = spoken(text, VOICES[speaker])
        for leg in Leg:
            sides[leg] += [said if leg is speaker else np.zeros(len(said), "<i2"), PAUSE]
    return {leg: np.concatenate(pieces) for leg, pieces in sides.items()}


def record_talk(folder: Path, talk: Talk, times: int = 1) -> dict[Leg, Path]:
    """The legs as files, the talk `times` over."""
    paths = {leg: folder / f"talk-{leg}.wav" for leg in Leg}
    for leg, samples in talk_samples(talk).items():
        write_wav(paths[leg], np.tile(samples, times))
    return paths
