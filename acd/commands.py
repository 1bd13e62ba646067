"""Orders the ACD gives. Imperative, frozen; someone else carries them out and reports what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from acd.model import AgentId, CallId, QueueName, SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An order given at `at` (aware, UTC) about a call."""

    at: datetime
    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOrder(Command):
    """An order about one offer: the call, which attempt it is, and the seat."""

    attempt: int
    seat: SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAgent(OfferOrder):
    """Send the waiting call to the agent's phone.

    Comes back as PhoneDialled, RingStarted, then AgentAnswered or RingFailed.
    """

    agent: AgentId
    ring_time: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRinging(OfferOrder):
    """Take the offer back; the call returns to the waiting room, unless a RingAgent for it follows at once.

    Sent when an offer overstays its deadline, when its seat is closed, and when its agent turns out to be talking.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteRecording(OfferOrder):
    """Record silence instead of the conversation, or (`mute` false) record it again, and tell the agent's leg so.

    Comes back as RecordingPaused or RecordingResumed.
    """

    mute: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SayToCaller(Command):
    """播报: play a prompt of the city's to the waiting call. The caller comes back by themselves (CallJoined)."""

    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayWait(Command):
    """播报预计等待: tell the waiting call that it has so many minutes to wait yet. It comes back as CallJoined."""

    least_min: int
    most_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SayPosition(Command):
    """播报位置: tell the waiting call how many stand before it; 0: it is next. It comes back as CallJoined."""

    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeCallBack(Command):
    """提供回拨: ask the waiting call whether we shall call back. Comes back as CallBackAsked, or as CallJoined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteMessage(Command):
    """请留言: send the waiting call to where it is asked for a voice message. Comes back as MessageBegun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BorrowSeats(Command):
    """借调: have so many seats of another queue serve the call's queue for a while, as its recipe says (acd.borrowing).

    The telephones have nothing to do with it. What becomes of it comes as CapacityChanged, or not at all.
    """

    borrower: QueueName
    lender: QueueName
    seats: int  # at most
    keep: int  # agents on duty whom the lender keeps at least
    lasts: timedelta  # at most
    waited: timedelta  # the row that says so: after so long a wait
