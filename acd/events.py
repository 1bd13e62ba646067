"""Facts the ACD is told. Past tense, frozen, each carrying when it happened.

Those under `Request` are asked for by a person (an agent's phone, the API) and may be refused with a
`acd.errors.Refused`; all others have happened and are taken as they are, also when they come late or twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from acd.model import (
    AgentId,
    BreakReason,
    CallId,
    Queue,
    QueueName,
    Refusal,
    RingFailure,
    Seat,
    SeatId,
    Skills,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened at `at` (aware, UTC)."""

    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an event's time must say its time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Event):
    """A person asks for a change of an agent's state or of a seat; it may be refused."""

    by: str = ""  # who asks: an agent's number, an account's name


# ---- calls


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(Event):
    """Asterisk answered a citizen. The caller's number is not here: it lives in `calls`, behind the masking gate."""

    call: CallId
    hotline: str  # the hotline's number, for example "12320"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRefused(Event):
    """A flood: the call was told that the lines are busy and let go. It may have arrived before, or never."""

    call: CallId
    hotline: str  # as in CallArrived
    why: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class CallJoined(Event):
    """The call is in the waiting room. One that waits already keeps its place; only its attempts may count on."""

    call: CallId
    queue: QueueName
    skills: Skills = frozenset()
    priority: int = 0
    joined: datetime | None = None  # when it first came there, by the PBX's clock; None: now
    attempts: int = 0  # offers the dialplan knows of: numbers are never used again, also after a restart
    prefers: AgentId | None = None  # who served this citizen last


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Event):
    """The caller's leg is gone, whoever hung up and whatever it was doing: abandoned, if no agent had answered."""

    call: CallId
    missed: bool = False  # nobody saw it end: a resync found it gone, so nothing says that the caller hung up


# ---- offers: `call` and `attempt` name one offer; facts about an older offer change nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFound(Event):
    """After a gap: the PBX has this call with this seat by an offer the ACD does not know (any more).

    `talking` tells the two ways apart: the caller is with the agent (an AgentAnswered follows), or the phone is rung.
    """

    call: CallId
    attempt: int
    agent: AgentId
    seat: SeatId
    queue: QueueName
    talking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneDialled(Event):
    """The order was carried out: the call is on its way to the agent's phone, which has not said anything yet."""

    call: CallId
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RingStarted(Event):
    """The agent's phone says that it rings."""

    call: CallId
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAnswered(Event):
    """The agent picked up; caller and agent are connected."""

    call: CallId
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RingFailed(Event):
    """The offer came to nothing; unless the caller is gone, the call waits on in its old place."""

    call: CallId
    attempt: int
    failure: RingFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded(Event):
    """The conversation is over: wrap-up begins."""

    call: CallId
    attempt: int


# ---- in a conversation: stale, and without effect, once it is over


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld(Event):
    """保持: the caller hears music until the agent is back."""

    call: CallId
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRetrieved(Event):
    """取回: caller and agent hear each other again."""

    call: CallId
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAsked(Event):
    """The agent wants the recording to pause, or (`pause` false) to go on."""

    call: CallId
    attempt: int
    pause: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPaused(Event):
    """暂停录音: Asterisk records silence from here on."""

    call: CallId
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResumed(Event):
    """恢复录音: Asterisk records what is said again."""

    call: CallId
    attempt: int


# ---- phones


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRegistered(Event):
    """A seat's phone became reachable."""

    seat: SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLost(Event):
    """A seat's phone has no registration any more. It says nothing about a call in progress."""

    seat: SeatId


# ---- agents


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedOn(Request):
    """签入 at a seat (free seating). The agent is on break (rest) until they say ready."""

    agent: AgentId
    seat: SeatId
    skills: Skills = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentBecameReady(Request):
    """就绪: from break, or ending the wrap-up early."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWentOnBreak(Request):
    """小休. While reserved, ringing or talking it is refused; the agent finishes first."""

    agent: AgentId
    reason: BreakReason = BreakReason.REST


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedOff(Request):
    """签出. Refused while reserved, ringing or talking."""

    agent: AgentId


# ---- seat capacity and queues


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatOpened(Request):
    """A seat was added, or its queues and skills changed: calls already waiting are looked at again at once."""

    seat: Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatClosed(Request):
    """A seat was removed. Who talks there goes on talking and is logged off after the wrap-up; others at once."""

    seat: SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuesLoaded(Event):
    """The city's queues, all of them. A queue that vanished keeps its old rules while calls wait in it."""

    queues: tuple[Queue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed(Event):
    """No news but the clock: the deadline that was due first, by `at`, is acted on. Others due get their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapMarked(Event):
    """Facts are missing before this one: what the ACD and the journal know may differ from the telephones.

    Until the gap is closed by a resync, at most acd.hall.BLIND_FOR, nobody is offered a call and no offer is given up.
    """

    lost: int = 0  # how many, if that is known
    why: str = ""
    begun_after: int | None = None  # after a restart: the journal entry of the checkpoint it began with; 0: none


@dataclass(frozen=True, slots=True, kw_only=True)
class GapClosed(Event):
    """The ACD and the telephones were compared, and every difference was told before this."""

    differences: int = 0  # how many facts that took


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired(Event):
    """The reconciler saw, twice in a row, that the ACD and the telephones differ; the next `facts` facts mend it."""

    subject: str  # the call's id, or the seat whose phone it is
    why: str
    facts: int = 0
