"""What the telephones do now, beside what the ACD believes: the difference, as ordinary facts.

AMI has no replay, so this is how anything missed is found again. The telephones are always right. A call the dialplan
does something with that is none of the ACD's business (a menu, the fallback queue) is left alone: its caller's leg
lives, that is proof enough. Callers who are handed on: telephony.handing_seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from acd.call_facts import MessageBegun
from acd.events import (
    AgentAnswered,
    CallArrived,
    CallEnded,
    CallJoined,
    Event,
    OfferFound,
    PhoneDialled,
    RingFailed,
    RingStarted,
    TalkEnded,
)
from acd.model import (
    Agent,
    AgentState,
    CallId,
    Offer,
    RingFailure,
    SeatId,
    WaitingCall,
    is_outward,
)
from acd.talk_facts import ConsultEnded
from telephony.handing_seen import Talks, consultation, is_under_way, went_on
from telephony.phones_seen import Floor, phones, uses
from telephony.telephones import WITH_SEAT, LiveCall, Telephones, Where
from telephony.translate import Arrival


class Acd(Talks, Floor, Protocol):
    """What the ACD believes: `acd.distributor.Distributor`."""

    @property
    def waiting(self) -> Sequence[WaitingCall]:
        """Calls not talking yet."""

    @property
    def arrived(self) -> Collection[CallId]:
        """Calls greeted or in a menu."""

    @property
    def calls(self) -> frozenset[CallId]:
        """Every call not known to have ended."""

    def attempts(self, call: CallId) -> int:
        """The number of the call's last offer."""

    def has_ended(self, call: CallId) -> bool:
        """Whether the call is known to be over."""

    def sitting_at(self, seat: SeatId) -> Agent | None:
        """Who is logged on at a seat."""


def difference(
    now: Telephones,
    acd: Acd,
    at: datetime,
    known: Collection[CallId] | None = None,
    known_uses: Collection[CallId] | None = None,
) -> tuple[Event, ...]:
    """What must be told, in this order, so that the ACD believes what the telephones do; () when it does.

    Only calls of `known` and codes of `known_uses` can be missing: those the ACD knew when the snapshot began (None:
    nothing was told since).
    """
    view = _View(now, acd, at)
    gone = sorted((acd.calls if known is None else acd.calls & set(known)) - now.calls.keys() - view.on_the_way())
    calls = [now.calls[call] for call in sorted(now.calls) if not acd.has_ended(call)]
    return (
        *(CallEnded(at=at, call=call, missed=True) for call in gone),
        *(fact for live in calls for fact in view.closings(live)),
        *(fact for live in calls for fact in view.openings(live)),
        *phones(now, acd, at),
        *uses(now, acd, at, known_uses),
    )


def newcomers(now: Telephones, acd: Acd, at: datetime, *, known_too: bool = False) -> Iterator[Arrival]:
    """Calls that the ACD has not heard of, or all (the book may lack those too), with their numbers for the book."""
    known = frozenset[CallId]() if known_too else acd.calls
    for live in now.calls.values():
        if live.call not in known and not acd.has_ended(live.call) and not is_outward(live.call):
            yield Arrival(at=at, call=live.call, dnis=live.dnis, ani=live.ani, withheld=live.withheld)


class _View:
    def __init__(self, now: Telephones, acd: Acd, at: datetime) -> None:
        self._now, self._acd, self._at = now, acd, at
        self._waiting = {waiting.id for waiting in acd.waiting}
        self._known = acd.calls
        engaged = [live for live in now.calls.values() if live.where in WITH_SEAT]
        self._occupied = {seat: live.call for live in engaged for seat in live.seats}
        self._occupied |= {live.seat: live.call for live in engaged if live.seat}

    def on_the_way(self) -> set[CallId]:
        """Calls that we make whose order has no effect yet: its deadline judges it, unless the seat has a call."""
        open_ones = self._acd.offers.items()
        return {
            call
            for call, offer in open_ones
            if is_outward(call) and not offer.dialled and offer.seat not in self._occupied
        }

    def closings(self, live: LiveCall) -> Iterator[Event]:
        """Offers and conversations that are over."""
        talk, offer = self._acd.talking.get(live.call), self._acd.offers.get(live.call)
        went_on = self._went_on(live)
        if talk is not None and went_on is None and self._contradicts(live, talk):
            yield TalkEnded(at=self._at, call=live.call, attempt=talk.attempt)
        if offer is not None and self._has_failed(live, offer):
            failure = live.failure if live.attempt == offer.attempt else None
            failure = failure or RingFailure.NOT_CARRIED_OUT
            yield RingFailed(at=self._at, call=live.call, attempt=offer.attempt, failure=failure)
        kept, asked = self._acd.kept.get(live.call), self._acd.asked.get(live.call)
        if kept is not None and went_on is None and self._is_over_for(live, kept):
            yield TalkEnded(at=self._at, call=live.call, attempt=kept.attempt)
        if asked is not None and (asked.seat not in live.seats or self._is_elsewhere(live, asked)):
            yield ConsultEnded(at=self._at, call=live.call, attempt=asked.attempt)

    def _went_on(self, live: LiveCall) -> Event | None:
        """Not if the first agent's own phone is with another caller: then that talk is over in any case."""
        first = self._acd.talking.get(live.call) or self._acd.kept.get(live.call)
        if is_outward(live.call) or self._is_on_the_way(live) or (first and self._is_elsewhere(live, first)):
            return None
        is_here = live.call in self._waiting or live.call in self._acd.arrived or live.call not in self._known
        return went_on(live, self._acd, self._at, is_here=is_here)

    def _is_over_for(self, live: LiveCall, kept: Offer) -> bool:
        """The caller has somebody else, or waits; or the phone of whoever is kept is with another caller."""
        has_another = live.where is Where.TALKING and live.attempt > kept.attempt
        return has_another or live.where is Where.WAITING or self._is_elsewhere(live, kept)

    def _is_elsewhere(self, live: LiveCall, offer: Offer) -> bool:
        return self._occupied.get(offer.seat, live.call) != live.call

    @staticmethod
    def _contradicts(live: LiveCall, talk: Offer) -> bool:
        """The telephones show another talk, or the caller without one, or no phone of the agent's in it."""
        if live.where in WITH_SEAT:
            return (live.where, live.attempt, live.seat) != (Where.TALKING, talk.attempt, talk.seat)
        return live.where is Where.WAITING or talk.seat not in live.seats

    def _has_failed(self, live: LiveCall, offer: Offer) -> bool:
        """An order that has no effect yet is on its way: its own deadline judges it, unless the seat has a call."""
        is_older = live.attempt < offer.attempt
        if live.where in WITH_SEAT and (live.attempt, live.seat) == (offer.attempt, offer.seat):
            return False
        if self._occupied.get(offer.seat, live.call) != live.call:
            return True
        return (live.where in WITH_SEAT or live.where is Where.WAITING) and (offer.dialled or not is_older)

    def openings(self, live: LiveCall) -> Iterator[Event]:
        """Calls, offers and conversations that are there."""
        if is_outward(live.call):
            yield from self._outward(live)
            return
        if live.call not in self._known:
            yield CallArrived(at=self._at, call=live.call, hotline=live.dnis)
        if live.where is Where.WAITING:
            if live.call not in self._waiting or self._acd.attempts(live.call) < live.attempt:
                yield self._joined(live)
        elif live.where is Where.MESSAGE and live.call in self._waiting:
            offer = self._acd.offers.get(live.call)
            if offer is None or self._has_failed(live, offer):
                yield MessageBegun(at=self._at, call=live.call)
        elif live.where in WITH_SEAT:
            yield from self._engaged(live)

    def _engaged(self, live: LiveCall) -> Iterator[Event]:
        """Somebody is dialled for the caller, or talks with them."""
        fact, kept = self._went_on(live), self._acd.kept.get(live.call)
        if fact is not None:
            yield fact
            if live.where is Where.RINGING:
                yield RingStarted(at=self._at, call=live.call, attempt=live.attempt)
        elif kept is not None and is_under_way(live, kept) and not self._is_elsewhere(live, kept):
            yield from self._outward(live)
        else:
            yield from self._with_seat(live)
        if live.where is Where.TALKING and self._has_talk(live):
            talk = self._acd.talking.get(live.call)
            goes_on = talk is not None and (fact is not None or not self._contradicts(live, talk))
            yield from consultation(live, self._acd, talk if goes_on else None, self._others(live), self._at)

    def _has_talk(self, live: LiveCall) -> bool:
        """Whether the ACD has this talk once it is told what was found."""
        talk, offer = self._acd.talking.get(live.call), self._acd.offers.get(live.call)
        if live.seat is None:
            return False
        if talk is not None and talk.seat == live.seat and not self._is_elsewhere(live, talk):
            return True
        if offer is not None and (offer.attempt, offer.seat) == (live.attempt, live.seat):
            return True
        agent = self._acd.sitting_at(live.seat)
        return agent is not None and not self._is_engaged(agent, live.call) and not self._is_on_the_way(live)

    def _others(self, live: LiveCall) -> Mapping[SeatId, Agent]:
        """Whose phone is a second one in the call."""
        found = {seat: self._acd.sitting_at(seat) for seat in live.seats - {live.seat}}
        return {seat: one for seat, one in found.items() if one is not None and not self._is_engaged(one, live.call)}

    def _is_on_the_way(self, live: LiveCall) -> bool:
        """An order newer than what is seen."""
        offer = self._acd.offers.get(live.call)
        is_newer = offer is not None and live.attempt < offer.attempt and not offer.dialled
        return offer is not None and is_newer and not self._has_failed(live, offer)

    def _outward(self, live: LiveCall) -> Iterator[Event]:
        """A call that we make, of which the ACD knows: it was on disk before it was sent."""
        offer = self._acd.offers.get(live.call)
        if offer is not None:
            yield from self._progress(live, offer)

    def _with_seat(self, live: LiveCall) -> Iterator[Event]:
        talk, offer = self._acd.talking.get(live.call), self._acd.offers.get(live.call)
        if talk is not None and not self._contradicts(live, talk):
            return
        if self._is_on_the_way(live):
            return
        if offer is not None and self._has_failed(live, offer):
            offer = None
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
        if other.where is Where.WAITING or agent.seat is None:
            return False
        asked = self._acd.asked.get(other.call)
        if asked is not None and asked.agent == agent.id:
            return asked.seat in other.seats and not self._is_elsewhere(other, asked)
        if other.where in WITH_SEAT:
            return (other.attempt, other.seat) == (agent.attempt, agent.seat)
        return agent.state is AgentState.TALKING and agent.seat in other.seats

    def _joined(self, live: LiveCall) -> CallJoined:
        return CallJoined(
            at=self._at,
            call=live.call,
            queue=live.queue,
            skills=live.skills,
            priority=live.priority,
            joined=live.joined,
            attempts=live.attempt,
            prefers=live.prefers,
        )
