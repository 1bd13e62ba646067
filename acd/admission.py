"""Repeat callers: how often one number may call within a while. The number is told politely, and let go.

What holds also without us stands in the dialplan: how many calls at once, in all and of one number. Here is the part
that needs a memory. A hidden number is nobody's in particular and is never counted; a shared one (a company's, a
hospital's) and a crisis hotline are not asked about at all: that is the caller's of `admit` to know.

Remembered are at most `remembered` numbers, those that called last; what is forgotten is let in.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """So many calls of one number are let in within so long."""

    calls: int
    window: timedelta


class RepeatCallers:
    """Who called when. Asked once for each call, in the order of their coming."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._calls: OrderedDict[str, deque[datetime]] = OrderedDict()

    def __len__(self) -> int:
        """How many numbers are remembered."""
        return len(self._calls)

    def admit(self, number: str, budget: Budget, now: datetime) -> bool:
        """Whether this call of a number may come in. Only those that may are counted: patience is not punished."""
        if not number:
            return True
        times = self._calls.setdefault(number, deque())
        self._calls.move_to_end(number)
        while len(self._calls) > self._remembered:
            self._calls.popitem(last=False)
        while times and times[0] <= now - budget.window:
            times.popleft()
        if len(times) >= budget.calls:
            return False
        times.append(now)
        return True
