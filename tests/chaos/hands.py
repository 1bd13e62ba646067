"""The hands of the controller's clock: a test moves them, the controller reads them. Three numbers in a file.

The time told is the machine's, plus `offset_s`, plus `rate` for each second since `since_s` (monotonic).
"""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_HANDS = struct.Struct("ddd")


class Hands:
    """One clock, shared between processes through a file of 24 bytes."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(_HANDS.size))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _HANDS.size)

    def now(self) -> datetime:
        """What the clock says."""
        return datetime.now(UTC) + timedelta(seconds=self._wrong_by())

    def step(self, seconds: float) -> None:
        """Set it forward or back at one go."""
        _, rate, _ = _HANDS.unpack(self._shared[:])
        self._set(self._wrong_by() + seconds, rate)

    def drift(self, rate: float) -> None:
        """From now on it gains so many seconds a second; it stays as wrong as it is."""
        self._set(self._wrong_by(), rate)

    def _wrong_by(self) -> float:
        offset_s, rate, since_s = _HANDS.unpack(self._shared[:])
        return float(offset_s + rate * (time.monotonic() - since_s))

    def _set(self, offset_s: float, rate: float) -> None:
        self._shared[:] = _HANDS.pack(offset_s, rate, time.monotonic())
