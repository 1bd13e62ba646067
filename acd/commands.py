"""Orders the ACD gives. Imperative, frozen; someone else carries them out and reports what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from acd.model import AgentId, CallId, SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An order given at `at` (aware, UTC) about one offer: the call, which attempt it is, and the seat."""

    at: datetime
    call: CallId
    attempt: int
    seat: SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAgent(Command):
    """Send the waiting call to the agent's phone.

    Comes back as PhoneDialled, RingStarted, then AgentAnswered or RingFailed.
    """

    agent: AgentId
    ring_time: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRinging(Command):
    """Take the offer back; the call returns to the waiting room, unless a RingAgent for it follows at once.

    Sent when an offer overstays its deadline, when its seat is closed, and when its agent turns out to be talking.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteRecording(Command):
    """Record silence instead of the conversation, or (`mute` false) record it again, and tell the agent's leg so.

    Comes back as RecordingPaused or RecordingResumed.
    """

    mute: bool
