"""静默时段: the hours in which no rule has a citizen's phone rung, and when they are over. Pure: moments are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import NamedTuple


class Window(NamedTuple):
    """From when to before when a citizen may be dialled; `lapses` None: no end in sight."""

    opens: datetime
    lapses: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingHours:
    """Quiet from `quiet_from` until `quiet_until`, the city's local time in `zone`; equal ones: never quiet."""

    quiet_from: time
    quiet_until: time
    zone: tzinfo

    def window(self, at: datetime) -> Window:
        """The first window that is open at `at` or opens after it."""
        if self.quiet_from == self.quiet_until:
            return Window(at, None)
        quiet, loud = self._next(self.quiet_from, at), self._next(self.quiet_until, at)
        if quiet < loud:
            return Window(at, quiet)
        return Window(loud, self._next(self.quiet_from, loud))

    def _next(self, clock: time, at: datetime) -> datetime:
        """The first moment after `at` when a clock on the wall shows `clock`."""
        here = at.astimezone(self.zone)
        for days in (0, 1, 2):  # the last one where a day is cut short by a clock put forward
            then = datetime.combine(here.date() + timedelta(days=days), clock, self.zone).astimezone(at.tzinfo)
            if then > at:
                return then
        raise RuntimeError("a day has passed without the hour")
