"""Which running jobs have shown no sign of life: their workers are dead, frozen, or cut off. Pure.

A worker counts up `beats` on its row. We add up for how long, by our own clock that only goes forward, a count has
stood still: no two machines' clocks are compared. Who looks seldom has seen little: between two looks the watcher may
have been frozen, or the database away, from which the worker, too, was cut off.
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
        self._seen_s: dict[Pulse, float] = {}
        self._looked_s: float | None = None

    def silent(self, running: Iterable[Pulse], now_s: float) -> list[Pulse]:
        """Those that have been as they are for `silence_s`, of which one pause between looks counts half at most."""
        pause_s = 0.0 if self._looked_s is None else min(now_s - self._looked_s, self._silence_s / 2)
        self._looked_s = now_s
        self._seen_s = {pulse: self._seen_s.get(pulse, -pause_s) + pause_s for pulse in running}
        return [pulse for pulse, seen_s in self._seen_s.items() if seen_s >= self._silence_s]
