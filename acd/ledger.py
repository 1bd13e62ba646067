"""One outcome per call: every call that was offered to us ends in exactly one, and the sums reconcile at every moment.

A fold over the journal's facts, so the balance survives whatever dies: it is made again from what was written. Which
fact decides, and which outcome stands when facts give two, is said in acd.outcome. A call is offered when the first
fact of it is heard, whichever that is: after a gap that may be a later one than its arrival. Calls that we make
ourselves (acd.model.is_outward) are offered by nobody and not counted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from acd.call_facts import CallBackOwed, CallBackSettled, CallTransferredOut, TalkRecorded, VoiceMessageLeft
from acd.events import AgentAnswered, CallArrived, CallEnded, CallJoined, CallRefused, Event, GapMarked, TalkEnded
from acd.model import CallId, is_outward
from acd.outcome import SHORT, Outcome, at_end, settle, told_by

LONGEST_CALL: Final = timedelta(hours=12)
"""How far before a period its calls' first facts may lie: so much earlier the reading begins."""

DECIDING: Final[tuple[type[Event], ...]] = (
    CallArrived,
    CallRefused,
    CallJoined,
    AgentAnswered,
    TalkEnded,
    CallTransferredOut,
    TalkRecorded,
    VoiceMessageLeft,
    CallBackOwed,
    CallBackSettled,  # decides nothing here: acd.kpi
    CallEnded,
    GapMarked,
)
"""The facts a ledger needs; all others it leaves alone."""


LATE: Final[tuple[type[Event], ...]] = (
    TalkRecorded,
    VoiceMessageLeft,
    CallBackOwed,
    CallBackSettled,
    CallEnded,
    GapMarked,
)
"""What may come later than LONGEST_CALL after a call: days later a recording is found, a debt paid, an end heard of."""

_OF_A_DEBT: Final = (CallBackOwed, CallBackSettled)


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


class Offered(NamedTuple):
    """One call that was offered: where, since when, and what became of it (None while it goes on)."""

    call: CallId
    hotline: str
    first: datetime
    outcome: Outcome | None


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
        if isinstance(event, GapMarked):
            self._unheard.update(self._open)
            return
        call: CallId | None = getattr(event, "call", None)
        if call is None or is_outward(call) or not isinstance(event, DECIDING):
            return
        if isinstance(event, CallEnded):
            self._end(event)
        elif call in self._lines or not isinstance(event, _OF_A_DEBT):  # it may be of long before this ledger
            self._offer(call, event.at, getattr(event, "hotline", ""))
            if told := told_by(event):
                self._decide(call, told)

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
        if line.outcome is None:
            self._decide(event.call, at_end(event, line.first, self._short))

    def _decide(self, call: CallId, told: Outcome) -> None:
        line = self._lines[call]
        outcome, disputed = settle(line.outcome, told)
        if disputed:
            self._disputed[call] = None
        if outcome is line.outcome:
            return
        self._lines[call] = _Line(line.hotline, line.first, outcome)
        self._open.pop(call, None)
        self._unheard.discard(call)
        if self._counts(line):
            if line.outcome is None:
                self._in_progress[line.hotline] -= 1
            else:
                self._decided[line.hotline, line.outcome] -= 1
            self._decided[line.hotline, outcome] += 1

    def _counts(self, line: _Line) -> bool:
        after = self._since is None or line.first >= self._since
        return after and (self._until is None or line.first < self._until)

    # ---- what it says

    def knows(self, call: CallId) -> bool:
        """Whether the call was offered, in the period or before."""
        return call in self._lines

    def offered(self) -> Iterator[Offered]:
        """Every call that counts, in the order of its first fact."""
        for call, line in self._lines.items():
            if self._counts(line):
                yield Offered(call, line.hotline, line.first, line.outcome)

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
        """Calls that facts gave two outcomes that contradict each other, in the order it was noticed."""
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
