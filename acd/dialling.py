"""Rules of calls that we make: who may dial now, the steps of such a call, and what became of it.

The ACD takes such a call for an offer that only one agent can get: reserved, ringing, talking and wrap-up are what they
are, with the same deadlines, so that nobody is offered a citizen's call meanwhile. The citizen is not in a line: an
offer that comes to nothing is the end of it, and is never made again by itself.

The steps are written down as they happen (telephony.dial_book), each before what follows it:

    intended   asked for, allowed and on disk; nothing was sent
    sent       about to be sent, or sent: from here on it counts as an attempt, whatever is heard of it
    dialling   the agent has picked up; the PBX dials the citizen by itself
    talking    the citizen has answered
    over       with an outcome
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from acd.agents import AgentFact
from acd.commands import RingAgent
from acd.dial_facts import ONLY_ATTEMPT, AgentDialsOut, CitizenAnswered, CitizenDialled, DialOutcome, DialOutOver
from acd.duty import seat_named
from acd.errors import NotNow
from acd.events import AgentAnswered, CallEnded, Event, RingFailed
from acd.hall import Hall
from acd.model import Offer, RingFailure, is_outward


class DialStep(StrEnum):
    """外呼步骤. How far a call that we make has come; only forwards."""

    INTENDED = "intended"  # 已登记
    SENT = "sent"  # 已下达
    DIALLING = "dialling"  # 正在拨市民
    TALKING = "talking"  # 通话
    OVER = "over"  # 结束


_S, _O, _R = DialStep, DialOutcome, RingFailure

BEFORE: Final[Mapping[DialStep, frozenset[DialStep]]] = {
    _S.INTENDED: frozenset(),
    _S.SENT: frozenset({_S.INTENDED}),  # exactly: this step is taken once, by whoever sends
    _S.DIALLING: frozenset({_S.SENT}),
    _S.TALKING: frozenset({_S.SENT, _S.DIALLING}),
    _S.OVER: frozenset({_S.INTENDED, _S.SENT, _S.DIALLING, _S.TALKING}),
}
"""From where each step may be taken; some may be missed, none is taken back."""

OF_THE_AGENT: Final[Mapping[RingFailure, DialOutcome]] = {
    _R.NO_ANSWER: _O.AGENT_MISSED,
    _R.BUSY: _O.AGENT_MISSED,
    _R.REFUSED: _O.AGENT_MISSED,
    _R.UNREACHABLE: _O.AGENT_MISSED,
    _R.CALLER_GONE: _O.AGENT_MISSED,
    _R.NOT_CARRIED_OUT: _O.NOT_DIALLED,
}
"""What becomes of the call when the agent's phone was rung in vain."""


def dial_out(hall: Hall, event: AgentDialsOut) -> None:
    """外呼: by an agent who is ready or wraps up. Refused while the telephones are being looked at."""
    agent = hall.agent(event.agent)
    if hall.blind_until is not None:
        raise NotNow("the telephones are being looked at; ask again in a moment", "正在核对话机状态,请稍后再试")
    if not is_outward(event.call) or hall.book.attempts(event.call) or hall.has_ended(event.call):
        raise NotNow("a call that we make has an id of its own", "外呼编号无效")
    if agent.seat is None:
        raise RuntimeError("an agent is logged on at no seat")
    seat_named(hall, agent.seat)
    if agent.seat in hall.in_use:
        raise NotNow("your phone is dialling a feature code; hang up first", "话机正在使用功能码,请先挂机")
    offer = Offer(event.call, ONLY_ATTEMPT, agent.id, agent.seat, event.queue)
    hall.change(agent.id, AgentFact.DIALS_OUT, event.at, offer=offer)
    hall.book.begin(offer)
    order = RingAgent(
        at=event.at,
        call=offer.call,
        attempt=offer.attempt,
        seat=offer.seat,
        agent=offer.agent,
        ring_time=hall.rules(offer.queue).ring_time,
    )
    hall.orders.append(order)


def step_of(event: Event) -> DialStep | None:
    """The step that a fact says was taken."""
    match event:
        case AgentAnswered() | CitizenDialled():
            return DialStep.DIALLING
        case CitizenAnswered():
            return DialStep.TALKING
        case DialOutOver():
            return DialStep.OVER
    return None


def outcome_of(event: Event, step: DialStep) -> DialOutcome | None:
    """What a fact says became of the call, if nothing else has: its dialplan says so by itself, mostly."""
    match event:
        case DialOutOver():
            return event.outcome
        case RingFailed():
            return OF_THE_AGENT[event.failure]
        case CallEnded(missed=False) if step in (DialStep.INTENDED, DialStep.SENT):
            return DialOutcome.AGENT_MISSED
        case CallEnded():
            return DialOutcome.UNKNOWN
    return None


def after_a_death(step: DialStep) -> DialOutcome:
    """What became of a call of which nothing was heard, and which is not there any more."""
    return DialOutcome.NOT_DIALLED if step is DialStep.INTENDED else DialOutcome.UNKNOWN
