"""AMI's words of a call that we make (acd.dial_facts), to ours. Pure, and it remembers nothing: the id says it all.

DialBegin     without a caller: the agent's INVITE  -> PhoneDialled
DialState     RINGING, without a caller             -> RingStarted
DialEnd       without a caller                      -> AgentAnswered, RingFailed
DialBegin     by the agent's leg: the citizen       -> CitizenDialled
DialEnd       by the agent's leg, ANSWER            -> CitizenAnswered
DialOutOver   the dialplan's last word              -> DialOutOver
TalkPause, MixMonitorMute, as in any talk           -> PauseAsked, RecordingPaused, RecordingResumed
Hangup        of the agent's leg                    -> CallEnded
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from acd.dial_facts import ONLY_ATTEMPT, CitizenAnswered, CitizenDialled, DialOutcome, DialOutOver
from acd.events import (
    AgentAnswered,
    CallEnded,
    Event,
    PauseAsked,
    PhoneDialled,
    RecordingPaused,
    RecordingResumed,
    RingFailed,
    RingStarted,
)
from acd.model import CallId, RingFailure, is_outward

Message = Mapping[str, str]


class FailureOf(Protocol):
    """Why a phone was rung in vain: telephony.translate.failure_of."""

    def __call__(self, status: str, sip: str, *, rang: bool) -> RingFailure:
        """By Dial's outcome and the phone's own status."""


SAID_BY_THE_DIALPLAN: Final[Mapping[str, DialOutcome]] = {
    "ANSWER": DialOutcome.ANSWERED,
    "UNDIALLED": DialOutcome.NOT_DIALLED,  # the agent hung up before it
}

OUTCOMES: Final[Mapping[RingFailure, DialOutcome]] = {
    RingFailure.NO_ANSWER: DialOutcome.NO_ANSWER,
    RingFailure.BUSY: DialOutcome.BUSY,
    RingFailure.REFUSED: DialOutcome.REFUSED,
    RingFailure.UNREACHABLE: DialOutcome.UNREACHABLE,
    RingFailure.CALLER_GONE: DialOutcome.AGENT_GONE,
    RingFailure.NOT_CARRIED_OUT: DialOutcome.UNREACHABLE,
}


def outward_call(message: Message) -> CallId | None:
    """The call that we make which this message is about, if it is about one."""
    for name in ("CallId", "Uniqueid", "DestUniqueid", "Linkedid", "DestLinkedid"):
        if is_outward(call := CallId(message.get(name, ""))):
            return call
    return None


def outward_facts(call: CallId, message: Message, at: datetime, failure_of: FailureOf) -> tuple[Event, ...]:
    """What a message about a call that we make means. `failure_of`: telephony.translate's."""
    match message.get("Event"):
        case "DialBegin" | "DialState" | "DialEnd" if message.get("Uniqueid"):
            return _of_citizen(call, message, at)
        case "DialBegin" | "DialState" | "DialEnd":
            return _of_agent(call, message, at, failure_of)
        case "UserEvent" if message.get("UserEvent") == "DialOutOver":
            status, sip = message.get("Status", ""), message.get("Sip", "")
            outcome = SAID_BY_THE_DIALPLAN.get(status) or OUTCOMES[failure_of(status, sip, rang=False)]
            return (DialOutOver(at=at, call=call, outcome=outcome),)
        case "UserEvent" if message.get("UserEvent") == "TalkPause":
            return (PauseAsked(at=at, call=call, attempt=ONLY_ATTEMPT, pause=message.get("Pause") == "yes"),)
        case "MixMonitorMute" if message.get("Uniqueid") == call:
            kind = RecordingPaused if message.get("State") == "1" else RecordingResumed
            return (kind(at=at, call=call, attempt=ONLY_ATTEMPT),)
        case "Hangup" if message.get("Uniqueid") == call:
            return (CallEnded(at=at, call=call),)
    return ()


def _of_citizen(call: CallId, message: Message, at: datetime) -> tuple[Event, ...]:
    match message.get("Event"), message.get("DialStatus"):
        case "DialBegin", _:
            return (CitizenDialled(at=at, call=call),)
        case "DialEnd", "ANSWER":
            return (CitizenAnswered(at=at, call=call),)
    return ()


def _of_agent(call: CallId, message: Message, at: datetime, failure_of: FailureOf) -> tuple[Event, ...]:
    match message.get("Event"), message.get("DialStatus", ""):
        case "DialBegin", _:
            return (PhoneDialled(at=at, call=call, attempt=ONLY_ATTEMPT),)
        case "DialState", "RINGING":
            return (RingStarted(at=at, call=call, attempt=ONLY_ATTEMPT),)
        case "DialEnd", "ANSWER":
            return (AgentAnswered(at=at, call=call, attempt=ONLY_ATTEMPT),)
        case "DialEnd", status:
            failure = failure_of(status, "", rang=True)
            return (RingFailed(at=at, call=call, attempt=ONLY_ATTEMPT, failure=failure),)
    return ()
