"""Which debts stand in the line now, and why each other one does not. Pure: the same debts give the same plan.

Only debts that the policy of their queue has a rule dial are looked at; people see to all others. In this order, the
eldest first (by the place that is kept):

1. Never against a rule (an emergency or premium number, a crisis lane, no number at all) and never more often than
   `attempts`: such a debt is left to people, under the rule's name.
2. One call for one citizen: other debts to the same number wait beside the eldest (MERGED) and are settled by it.
3. Not while the citizen is in a call with us (CITIZEN_HERE): that call has inherited the place.
4. Not in quiet hours, and `spacing` after the last attempt (QUIET_HOURS, RESTS). Who asked to be called back is
   awake and expects it: the first attempt within ASKED_FOR of asking is made in quiet hours, too.
5. At most as many at once as the queue has room for (ENOUGH), so that callers who are there are served, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from acd.call_facts import Debt
from acd.calling_hours import CallingHours, Window
from acd.model import CallId, QueueName

ASKED_FOR: Final = timedelta(hours=1)
"""So long after asking a citizen expects the call, whatever the hour."""

HANDLE_S: Final = 300.0
"""A call-back takes so long, while nothing was learnt of that."""

AHEAD: Final = timedelta(seconds=30)
"""A debt whose time comes within this is lined up already; the line itself keeps it back until then."""

NOT_REACHED: Final = "not_reached"
"""未联系上: the rule under which a debt is left to people after its last attempt."""


class Standing(StrEnum):
    """Where a debt stands with the rules; docs/glossary.md has them in Chinese."""

    IN_LINE = "in_line"  # 排队中: among the callers, or an agent's phone rings for it
    LEFT = "left"  # 留待人工: a rule speaks against it, or it was tried often enough
    MERGED = "merged"  # 已合并: an older debt to the same number is dialled for both
    CITIZEN_HERE = "citizen_here"  # 市民在线: they are in a call with us
    QUIET_HOURS = "quiet_hours"  # 静默时段
    NO_CARRIER = "no_carrier"  # 无外呼中继: nobody outside can be dialled
    RESTS = "rests"  # 稍后再拨: after an attempt, or after one that could not be made
    ENOUGH = "enough"  # 名额已满: as many of the queue's debts as may be are in the line


def most_promised(at_once: int, handle_s: float | None) -> int:
    """How many of a queue may be owed the call that they asked for: as many as can be made within ASKED_FOR.

    `at_once` of them are in progress, each for `handle_s` seconds (None: not known). Nobody is offered more.
    """
    return max(1, int(at_once * ASKED_FOR.total_seconds() / (handle_s or HANDLE_S)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the city says of all its debts."""

    hours: CallingHours
    attempts: int
    spacing: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A debt that is owed, or was left to people. `citizen` is equal for debts to one number, and is not the number."""

    owed: CallId
    citizen: int
    why: Debt
    queue: QueueName
    joined: datetime  # the place that is kept
    owed_at: datetime
    against: str | None = None  # the name of a rule by which the number, or the hotline, is not dialled
    attempts: int = 0
    tried_at: datetime | None = None  # the last attempt
    rests_until: datetime | None = None  # an attempt could not be made
    here: bool = False  # the citizen is in a call with us
    left: str | None = None  # left to people already, under this rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the plan says of one debt: where it stands, the rule it is left under, and its time."""

    standing: Standing
    rule: str | None = None
    window: Window | None = None


@dataclass(slots=True)
class _Planning:
    policy: Policy
    at: datetime
    room: dict[QueueName, int]
    lined: frozenset[CallId]
    carrier: bool
    led: set[int] = field(default_factory=set)  # citizens for whom an older debt stands
    given_up: dict[int, datetime] = field(default_factory=dict)  # citizens not reached, and when they were last tried

    def place(self, debt: Candidate) -> Place:
        if rule := self._rule_against(debt):
            if rule == NOT_REACHED and debt.tried_at is not None:
                self.given_up.setdefault(debt.citizen, debt.tried_at)
            return Place(standing=Standing.LEFT, rule=rule)
        if debt.citizen in self.led:
            return Place(standing=Standing.MERGED)
        self.led.add(debt.citizen)
        if debt.here:
            return Place(standing=Standing.CITIZEN_HERE)
        return self._in_its_time(debt)

    def _rule_against(self, debt: Candidate) -> str | None:
        if debt.left:
            return debt.left
        last = self.given_up.get(debt.citizen)
        tried_for_both = last is not None and debt.owed_at <= last
        used_up = debt.attempts >= self.policy.attempts or tried_for_both
        return debt.against or (NOT_REACHED if used_up else None)

    def _in_its_time(self, debt: Candidate) -> Place:
        if not self.carrier:
            return Place(standing=Standing.NO_CARRIER)
        window, rests = window_of(debt, self.policy, self.at)
        if window.opens > self.at + AHEAD:
            return Place(standing=Standing.RESTS if rests else Standing.QUIET_HOURS, window=window)
        if debt.owed not in self.lined:
            if self.room.get(debt.queue, 0) < 1:
                return Place(standing=Standing.ENOUGH)
            self.room[debt.queue] -= 1
        return Place(standing=Standing.IN_LINE, window=window)


def window_of(debt: Candidate, policy: Policy, at: datetime) -> tuple[Window, bool]:
    """When the debt may next be dialled, and whether it is a pause that it waits for, not the end of quiet hours."""
    ready = max(at, debt.rests_until or at, debt.tried_at + policy.spacing if debt.tried_at is not None else at)
    window = policy.hours.window(ready)
    expected_until = debt.owed_at + ASKED_FOR
    is_expected = debt.why is Debt.ASKED and debt.attempts == 0 and ready < expected_until
    if is_expected and window.lapses is not None:
        is_quiet = window.opens > ready
        window = Window(ready, expected_until if is_quiet else max(window.lapses, expected_until))
    return window, ready > at and window.opens == ready


def plan(
    debts: Iterable[Candidate],
    policy: Policy,
    at: datetime,
    *,
    room: Mapping[QueueName, int],
    lined: Iterable[CallId],
    carrier: bool = True,
) -> dict[CallId, Place]:
    """Where each debt stands. `room`: how many more may be lined up; `lined`: those that stand in the line now;
    `carrier`: whether there is one to dial citizens by.
    """
    planning = _Planning(policy, at, dict(room), frozenset(lined), carrier)
    eldest_first = sorted(debts, key=lambda debt: (debt.left is None, debt.joined, debt.owed))
    return {debt.owed: planning.place(debt) for debt in eldest_first}
