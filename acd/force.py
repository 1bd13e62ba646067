"""强制状态 Rules of orders: a team leader puts an agent into a state, or orders that for when the call in hand is over.

Nobody is torn out of a conversation, and no ringing phone is silenced: whoever is reserved, ringing or talking when the
order comes keeps the call, and the order is *pending*. Then

- *end of wrap-up*: there will be none, the agent is ready as soon as the talk is over;
- *ready*: after the wrap-up; until then the agent cannot choose a break instead;
- *break*, *log-off*: after the wrap-up, for what the citizen wants must be written down; nothing is offered between.

An offer that comes to nothing has no wrap-up: break and log-off take effect at once, an end of wrap-up is void. A
pending *ready* is void if the agent goes on break, for a phone that failed or rang too often in vain has nobody at it;
any pending order is void, or done, once the agent is logged off. Without a call the order is carried out at once, also
in wrap-up, or refused, and then nothing has changed.

An order is no lock: an agent sent on break may say ready. It is no sign that somebody is there either, so rings missed
in a row are counted on. Two leaders cannot overrule each other unseen: each says the number of what they read last.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from acd.agents import ON_A_CALL, AgentFact
from acd.duty import must_be_peoples, must_have_seat
from acd.errors import ForcedMeanwhile, NothingPending, NotNow
from acd.force_facts import AgentForced, ForceWithdrawn
from acd.hall import Hall
from acd.model import Agent, AgentState, Force, ForcedTo, ForceState

_RESULT: Final = {
    ForcedTo.READY: AgentState.READY,
    ForcedTo.END_WRAP_UP: AgentState.READY,
    ForcedTo.BREAK: AgentState.ON_BREAK,
    ForcedTo.LOG_OFF: AgentState.LOGGED_OFF,
}
_WAIT_FOR_WRAP_UP: Final = frozenset({ForcedTo.READY, ForcedTo.BREAK, ForcedTo.LOG_OFF})


def force(hall: Hall, event: AgentForced) -> None:
    """强制: carried out now, or pending while the agent has a call. ForcedMeanwhile, NotNow, BadReason, UnknownSeat."""
    agent = hall.agent(event.agent)
    _must_have_been_read(hall, agent, event.seen)
    is_break = event.into is ForcedTo.BREAK
    if is_break:
        must_be_peoples(event.reason)
    order = Force(
        agent=agent.id,
        number=event.seen + 1,
        into=event.into,
        by=event.by,
        why=event.why,
        at=event.at,
        reason=event.reason if is_break else None,
    )
    if agent.state not in ON_A_CALL:
        order = _carried_out(hall, agent, order, event.at)
    _keep(hall, order)


def withdraw(hall: Hall, event: ForceWithdrawn) -> None:
    """撤回: what is pending will not be. ForcedMeanwhile, NothingPending."""
    agent = hall.agent(event.agent)
    _must_have_been_read(hall, agent, event.seen)
    order = hall.forces.get(agent.id)
    if order is None or order.state is not ForceState.PENDING:
        raise NothingPending(
            f"no order for agent {agent.id} is waiting to take effect", f"话务员 {agent.id} 没有待生效的强制"
        )
    gone = replace(order, number=order.number + 1, by=event.by, why=event.why, at=event.at, state=ForceState.WITHDRAWN)
    _keep(hall, gone)


def heed(hall: Hall, at: datetime) -> None:
    """An event was received: whoever it left without a call does what is pending. Before anybody is offered a call."""
    for name in dict.fromkeys(hall.touched):
        order = hall.forces.get(name)
        if order is None or order.state is not ForceState.PENDING:
            continue
        agent = hall.agents[name]
        if agent.state not in ON_A_CALL and not _waits_for_wrap_up(order, agent):
            _keep(hall, _settled(hall, agent, order, at))


def in_force(order: Force | None, agent: Agent) -> bool:
    """Whether the agent is in this state by a leader's order, or will be."""
    if order is None:
        return False
    if order.state is ForceState.DONE:
        return agent.state is _RESULT[order.into] and agent.since == order.since
    return order.state is ForceState.PENDING


def _waits_for_wrap_up(order: Force, agent: Agent) -> bool:
    return agent.state is AgentState.WRAP_UP and order.into in _WAIT_FOR_WRAP_UP


def _settled(hall: Hall, agent: Agent, order: Force, at: datetime) -> Force:
    """The call is over: the order is carried out, or void."""
    if agent.state is _RESULT[order.into] and order.into is not ForcedTo.BREAK:
        is_in_vain = order.into is ForcedTo.END_WRAP_UP
        return replace(order, state=ForceState.VOID if is_in_vain else ForceState.DONE, since=agent.since)
    if agent.state is AgentState.LOGGED_OFF or (order.into is ForcedTo.READY and agent.state is AgentState.ON_BREAK):
        return replace(order, state=ForceState.VOID)
    if order.into is not ForcedTo.END_WRAP_UP:
        return _carried_out(hall, agent, order, at)
    if agent.state is not AgentState.WRAP_UP:
        return replace(order, state=ForceState.VOID)
    if agent.seat not in hall.seats:  # closed in the middle of the talk: what the wrap-up's end would do
        hall.change(agent.id, AgentFact.SEAT_CLOSED, at)
        return replace(order, state=ForceState.VOID)
    return _carried_out(hall, agent, order, at)


def _carried_out(hall: Hall, agent: Agent, order: Force, at: datetime) -> Force:
    """Move the agent. Raises NotNow, UnknownSeat."""
    match order.into:
        case ForcedTo.READY | ForcedTo.END_WRAP_UP:
            _make_ready(hall, agent, order.into, at)
        case ForcedTo.BREAK if agent.state is not AgentState.ON_BREAK or agent.reason is not order.reason:
            must_have_seat(hall, agent)
            hall.change(agent.id, AgentFact.FORCED_BREAK, at, reason=order.reason)
        case ForcedTo.LOG_OFF:
            hall.change(agent.id, AgentFact.FORCED_OFF, at)
    return replace(order, state=ForceState.DONE, since=hall.agents[agent.id].since)


def _make_ready(hall: Hall, agent: Agent, into: ForcedTo, at: datetime) -> None:
    if into is ForcedTo.END_WRAP_UP and agent.state is not AgentState.WRAP_UP:
        raise NotNow(f"agent {agent.id} writes nothing up", f"话务员 {agent.id} 不在话后整理")
    if agent.state is not AgentState.READY:
        must_have_seat(hall, agent)
        hall.change(agent.id, AgentFact.FORCED_READY, at)


def _must_have_been_read(hall: Hall, agent: Agent, seen: int) -> None:
    last = hall.forces.get(agent.id)
    if last is None and seen == 0:
        return
    if last is None:
        raise ForcedMeanwhile(
            f"there is no order {seen} for agent {agent.id}", f"话务员 {agent.id} 没有编号 {seen} 的强制"
        )
    if last.number != seen:
        raise ForcedMeanwhile(
            f"{last.by} did something about agent {agent.id} meanwhile ({last.into}, {last.state}): {last.why}",
            f"{last.by} 已处理话务员 {agent.id}({last.into},{last.state}):{last.why}",
        )


def _keep(hall: Hall, order: Force) -> None:
    hall.forces[order.agent] = order
    hall.forces_moved.append(order.agent)
