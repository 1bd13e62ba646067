"""建议: what can be done about a line that grows: what it is made from, how much of it, and what it would do. Pure.

**How many seats** to borrow: as many as bring the load (arrivals x handling) to AIM of the agents, at most what the
others can spare: those who still answer TARGET of their calls within WITHIN_S without them (Erlang C, acd.staffing),
and one more than that stays. A queue whose own callers wait, of which too little is known, or whose agents serve a
crisis lane, too, spares nobody.

**How long to write**: half of what it is, at least SHORTEST_WRAP_UP.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final, NamedTuple

from acd.errors import Refused
from acd.forecast import Estimate, Line, estimate
from acd.matching import Ask
from acd.model import QueueName, WaitingCall
from acd.outlook import LAST, Outlook
from acd.rates import arrivals_per_s, handle_s
from acd.staffing import Traffic, fewest_agents

AIM: Final = 0.9
WITHIN_S, TARGET = 15.0, 0.8
SHORTEST_WRAP_UP: Final = timedelta(seconds=10)
ITSELF: Final = "autopilot"
"""Whose name its own deeds bear; no person's is so: theirs carry a number."""


class AdviceGone(Refused):
    """What somebody says yes or no to is not proposed any more, or never was."""

    rule = "advice_gone"


def gone(advice_id: str) -> AdviceGone:
    """Build the refusal to do what is not proposed."""
    return AdviceGone(f"{advice_id} is not proposed (any more)", f"{advice_id} 不在当前建议之中,或已有人处理")


class Action(StrEnum):
    """What can be done. Which of them a house can do, it says itself."""

    ANNOUNCE = "announce"  # 播报预计等待
    BORROW = "borrow"  # 借调坐席
    WRAP_UP = "wrap_up"  # 缩短整理
    CALL_BACK = "call_back"  # 提供回拨
    LEVEL = "level"  # 提升响应级别
    MESSAGE = "message"  # 提供留言


class Mode(StrEnum):
    """How much the autopilot may do."""

    OFF = "off"  # 关闭
    ADVISE = "advise"  # 建议
    ACT = "act"  # 自动执行


class Turn(StrEnum):
    """Which way it is switched."""

    BEGIN = "begin"  # 启用
    END = "end"  # 结束


@dataclass(frozen=True, slots=True, kw_only=True)
class Doable:
    """What can be done for a queue, and what is."""

    possible: frozenset[Action]
    on: frozenset[Action]
    wrap_up: timedelta  # the limit that holds now
    ours: frozenset[Action] = frozenset()  # those of `on` that the autopilot itself began
    stays: frozenset[Action] = frozenset()  # not to end yet: what was promised by it is owed still


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A queue at one moment."""

    queue: QueueName
    is_crisis: bool = False
    beside_crisis: bool = False  # some of its agents serve a crisis lane, too
    wait: Estimate | None  # of somebody who joins now; None: not knowable
    line: Line | None = None  # where they would stand; None: somebody is free
    waiting: int
    serving: int
    arrivals_per_s: float | None
    handle_s: float | None
    doable: Doable
    lends: Mapping[QueueName, int]  # of each other queue: agents who serve it and not this one

    @property
    def load(self) -> float | None:
        """Erlangs: how many agents the callers of late keep busy."""
        if self.arrivals_per_s is None or self.handle_s is None:
            return None
        return self.arrivals_per_s * self.handle_s


class Lent(NamedTuple):
    """Seats of another queue, which keeps at least so many agents on duty."""

    queue: QueueName
    seats: int
    keep: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One proposal and its reasons: everything that a person needs to say yes or no."""

    queue: QueueName
    action: Action
    turn: Turn
    since: datetime  # the wait has been above, or below, without a pause
    limit_s: float
    sight: Sight
    seats: tuple[Lent, ...] = ()  # to borrow
    wrap_up: timedelta | None = None  # the limit to be
    then: Estimate | None = None  # the wait foreseen with it, where that can be worked out

    @property
    def id(self) -> str:
        """Names the proposal while it stands: there is one of a kind."""
        return f"{self.queue}.{self.action}.{self.turn}"


@dataclass(slots=True)
class Lender:
    """A queue while one look gives its agents away."""

    serving: int
    spare: int


def see(
    queue: QueueName,
    others: Iterable[QueueName],
    outlook: Outlook,
    at: datetime,
    doable: Doable,
    *,
    crisis: Collection[QueueName] = (),
) -> Sight:
    """A queue as it is now, beside the city's `others`, some of which are `crisis` lanes."""
    plain, rates = Ask(queue, frozenset()), outlook.rates(queue)
    crew = outlook.crew(plain)
    return Sight(
        queue=queue,
        is_crisis=queue in crisis,
        beside_crisis=any(crew.serving > outlook.without(Ask(lane, frozenset()), queue) for lane in sorted(crisis)),
        wait=outlook.newcomer(plain, at),
        line=None if crew.free else outlook.line(WaitingCall(LAST, queue, at), at),
        waiting=outlook.standing(queue).waiting,
        serving=crew.serving,
        arrivals_per_s=arrivals_per_s(rates, at),
        handle_s=handle_s(rates),
        doable=doable,
        lends={other: outlook.without(plain, other) for other in others if other != queue},
    )


# ---- how much, and what it would do


def spare(sight: Sight) -> int:
    """How many agents a queue can lend: see the head of this module."""
    if sight.is_crisis or sight.beside_crisis or sight.line is not None or sight.waiting:
        return 0
    if sight.arrivals_per_s is None or sight.handle_s is None:
        return 0
    traffic = Traffic(rate_per_s=sight.arrivals_per_s, handle_s=sight.handle_s)
    needed = fewest_agents(traffic, WITHIN_S, TARGET, most=sight.serving)
    return max(0, sight.serving - needed - 1) if needed is not None else 0


def worked_out(advice: Advice, lenders: Mapping[QueueName, Lender]) -> Advice | None:
    """The advice with how much of it, and what it would do; None: it would do nothing. What is lent is lent once."""
    match advice.action:
        case Action.BORROW:
            return _seats(advice, lenders)
        case Action.WRAP_UP:
            return _shorter(advice)
    return advice


def _seats(advice: Advice, lenders: Mapping[QueueName, Lender]) -> Advice | None:
    """Take them from who can spare most, once; None: nobody can, or too little is known."""
    sight = advice.sight
    if sight.load is None or sight.handle_s is None:
        return None
    wanted = ceil(sight.load / AIM) - sight.serving
    seats: list[Lent] = []
    for queue in sorted(lenders, key=lambda queue: (-lenders[queue].spare, queue)):
        lender = lenders[queue]
        lent = min(wanted, lender.spare, sight.lends.get(queue, 0))
        if queue != sight.queue and lent > 0:
            seats.append(Lent(queue, lent, lender.serving - lender.spare))
            lender.spare -= lent
            lender.serving -= lent
            wanted -= lent
    if not seats:
        return None
    more = sum(lent.seats for lent in seats) / sight.handle_s
    return replace(advice, seats=tuple(seats), then=_with(sight.line, more))


def _shorter(advice: Advice) -> Advice | None:
    """Half the time to write, if that leaves enough."""
    sight = advice.sight
    shorter = max(SHORTEST_WRAP_UP, sight.doable.wrap_up / 2)
    if shorter >= sight.doable.wrap_up:
        return None
    return replace(advice, wrap_up=shorter)


def _with(line: Line | None, freeing_more_per_s: float) -> Estimate | None:
    if line is None:
        return None
    return estimate(replace(line, freeing_per_s=line.freeing_per_s + freeing_more_per_s))
