"""运行指标: the figures a hotline is judged by, each with its formula. Pure: a fold over the journal's facts.

What became of a call is the ledger's word (acd.outcome), with one difference: a debt does not hide what made it. Who
hung up before an answer has abandoned, and who was refused was refused, also when a call-back is owed to them.

A call belongs to the interval in which its first fact lies, whenever it ends. Waits are counted from that first fact,
which is Asterisk's answer: greeting and menu are in them (GB/T 33358-2016 as we know it: 15 s, connected 95 %).
In acd.agent_kpi, not here: handle time, wrap-up, occupancy, and figures by agent. The end of a wrap-up is no fact but a
decision of the distributor's, so they need the journal played again, not only folded.

A rate of nothing is None, not 0. Change a formula, and VERSION changes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final, NamedTuple

from acd.call_facts import CallBackOwed, CallBackSettled, Debt
from acd.events import AgentAnswered, CallEnded, CallJoined, Event
from acd.ledger import Ledger, Offered
from acd.model import CallId, is_outward
from acd.outcome import SHORT, Outcome, at_end

VERSION: Final = 1
TARGET: Final = timedelta(seconds=15)
"""15秒接通: within this, limit included, an answer is in time."""
REACHED: Final = timedelta(hours=2)
"""Who was not answered, but talks with us by a call of ours within this of their own, has been reached in time."""


class By(StrEnum):
    """What the calls are told apart by."""

    HOTLINE = "hotline"  # 热线
    QUEUE = "queue"  # 队列: the first one joined; "" is a call that never waited in one
    OWNER = "owner"  # 主管单位 of the hotline; "" is one without
    MERGE = "merge"  # 归并方式 of the hotline


class Fate(StrEnum):
    """What became of a call, as far as the figures ask."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    SHORT = "short"
    REFUSED = "refused"
    IN_PROGRESS = "in_progress"
    OTHER = "other"  # 留言、转出、要求回拨、系统丢失: a message, handed over, asked to be called back, lost


class Told(NamedTuple):
    """One call: its fate, and how long it waited for its answer or until its caller hung up, if both ends are known;
    and whether its citizen was called back and reached within REACHED.
    """

    fate: Fate
    waited: timedelta | None
    reached: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some calls, which were offered in one interval to one hotline or queue."""

    calls: Sequence[Told]
    target: timedelta = TARGET

    @property
    def offered(self) -> int:
        """呼入: every call, refused ones and those in progress too."""
        return len(self.calls)

    def count(self, fate: Fate) -> int:
        """How many met this fate."""
        return sum(call.fate is fate for call in self.calls)

    @property
    def in_time(self) -> int:
        """Answered within the target. An answer that nobody saw (only its recording proves it) is not in time."""
        return sum(wait <= self.target for wait in self._waits(Fate.ANSWERED))

    @property
    def service_level(self) -> float | None:
        """15秒接通率: in time / (offered - short abandons). Source: the definition that leaves mistakes out."""
        return _rate(self.in_time, self.offered - self.count(Fate.SHORT))

    @property
    def service_level_of_offered(self) -> float | None:
        """15秒接通率(含短时放弃): in time / offered. Source: the strict definition, nobody left out."""
        return _rate(self.in_time, self.offered)

    @property
    def connected_rate(self) -> float | None:
        """接通率: answered by a person / offered. Source: GB/T 33358-2016 as we know it."""
        return _rate(self.count(Fate.ANSWERED), self.offered)

    @property
    def reached(self) -> int:
        """两小时内回拨接通: not answered, but called back and talked with within two hours of their own call."""
        return sum(call.reached for call in self.calls)

    @property
    def person_rate(self) -> float | None:
        """接通或两小时内回拨接通: (answered + reached) / offered."""
        return _rate(self.count(Fate.ANSWERED) + self.reached, self.offered)

    @property
    def abandonment(self) -> float | None:
        """放弃率(含短时放弃): (abandons + short abandons) / offered."""
        return _rate(self.count(Fate.ABANDONED) + self.count(Fate.SHORT), self.offered)

    @property
    def abandonment_without_short(self) -> float | None:
        """放弃率: abandons / (offered - short abandons)."""
        return _rate(self.count(Fate.ABANDONED), self.offered - self.count(Fate.SHORT))

    @property
    def average_speed_of_answer_s(self) -> float | None:
        """平均应答速度 ASA: the mean wait of answered calls, in seconds."""
        waits = self._waits(Fate.ANSWERED)
        return sum(waits, timedelta()) / timedelta(seconds=1) / len(waits) if waits else None

    @property
    def longest_wait_s(self) -> float | None:
        """最长等待: of answered and abandoned calls, short ones too."""
        waits = self._waits(*_WAITED)
        return max(waits).total_seconds() if waits else None

    @property
    def p95_wait_s(self) -> float | None:
        """95分位等待: the shortest wait that 95 % of the same calls did not exceed (nearest rank)."""
        waits = sorted(self._waits(*_WAITED))
        return waits[ceil(len(waits) * 95 / 100) - 1].total_seconds() if waits else None

    def _waits(self, *fates: Fate) -> list[timedelta]:
        return [call.waited for call in self.calls if call.fate in fates and call.waited is not None]


_WAITED: Final = (Fate.ANSWERED, Fate.ABANDONED, Fate.SHORT)

_FATES: Final[Mapping[Outcome | None, Fate]] = {
    None: Fate.IN_PROGRESS,
    Outcome.ANSWERED: Fate.ANSWERED,
    Outcome.ABANDONED: Fate.ABANDONED,
    Outcome.SHORT_ABANDONED: Fate.SHORT,
    Outcome.REFUSED: Fate.REFUSED,
}


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


class Kpis:
    """Tell it the facts of acd.ledger.DECIDING in order, then ask. A call counts by its first fact, as there."""

    def __init__(
        self,
        hotline_of: Callable[[str], str] = str,
        *,
        short: timedelta = SHORT,
        since: datetime,
        until: datetime | None = None,
    ) -> None:
        """`hotline_of`: the hotline of a number as it was dialled. Intervals are counted from `since`.

        The calls stand in `ledger`, which balances.
        """
        self.ledger = Ledger(hotline_of, short=short, since=since, until=until)
        self._short, self._since = short, since
        self._answers: dict[CallId, datetime] = {}
        self._ends: dict[CallId, CallEnded] = {}
        self._debts: dict[CallId, Debt] = {}
        self._queues: dict[CallId, str] = {}
        self._called_back: dict[CallId, datetime] = {}

    def note(self, event: Event) -> None:
        """Take in a fact; of each kind a call's first one stands."""
        self.ledger.note(event)
        match event:
            case AgentAnswered():
                self._answers.setdefault(event.call, event.at)
            case CallEnded():
                self._ends.setdefault(event.call, event)
            case CallBackOwed():
                self._debts.setdefault(event.call, event.why)
            case CallBackSettled() if is_outward(event.by):
                self._called_back.setdefault(event.call, event.at)
            case CallJoined():
                self._queues.setdefault(event.call, event.queue)

    def knows(self, call: CallId) -> bool:
        """Whether the call was offered, in the period or before."""
        return self.ledger.knows(call)

    def figures(self, by: By, every: timedelta | None = None) -> dict[tuple[datetime, str], Figures]:
        """The figures by the beginning of the interval (the period's, if it is not cut) and by hotline or queue.

        By owner or merge mode: `hotline_of` then names these.
        """
        groups: dict[tuple[datetime, str], list[Told]] = {}
        for call in self.ledger.offered():
            begins = self._since + (call.first - self._since) // every * every if every else self._since
            name = self._queues.get(call.call, "") if by is By.QUEUE else call.hotline
            groups.setdefault((begins, name), []).append(self._told(call))
        return {group: Figures(groups[group]) for group in sorted(groups)}

    def total(self) -> Figures:
        """The figures of all calls together."""
        return Figures([self._told(call) for call in self.ledger.offered()])

    def _told(self, call: Offered) -> Told:
        fate = self._fate(call)
        if fate is Fate.ANSWERED:
            until = self._answers.get(call.call)
        else:
            end = self._ends.get(call.call)
            until = end.at if end and fate in _WAITED else None
        back = self._called_back.get(call.call)
        reached = fate is not Fate.ANSWERED and back is not None and back - call.first <= REACHED
        return Told(fate, max(until - call.first, timedelta()) if until else None, reached)

    def _fate(self, call: Offered) -> Fate:
        if call.outcome is not Outcome.CALL_BACK_OWED:
            return _FATES.get(call.outcome, Fate.OTHER)
        debt = self._debts.get(call.call)
        if debt is Debt.REFUSED:
            return Fate.REFUSED
        if debt is not Debt.ABANDONED:
            return Fate.OTHER
        end = self._ends.get(call.call)
        is_short = end is not None and at_end(end, call.first, self._short) is Outcome.SHORT_ABANDONED
        return Fate.SHORT if is_short else Fate.ABANDONED
