"""A leg that is still being written, read as it grows: in the pieces, and to the byte, that the finished one gives.

It is over when the marker beside it is there or the file is not where it was any more (taken in, whatever its marker
did). Both come after its last byte; the open file stays readable wherever it goes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from recordings.wav import SAMPLE_BYTES, Damage, Sound, inspect

_NO_HEADER_YET = frozenset({Damage.EMPTY_FILE, Damage.HEADER_TRUNCATED})


class GrowingLeg(NamedTuple):
    """A leg in the spool, and what will lie beside it when it is closed."""

    path: Path
    marker: Path


class Growth:
    """Holds the leg open, as a context. FileNotFoundError. `rate_hz` and `read_bytes`: what has been seen so far."""

    def __init__(self, leg: GrowingLeg) -> None:
        self._leg = leg
        self._file: BinaryIO = leg.path.open("rb", buffering=0)
        self._self = Path(f"/proc/self/fd/{self._file.fileno()}")  # this very file, wherever it has been moved to
        self._sound: Sound | None = None
        self.read_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def wait_for_rate(self) -> Iterator[None]:
        """None again and again until the header is there; `rate_hz` is 0 when there will be no sound."""
        while True:
            is_over = self._is_over()
            sound = inspect(self._self)
            if is_over or not _NO_HEADER_YET.intersection(sound.damage):
                self._sound = sound
                return
            yield None

    @property
    def rate_hz(self) -> int:
        """In Hz, after `wait_for_rate`."""
        return self._sound.rate_hz if self._sound else 0

    @property
    def unread_s(self) -> float:
        """How many seconds of it are there and have not been read."""
        return self._unread_bytes / SAMPLE_BYTES / self.rate_hz if self.rate_hz else 0.0

    @property
    def read_s(self) -> float:
        """How many seconds have been read."""
        return self.read_bytes / SAMPLE_BYTES / self.rate_hz if self.rate_hz else 0.0

    @property
    def _unread_bytes(self) -> int:
        begun = self._sound.offset_bytes if self._sound else 0
        return max(0, os.fstat(self._file.fileno()).st_size - begun - self.read_bytes)

    def pieces(self, seconds: float) -> Iterator[bytes | None]:
        """The sound in pieces of `seconds` (the last may be shorter), as recordings.wav.chunks; None: not yet."""
        assert self._sound is not None  # noqa: S101
        step = max(1, int(seconds * self._sound.rate_hz)) * SAMPLE_BYTES
        while True:
            is_over = self._is_over()  # asked first: what is there after that is all
            end = inspect(self._self).sound_bytes if is_over else self._unread_bytes + self.read_bytes
            while end - self.read_bytes >= step and (piece := self._read(step)):
                yield piece
            if is_over:
                if last := self._read(end - self.read_bytes):
                    yield last
                return
            yield None

    def _read(self, size: int) -> bytes:
        assert self._sound is not None  # noqa: S101
        piece = os.pread(self._file.fileno(), max(0, size), self._sound.offset_bytes + self.read_bytes)
        self.read_bytes += len(piece)
        return piece

    def _is_over(self) -> bool:
        return self._leg.marker.exists() or not self._leg.path.exists()
