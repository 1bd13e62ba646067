"""What the telephones do now, beside what the ACD believes: the difference, as ordinary facts.

AMI has no replay, so this is how anything missed is found again. Asterisk's list of channels (`Status`, with the
variables that the dialplan carries) is read into `Telephones`; `difference` compares it with the ACD and says what must
have happened. The telephones are always right. A call the dialplan does something with that is none of the ACD's
business (a menu, a transfer, the fallback queue) is left alone: its caller's leg lives, that is proof enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from acd.events import (
    AgentAnswered,
    CallArrived,
    CallEnded,
    CallJoined,
    Event,
    OfferFound,
    PhoneDialled,
    PhoneLost,
    PhoneRegistered,
    RingFailed,
    RingStarted,
    TalkEnded,
)
from acd.model import (
    Agent,
    AgentId,
    AgentState,
    BreakReason,
    CallId,
    Offer,
    QueueName,
    RingFailure,
    SeatId,
    Skills,
    WaitingCall,
)
from telephony.message import AmiMessage
from telephony.translate import Arrival, failure_of, read_moment, read_skills

VARIABLES: Final = (
    *("CALL_ID", "DNIS", "ANI", "QUEUE", "SKILLS", "CALL_PRIORITY", "JOINED", "ATTEMPT", "SEAT", "DIALSTATUS", "SAID"),
)
"""What the dialplan carries on a caller's leg and a snapshot reads back."""

PHONE: Final = "PJSIP/"
NO_PHONE: Final = frozenset({"UNAVAILABLE", "INVALID"})
GREETING: Final = frozenset({"citizens", "unattended"})


class Where(StrEnum):
    """Where a caller's leg is."""

    GREETED = "greeted"  # answered, greeted or in a menu
    WAITING = "waiting"
    DIALLED = "dialled"  # on the way to a phone that has said nothing yet
    RINGING = "ringing"
    TALKING = "talking"
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
    attempt: int = 0
    seat: SeatId | None = None
    failure: RingFailure | None = None  # what the last offer came to, if it failed
    dnis: str = ""
    ani: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephones:
    """A snapshot: every citizen's call on the PBX, and whether each seat's phone is reachable."""

    calls: Mapping[CallId, LiveCall]
    phones: Mapping[SeatId, bool] = field(default_factory=dict)


class Acd(Protocol):
    """What the ACD believes: `acd.distributor.Distributor`."""

    @property
    def waiting(self) -> Sequence[WaitingCall]:
        """Calls not talking yet."""

    @property
    def arrived(self) -> Collection[CallId]:
        """Calls greeted or in a menu."""

    @property
    def offers(self) -> Mapping[CallId, Offer]:
        """Calls for which a phone is being rung."""

    @property
    def talking(self) -> Mapping[CallId, Offer]:
        """Calls with an agent."""

    @property
    def calls(self) -> frozenset[CallId]:
        """Every call not known to have ended."""

    @property
    def agents(self) -> Mapping[AgentId, Agent]:
        """Everybody."""

    def attempts(self, call: CallId) -> int:
        """The number of the call's last offer."""

    def has_ended(self, call: CallId) -> bool:
        """Whether the call is known to be over."""

    def sitting_at(self, seat: SeatId) -> Agent | None:
        """Who is logged on at a seat."""


# ---- reading a snapshot


def read_telephones(channels: Sequence[AmiMessage], devices: Iterable[AmiMessage]) -> Telephones:
    """`Status` and `DeviceStateList`, as Asterisk listed them."""
    legs: dict[str, list[tuple[AmiMessage, Mapping[str, str]]]] = {}
    for channel in channels:
        carried = _variables(channel)
        if carried.get("CALL_ID"):
            legs.setdefault(carried["CALL_ID"], []).append((channel, carried))
    calls = [
        _read_call(channel, carried, [other for other, _ in legs[call] if other is not channel])
        for call, members in legs.items()
        for channel, carried in members
        if channel.get("Uniqueid") == call
    ]
    states = ((device.get("Device", ""), device.get("State", "")) for device in devices)
    phones = {SeatId(name.removeprefix(PHONE)): state not in NO_PHONE for name, state in states if name[:6] == PHONE}
    return Telephones(calls={live.call: live for live in calls}, phones=phones)


def _variables(channel: AmiMessage) -> dict[str, str]:
    pairs = (line.partition("=") for line in channel.all("Variable"))
    return {name: value for name, _, value in pairs if value != "(null)"}


def _read_call(leg: AmiMessage, carried: Mapping[str, str], others: Sequence[AmiMessage]) -> LiveCall:
    bridged = [other for other in others if leg.get("BridgeID") and other.get("BridgeID") == leg["BridgeID"]]
    partner = next((seat for seat in map(_seat_of, bridged) if seat), None)
    return LiveCall(
        call=CallId(leg["Uniqueid"]),
        where=_where(leg, others, is_with_seat=partner is not None),
        queue=QueueName(carried.get("QUEUE", "")),
        skills=read_skills(carried.get("SKILLS", "")),
        priority=_number(carried.get("CALL_PRIORITY", "")),
        joined=read_moment(carried.get("JOINED", "")),
        attempt=_number(carried.get("ATTEMPT", "")),
        seat=partner or SeatId(carried.get("SEAT", "")) or None,
        failure=_failure(carried.get("DIALSTATUS", ""), carried.get("SAID", "")),
        dnis=carried.get("DNIS", ""),
        ani=carried.get("ANI", ""),
    )


def _failure(status: str, sip: str) -> RingFailure | None:
    return failure_of(status, sip, rang=False) if status not in ("", "ANSWER") else None


def _where(leg: AmiMessage, others: Sequence[AmiMessage], *, is_with_seat: bool) -> Where:
    if is_with_seat:
        return Where.TALKING
    match leg.get("Context"), leg.get("Application"):
        case "waiting-room", _:
            return Where.WAITING
        case "connect", "Dial":
            states = {other.get("ChannelStateDesc") for other in others}
            if "Up" in states:
                return Where.TALKING
            return Where.RINGING if "Ringing" in states else Where.DIALLED
        case context, _ if context in GREETING:
            return Where.GREETED
    return Where.ELSEWHERE


def _seat_of(leg: AmiMessage) -> SeatId | None:
    """`PJSIP/8001-0000002a` belongs to seat 8001."""
    name = leg.get("Channel", "")
    return SeatId(name.removeprefix(PHONE).rpartition("-")[0]) if name.startswith(PHONE) else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


# ---- the difference


def difference(now: Telephones, acd: Acd, at: datetime, known: Collection[CallId] | None = None) -> tuple[Event, ...]:
    """What must be told, in this order, so that the ACD believes what the telephones do; () when it does.

    Only calls of `known` can be missing: those the ACD knew when the snapshot began (None: nothing was told since).
    """
    view = _View(now, acd, at)
    gone = sorted((acd.calls if known is None else acd.calls & set(known)) - now.calls.keys())
    calls = [now.calls[call] for call in sorted(now.calls) if not acd.has_ended(call)]
    return (
        *(CallEnded(at=at, call=call) for call in gone),
        *(fact for live in calls for fact in view.closings(live)),
        *(fact for live in calls for fact in view.openings(live)),
        *view.phones(),
    )


def newcomers(now: Telephones, acd: Acd, at: datetime) -> Iterator[Arrival]:
    """Calls that the ACD has not heard of, with their numbers for the call book."""
    for live in now.calls.values():
        if live.call not in acd.calls and not acd.has_ended(live.call):
            yield Arrival(at=at, call=live.call, dnis=live.dnis, ani=live.ani)


class _View:
    def __init__(self, now: Telephones, acd: Acd, at: datetime) -> None:
        self._now, self._acd, self._at = now, acd, at
        self._waiting = {waiting.id for waiting in acd.waiting}
        self._known = acd.calls
        self._occupied = {live.seat: live.call for live in now.calls.values() if live.where in WITH_SEAT}

    def closings(self, live: LiveCall) -> Iterator[Event]:
        """Offers and conversations that are over."""
        talk, offer = self._acd.talking.get(live.call), self._acd.offers.get(live.call)
        if talk is not None and self._contradicts(live, talk):
            yield TalkEnded(at=self._at, call=live.call, attempt=talk.attempt)
        if offer is not None and self._has_failed(live, offer):
            failure = live.failure if live.attempt == offer.attempt else None
            failure = failure or RingFailure.NOT_CARRIED_OUT
            yield RingFailed(at=self._at, call=live.call, attempt=offer.attempt, failure=failure)

    @staticmethod
    def _contradicts(live: LiveCall, talk: Offer) -> bool:
        if live.where in WITH_SEAT:
            return (live.where, live.attempt) != (Where.TALKING, talk.attempt)
        return live.where is Where.WAITING

    def _has_failed(self, live: LiveCall, offer: Offer) -> bool:
        """An order that has no effect yet is on its way: its own deadline judges it, unless the seat has a call."""
        is_older = live.attempt < offer.attempt
        if live.where in WITH_SEAT:
            return live.attempt > offer.attempt or (is_older and offer.dialled)
        if self._occupied.get(offer.seat, live.call) != live.call:
            return True
        return live.where is Where.WAITING and (offer.dialled or not is_older)

    def openings(self, live: LiveCall) -> Iterator[Event]:
        """Calls, offers and conversations that are there."""
        if live.where is not Where.ELSEWHERE and live.call not in self._known:
            yield CallArrived(at=self._at, call=live.call, hotline=live.dnis)
        if live.where is Where.WAITING:
            if live.call not in self._waiting or self._acd.attempts(live.call) < live.attempt:
                yield self._joined(live)
        elif live.where in WITH_SEAT:
            yield from self._with_seat(live)

    def _with_seat(self, live: LiveCall) -> Iterator[Event]:
        talk, offer = self._acd.talking.get(live.call), self._acd.offers.get(live.call)
        if talk is not None and not self._contradicts(live, talk):
            return
        if offer is not None and live.attempt < offer.attempt and not offer.dialled:
            return  # a newer order is on its way
        if offer is None or offer.attempt != live.attempt:
            agent = self._acd.sitting_at(live.seat) if live.seat else None
            if agent is None or live.seat is None or self._is_engaged(agent, live.call):
                return  # nobody of ours: whatever it is, it goes on, and its end will be told
            if live.call not in self._waiting:
                yield self._joined(live)
            yield OfferFound(
                at=self._at,
                call=live.call,
                attempt=live.attempt,
                agent=agent.id,
                seat=live.seat,
                queue=live.queue,
                talking=live.where is Where.TALKING,
            )
            offer = None
        yield from self._progress(live, offer)

    def _progress(self, live: LiveCall, offer: Offer | None) -> Iterator[Event]:
        """How far the offer is; None: it was just found."""
        if live.where is Where.TALKING:
            yield AgentAnswered(at=self._at, call=live.call, attempt=live.attempt)
            return
        if offer is not None and not offer.dialled:
            yield PhoneDialled(at=self._at, call=live.call, attempt=live.attempt)
        is_told = offer is not None and self._acd.agents[offer.agent].state is AgentState.RINGING
        if live.where is Where.RINGING and not is_told:
            yield RingStarted(at=self._at, call=live.call, attempt=live.attempt)

    def _is_engaged(self, agent: Agent, call: CallId) -> bool:
        """Whether the telephones themselves say that the agent is with another caller."""
        other = self._now.calls.get(agent.call) if agent.call is not None and agent.call != call else None
        if other is None:
            return False
        if other.where in WITH_SEAT:
            return other.attempt == agent.attempt
        return agent.state is AgentState.TALKING and other.where is not Where.WAITING

    def _joined(self, live: LiveCall) -> CallJoined:
        return CallJoined(
            at=self._at,
            call=live.call,
            queue=live.queue,
            skills=live.skills,
            priority=live.priority,
            joined=live.joined,
            attempts=live.attempt,
        )

    def phones(self) -> Iterator[Event]:
        """Phones that came or went, as far as it changes what their agents can do."""
        for agent in sorted(self._acd.agents.values(), key=lambda agent: agent.id):
            is_there = self._now.phones.get(agent.seat) if agent.seat is not None else None
            if agent.seat is None or is_there is None:
                continue
            if agent.state is AgentState.READY and not is_there:
                yield PhoneLost(at=self._at, seat=agent.seat)
            was_lost = agent.state is AgentState.ON_BREAK and agent.reason is BreakReason.PHONE_UNREACHABLE
            if was_lost and agent.until is None and is_there:
                yield PhoneRegistered(at=self._at, seat=agent.seat)
