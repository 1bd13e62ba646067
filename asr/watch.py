"""Which running jobs have shown no sign of life: their workers are dead, frozen, or cut off. Pure.

A worker counts up `beats` on its row. We remember since when, by our own clock that only goes forward, a count has
stood still: no two machines' clocks are compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

SILENCE_S = 20.0
BEATS = 5  # in that time, by a worker that lives


class Pulse(NamedTuple):
    """What a running job's row says: which attempt it is, and how often its worker has been alive."""

    job: int
    attempts: int
    beats: int


class Watch:
    """`silent` is told all running jobs at every look."""

    def __init__(self, silence_s: float = SILENCE_S) -> None:
        self._silence_s = silence_s
        self._since: dict[Pulse, float] = {}

    def silent(self, running: Iterable[Pulse], now_s: float) -> list[Pulse]:
        """Those that have been as they are for `silence_s`."""
        self._since = {pulse: self._since.get(pulse, now_s) for pulse in running}
        return [pulse for pulse, since_s in self._since.items() if now_s - since_s >= self._silence_s]
