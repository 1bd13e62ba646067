"""One leg through an engine, finished or growing: the same pieces, the same ear, the same words. Runs in children."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from asr.attention import PIECE_S
from asr.ear import Ear, Utterance
from asr.engines.port import Engine
from asr.growing import Growth
from recordings.wav import RATES_HZ, SAMPLE_BYTES, Sound, chunks

AT_ONCE = 8  # pieces of a growing leg: about the two seconds that Asterisk writes at a time
AT_ONCE_FINISHED = 250  # of a finished one, whose words nobody waits for: a minute, 1 MB


class Leg(NamedTuple):
    """Where the sound of one finished leg is: PCM, 16 bits, one channel."""

    path: Path
    offset_bytes: int
    sound_bytes: int
    rate_hz: int
    channels: int = 1
    channel: int = 0


Step = list[Utterance] | None
"""The utterances that a piece ended; None: there is no more sound yet."""


def decode(engine: Engine, leg: Leg) -> Iterator[Utterance]:
    """What was said in a finished leg. Blocks for as long as it takes."""
    sound = Sound(**leg._asdict())
    for step in listen(Ear(engine), chunks(sound, PIECE_S), leg.rate_hz, engine.rate_hz, AT_ONCE_FINISHED):
        yield from step or ()


def follow(ear: Ear, growth: Growth, engine_hz: int) -> Iterator[Step]:
    """What is said in a leg while it grows, step by step, until it is over; None when it is time to wait."""
    yield from growth.wait_for_rate()
    if growth.rate_hz:
        yield from listen(ear, growth.pieces(PIECE_S), growth.rate_hz, engine_hz)


def listen(
    ear: Ear, pieces: Iterable[bytes | None], rate_hz: int, engine_hz: int, at_once: int = AT_ONCE
) -> Iterator[Step]:
    """Hear pieces of a leg of `rate_hz` with an ear of `engine_hz`, so many together at most."""
    if rate_hz not in RATES_HZ:
        raise ValueError(f"a sample rate of {rate_hz!r} Hz")
    if rate_hz != engine_hz:
        pieces = _even(_at_rate(pieces, rate_hz, engine_hz), int(PIECE_S * engine_hz) * SAMPLE_BYTES)
    for together in _batches(pieces, at_once):
        yield ear.hear(together) if together else None
    yield ear.end()


def _batches(pieces: Iterable[bytes | None], at_once: int) -> Iterator[Sequence[bytes]]:
    """So many pieces together, fewer before a wait, which is an empty batch."""
    waiting: list[bytes] = []
    for piece in pieces:
        if piece is not None:
            waiting.append(piece)
        if waiting and (piece is None or len(waiting) == at_once):
            yield waiting
            waiting = []
        if piece is None:
            yield ()
    if waiting:
        yield waiting


def _at_rate(pieces: Iterable[bytes | None], from_hz: int, to_hz: int) -> Iterator[bytes | None]:
    resample = _resampler(from_hz, to_hz)
    for piece in pieces:
        yield None if piece is None else resample(piece, False)
    yield resample(b"", True)


def _even(pieces: Iterable[bytes | None], size: int) -> Iterator[bytes | None]:
    """The same sound in pieces of `size` bytes."""
    waiting = bytearray()
    for piece in pieces:
        if piece is None:
            yield None
            continue
        waiting += piece
        while len(waiting) >= size:
            yield bytes(waiting[:size])
            del waiting[:size]
    if waiting:
        yield bytes(waiting)


def _resampler(from_hz: int, to_hz: int) -> Callable[[bytes, bool], bytes]:
    import numpy as np  # noqa: PLC0415  # only models of another rate pay for these
    import soxr  # noqa: PLC0415

    stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16")
    return lambda piece, last: stream.resample_chunk(np.frombuffer(piece, dtype="<i2"), last=last).tobytes()
