"""What a call went through, as acd.inquiry saw it: stretches of waiting, offers, and who went before. Pure data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from acd.matching import Ask
from acd.model import AgentId, CallId, SeatId, WaitingCall
from acd.why import CallRule, Choice, Kept


class Phase(StrEnum):
    """What a call is doing, and if it waits, for what."""

    ELSEWHERE = "elsewhere"  # not heard of yet, greeted, in a menu, or gone
    ALL_BUSY = "all_busy"  # who can serve it is busy
    NOBODY = "nobody"  # nobody on duty can serve it
    OFFERED = "offered"  # somebody's phone is being rung
    RESTS = "rests"  # the last order was not carried out
    LEAVES = "leaves"  # its recipe sends it to where a message is asked for
    HELD = "held"  # waits only for the agent whom the citizen knows
    BLIND = "blind"  # facts are missing: nothing is offered
    TALKING = "talking"
    UNEXPLAINED = "unexplained"  # somebody is free for it and not offered it: a defect


class OfferEnd(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CALLER_GONE = "caller_gone"
    NOT_CARRIED_OUT = "not_carried_out"
    SEAT_CLOSED = "seat_closed"
    TAKEN_BACK = "taken_back"  # whatever else, an earlier agent's late answer among it


@dataclass(slots=True)
class Before:
    """Another call that was offered to somebody who could serve this one, while it waited."""

    at: datetime
    call: CallId
    agent: AgentId
    rule: CallRule
    ahead: timedelta  # how much longer than this one it had waited, priority apart
    priority: int


@dataclass(slots=True)
class Offered:
    """One offer of this call. `choice` is None where the dialplan made it."""

    at: datetime
    attempt: int
    agent: AgentId
    seat: SeatId
    choice: Choice | None = None
    rang: datetime | None = None
    ended: datetime | None = None
    end: OfferEnd = OfferEnd.OPEN


@dataclass(slots=True)
class Span:
    """A stretch in which the call did one thing. `kept`: agents' seconds by what kept them from it, while it waited."""

    phase: Phase
    since: datetime
    until: datetime | None = None
    place: int | None = None  # in the line of its queue, at the beginning
    asks: Ask | None = None
    offer: Offered | None = None
    agent: AgentId | None = None
    kept: dict[Kept, float] = field(default_factory=dict)
    before: list[Before] = field(default_factory=list)
    names: dict[Kept, list[AgentId]] = field(default_factory=dict)  # who was kept by what, at the beginning

    @property
    def seconds(self) -> float:
        """How long it was."""
        return 0.0 if self.until is None else (self.until - self.since).total_seconds()


@dataclass(slots=True)
class Account:
    """Everything that was seen."""

    call: CallId
    arrived: datetime | None = None
    hotline: str = ""
    joined: WaitingCall | None = None
    ended: datetime | None = None
    spans: list[Span] = field(default_factory=list)
    offers: list[Offered] = field(default_factory=list)
    last: datetime | None = None  # up to when it was watched
