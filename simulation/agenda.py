"""The virtual clock: what will happen, in order; things of one moment in the order they were planned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from math import isinf

Act = Callable[[], None]


class Agenda:
    """Plans ahead; `now` moves only by `turn`."""

    def __init__(self, begins: datetime) -> None:
        self.now = begins
        self._plans: list[tuple[datetime, int, Act]] = []
        self._number = 0

    def at(self, moment: datetime, act: Act) -> None:
        """Plan `act`; for a moment that is past, now."""
        self._number += 1
        heappush(self._plans, (max(moment, self.now), self._number, act))

    def after(self, seconds: float, act: Act) -> None:
        """Plan `act` in so many seconds; `inf`: never."""
        if not isinf(seconds):
            self.at(self.now + timedelta(seconds=seconds), act)

    @property
    def next(self) -> datetime | None:
        """When something is planned next."""
        return self._plans[0][0] if self._plans else None

    def turn(self) -> None:
        """Let the next thing happen. IndexError: nothing is planned."""
        self.now, _, act = heappop(self._plans)
        act()

    def move(self, moment: datetime) -> None:
        """Let time pass until `moment`, before anything planned; never backwards."""
        self.now = max(self.now, moment)
