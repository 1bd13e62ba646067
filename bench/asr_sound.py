"""The legs of `bench.asr`: synthetic speakers who hardly pause, who are silent for a share, who take turns."""

from __future__ import annotations

import wave
from functools import cache
from itertools import cycle
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox.tones import RATE_HZ
from sandbox.voices import say

SENTENCES = ("您好请问您贵姓", "我要投诉海州区解放路十二号的噪音", "好的我们会尽快处理")
VOICES = ("m1", "f1", "m3", "f2")
PAUSE_S, SILENCE_S, SILENT_SHARE, TURN_S = 0.2, 4.0, 0.4, 6.0

Samples = NDArray[np.int16]


@cache
def _spoken(text: str, voice: str) -> Samples:
    return np.asarray(say(text, voice, strict=True), "<i2")


def talking(voice: str, seconds: float) -> Samples:
    """Somebody who hardly pauses."""
    pause, pieces = np.zeros(int(PAUSE_S * RATE_HZ), "<i2"), list[Samples]()
    for text in cycle(SENTENCES):
        pieces += [_spoken(text, voice), pause]
        if sum(map(len, pieces)) >= seconds * RATE_HZ:
            return np.concatenate(pieces)[: int(seconds * RATE_HZ)]
    raise AssertionError


def with_silence(speech: Samples) -> Samples:
    """The same length, SILENT_SHARE of it silent, SILENCE_S at a time: the other one speaks."""
    spoken = int(SILENCE_S * (1 / SILENT_SHARE - 1) * RATE_HZ)
    quiet = np.zeros(int(SILENCE_S * RATE_HZ), "<i2")
    turns = [part for at in range(0, len(speech), spoken) for part in (speech[at : at + spoken], quiet)]
    return np.concatenate(turns)[: len(speech)]


def taking_turns(speech: Samples, *, first: bool) -> Samples:
    """TURN_S of speech, as much of silence."""
    is_mine = (np.arange(len(speech)) // int(TURN_S * RATE_HZ) % 2 == 0) == first
    return np.where(is_mine, speech, 0).astype("<i2")


def write_leg(path: Path, samples: Samples) -> Path:
    """As a file that Asterisk has closed."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return path
