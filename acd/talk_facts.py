"""Facts of a conversation that is handed on or joined by somebody else (docs/talk.md); see acd.events.

`call` and `attempt` name the conversation in which it was done; `to_attempt` is the number of the one that follows,
given by the dialplan, which counts on by itself. `seat` is None for a number outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from acd.events import Event
from acd.model import CallId, RingFailure, SeatId


class Party(StrEnum):
    """Who is asked, or given a caller."""

    AGENT = "agent"  # 话务员: a phone of ours
    OUTSIDE = "outside"  # 外部号码: 110, a department


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferBegun(Event):
    """转接中: the caller hears music, the target's phone is rung; the first agent is kept until it answers.

    It ends as AgentAnswered or CallTransferredOut, or as RingFailed and TransferFailed.
    """

    call: CallId
    attempt: int
    to_attempt: int
    to: Party
    seat: SeatId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed(Event):
    """转接失败: nobody took the caller; the first agent's phone is rung again."""

    call: CallId
    attempt: int
    to_attempt: int
    seat: SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDone(Event):
    """转接完成: an agent who was asked has the caller now; the first one is out."""

    call: CallId
    attempt: int
    to_attempt: int
    seat: SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultBegun(Event):
    """咨询: the caller hears music, the agent asks somebody."""

    call: CallId
    attempt: int
    to: Party
    seat: SeatId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultAnswered(Event):
    """The one who is asked has picked up."""

    call: CallId
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultEnded(Event):
    """The one who was asked is out, also of a three-way; the agent is with the caller."""

    call: CallId
    attempt: int
    failure: RingFailure | None = None  # they never were there


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeWayBegun(Event):
    """三方通话: caller, agent, and the one who was asked."""

    call: CallId
    attempt: int
    to_attempt: int
