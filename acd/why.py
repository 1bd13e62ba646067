"""为什么: why an agent does not get a call, why this one did, why this call went first. Pure.

It judges with the functions that decide (acd.matching: able_at, can_serve, mastery, rank) on the state the real
distributor reached, and finds out which of the rules made the difference. That the answer is the one the distributor
gave is checked wherever an answer is made (`Choice.agrees`) and by random play.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from acd.commands import Command, RingAgent
from acd.distributor import Distributor
from acd.matching import Ask, able_at, ask_of, can_serve, mastery, rank
from acd.model import Agent, AgentId, AgentState, CallId, QueueName, Seat, WaitingCall


class Bar(StrEnum):
    """What keeps an agent from a call, the most lasting first."""

    OFF_DUTY = "off_duty"  # 未签入
    OTHER_QUEUE = "other_queue"  # 坐席不服务该队列
    SKILL = "skill"  # 技能不够
    ON_BREAK = "on_break"  # 小休
    TALKING = "talking"  # 通话
    WRAP_UP = "wrap_up"  # 话后整理
    OFFERED = "offered"  # 预占或振铃: is being offered a call, or kept for one
    PHONE_IN_USE = "phone_in_use"  # 话机正在拨功能码
    RESTING = "resting"  # 刚有未接或指令未执行,稍歇
    NOTHING = "nothing"  # 空闲,可派


LASTING = frozenset({Bar.OFF_DUTY, Bar.OTHER_QUEUE, Bar.SKILL})
"""Whoever is kept by one of these could not serve the call at all; the others are busy."""

_BUSY = {
    AgentState.ON_BREAK: Bar.ON_BREAK,
    AgentState.TALKING: Bar.TALKING,
    AgentState.WRAP_UP: Bar.WRAP_UP,
    AgentState.RESERVED: Bar.OFFERED,
    AgentState.RINGING: Bar.OFFERED,
}


class Kept(NamedTuple):
    """A bar and its detail: the skill and level that are missing, the reason of the break."""

    bar: Bar
    detail: str = ""


class AgentRule(StrEnum):
    """Which rule chose this agent among the free ones."""

    ONLY_ONE = "only_one"  # nobody else was free for it
    PREFERRED = "preferred"  # served this citizen last
    BEST_SKILLED = "best_skilled"
    LONGEST_IDLE = "longest_idle"
    NUMBER = "number"  # equal in everything: the lower number


class CallRule(StrEnum):
    """Which rule put this call first."""

    ONLY_ONE = "only_one"  # nobody else waited whom this agent can serve
    EARLIER = "earlier"  # joined earlier
    PRIORITY = "priority"  # joined later, and its priority is worth more than that
    NUMBER = "number"  # equal in everything: the lower id
    MEANWHILE = "meanwhile"  # the other one was being offered, rested, was held, or nothing could be offered
    UNEXPLAINED = "unexplained"  # none of our rules: a defect


class Rival(NamedTuple):
    """A free agent who could take the call."""

    agent: AgentId
    mastery: int
    idle_since: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """One offer: why this agent, and why this call."""

    agent: AgentId
    agent_rule: AgentRule
    rivals: tuple[Rival, ...]  # every free agent who could take the call, in the order of the rules
    call_rule: CallRule
    behind: tuple[WaitingCall, ...]  # every other call that this agent could have been offered, in order

    @property
    def agrees(self) -> bool:
        """Whether the rules as told here choose whom the distributor chose."""
        is_first = bool(self.rivals) and self.rivals[0].agent == self.agent
        return is_first and self.call_rule is not CallRule.UNEXPLAINED


def seat_of(core: Distributor, agent: Agent) -> Seat | None:
    """Where somebody sits; a seat that was closed under them serves nothing any more."""
    if agent.seat is None:
        return None
    return core.seats.get(agent.seat) or Seat(agent.seat, frozenset())


def kept_from(core: Distributor, agent: Agent, ask: Ask) -> Kept:
    """What keeps the agent from a call that asks for this, at this moment."""
    seat = seat_of(core, agent)
    if seat is None or agent.state is AgentState.LOGGED_OFF:
        return Kept(Bar.OFF_DUTY)
    able = able_at(agent.skills, seat)
    if not can_serve(able, ask):
        if ask.queue not in able.queues:
            return Kept(Bar.OTHER_QUEUE)
        levels = dict(able.skills)
        return Kept(Bar.SKILL, " ".join(f"{s}≥{level}" for s, level in sorted(ask.skills) if levels.get(s, 0) < level))
    if agent.state is not AgentState.READY:
        return Kept(_BUSY[agent.state], agent.reason or "")
    if agent.until is not None:
        return Kept(Bar.RESTING)
    return Kept(Bar.PHONE_IN_USE if agent.seat in core.in_use else Bar.NOTHING)


def goes_first_by(first: WaitingCall, other: WaitingCall) -> CallRule:
    """Which rule puts the first before the other."""
    if rank(first) > rank(other):
        return CallRule.UNEXPLAINED
    if first.joined == other.joined and first.priority == other.priority:
        return CallRule.NUMBER
    return CallRule.EARLIER if first.joined < other.joined else CallRule.PRIORITY


def choices(core: Distributor, orders: Iterable[Command]) -> Iterator[tuple[RingAgent, Choice]]:
    """Explain each offer among the orders that one event led to; `core` has just decided it."""
    offers = [o for o in orders if isinstance(o, RingAgent) and core.waits(o.call) is not None]  # others are dialled
    if not offers:
        return
    free = {agent.id: agent for agent in core.agents.values() if _is_free(core, agent)}
    free |= {order.agent: core.agents[order.agent] for order in offers}
    waiting = {call.id: call for call in in_line(core) if may_be_offered(core, call)}
    waiting |= {order.call: call for order in offers if (call := core.waits(order.call)) is not None}
    for order in offers:
        yield order, _choice(core, order, free, waiting)
        del free[order.agent], waiting[order.call]


def _choice(
    core: Distributor, order: RingAgent, free: dict[AgentId, Agent], waiting: dict[CallId, WaitingCall]
) -> Choice:
    call = waiting[order.call]
    rivals = sorted(
        _rivals(core, free.values(), ask_of(call)),
        key=lambda r: (r.agent != call.prefers, -r.mastery, r.idle_since, r.agent),
    )
    chosen = free[order.agent]
    seat = seat_of(core, chosen)
    able = able_at(chosen.skills, seat or Seat(order.seat, frozenset()))
    others = (
        other
        for other in waiting.values()
        if other.id != call.id and not is_held_from(other, order.agent) and can_serve(able, ask_of(other))
    )
    behind = tuple(sorted(others, key=rank))
    return Choice(order.agent, _agent_rule(call, rivals), tuple(rivals), _call_rule(call, behind), behind)


def _rivals(core: Distributor, free: Iterable[Agent], ask: Ask) -> Iterator[Rival]:
    for agent in free:
        seat = seat_of(core, agent)
        if seat is not None and agent.idle_since is not None:
            able = able_at(agent.skills, seat)
            if can_serve(able, ask):
                yield Rival(agent.id, mastery(able, ask), agent.idle_since)


def _agent_rule(call: WaitingCall, rivals: list[Rival]) -> AgentRule:
    if len(rivals) <= 1:
        return AgentRule.ONLY_ONE
    first, second = rivals[:2]
    if first.agent == call.prefers:
        return AgentRule.PREFERRED
    if first.mastery != second.mastery:
        return AgentRule.BEST_SKILLED
    return AgentRule.LONGEST_IDLE if first.idle_since != second.idle_since else AgentRule.NUMBER


def _call_rule(call: WaitingCall, behind: tuple[WaitingCall, ...]) -> CallRule:
    return goes_first_by(call, behind[0]) if behind else CallRule.ONLY_ONE


def _is_free(core: Distributor, agent: Agent) -> bool:
    return agent.state is AgentState.READY and agent.until is None and agent.seat not in core.in_use


def in_line(core: Distributor) -> list[WaitingCall]:
    """Callers who wait and call-backs that stand in their places, in the order of their turn."""
    return sorted((*core.waiting, *core.lined), key=rank)


def is_held_from(call: WaitingCall, agent: AgentId) -> bool:
    """Whether the call waits only for the agent whom its citizen knows, and this is another."""
    return call.held_until is not None and call.prefers != agent


def may_be_offered(core: Distributor, call: WaitingCall) -> bool:
    """Whether the call waits without an offer and does not rest."""
    return call.rests_until is None and call.id not in core.offers


# ---- why is nobody ringing, now


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyRings:
    """A queue at this moment."""

    queue: QueueName
    waiting: int
    is_blind: bool
    first: WaitingCall | None  # who is next of those that are not being offered to somebody
    offered: tuple[tuple[CallId, AgentId], ...]  # calls of this queue whose agents' phones are being rung
    kept: Counter[Kept]  # what keeps each agent from the first call; from any of the queue, if none waits


def nobody_rings(core: Distributor, queue: QueueName) -> NobodyRings:
    """Look at a queue now. O(agents + waiting)."""
    calls = [call for call in in_line(core) if call.queue == queue]
    first = next((call for call in calls if call.id not in core.offers), None)
    ask = Ask(queue, frozenset()) if first is None else ask_of(first)
    on_duty = (agent for agent in core.agents.values() if agent.state is not AgentState.LOGGED_OFF)
    return NobodyRings(
        queue=queue,
        waiting=len(calls),
        is_blind=core.is_blind,
        first=first,
        offered=tuple((call.id, core.offers[call.id].agent) for call in calls if call.id in core.offers),
        kept=Counter(kept_from(core, agent, ask) for agent in on_duty),
    )
