"""What AMI tells of a seat's phone alone: whether it is registered, and when a code that it dialled is over. Pure.

    ContactStatus a phone came or went                 -> PhoneRegistered, PhoneLost
    Hangup        of a leg in the codes' context       -> PhoneFreed (that it is taken, telephony.reception tells)

It remembers where each phone registered last: one that moves is announced at its new address, then removed at the old.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from acd.events import Event, PhoneLost, PhoneRegistered
from acd.model import CallId, SeatId
from acd.phone_facts import PhoneFreed
from telephony.trunks import is_line

PHONE: Final = "PJSIP/"
CODES: Final = "agents"
"""The context in which phones dial us; also the one in which legs are born that we dial to them."""
REGISTERED: Final = frozenset({"Created", "Updated", "Reachable", "NonQualified"})
LOST: Final = frozenset({"Removed", "Unreachable"})

Message = Mapping[str, str]


class PhoneNews:
    """One AMI connection's ear for the phones."""

    def __init__(self) -> None:
        self._contacts: dict[SeatId, str] = {}

    def forget(self) -> None:
        """News of registrations was missed; who is there is looked up anew."""
        self._contacts.clear()

    def contact(self, message: Message, at: datetime) -> tuple[Event, ...]:
        """What a ContactStatus means: a phone is there, is gone, or neither."""
        seat, status = SeatId(message.get("AOR", "")), message.get("ContactStatus", "")
        if is_line(seat):
            return ()  # a carrier's peer (telephony.trunks)
        contact = message.get("URI", "")
        if status in REGISTERED:
            self._contacts[seat] = contact
            return (PhoneRegistered(at=at, seat=seat),)
        if status not in LOST or self._contacts.get(seat, contact) != contact:
            return ()
        self._contacts.pop(seat, None)
        return (PhoneLost(at=at, seat=seat),)

    @staticmethod
    def hung_up(message: Message, at: datetime) -> tuple[Event, ...]:
        """What the Hangup of a phone's own leg means. One that dialled no code is no use that anybody knows of."""
        seat = seat_of(message.get("Channel", ""))
        if message.get("Context") != CODES or seat is None:
            return ()
        return (PhoneFreed(at=at, seat=seat, use=CallId(message.get("Uniqueid", ""))),)


def seat_of(channel: str) -> SeatId | None:
    """`PJSIP/8001-0000002a` belongs to seat 8001; a carrier's line to none."""
    name = channel.removeprefix(PHONE).rpartition("-")[0] if channel.startswith(PHONE) else ""
    return SeatId(name) if name and not is_line(name) else None
