"""One outcome per call: every call that was offered to us ends in exactly one, and the sums reconcile at every moment.

A fold over the journal's facts, so the balance survives whatever dies: it is made again from what was written. The
first fact that decides a call's outcome decides it for good; one that would decide otherwise changes nothing and names
the call as disputed. A call is offered when the first fact of it is heard, whichever that is: after a gap that may be
a later one than its arrival.

    fact                                        outcome
    AgentAnswered, or TalkEnded (the same, if   ANSWERED: also when nobody saw it end
      the answer itself was missed)
    CallRefused                                 REFUSED
    CallEnded before any of these
      seen, up to `short` after the arrival     SHORT_ABANDONED: dialled by mistake, or thought better of it
      seen, later                               ABANDONED
      missed (a resync found the call gone)     LOST_BY_PBX: nobody knows why it ended, so it counts against us

No fact leads to CALL_BACK_OWED, VOICE_MESSAGE and TRANSFERRED_OUT yet; they stay 0 until those features tell one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from acd.events import AgentAnswered, CallArrived, CallEnded, CallJoined, CallRefused, Event, GapMarked, TalkEnded
from acd.model import CallId

SHORT: Final = timedelta(seconds=10)
"""短时放弃: who hangs up within this has not waited for us. Reports say both rates, with and without."""

LONGEST_CALL: Final = timedelta(hours=12)
"""How far before a period its calls' first facts may lie: so much earlier the reading begins."""

DECIDING: Final[tuple[type[Event], ...]] = (
    CallArrived,
    CallRefused,
    CallJoined,
    AgentAnswered,
    TalkEnded,
    CallEnded,
    GapMarked,
)
"""The facts a ledger needs; all others it leaves alone."""


class Outcome(StrEnum):
    """来电结局. What became of a call, once and for all."""

    ANSWERED = "answered"  # 已接听: a person of ours talked with the caller
    CALL_BACK_OWED = "call_back_owed"  # 待回拨: not yet
    VOICE_MESSAGE = "voice_message"  # 语音留言: not yet
    ABANDONED = "abandoned"  # 放弃: the caller hung up before an answer
    SHORT_ABANDONED = "short_abandoned"  # 短时放弃: so soon that nobody could have answered
    TRANSFERRED_OUT = "transferred_out"  # 转出: not yet
    LOST_BY_PBX = "lost_by_pbx"  # 系统丢失: gone, and nobody saw why
    REFUSED = "refused"  # 过载拒接: the lines were busy, or this number called too much; the number is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The sums of one hotline. Counted apart from each other, so that `reconciles` can be wrong."""

    hotline: str
    offered: int
    in_progress: int
    outcomes: Mapping[Outcome, int]  # all eight

    @property
    def reconciles(self) -> bool:
        """Offered = in progress + the outcomes."""
        return self.offered == self.in_progress + sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class _Line:
    hotline: str
    first: datetime
    outcome: Outcome | None = None


class Ledger:
    """Tell it every fact in order, and ask for the balance at any moment.

    Counted are the calls whose first fact lies in the period from `since` up to before `until`; facts that come later
    still decide them.
    """

    def __init__(
        self,
        hotline_of: Callable[[str], str] = str,
        *,
        short: timedelta = SHORT,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        """`hotline_of`: the hotline of a number as it was dialled."""
        self._hotline_of, self._short, self._since, self._until = hotline_of, short, since, until
        self._lines: dict[CallId, _Line] = {}
        self._offered: Counter[str] = Counter()
        self._in_progress: Counter[str] = Counter()
        self._decided: Counter[tuple[str, Outcome]] = Counter()
        self._open: dict[CallId, None] = {}  # in the order of their first facts
        self._unheard: set[CallId] = set()
        self._ended_unknown: dict[CallId, CallEnded] = {}
        self._disputed: dict[CallId, None] = {}

    def note(self, event: Event) -> None:
        """Take in a fact; those that decide nothing are let pass."""
        match event:
            case CallArrived():
                self._offer(event.call, event.at, event.hotline)
            case CallRefused():
                self._offer(event.call, event.at, event.hotline)
                self._decide(event.call, Outcome.REFUSED)
            case CallJoined():
                self._offer(event.call, event.at, "")
            case AgentAnswered() | TalkEnded():
                self._offer(event.call, event.at, "")
                self._decide(event.call, Outcome.ANSWERED)
            case CallEnded():
                self._end(event)
            case GapMarked():
                self._unheard.update(self._open)

    def _offer(self, call: CallId, at: datetime, dialled: str) -> None:
        self._unheard.discard(call)
        if call in self._lines:
            return
        line = _Line(self._hotline_of(dialled) if dialled else "", at)
        self._lines[call] = line
        self._open[call] = None
        if self._counts(line):
            self._offered[line.hotline] += 1
            self._in_progress[line.hotline] += 1
        if end := self._ended_unknown.pop(call, None):  # its facts come in the wrong order
            self._end(end)

    def _end(self, event: CallEnded) -> None:
        line = self._lines.get(event.call)
        if line is None:  # mostly a call of before this ledger
            self._ended_unknown[event.call] = event
            return
        if line.outcome is not None:
            return
        if event.missed:
            outcome = Outcome.LOST_BY_PBX
        else:
            soon = event.at - line.first < self._short
            outcome = Outcome.SHORT_ABANDONED if soon else Outcome.ABANDONED
        self._decide(event.call, outcome)

    def _decide(self, call: CallId, outcome: Outcome) -> None:
        line = self._lines[call]
        if line.outcome is not None:
            if line.outcome is not outcome:
                self._disputed[call] = None
            return
        self._lines[call] = _Line(line.hotline, line.first, outcome)
        del self._open[call]
        self._unheard.discard(call)
        if self._counts(line):
            self._in_progress[line.hotline] -= 1
            self._decided[line.hotline, outcome] += 1

    def _counts(self, line: _Line) -> bool:
        after = self._since is None or line.first >= self._since
        return after and (self._until is None or line.first < self._until)

    # ---- what it says

    def outcome(self, call: CallId) -> Outcome | None:
        """What became of a call; None while it goes on. KeyError: it was never offered."""
        return self._lines[call].outcome

    def balances(self) -> tuple[Balance, ...]:
        """One per hotline that was offered a call; "" are calls whose arrival was missed."""
        return tuple(
            Balance(
                hotline=hotline,
                offered=self._offered[hotline],
                in_progress=self._in_progress[hotline],
                outcomes={outcome: self._decided[hotline, outcome] for outcome in Outcome},
            )
            for hotline in sorted(self._offered)
        )

    @property
    def disputed(self) -> tuple[CallId, ...]:
        """Calls that facts gave two outcomes, in the order it was noticed; the first outcome stands."""
        return self._among(self._disputed)

    @property
    def open(self) -> tuple[CallId, ...]:
        """Calls in progress, in the order they came."""
        return self._among(self._open)

    @property
    def unheard(self) -> tuple[CallId, ...]:
        """Those of `open` of which nothing was heard since facts were missing: they may be over."""
        return tuple(call for call in self.open if call in self._unheard)

    def _among(self, calls: Mapping[CallId, None]) -> tuple[CallId, ...]:
        return tuple(call for call in calls if self._counts(self._lines[call]))
