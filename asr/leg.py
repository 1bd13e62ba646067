"""One leg through libvosk: the only file that touches it, and it runs in child processes alone.

libvosk hangs for ever at rate 0, aborts when a recogniser is shared, and grows without bound on a long silence in one
piece. So the rate is checked, the sound comes as whole samples in short pieces, every endpoint is collected at once,
and every leg has a fresh recogniser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import vosk

from recordings.wav import RATES_HZ, SAMPLE_BYTES, Sound, chunks

CHUNK_S = 0.25
_WARNINGS_AND_ERRORS = -1  # libvosk's log level: the reason of a failure is only there

SpokenWord = tuple[str, float, float, float]
"""Text, start and end in seconds, confidence."""


class Leg(NamedTuple):
    """Where the sound of one leg is: PCM, 16 bits, mono."""

    path: Path
    offset_bytes: int
    sound_bytes: int
    rate_hz: int


def load(model: Path, rate_hz: int) -> Any:
    """Load a model and prove with one recogniser and a moment of silence that it takes sound of `rate_hz`.

    Raises Exception.
    """
    _check(rate_hz)
    vosk.SetLogLevel(_WARNINGS_AND_ERRORS)
    loaded = vosk.Model(str(model))
    recogniser = vosk.KaldiRecognizer(loaded, float(rate_hz))
    recogniser.AcceptWaveform(bytes(SAMPLE_BYTES * int(rate_hz * CHUNK_S)))
    recogniser.FinalResult()
    return loaded


def decode(model: Any, model_rate_hz: int, leg: Leg) -> list[list[SpokenWord]]:
    """What was said, by utterance. Blocks for as long as it takes."""
    _check(model_rate_hz)
    _check(leg.rate_hz)
    recogniser = vosk.KaldiRecognizer(model, float(model_rate_hz))
    recogniser.SetWords(True)
    pieces = _at_rate(leg, model_rate_hz)
    utterances = [_words(recogniser.Result()) for piece in pieces if recogniser.AcceptWaveform(piece)]
    utterances.append(_words(recogniser.FinalResult()))
    return [words for words in utterances if words]


def _check(rate_hz: int) -> None:
    if type(rate_hz) is not int or rate_hz not in RATES_HZ:
        raise ValueError(f"a sample rate of {rate_hz!r} Hz")


def _at_rate(leg: Leg, rate_hz: int) -> Iterator[bytes]:
    sound = Sound(path=leg.path, rate_hz=leg.rate_hz, offset_bytes=leg.offset_bytes, sound_bytes=leg.sound_bytes)
    pieces = chunks(sound, CHUNK_S)
    if leg.rate_hz == rate_hz:
        yield from pieces
        return
    resample = _resampler(leg.rate_hz, rate_hz)
    for piece in pieces:
        yield resample(piece, False)
    yield resample(b"", True)


def _resampler(from_hz: int, to_hz: int) -> Callable[[bytes, bool], bytes]:
    import numpy as np  # noqa: PLC0415  # only models of another rate pay for these
    import soxr  # noqa: PLC0415

    stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16")
    return lambda piece, last: stream.resample_chunk(np.frombuffer(piece, dtype="<i2"), last=last).tobytes()


def _words(result: str) -> list[SpokenWord]:
    """Not strict: libvosk passes on the control characters of a model's words as they are."""
    return [
        (w["word"], w["start"], w["end"], w.get("conf", 0.0))
        for w in json.loads(result, strict=False).get("result", [])
    ]
