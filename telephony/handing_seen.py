"""What the telephones show of a caller who is handed on, beside what the ACD believes: the facts that it missed. Pure.

A transfer, a consultation and a three-way are the dialplan's own doing, so a talk that looks contradicted may only have
gone on: then the fact that says how is told, and the first agent stays kept, the one who is asked stays asked. Which
agent is where is judged by telephony.resync, of which this is a part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from acd.call_facts import CallTransferredOut
from acd.events import Event
from acd.model import Agent, AgentState, CallId, Offer, Seat, SeatId
from acd.talk_facts import (
    ConsultAnswered,
    ConsultBegun,
    ConsultEnded,
    Party,
    ThreeWayBegun,
    TransferBegun,
    TransferDone,
    TransferFailed,
)
from telephony.telephones import LiveCall, Where

BEING_DIALLED = frozenset({Where.DIALLED, Where.RINGING})


class Talks(Protocol):
    """What the ACD believes of conversations."""

    @property
    def offers(self) -> Mapping[CallId, Offer]:
        """Calls for which a phone is being rung."""

    @property
    def talking(self) -> Mapping[CallId, Offer]:
        """Calls with an agent."""

    @property
    def kept(self) -> Mapping[CallId, Offer]:
        """Who is kept for a transfer."""

    @property
    def asked(self) -> Mapping[CallId, Offer]:
        """Who is consulted."""

    @property
    def seats(self) -> Mapping[SeatId, Seat]:
        """Every seat."""


def is_under_way(live: LiveCall, kept: Offer) -> bool:
    """A transfer of which the ACD knows: the phone that is dialled for it is the dialplan's business."""
    return live.where in BEING_DIALLED and live.seat != live.first == kept.seat and kept.attempt < live.attempt


def went_on(live: LiveCall, acd: Talks, at: datetime, *, is_here: bool) -> Event | None:
    """How the conversation that the ACD knows of went on, if the telephones tell.

    `is_here`: the ACD believes that the caller is greeted or waits, or has not heard of the call.
    """
    talk = acd.talking.get(live.call)
    first = talk or acd.kept.get(live.call)
    if live.where is Where.TALKING and live.is_outside and (first or is_here):
        return CallTransferredOut(at=at, call=live.call, attempt=live.attempt, to_kind=Party.OUTSIDE)
    if first is None:
        return None
    if live.where in BEING_DIALLED and live.first == first.seat and first.attempt < live.attempt:
        return _dialled_for(live, acd, first, at)
    if live.where is Where.TALKING and live.in_conference and talk is not None:
        return _in_conference(live, acd, talk, at)
    return None


def _dialled_for(live: LiveCall, acd: Talks, first: Offer, at: datetime) -> Event | None:
    """On the way to somebody, or back to the first agent."""
    numbers = {"attempt": first.attempt, "to_attempt": live.attempt}
    if live.seat == first.seat:
        is_open = first.seat in acd.seats
        return TransferFailed(at=at, call=live.call, **numbers, seat=first.seat) if is_open else None
    if live.call not in acd.talking:
        return None
    to = Party.AGENT if live.seat else Party.OUTSIDE
    return TransferBegun(at=at, call=live.call, **numbers, to=to, seat=live.seat)


def _in_conference(live: LiveCall, acd: Talks, talk: Offer, at: datetime) -> Event | None:
    """Begun, or left by the agent to the one who was asked."""
    if live.seat == talk.seat and talk.attempt < live.attempt:
        return ThreeWayBegun(at=at, call=live.call, attempt=talk.attempt, to_attempt=live.attempt)
    asked = acd.asked.get(live.call)
    if asked is not None and asked.seat == live.seat and talk.attempt == live.attempt:
        return TransferDone(at=at, call=live.call, attempt=talk.attempt, to_attempt=talk.attempt, seat=asked.seat)
    return None


def consultation(
    live: LiveCall, acd: Talks, talk: Offer | None, others: Mapping[SeatId, Agent], at: datetime
) -> Iterator[Event]:
    """Who is asked. `talk`: the conversation, unless it was just found; `others`: whose second phone may be in it."""
    call, attempt = live.call, live.attempt
    asked = acd.asked.get(live.call) if talk is not None else None
    if asked is not None and asked.seat in live.seats and asked.seat != live.seat:
        if asked.attempt == live.attempt and _has_picked_up(live, asked, others):
            yield ConsultAnswered(at=at, call=call, attempt=attempt)
        return
    for seat in sorted(others.keys() & acd.seats.keys()):  # nobody comes to a closed one
        yield ConsultBegun(at=at, call=call, attempt=attempt, to=Party.AGENT, seat=seat)
        if seat in live.answered:
            yield ConsultAnswered(at=at, call=call, attempt=attempt)
        return
    is_known = asked is None and talk is not None and talk.asks_since is not None and talk.attempt == live.attempt
    if live.asks and not is_known:
        yield ConsultBegun(at=at, call=call, attempt=attempt, to=Party.OUTSIDE)
    elif is_known and not live.asks:
        yield ConsultEnded(at=at, call=call, attempt=attempt)


def _has_picked_up(live: LiveCall, asked: Offer, others: Mapping[SeatId, Agent]) -> bool:
    """And is not known to have."""
    agent = others.get(asked.seat)
    if agent is None or agent.id != asked.agent or asked.seat not in live.answered:
        return False
    return (agent.call, agent.state) != (live.call, AgentState.TALKING)
