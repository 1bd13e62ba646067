"""Voices: Mandarin speech for prompts, citizens and agents of the sandbox, made by espeak-ng.

Every utterance is spoken by a fresh child (see `espeak.py`), so that the same text always gives the same samples.
Nothing here sounds like a person, and a model that understands these voices understands no real caller.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import espeakng_loader
import numpy as np
import soxr
from numpy.typing import NDArray

from sandbox.espeak import CRASHED
from sandbox.lexicon import PAUSE, STOP, syllables_of

RATE_HZ = 8000
LEVEL_DBFS = -20.0
LANGUAGE = "cmn-latn-pinyin"
"""The plain `cmn` voice spells most characters in English; this one reads numbered pinyin and nothing else."""

CITIZEN_VOICES = ("m1", "f2", "Annie", "m3", "linda", "f5")
AGENT_VOICES = ("f1", "m2", "steph", "m4")
"""Both are among the voices the model was trained with: the demo shows the path of a call, not the model's quality."""

_MARKS = {PAUSE: ",", STOP: ";"}
_SECONDS_PER_UTTERANCE = 10
_PEAK = 0.9


class SpeechFailed(RuntimeError):
    """espeak-ng could not speak: no such voice, or the library failed. The message is espeak's own."""


class SpeechCrashed(SpeechFailed):
    """espeak-ng itself crashed on one of the utterances, as it does on a rare one of thousands."""


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """What espeak is asked to say: `spelling` is pinyin syllables and marks, parted by single spaces."""

    spelling: str
    voice: str
    rate: int = 160
    """Words per minute, as espeak counts them."""
    pitch: int = 50
    """0 to 100."""
    range: int = 50
    """0 (monotone) to 100."""
    language: str = LANGUAGE
    """Another one for foreign speech, `spelling` being its text."""


@dataclass(frozen=True, kw_only=True)
class Phone:
    """One phone event: `position` in the spelling (characters from 1), `sample` at which the phone begins."""

    position: int
    sample: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Speech:
    """What espeak said: samples in -1..1 at `rate_hz` (22050), and when each phone began."""

    samples: NDArray[np.float32]
    rate_hz: int
    phones: tuple[Phone, ...]


def speak(utterances: Sequence[Utterance]) -> list[Speech]:
    """Speak in one child, each utterance from a clean state. Blocks. Raises `SpeechFailed`, `SpeechCrashed`."""
    folder = espeakng_loader.get_data_path()
    for utterance in utterances:
        # espeak itself says nothing of an unknown variant, and speaks with its usual voice
        if utterance.voice and not (Path(folder) / "voices" / "!v" / utterance.voice).is_file():
            raise SpeechFailed(f"espeak-ng has no voice {utterance.voice}")
    request = {
        "library": espeakng_loader.get_library_path(),
        "folder": folder,
        "utterances": [_as_request(utterance) for utterance in utterances],
    }
    command = [sys.executable, "-P", str(Path(__file__).with_name("espeak.py"))]
    try:
        answer = subprocess.run(  # noqa: S603 - our own interpreter and file
            command,
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=_SECONDS_PER_UTTERANCE * max(1, len(utterances)),
            check=True,
        )
    except subprocess.CalledProcessError as failure:
        wrong = SpeechCrashed if failure.returncode == CRASHED else SpeechFailed
        raise wrong(failure.stderr.decode(errors="replace").strip()) from failure
    except subprocess.TimeoutExpired as failure:
        raise SpeechFailed("espeak-ng did not finish in time") from failure
    return _read_answer(answer.stdout, len(utterances))


def _as_request(utterance: Utterance) -> dict[str, str | int]:
    return {
        "text": utterance.spelling,
        "voice": f"{utterance.language}+{utterance.voice}" if utterance.voice else utterance.language,
        "rate": utterance.rate,
        "pitch": utterance.pitch,
        "range": utterance.range,
    }


def _read_answer(answer: bytes, count: int) -> list[Speech]:
    spoken, start = [], 0
    for _ in range(count):
        head = answer.index(b"\n", start)
        facts = json.loads(answer[start:head])
        start = head + 1 + 2 * facts["samples"]
        samples = np.frombuffer(answer[head + 1 : start], "<i2").astype(np.float32) / np.float32(32768)
        phones = tuple(Phone(position=position, sample=sample, name=name) for position, sample, name in facts["phones"])
        spoken.append(Speech(samples=samples, rate_hz=facts["rate_hz"], phones=phones))
    return spoken


def spell(text: str, *, strict: bool) -> str:
    """Text as espeak reads it. Raises `UnknownWords` (see `lexicon.syllables_of`)."""
    return " ".join(_MARKS.get(syllable, syllable) for syllable in syllables_of(text, strict=strict))


def say(text: str, voice: str = "f1", rate: int = 160, pitch: int = 50, *, strict: bool = False) -> NDArray[np.int16]:
    """Speech of a Chinese text: 8 kHz mono, about `LEVEL_DBFS`, the same samples for the same arguments. Blocks.

    Strict, every word must be in the model's vocabulary (`UnknownWords` otherwise); else pypinyin reads the rest.
    """
    utterance = Utterance(spelling=spell(text, strict=strict), voice=voice, rate=rate, pitch=pitch)
    return for_telephone(speak([utterance])[0])


async def say_async(
    text: str, voice: str = "f1", rate: int = 160, pitch: int = 50, *, strict: bool = False
) -> NDArray[np.int16]:
    """`say`, without blocking the loop."""
    return await asyncio.to_thread(say, text, voice, rate, pitch, strict=strict)


def for_telephone(speech: Speech) -> NDArray[np.int16]:
    """Resampled to 8 kHz and levelled."""
    narrow: NDArray[np.float32] = soxr.resample(speech.samples, speech.rate_hz, RATE_HZ)
    level = float(np.sqrt(np.mean(np.square(narrow)))) if narrow.size else 0.0
    if level == 0.0:
        return np.zeros(narrow.size, np.int16)
    gain = min(10 ** (LEVEL_DBFS / 20) / level, _PEAK / float(np.max(np.abs(narrow))))
    return np.asarray(np.round(narrow * gain * 32767), np.int16)
