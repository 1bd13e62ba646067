"""Two legs as one stereo WAV, caller left and agent right, mixed on the way out: no third file is ever stored.

Any range of it can be read without mixing the rest, so a browser can jump to the evidence of a draft.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recordings.wav import HEADER_BYTES, SAMPLE_BYTES, Readable, Sound, header, inspect

_FRAME_BYTES = 2 * SAMPLE_BYTES
_SILENCE_RATE_HZ = 8000


@dataclass(frozen=True, slots=True)
class StereoSound:
    """A stereo WAV that exists only while it is read. Both legs have one rate; the shorter is padded with silence."""

    left: Sound
    right: Sound

    @property
    def rate_hz(self) -> int:
        """Samples a second and side."""
        return self.left.rate_hz or self.right.rate_hz or _SILENCE_RATE_HZ

    @property
    def frames(self) -> int:
        """Length in stereo samples."""
        return max(self.left.frames, self.right.frames)

    @property
    def size_bytes(self) -> int:
        """Length of the whole WAV, header included."""
        return HEADER_BYTES + self.frames * _FRAME_BYTES

    def read(self, start: int, stop: int) -> bytes:
        """Bytes start…stop of the WAV, fewer at the end. Blocks on the disk."""
        top = header(rate_hz=self.rate_hz, channels=2, sound_bytes=self.frames * _FRAME_BYTES)
        stop = min(stop, self.size_bytes)
        if start >= stop:
            return b""
        first = max(0, start - HEADER_BYTES) // _FRAME_BYTES
        last = -(-max(0, stop - HEADER_BYTES) // _FRAME_BYTES)
        sound = self._frames(first, last)
        begin = HEADER_BYTES + first * _FRAME_BYTES
        return top[start:stop] + sound[max(0, start - begin) : max(0, stop - begin)]

    async def stream(self, start: int = 0, stop: int | None = None, *, step: int = 1 << 16) -> AsyncIterator[bytes]:
        """The same in pieces, read in a thread."""
        end = self.size_bytes if stop is None else min(stop, self.size_bytes)
        for at in range(start, end, step):
            yield await asyncio.to_thread(self.read, at, min(at + step, end))

    def _frames(self, first: int, last: int) -> bytes:
        both = np.zeros((last - first, 2), dtype="<i2")
        for side, leg in enumerate((self.left, self.right)):
            samples = _samples(leg, first, last)
            both[: len(samples), side] = samples
        return both.tobytes()


def open_stereo(caller: Readable, agent: Readable) -> StereoSound:
    """Look at both legs.

    A leg that is absent or unusable is silence. Legs of different rates: the agent's is left out.
    """
    left, right = inspect(caller), inspect(agent)
    if left.sound_bytes and right.sound_bytes and left.rate_hz != right.rate_hz:
        return StereoSound(left, Sound(path=agent))
    return StereoSound(left, right)


def _samples(leg: Sound, first: int, last: int) -> NDArray[np.int16]:
    if first >= leg.frames:
        return np.zeros(0, dtype="<i2")
    with leg.path.open("rb") as file:
        file.seek(leg.offset_bytes + first * SAMPLE_BYTES)
        piece = file.read((min(last, leg.frames) - first) * SAMPLE_BYTES)
    return np.frombuffer(piece[: len(piece) - len(piece) % SAMPLE_BYTES], dtype="<i2")
