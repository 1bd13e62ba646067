"""Facts of a call that we make (外呼): the agent's phone first, then the citizen. No number is here, as ever.

The call's id is ours (acd.model.is_outward), its only attempt is 1. What the agent's phone does is told by the facts of
any offer: PhoneDialled, RingStarted, AgentAnswered, RingFailed; that the agent's leg is gone, by CallEnded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from acd.events import Event, Request
from acd.model import AgentId, CallId, QueueName

ONLY_ATTEMPT: Final = 1
"""A call that we make is dialled once. Another one has another id."""


class DialOutcome(StrEnum):
    """外呼结局. What became of a call that we made, once and for all."""

    ANSWERED = "answered"  # 已接通: the citizen answered
    BUSY = "busy"  # 占线
    NO_ANSWER = "no_answer"  # 无人接听
    REFUSED = "refused"  # 拒接
    UNREACHABLE = "unreachable"  # 无法接通
    AGENT_MISSED = "agent_missed"  # 话务员未接: the agent's own phone was not picked up; the citizen was not dialled
    AGENT_GONE = "agent_gone"  # 话务员先挂机: while the citizen's phone was being rung
    NOT_DIALLED = "not_dialled"  # 未拨出: nothing was sent, or the agent hung up before it; no attempt
    UNKNOWN = "unknown"  # 不明: the controller or the PBX died meanwhile; it counts as an attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDialsOut(Request):
    """An agent wants to talk with a citizen: their own phone is rung first. The intent is on disk already."""

    call: CallId
    agent: AgentId
    queue: QueueName  # whose ring time and wrap-up time hold


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenDialled(Event):
    """The agent has picked up, and the citizen's number is being dialled."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenAnswered(Event):
    """Agent and citizen talk."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOutOver(Event):
    """What became of the call that we made. Told twice, the first one stands."""

    call: CallId
    outcome: DialOutcome
