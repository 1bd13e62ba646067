"""AMI's words in ours; the way back is telephony.orders. No connection, no clock.

It remembers which offer (attempt) each caller's leg is engaged in, because Asterisk's own dial events do not carry our
attempt number, and whether the phone rang. A leg serves one offer at a time, so the last `Connecting` names it.

What the dialplan says (`UserEvent`) and what Asterisk adds:

    CallArrived   a citizen was answered               -> CallArrived, and an Arrival for the call book
    CallRefused   a citizen found the lines busy       -> CallRefused, and an Arrival for the call book
    CallFallback  Asterisk's own queue has the caller  (ends what `Connecting` named)
    MessageBegun  the caller is asked for a message    -> MessageBegun
    CallWaiting   the caller is in the waiting room    -> CallJoined
    Connecting    the Redirect took effect             (names the offer of what follows)
    DialBegin     the INVITE is on its way             -> PhoneDialled
    DialState     RINGING: the phone said so           -> RingStarted
    DialEnd       ANSWER                               -> AgentAnswered
    TalkHeld, TalkRetrieved, TalkPause   codes keyed in the talk -> CallHeld, CallRetrieved, PauseAsked
    Hold, Unhold  the phone's own hold key             -> CallHeld, CallRetrieved
    MixMonitorMute the recording is muted, or not      -> RecordingPaused, RecordingResumed
    DialOver      the dialplan goes on after Dial      -> RingFailed, or TalkEnded after a conversation
    TransferBegun, ConsultBegun, ThreeWayBegun, …   a caller handed on: telephony.handing_on
    BranchDialled, BranchOver   a caller put through to a branch centre: telephony.translate_sent
    Hangup        of the caller's own leg              -> CallEnded
    of a phone alone: registered, lost, a code's call over: telephony.translate_phones
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from acd.call_facts import CallTransferredOut, MessageBegun
from acd.events import (
    AgentAnswered,
    CallArrived,
    CallEnded,
    CallHeld,
    CallJoined,
    CallRefused,
    CallRetrieved,
    Event,
    PauseAsked,
    PhoneDialled,
    RecordingPaused,
    RecordingResumed,
    RingFailed,
    RingStarted,
    TalkEnded,
)
from acd.model import AgentId, CallId, QueueName, Refusal, RingFailure, Skill, SkillLevel, Skills
from acd.talk_facts import Party, ThreeWayBegun, TransferBegun, TransferDone, TransferFailed
from telephony import handing_on
from telephony.translate_dialling import outward_call, outward_facts
from telephony.translate_phones import PhoneNews
from telephony.translate_sent import SAID as SENT
from telephony.translate_sent import Sent

WANTED = frozenset(
    {
        *("UserEvent", "DialBegin", "DialState", "DialEnd", "Hangup", "ContactStatus"),
        *("Hold", "Unhold", "MixMonitorMute"),
    }
)
"""The AMI events that mean something to us; all others are dropped before they are decoded."""

FAILURES: Mapping[str, RingFailure] = {
    "BUSY": RingFailure.BUSY,  # 486, 600
    "NOANSWER": RingFailure.NO_ANSWER,  # the ring time is over
    "CHANUNAVAIL": RingFailure.UNREACHABLE,  # no contact, or a phone that cannot: 404, 408, 488, 500 and others
    "CONGESTION": RingFailure.UNREACHABLE,  # 503
    "CANCEL": RingFailure.CALLER_GONE,
}
REFUSALS = frozenset({"401", "403", "480", "603"})
"""SIP statuses by which a person, or do-not-disturb, says no. Asterisk makes them NOANSWER or CHANUNAVAIL."""
OUR_MUSIC = frozenset({"talk-hold", "talk-mark"})
"""What a caller hears while a code runs on the agent's leg; the phone's own hold key names other music."""
OWN_PHONES = frozenset({"agents", "talk-beside", "default"})
"""Contexts of legs that are no citizen's: feature codes, a supervisor beside a talk, a conference's own announcer."""

Message = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A citizen's numbers, for the call book only: they never enter the ACD, its journal or a log."""

    at: datetime
    call: CallId
    dnis: str  # as dialled, digits and a leading +
    ani: str  # "" when hidden or not a number
    withheld: bool = False  # the caller asked that it be hidden


class Translator:
    """One AMI connection's interpreter."""

    def __init__(self) -> None:
        self._offers: dict[CallId, int] = {}
        self._rang: set[CallId] = set()
        self._held_by_phone: set[CallId] = set()
        self._native: set[CallId] = set()  # rung by Asterisk's own queue: no DialOver tells how that ends
        self._outside: set[CallId] = set()  # on the way to somebody outside, or with them
        self._phones, self._sent = PhoneNews(), Sent()

    def resume(
        self,
        offers: Mapping[CallId, int],
        rang: Iterable[CallId],
        outside: Iterable[CallId] = (),
        native: Iterable[CallId] = (),
    ) -> None:
        """After a hole in what was heard: these calls are engaged in these offers, and no others; those phones rang.

        News of registrations was missed, too; who is there is looked up anew.
        """
        self._offers, self._rang, self._outside, self._native = dict(offers), set(rang), set(outside), set(native)
        self._phones.forget()
        self._sent.forget()

    def facts(self, message: Message, at: datetime) -> tuple[Event | Arrival, ...]:
        """What this AMI message means to us: nothing, one fact, or an arrival with its fact."""
        if call := outward_call(message):
            return outward_facts(call, message, at, failure_of)
        match message.get("Event"):
            case "UserEvent":
                return self._from_dialplan(message, at)
            case "DialBegin" | "DialState" | "DialEnd":
                return self._from_dial(message, at)
            case "Hangup":
                return self._from_hangup(message, at)
            case "Hold" | "Unhold" | "MixMonitorMute":
                return self._from_talk(message, at)
            case "ContactStatus":
                return self._phones.contact(message, at)
        return ()

    def _from_dialplan(self, message: Message, at: datetime) -> tuple[Event | Arrival, ...]:
        call = CallId(message.get("CallId", ""))
        match message.get("UserEvent"):
            case "CallArrived":
                return (_arrival(call, message, at), CallArrived(at=at, call=call, hotline=message.get("Dnis", "")))
            case "CallRefused":
                why = Refusal(message["Why"])
                refused = CallRefused(at=at, call=call, hotline=message.get("Dnis", ""), why=why)
                return (_arrival(call, message, at), refused)
            case "CallWaiting":
                return (_joined(call, message, at),)
            case "Connecting":
                self._offers[call] = int(message["Attempt"])
                self._rang.discard(call)
                self._native.discard(call)
            case "CallFallback":  # what is dialled from here on is none of our offers
                self._offers.pop(call, None)
                self._rang.discard(call)
            case "MessageBegun":
                self._offers.pop(call, None)
                return (MessageBegun(at=at, call=call),)
            case _:
                return self._from_conversation(call, message, at)
        return ()

    def _from_conversation(self, call: CallId, message: Message, at: datetime) -> tuple[Event, ...]:
        match message.get("UserEvent"):
            case "DialOver" if call in self._outside and message.get("Status") == "ANSWER":
                return ()  # none of ours talked there
            case "DialOver":
                return (_dial_over(call, message, at, rang=call in self._rang),)
            case "TalkHeld" | "TalkRetrieved" | "TalkPause":
                return (_keyed(call, message, at),)
            case str(said) if said in handing_on.SAID:
                return self._from_handing_on(message, at)
            case str(said) if said in SENT:
                self._sent.note(call, message)
        return ()

    def _from_handing_on(self, message: Message, at: datetime) -> tuple[Event, ...]:
        status = message.get("Status", "")
        failure = failure_of(status, message.get("Sip", ""), rang=False) if status not in ("", "ANSWER") else None
        fact = handing_on.told(message, at, failure)
        if isinstance(fact, TransferBegun | TransferFailed | TransferDone | ThreeWayBegun):
            self._offers[fact.call] = fact.to_attempt
            self._rang.discard(fact.call)
            self._outside.discard(fact.call)
        if isinstance(fact, CallTransferredOut) or (isinstance(fact, TransferBegun) and fact.to is Party.OUTSIDE):
            self._outside.add(fact.call)
        return (fact,) if fact is not None else ()

    def _from_talk(self, message: Message, at: datetime) -> tuple[Event, ...]:
        call, leg = CallId(message.get("Linkedid", "")), message.get("Uniqueid", "")
        attempt = self._offers.get(call)
        if attempt is None:
            return ()
        match message.get("Event"):
            case "Hold" if leg != call and message.get("MusicClass") not in OUR_MUSIC:
                self._held_by_phone.add(call)
                return (CallHeld(at=at, call=call, attempt=attempt),)
            case "Unhold" if leg != call and call in self._held_by_phone:
                self._held_by_phone.discard(call)
                return (CallRetrieved(at=at, call=call, attempt=attempt),)
            case "MixMonitorMute" if leg == call:
                kind = RecordingPaused if message.get("State") == "1" else RecordingResumed
                return (kind(at=at, call=call, attempt=attempt),)
        return ()

    def _from_dial(self, message: Message, at: datetime) -> tuple[Event, ...]:
        call = CallId(message.get("Uniqueid", ""))
        attempt = self._offers.get(call)
        if attempt is None:  # a dial that is none of our offers
            return self._sent.dialled(call, message, at)
        match message.get("Event"), message.get("DialStatus"):
            case "DialBegin", _:
                return (PhoneDialled(at=at, call=call, attempt=attempt),)
            case "DialState", "RINGING":
                self._rang.add(call)
                return (RingStarted(at=at, call=call, attempt=attempt),)
            case "DialEnd", "ANSWER" if call in self._outside:
                return (CallTransferredOut(at=at, call=call, attempt=attempt, to_kind=Party.OUTSIDE),)
            case "DialEnd", "ANSWER":
                return (AgentAnswered(at=at, call=call, attempt=attempt),)
            case "DialEnd", str(status) if call in self._native:
                return (RingFailed(at=at, call=call, attempt=attempt, failure=failure_of(status, "", rang=True)),)
        return ()

    def _from_hangup(self, message: Message, at: datetime) -> tuple[Event, ...]:
        call = CallId(message.get("Uniqueid", ""))
        if call != message.get("Linkedid"):
            return ()  # an agent's leg
        if message.get("Context") in OWN_PHONES:
            return self._phones.hung_up(message, at)
        self._offers.pop(call, None)
        self._rang.discard(call)
        self._held_by_phone.discard(call)
        self._outside.discard(call)
        self._native.discard(call)
        self._sent.forget(call)
        return (CallEnded(at=at, call=call),)


def _arrival(call: CallId, message: Message, at: datetime) -> Arrival:
    numbers = {"dnis": message.get("Dnis", ""), "ani": message.get("Ani", "")}
    return Arrival(at=at, call=call, withheld=message.get("Withheld") == "yes", **numbers)


def _joined(call: CallId, message: Message, at: datetime) -> CallJoined:
    return CallJoined(
        at=at,
        call=call,
        queue=QueueName(message.get("Queue", "")),
        skills=read_skills(message.get("Skills", "")),
        priority=int(message.get("CallPriority") or 0),
        joined=read_moment(message.get("Joined", "")),
        attempts=int(message.get("Attempt") or 0),
        prefers=AgentId(message.get("Prefers", "")) or None,
    )


def _dial_over(call: CallId, message: Message, at: datetime, *, rang: bool) -> RingFailed | TalkEnded:
    attempt, status = int(message["Attempt"]), message.get("Status", "")
    if status == "ANSWER":
        return TalkEnded(at=at, call=call, attempt=attempt)
    return RingFailed(at=at, call=call, attempt=attempt, failure=failure_of(status, message.get("Sip", ""), rang=rang))


def failure_of(status: str, sip: str, *, rang: bool) -> RingFailure:
    """Why an offer failed, by Dial's outcome (none of ANSWER) and the status that the phone gave."""
    failure = FAILURES.get(status, RingFailure.NOT_CARRIED_OUT)
    rejected_by_hand = rang and failure is RingFailure.BUSY  # an engaged phone says so without ringing
    return RingFailure.REFUSED if rejected_by_hand or (status != "CANCEL" and sip in REFUSALS) else failure


def read_moment(text: str) -> datetime | None:
    """Seconds since 1970, as the dialplan writes them; None for anything else."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _keyed(call: CallId, message: Message, at: datetime) -> CallHeld | CallRetrieved | PauseAsked:
    attempt = int(message["Attempt"])
    match message.get("UserEvent"):
        case "TalkHeld":
            return CallHeld(at=at, call=call, attempt=attempt)
        case "TalkRetrieved":
            return CallRetrieved(at=at, call=call, attempt=attempt)
    return PauseAsked(at=at, call=call, attempt=attempt, pause=message.get("Pause") == "yes")


def read_skills(text: str) -> Skills:
    """`psychology:1&english:3`, as the dialplan carries it, to skills."""
    pairs = (item.split(":") for item in text.split("&") if item)
    return frozenset(SkillLevel(Skill(name), int(level)) for name, level in pairs)


def write_skills(skills: Skills) -> str:
    """Skills as the dialplan carries them; the inverse of `read_skills`."""
    return "&".join(f"{name}:{level}" for name, level in sorted(skills))
