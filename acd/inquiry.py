"""One call's waiting, watched while the past is played again: in which stretches it waited, and for what. Pure.

Tell it every step after the distributor decided it; `account` says what was seen. The work per step is for the agents
whom the step touched, so an hour beside 500 agents costs little more than the replay itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from acd.account import Account, Before, Offered, OfferEnd, Phase, Span
from acd.commands import Command, RingAgent
from acd.distributor import Distributor
from acd.events import AgentAnswered, CallArrived, CallEnded, CallJoined, Event, RingFailed, RingStarted, SeatClosed
from acd.matching import Ask, ask_of, rank
from acd.model import AgentId, AgentState, CallId, Offer, WaitingCall
from acd.why import LASTING, Bar, CallRule, Choice, Kept, choices, goes_first_by, in_line, kept_from, may_be_offered

WAITS: Final = frozenset(
    {Phase.ALL_BUSY, Phase.NOBODY, Phase.RESTS, Phase.LEAVES, Phase.HELD, Phase.BLIND, Phase.UNEXPLAINED, Phase.OFFERED}
)


class Inquiry:
    """Watches one call."""

    def __init__(self, call: CallId, *, with_names: bool = False) -> None:
        """`with_names`: keep for each stretch by name what kept every single agent; else only how many."""
        self._call, self._with_names = call, with_names
        self.account = Account(call)
        self._core: Distributor | None = None
        self._ask: Ask | None = None
        self._kept: dict[AgentId, tuple[Kept, datetime]] = {}
        self._able: dict[AgentId, None] = {}  # who can serve it, busy or not
        self._free: dict[AgentId, None] = {}
        self._open: Offered | None = None

    def note(self, core: Distributor, event: Event, orders: Sequence[Command]) -> None:
        """The event was decided; `orders` followed."""
        at, call = event.at, core.waits(self._call)
        self.account.last = at
        self._note_news(event)
        if call is not None:
            self.account.joined = self.account.joined or call
            self._look_at_agents(core, call, at)
            self._note_overtaking(core, call, orders)
        else:
            self._core = None  # should it wait again, everybody is looked at anew
        self._note_offers(core, event, orders)
        self._turn(core, call, at)

    # ---- what is told of the call itself

    def _note_news(self, event: Event) -> None:
        if getattr(event, "call", None) != self._call:
            return
        match event:
            case CallArrived():
                self.account.arrived, self.account.hotline = event.at, event.hotline
            case CallEnded():
                self.account.ended = event.at
            case RingStarted() if self._open is not None and self._open.attempt == event.attempt:
                self._open.rang = self._open.rang or event.at
            case _:
                return

    # ---- who could serve it

    def _look_at_agents(self, core: Distributor, call: WaitingCall, at: datetime) -> None:
        is_anew = core is not self._core or ask_of(call) != self._ask
        self._core, self._ask = core, ask_of(call)
        whom: Iterable[AgentId] = core.agents if is_anew else dict.fromkeys(core.touched)
        if is_anew:
            self._settle(at)
            for line in (self._kept, self._able, self._free):
                line.clear()
        for agent in whom:
            self._put(agent, kept_from(core, core.agents[agent], self._ask), at)

    def _put(self, agent: AgentId, kept: Kept, at: datetime) -> None:
        was = self._kept.get(agent)
        if was is not None:
            if was[0] == kept:
                return
            self._spend(*was, at)
        self._kept[agent] = kept, at
        for line, belongs in ((self._able, kept.bar not in LASTING), (self._free, kept.bar is Bar.NOTHING)):
            if belongs:
                line[agent] = None
            else:
                line.pop(agent, None)

    def _spend(self, kept: Kept, since: datetime, at: datetime) -> None:
        span = self.account.spans[-1] if self.account.spans else None
        if span is not None and span.phase in WAITS:
            seconds = (at - max(since, span.since)).total_seconds()
            if seconds > 0:
                span.kept[kept] = span.kept.get(kept, 0.0) + seconds

    def _settle(self, at: datetime) -> None:
        """The stretch ends or is cut here: everybody's seconds so far count."""
        for agent, (kept, since) in self._kept.items():
            self._spend(kept, since, at)
            self._kept[agent] = kept, at

    # ---- who went before it

    def _note_overtaking(self, core: Distributor, call: WaitingCall, orders: Sequence[Command]) -> None:
        rings = [order for order in orders if isinstance(order, RingAgent)]
        is_ours = any(order.call == call.id for order in rings)
        could_be = (may_be_offered(core, call) or is_ours) and not core.is_blind and call.held_until is None
        for order in rings:
            if order.call == call.id:
                return  # what was decided after it did not go before it
            other = core.waits(order.call)
            if other is None or order.agent not in self._able:
                continue
            rule = goes_first_by(other, call) if could_be else CallRule.MEANWHILE
            if self.account.spans:
                ahead = call.joined - other.joined
                one = Before(order.at, other.id, order.agent, rule, ahead, other.priority)
                self.account.spans[-1].before.append(one)

    # ---- its offers

    def _note_offers(self, core: Distributor, event: Event, orders: Sequence[Command]) -> None:
        if self._open is not None and not _is(self._open, core.offers.get(self._call)):
            self._open.ended, self._open.end = event.at, self._end_of(core, self._open, event)
            self._open = None
        if not any(isinstance(order, RingAgent) and order.call == self._call for order in orders):
            found = core.offers.get(self._call)
            if found is not None and self._open is None:  # the dialplan made it, or it was found after a gap
                self._begin(event.at, found, None)
            return
        for order, choice in choices(core, orders):
            if order.call == self._call:
                self._begin(order.at, order, choice)

    def _begin(self, at: datetime, offer: Offer | RingAgent, choice: Choice | None) -> None:
        self._open = Offered(at, offer.attempt, offer.agent, offer.seat, choice)
        self.account.offers.append(self._open)

    def _end_of(self, core: Distributor, open_: Offered, event: Event) -> OfferEnd:
        if _is(open_, core.talking.get(self._call)):
            return OfferEnd.ANSWERED
        match event:
            case RingFailed() if event.call == self._call:
                return OfferEnd(event.failure.value)
            case CallEnded() if event.call == self._call:
                return OfferEnd.CALLER_GONE
            case SeatClosed() if event.seat == open_.seat:
                return OfferEnd.SEAT_CLOSED
            case CallJoined() | AgentAnswered():
                return OfferEnd.TAKEN_BACK
        return _ended_by_time(core, open_.agent)

    # ---- what it does now

    def _turn(self, core: Distributor, call: WaitingCall | None, at: datetime) -> None:
        phase, agent = self._phase(core, call)
        last = self.account.spans[-1] if self.account.spans else None
        ask = None if call is None else ask_of(call)
        offer = self._open if phase is Phase.OFFERED else None
        if last is not None and (last.phase, last.agent, last.asks, last.offer) == (phase, agent, ask, offer):
            return
        if last is not None:
            self._settle(at)
            last.until = at
            if last.phase in WAITS and last.offer is None and not (last.seconds or last.before):
                self.account.spans.pop()  # one event led through it
        span = Span(phase, at, asks=ask, offer=offer, agent=agent)
        if call is not None:
            span.place = _place(core, call)
            span.names = self._names() if self._with_names else {}
        self.account.spans.append(span)

    def _names(self) -> dict[Kept, list[AgentId]]:
        names: dict[Kept, list[AgentId]] = {}
        for agent, (kept, _) in sorted(self._kept.items()):
            names.setdefault(kept, []).append(agent)
        return names

    def _phase(self, core: Distributor, call: WaitingCall | None) -> tuple[Phase, AgentId | None]:
        if call is None:
            talk = core.talking.get(self._call)
            return (Phase.ELSEWHERE, None) if talk is None else (Phase.TALKING, talk.agent)
        if self._open is not None:
            return Phase.OFFERED, self._open.agent
        if core.is_blind:
            return Phase.BLIND, None
        if call.rests_until is not None:
            return (Phase.LEAVES if call.leaves else Phase.RESTS), None
        if call.held_until is not None:
            return Phase.HELD, call.prefers
        if self._free:
            return Phase.UNEXPLAINED, None
        return (Phase.ALL_BUSY if self._able else Phase.NOBODY), None

    def close(self) -> Account:
        """Nothing more is played: what goes on is cut here."""
        if self.account.spans and self.account.last is not None:
            self._settle(self.account.last)
            self.account.spans[-1].until = self.account.last
        return self.account


def _is(offered: Offered, offer: Offer | None) -> bool:
    return offer is not None and offer.attempt == offered.attempt


def _ended_by_time(core: Distributor, agent: AgentId) -> OfferEnd:
    """The deadline came: what it was is seen in what it made of the agent."""
    now = core.agents[agent]
    if any(offer.agent == agent for offer in core.missed):
        return OfferEnd.NO_ANSWER
    if now.state is AgentState.ON_BREAK:
        return OfferEnd.UNREACHABLE
    return OfferEnd.NOT_CARRIED_OUT if now.state is AgentState.READY else OfferEnd.TAKEN_BACK


def _place(core: Distributor, call: WaitingCall) -> int:
    """Its place in the line of its queue; who is being offered to somebody stands there, too."""
    return 1 + sum(other.queue == call.queue and rank(other) < rank(call) for other in in_line(core))
