"""Is every 20 ms of what was said in what was recorded? For `bench.load`.

Everybody says the same second of noise over and over: 50 packets of A-law, no two alike. So each frame of a leg tells
which packet it was, and a packet that is missing, doubled or torn shows.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from sandbox.sound import RATE_HZ, Samples, read_wav

PACKET: Final = 160
PACKETS: Final = 50
SECOND: Final = random.Random(20261125).randbytes(PACKET * PACKETS)  # noqa: S311 (noise)
LATE_S: Final = 0.5
"""A talk is recorded from its bridge on, which a phone's answer precedes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a leg holds."""

    packets: int
    missing: int
    """Packets that should stand between the first and the last."""
    foreign_s: float
    """Sound that nobody said: silence put in for what came late."""
    length_s: float

    def lasts(self, talk_s: float) -> bool:
        """Whether it is as long as the talk, and what was said fills it."""
        return abs(self.length_s - talk_s) <= LATE_S and self.packets / PACKETS >= talk_s - LATE_S


def decoded(byte: int) -> int:
    """The 16-bit sample of a byte of A-law (ITU-T G.711)."""
    code = byte ^ 0x55
    segment, step = (code & 0x70) >> 4, ((code & 0x0F) << 4) + 8
    size = step if segment == 0 else (step + 0x100) << (segment - 1)
    return size if code & 0x80 else -size


_LEVELS: Final = np.array(sorted((decoded(byte), byte) for byte in range(256)))


def encoded(samples: Samples) -> bytes:
    """Samples of 16 bits as A-law: for each the byte that is decoded to the nearest level."""
    levels, codes = _LEVELS[:, 0], _LEVELS[:, 1].astype(np.uint8)
    return codes[np.searchsorted((levels[1:] + levels[:-1]) / 2, samples)].tobytes()


_LINEAR: Final = np.array([decoded(byte) for byte in range(256)], "<i2")[np.frombuffer(SECOND, np.uint8)]
_NUMBERS: Final = {_LINEAR[PACKET * n : PACKET * (n + 1)].tobytes(): n for n in range(PACKETS)}


def listen(leg: Samples) -> Heard:
    """Follow the packets through a leg."""
    content, at, foreign, numbers = leg.astype("<i2").tobytes(), 0, 0, []
    while at + 2 * PACKET <= len(content):
        number = _NUMBERS.get(content[at : at + 2 * PACKET])
        if number is None:
            foreign += 1
            at += 2
        else:
            numbers.append(number)
            at += 2 * PACKET
    missing = sum((after - before - 1) % PACKETS for before, after in itertools.pairwise(numbers))
    return Heard(packets=len(numbers), missing=missing, foreign_s=foreign / RATE_HZ, length_s=len(leg) / RATE_HZ)


def listen_to(legs: Iterable[Path]) -> list[Heard]:
    """Every leg that holds anything."""
    return [listen(read_wav(leg)) for leg in legs if leg.stat().st_size > 1000]
