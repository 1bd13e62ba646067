"""What the telephones do at one moment: every citizen's call on the PBX, and which seats' phones are there.

Read from Asterisk's own lists (`Status`, `DeviceStateList`) with the variables that the dialplan carries on each leg.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, cast

from acd.dial_facts import ONLY_ATTEMPT
from acd.model import AgentId, CallId, QueueName, RingFailure, SeatId, Skills, is_outward
from telephony.message import AmiMessage
from telephony.translate import failure_of, read_moment, read_skills
from telephony.translate_phones import CODES, PHONE, seat_of
from telephony.trunks import is_line

VARIABLES: Final = (
    *(
        "CALL_ID",
        "DNIS",
        "ANI",
        "WITHHELD",
        "QUEUE",
        "SKILLS",
        "CALL_PRIORITY",
        "JOINED",
        "PREFERS",
        "ATTEMPT",
        "SEAT",
        "FIRST_SEAT",
        "DIALSTATUS",
        "SAID",
        "LEAVES",
        "ASKED",
    ),
)
"""What the dialplan carries on a caller's leg and a snapshot reads back."""

AT_ONE_GO: Final = 16
"""Legs, or calls, that are read in one step."""
Legs = dict[CallId, list[tuple[AmiMessage, Mapping[str, str]]]]
"""Of each call: its legs, with what the dialplan carries on them."""
NO_PHONE: Final = frozenset({"UNAVAILABLE", "INVALID"})
GREETING: Final = frozenset({"citizens", "unattended"})
MESSAGE: Final = frozenset({"leave-message", "message"})
OFFER: Final = "offer-call-back"
WAITING: Final = frozenset({"waiting-room", "announce", OFFER})
"""In the line: hearing music, or what the queue's recipe says."""
TALKS: Final = frozenset({"talk-parked", "talk-together", "talk-taken", "talk-room"})
"""Where the caller's leg is in a conversation with its SEAT that is not Dial's, also while somebody is asked."""
ASKING: Final = "talk-parked"
CONFERENCE: Final = "talk-room"
FALLBACK: Final = "fallback"
"""Where Asterisk's own queue has the caller: it may ring somebody when we come back, and then is let ring."""
HANDED_ON: Final = "talk-dial"
"""Where a phone, or somebody outside, is dialled by the dialplan itself."""


class Where(StrEnum):
    """Where a caller's leg is."""

    GREETED = "greeted"  # answered, greeted or in a menu
    WAITING = "waiting"
    DIALLED = "dialled"  # on the way to a phone that has said nothing yet
    RINGING = "ringing"
    TALKING = "talking"
    MESSAGE = "message"  # out of the line by a recipe, asked for a voice message
    ELSEWHERE = "elsewhere"  # on the line, doing what the ACD need not follow


RANG: Final = frozenset({Where.RINGING, Where.TALKING})
WITH_SEAT: Final = RANG | {Where.DIALLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A caller's leg that is there, and what it carries."""

    call: CallId
    where: Where
    queue: QueueName
    skills: Skills = frozenset()
    priority: int = 0
    joined: datetime | None = None
    prefers: AgentId | None = None
    attempt: int = 0
    seat: SeatId | None = None
    failure: RingFailure | None = None  # what the last offer came to, if it failed
    dnis: str = ""
    ani: str = field(default="", repr=False)
    withheld: bool = False
    seats: frozenset[SeatId] = frozenset()  # every seat whose phone is rung or talks for this call
    answered: frozenset[SeatId] = frozenset()  # those of them that have picked up
    first: SeatId | None = None  # of a transfer that is being dialled: whose talk it was; `seat`, if on the way back
    asks: bool = False  # the caller hears music while somebody is asked
    in_conference: bool = False
    is_native: bool = False  # in Asterisk's own queue

    @property
    def is_outside(self) -> bool:
        """Whether the caller is with somebody outside, or on the way there."""
        return self.where in WITH_SEAT and self.seat is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephones:
    """A snapshot: every citizen's call on the PBX, and whether each seat's phone is reachable."""

    calls: Mapping[CallId, LiveCall]
    phones: Mapping[SeatId, bool] = field(default_factory=dict)
    in_use: Mapping[SeatId, frozenset[CallId]] = field(default_factory=dict)  # phones that dial a code: their legs
    lines: Mapping[str, bool] = field(default_factory=dict)
    """Whether each carrier's peer answers: `trunk-NAME`, `carrier`."""


def read_telephones(channels: Sequence[AmiMessage], devices: Iterable[AmiMessage]) -> Telephones:
    """`Status` and `DeviceStateList`, as Asterisk listed them."""
    steps = reading(channels, devices)
    while True:
        try:
            next(steps)
        except StopIteration as read:
            return cast("Telephones", read.value)


def reading(channels: Sequence[AmiMessage], devices: Iterable[AmiMessage]) -> Generator[None, None, Telephones]:
    """The same in steps of less than a millisecond, for who has other things to do in between."""
    calls = yield from _calls((yield from _legs(channels)))
    states = ((device.get("Device", ""), device.get("State", "")) for device in devices)
    there = {name.removeprefix(PHONE): state not in NO_PHONE for name, state in states if name.startswith(PHONE)}
    return Telephones(
        calls=calls,
        phones={SeatId(name): is_there for name, is_there in there.items() if not is_line(name)},
        lines={name: is_there for name, is_there in there.items() if is_line(name)},
        in_use=_codes_dialled(channels),
    )


def _legs(channels: Sequence[AmiMessage]) -> Generator[None, None, Legs]:
    legs: Legs = {}
    for number, channel in enumerate(channels):
        carried = _variables(channel)
        if call := carried.get("CALL_ID"):
            legs.setdefault(CallId(call), []).append((channel, carried))
        if number % AT_ONE_GO == 0:
            yield
    return legs


def _calls(legs: Legs) -> Generator[None, None, dict[CallId, LiveCall]]:
    calls: dict[CallId, LiveCall] = {}
    for number, (call, members) in enumerate(legs.items()):
        for channel, carried in members:
            if channel.get("Uniqueid") == call:
                calls[call] = _read_call(channel, carried, [other for other, _ in members if other is not channel])
        if number % AT_ONE_GO == 0:
            yield
    return calls


def _codes_dialled(channels: Sequence[AmiMessage]) -> Mapping[SeatId, frozenset[CallId]]:
    """Legs on which an agent's phone dials a code, by its seat. (Legs that we dial are born there, too.)"""
    found: dict[SeatId, frozenset[CallId]] = {}
    for leg in channels:
        seat, is_code = _seat_of(leg), leg.get("Context") == CODES and leg.get("Exten", "").startswith("*")
        if is_code and seat is not None:
            found[seat] = found.get(seat, frozenset()) | {CallId(leg["Uniqueid"])}
    return found


def _variables(channel: AmiMessage) -> dict[str, str]:
    pairs = (line.partition("=") for line in channel.all("Variable"))
    return {name: value for name, _, value in pairs if value != "(null)"}


def _read_call(leg: AmiMessage, carried: Mapping[str, str], others: Sequence[AmiMessage]) -> LiveCall:
    if is_outward(CallId(leg["Uniqueid"])):
        return _read_outward(leg, carried)
    seat, context = SeatId(carried.get("SEAT", "")) or None, leg.get("Context")
    phones = _seats_of(others)
    bridged = [other for other in others if leg.get("BridgeID") and other.get("BridgeID") == leg["BridgeID"]]
    is_parked = context in TALKS and seat in phones
    partners = _seats_of(bridged)
    if context == FALLBACK:  # its SEAT is an offer's of ours, before
        seat = next(iter(sorted(phones)), None)
    partner = seat if is_parked or seat in partners else next(iter(sorted(partners)), None)
    return LiveCall(
        call=CallId(leg["Uniqueid"]),
        where=_where(leg, carried, others, is_talking=is_parked or any(map(_is_phone, bridged))),
        queue=QueueName(carried.get("QUEUE", "")),
        skills=read_skills(carried.get("SKILLS", "")),
        priority=_number(carried.get("CALL_PRIORITY", "")),
        joined=read_moment(carried.get("JOINED", "")),
        prefers=AgentId(carried.get("PREFERS", "")) or None,
        attempt=_number(carried.get("ATTEMPT", "")),
        seat=partner if is_parked or bridged else seat,
        seats=phones,
        answered=_seats_of(other for other in others if other.get("ChannelStateDesc") == "Up"),
        first=(SeatId(carried.get("FIRST_SEAT", "")) or None) if context == HANDED_ON else None,
        asks=context == ASKING,
        in_conference=context == CONFERENCE,
        is_native=context == FALLBACK,
        failure=_failure(carried.get("DIALSTATUS", ""), carried.get("SAID", "")),
        dnis=carried.get("DNIS", ""),
        ani=carried.get("ANI", ""),
        withheld=carried.get("WITHHELD") == "yes",
    )


def _read_outward(leg: AmiMessage, carried: Mapping[str, str]) -> LiveCall:
    """A call that we make: this is the agent's leg, and whoever picked up there has the call."""
    where = {"Up": Where.TALKING, "Ringing": Where.RINGING}.get(leg.get("ChannelStateDesc", ""), Where.DIALLED)
    queue = QueueName(carried.get("QUEUE", ""))
    return LiveCall(call=CallId(leg["Uniqueid"]), where=where, queue=queue, attempt=ONLY_ATTEMPT, seat=_seat_of(leg))


def _failure(status: str, sip: str) -> RingFailure | None:
    return failure_of(status, sip, rang=False) if status not in ("", "ANSWER") else None


def _where(leg: AmiMessage, carried: Mapping[str, str], others: Sequence[AmiMessage], *, is_talking: bool) -> Where:
    if is_talking:
        return Where.TALKING
    match leg.get("Context"), leg.get("Application"):
        case context, _ if context in WAITING:
            return Where.WAITING if context != OFFER or carried.get("ASKED") != "yes" else Where.ELSEWHERE
        case ("connect" | "talk-dial", "Dial") | ("fallback", "Queue") if others or leg.get("Application") == "Dial":
            states = {other.get("ChannelStateDesc") for other in others}
            if "Up" in states:
                return Where.TALKING
            return Where.RINGING if "Ringing" in states else Where.DIALLED
        case "connect", _ if carried.get("SEAT"):
            return _beside_dial(carried.get("DIALSTATUS", ""))
        case context, _ if context in GREETING:
            return Where.GREETED
        case context, _ if context in MESSAGE and carried.get("LEAVES") == "yes":
            return Where.MESSAGE
    return Where.ELSEWHERE


def _beside_dial(status: str) -> Where:
    """In an offer's part of the dialplan, before its Dial or after it."""
    if not status:
        return Where.DIALLED
    return Where.ELSEWHERE if status == "ANSWER" else Where.WAITING


def _is_phone(leg: AmiMessage) -> bool:
    return leg.get("Channel", "").startswith(PHONE)


def _seat_of(leg: AmiMessage) -> SeatId | None:
    return seat_of(leg.get("Channel", ""))


def _seats_of(legs: Iterable[AmiMessage]) -> frozenset[SeatId]:
    return frozenset(filter(None, map(_seat_of, legs)))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
