"""What the dialplan says of a caller who is handed on, in the ACD's words (transfers.conf, docs/talk.md). Pure.

    TransferBegun  blind, to a phone or outside       -> TransferBegun
    TransferFailed the first agent is rung again      -> TransferFailed
    TransferDone   who was asked has the caller       -> TransferDone, or CallTransferredOut
    ConsultBegun, ConsultAnswered, ConsultOver        -> ConsultBegun, ConsultAnswered, ConsultEnded
    ThreeWayBegun  the caller is in the conference    -> ThreeWayBegun
    PartyLeft      of the conference, two stay        -> TransferDone or CallTransferredOut (the agent left),
                                                         ConsultEnded (the other one)

The last of a conference to leave is told by DialOver.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from acd.call_facts import CallTransferredOut
from acd.events import Event
from acd.model import CallId, RingFailure, SeatId
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

SAID = frozenset(
    {
        *("TransferBegun", "TransferFailed", "TransferDone", "ThreeWayBegun", "PartyLeft"),
        *("ConsultBegun", "ConsultAnswered", "ConsultOver"),
    }
)


def told(message: Mapping[str, str], at: datetime, failure: RingFailure | None) -> Event | None:
    """The fact in one of `SAID`; None if it is none. `failure`: what a ConsultOver's status means."""
    call, attempt = CallId(message.get("CallId", "")), int(message["Attempt"])
    seat = SeatId(message["Seat"]) if message.get("Seat") else None
    to = Party(message["To"]) if message.get("To") else Party.AGENT
    match message.get("UserEvent"):
        case "ConsultBegun":
            return ConsultBegun(at=at, call=call, attempt=attempt, to=to, seat=seat)
        case "ConsultAnswered":
            return ConsultAnswered(at=at, call=call, attempt=attempt)
        case "ConsultOver":
            return ConsultEnded(at=at, call=call, attempt=attempt, failure=failure)
        case "PartyLeft":
            return _left(message, at, call, attempt)
    return _next_conversation(message, at, to, seat)


def _next_conversation(message: Mapping[str, str], at: datetime, to: Party, seat: SeatId | None) -> Event | None:
    call, attempt, to_attempt = CallId(message["CallId"]), int(message["Attempt"]), int(message["ToAttempt"])
    match message.get("UserEvent"):
        case "TransferBegun":
            return TransferBegun(at=at, call=call, attempt=attempt, to_attempt=to_attempt, to=to, seat=seat)
        case "TransferFailed" if seat is not None:
            return TransferFailed(at=at, call=call, attempt=attempt, to_attempt=to_attempt, seat=seat)
        case "TransferDone":
            return _handed_over(at, call, (attempt, to_attempt), seat)
        case "ThreeWayBegun":
            return ThreeWayBegun(at=at, call=call, attempt=attempt, to_attempt=to_attempt)
    return None


def _handed_over(at: datetime, call: CallId, attempts: tuple[int, int], seat: SeatId | None) -> Event:
    if seat is None:
        return CallTransferredOut(at=at, call=call, attempt=attempts[1], to_kind=Party.OUTSIDE)
    return TransferDone(at=at, call=call, attempt=attempts[0], to_attempt=attempts[1], seat=seat)


def _left(message: Mapping[str, str], at: datetime, call: CallId, attempt: int) -> Event | None:
    if int(message.get("Parties") or 0) < 2:
        return None
    if message.get("Who") == "agent":
        seat = SeatId(message["Seat"]) if message.get("Seat") else None
        return _handed_over(at, call, (attempt, attempt), seat)
    return ConsultEnded(at=at, call=call, attempt=attempt)
