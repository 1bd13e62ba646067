"""A clock that never jumps: deadlines, waits and places in a line are kept by it, whatever is done to the wall clock.

It is as fast as the machine's monotonic clock, which nobody can set, and turns towards the wall clock (NTP, a person)
by at most SLEW: a second's correction takes ten. So a deadline of a few seconds stays one when the wall clock is set an
hour forward (it would be over at once) or back (it would last an hour).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

Clock = Callable[[], datetime]
"""The time, aware, UTC."""
SLEW: Final = 0.1
"""Seconds of correction a second: what a deadline may be wrong by while the wall clock is being followed."""
BELIEVED: Final = timedelta(days=1)
"""What was written by a clock further ahead than this was written by a broken one."""


def wall_clock() -> datetime:
    """What the machine says the time is, aware, UTC."""
    return datetime.now(UTC)


class SteadyClock:
    """Begins with the wall clock's time. `now` never goes back."""

    def __init__(self, wall: Clock = wall_clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._began, self._began_s = wall(), monotonic()
        self._read_s = self._began_s
        self._turned_s = 0.0  # how much faster than the monotonic clock so far

    def now(self) -> datetime:
        """The time, aware, UTC."""
        read_s = self._monotonic()
        most_s = SLEW * (read_s - self._read_s)
        wrong_s = (self._wall() - self._at(read_s)).total_seconds()
        self._turned_s += max(-most_s, min(wrong_s, most_s))
        self._read_s = read_s
        return self._at(read_s)

    def _at(self, read_s: float) -> datetime:
        return self._began + timedelta(seconds=read_s - self._began_s + self._turned_s)

    def not_before(self, last: datetime | None) -> None:
        """A run before this one has written at `last`: time goes on from there, also if the wall was set back since."""
        now = self.now()
        if last is not None and now < last < now + BELIEVED:
            self._turned_s += (last - now).total_seconds()
