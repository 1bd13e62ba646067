"""How late events come: Asterisk's own time of an event beside its arrival here.

The two clocks are never compared as such. A ping that came back quickly tells how far apart they are, to within half
its way, and each later one tells it anew, so that a step of either clock is forgotten within a second.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

LATE_S: Final = 2.0
CLEAR_S: Final = 0.5
QUICK_PING_S: Final = 0.5


class Lag:
    """One connection's lateness, seconds. `arrived`, `sent` are readings of our monotonic clock."""

    def __init__(self) -> None:
        self.seconds = 0.0  # of the newest event or quick ping
        self.times = 0  # how often events began to come late
        self.is_late = False
        self._apart_s: float | None = None

    def calibrate(self, stamp: str, sent: float, arrived: float) -> bool:
        """A ping was answered; `stamp` is Asterisk's time of it. Tell whether events have just stopped being late."""
        at = _seconds(stamp)
        if at is None or arrived - sent > QUICK_PING_S:
            return False
        self._apart_s = (sent + arrived) / 2 - at
        was_late, self.is_late, self.seconds = self.is_late, False, 0.0
        return was_late

    def note(self, stamp: str, arrived: float) -> bool:
        """An event came; tell whether events have just stopped being late."""
        at = _seconds(stamp)
        if at is None or self._apart_s is None:
            return False
        self.seconds = max(0.0, arrived - at - self._apart_s)
        was_late = self.is_late
        self.is_late = self.seconds > (CLEAR_S if was_late else LATE_S)
        self.times += self.is_late and not was_late
        return was_late and not self.is_late

    def by_our_clock(self, theirs: datetime, now: datetime, read: float) -> datetime:
        """Asterisk's time of something as ours, which at `now` read `read` on the monotonic clock.

        As it is while no ping has told how far apart they are.
        """
        if self._apart_s is None:
            return theirs
        return now - timedelta(seconds=read - self._apart_s - theirs.timestamp())

    def forget(self) -> bool:
        """The connection ended; tell whether events were late then."""
        was_late, self.is_late = self.is_late, False
        self.seconds, self._apart_s = 0.0, None
        return was_late


def _seconds(stamp: str) -> float | None:
    try:
        return float(stamp)
    except ValueError:
        return None
