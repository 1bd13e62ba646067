"""Rules of duty: what agents ask for. A request that breaks a rule is refused and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from acd.agents import AgentFact
from acd.duty_facts import WrapUpExtended
from acd.errors import (
    AgentAlreadyLoggedOn,
    BadReason,
    NoMoreExtensions,
    NotNow,
    OrderedReady,
    SeatTaken,
    TooManyOnBreak,
    UnknownSeat,
)
from acd.events import AgentBecameReady, AgentLoggedOff, AgentLoggedOn, AgentWentOnBreak
from acd.hall import Hall
from acd.model import Agent, AgentState, BreakReason, ForcedTo, ForceState, QueueName, Seat, SeatId

PEOPLES_REASONS: Final = frozenset({BreakReason.REST, BreakReason.MEAL, BreakReason.TRAINING, BreakReason.OTHER})


def log_on(hall: Hall, event: AgentLoggedOn) -> None:
    """签入. The same agent at the same seat again is accepted: the skills count anew, the state stays."""
    seat = seat_named(hall, event.seat)
    present = hall.agents.get(event.agent)
    if present is not None and present.state is not AgentState.LOGGED_OFF:
        _refresh(hall, event, present, seat)
        return
    other = hall.sitting_at(seat.id)
    if other is not None:
        raise SeatTaken(f"{other.id} is logged on at seat {seat.id}", f"坐席 {seat.id} 已由话务员 {other.id} 签入")
    hall.seat_agent(Agent(event.agent, event.skills), seat)
    hall.change(event.agent, AgentFact.LOGGED_ON, event.at)


def _refresh(hall: Hall, event: AgentLoggedOn, present: Agent, seat: Seat) -> None:
    if present.seat != seat.id:
        raise AgentAlreadyLoggedOn(
            f"{present.id} is logged on at seat {present.seat}", f"话务员 {present.id} 已在坐席 {present.seat} 签入"
        )
    hall.seat_agent(replace(present, skills=event.skills), seat)


def become_ready(hall: Hall, event: AgentBecameReady) -> None:
    """就绪. Said again while ready it is accepted and changes nothing, unless a call was missed: they are there."""
    agent = hall.agent(event.agent)
    if agent.state is AgentState.READY and not agent.missed:
        return
    must_have_seat(hall, agent)
    hall.change(agent.id, AgentFact.SAID_READY, event.at)


def go_on_break(hall: Hall, event: AgentWentOnBreak) -> None:
    """小休. Asked again for the same reason it changes nothing."""
    agent = hall.agent(event.agent)
    must_be_peoples(event.reason)
    if agent.state is AgentState.ON_BREAK and agent.reason is event.reason:
        return
    must_have_seat(hall, agent)
    _must_not_be_wanted(hall, agent)
    _must_be_spared(hall, agent)
    hall.change(agent.id, AgentFact.WENT_ON_BREAK, event.at, reason=event.reason)


def extend_wrap_up(hall: Hall, event: WrapUpExtended) -> None:
    """延长整理: its end is later by the queue's step. NotNow outside of a wrap-up, NoMoreExtensions."""
    agent = hall.agent(event.agent)
    if agent.state is not AgentState.WRAP_UP or agent.until is None:
        raise NotNow(f"agent {agent.id} writes nothing up", f"话务员 {agent.id} 不在话后整理")
    rules = hall.rules(hall.learning.busy_with(agent.id) or QueueName(""))
    if agent.extended >= rules.extensions_most or not rules.extend_wrap_up:
        raise NoMoreExtensions(
            f"a wrap-up after a call of {rules.name} is extended {rules.extensions_most} times at most",
            f"队列 {rules.name} 的整理至多延长 {rules.extensions_most} 次",
        )
    hall.postpone(replace(agent, extended=agent.extended + 1), agent.until + rules.extend_wrap_up)


def log_off(hall: Hall, event: AgentLoggedOff) -> None:
    """签出."""
    hall.change(hall.agent(event.agent).id, AgentFact.LOGGED_OFF, event.at)


def must_be_peoples(reason: BreakReason) -> None:
    """Raises BadReason for what only the ACD itself puts an agent on break for."""
    if reason not in PEOPLES_REASONS:
        raise BadReason(f"{reason} is not a reason that a person gives", "小休原因无效")


def _must_not_be_wanted(hall: Hall, agent: Agent) -> None:
    wanted = hall.forces.get(agent.id)
    if wanted is None or wanted.state is not ForceState.PENDING or wanted.into is not ForcedTo.READY:
        return
    if agent.state is AgentState.WRAP_UP:
        raise OrderedReady(
            f"{wanted.by} wants agent {agent.id} ready after this wrap-up: {wanted.why}",
            f"班长 {wanted.by} 要求话务员 {agent.id} 整理后就绪:{wanted.why}",
        )


def _must_be_spared(hall: Hall, agent: Agent) -> None:
    """Raises TooManyOnBreak if a queue of theirs spares nobody more. Another reason is no other break. O(agents)."""
    seat = hall.seats.get(agent.seat) if agent.seat is not None else None
    if seat is None or _has_chosen_a_break(agent):
        return
    for queue in sorted(seat.queues):
        most = hall.rules(queue).breaks_at_once
        if most and sum(_rests_from(hall, other, queue) for other in hall.agents.values()) >= most:
            raise TooManyOnBreak(
                f"{most} agents of queue {queue} are on break, which is as many as may be",
                f"队列 {queue} 已有 {most} 人小休,已达上限",
            )


def _rests_from(hall: Hall, agent: Agent, queue: QueueName) -> bool:
    seat = hall.seats.get(agent.seat) if agent.seat is not None else None
    return seat is not None and queue in seat.queues and _has_chosen_a_break(agent)


def _has_chosen_a_break(agent: Agent) -> bool:
    return agent.state is AgentState.ON_BREAK and agent.reason in PEOPLES_REASONS


def seat_named(hall: Hall, seat: SeatId) -> Seat:
    """Return the seat; raises UnknownSeat."""
    found = hall.seats.get(seat)
    if found is None:
        raise UnknownSeat(f"there is no seat {seat}", f"没有坐席 {seat}")
    return found


def must_have_seat(hall: Hall, agent: Agent) -> None:
    """After a conversation at a seat that was closed meanwhile only logging off is left, or the wrap-up's end."""
    if agent.state is AgentState.WRAP_UP and agent.seat is not None:
        seat_named(hall, agent.seat)
