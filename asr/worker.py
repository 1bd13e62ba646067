"""A forked child as its launcher sees it: its two pipes, the leg it is at, and until when that must be done."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from plumbing.background_work import ran_s, used_s

IDLE_S = 2.0  # a child that has had nothing to do for so long ends: what it holds of its own is wanted elsewhere
SOUND_S_MOST = 1800.0  # so much sound in all its legs: what an engine may have left behind in it goes with it

_READ_BYTES = 1 << 18


@dataclass(slots=True)
class AtWork:
    """What is asked of a child, and its deadline (monotonic seconds)."""

    order: dict[str, Any]
    deadline: float
    window_s: float  # of the time up to its deadline, what it was last given
    patience_s: float  # after each sign of life it has so long again; 0: it has not
    used_s: float | None  # CPU seconds that it had had when the window began; None: that was not looked at
    has_begun: bool = False  # it has said something

    @property
    def leg(self) -> int:
        """The leg's number."""
        return int(self.order["leg"])

    def note_life(self, now: float) -> None:
        """It has said something."""
        self.has_begun = True
        if self.patience_s:
            self.deadline, self.window_s, self.used_s = now + self.patience_s, self.patience_s, None

    def prolong(self, pid: int) -> float:
        """How many seconds of its window others had the processors that it waited for: so much longer it gets."""
        ran = ran_s(pid)
        if ran is None:
            return 0.0
        self.window_s -= 0.0 if self.used_s is None else ran - self.used_s
        self.used_s = ran
        self.deadline += self.window_s
        return self.window_s


@dataclass(slots=True)
class Worker:
    """One child. `orders` is the end that is written to, `tales` the one that is read."""

    pid: int
    orders: int
    tales: int
    at_work: AtWork | None = None
    idle_since: float = 0.0  # monotonic seconds
    heard_s: float = 0.0  # of sound, in all its legs
    _line: bytearray = field(default_factory=bytearray)  # its beginning

    def begin(self, order: dict[str, Any], now: float) -> None:
        """Give it a leg. That a child has just died is found when its tales end."""
        deadline_s = order["deadline_s"]
        patience_s = deadline_s if "marker" in order else 0.0
        self.at_work = AtWork(order, now + deadline_s, deadline_s, patience_s, used_s(self.pid))
        try:
            os.write(self.orders, orjson.dumps(order) + b"\n")
        except BrokenPipeError:
            return

    def listen(self, now: float) -> Sequence[bytes] | None:
        """The lines that it has said since; None: it has ended."""
        piece = os.read(self.tales, _READ_BYTES)
        if not piece:
            return None
        if self.at_work:
            self.at_work.note_life(now)
        *lines, self._line = (self._line + piece).split(b"\n")
        return [bytes(line) for line in lines]

    def rest(self, heard_s: float, now: float) -> None:
        """Its leg is done."""
        self.at_work, self.idle_since = None, now
        self.heard_s += heard_s

    @property
    def is_free(self) -> bool:
        """Whether it has nothing to do."""
        return self.at_work is None

    @property
    def denied(self) -> dict[str, Any] | None:
        """An order that it never began, having done others: what ended it was not that leg."""
        never = self.at_work and self.heard_s and not self.at_work.has_begun
        return self.at_work.order if self.at_work and never else None

    @property
    def due(self) -> float:
        """When something must be done about it, if it says nothing (monotonic seconds)."""
        return self.at_work.deadline if self.at_work else self.idle_since + IDLE_S

    def let_go(self) -> None:
        """Close our ends."""
        os.close(self.orders)
        os.close(self.tales)

    def kill(self) -> None:
        """It ends now, whatever it does."""
        os.kill(self.pid, signal.SIGKILL)
