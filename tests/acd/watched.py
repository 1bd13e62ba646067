"""What must hold after every single event, whatever happens: the rules said again, naively and without the index."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from acd.commands import (
    BorrowSeats,
    Command,
    InviteMessage,
    ProposeCallBack,
    RingAgent,
    SayPosition,
    SayToCaller,
    SayWait,
)
from acd.errors import Refused
from acd.events import Event, Request
from acd.matching import Ask, able_at, can_serve
from acd.model import Agent, AgentState, BreakReason, WaitingCall, is_outward
from acd.steps import LeaveMessage, Relax
from tests.acd.scene import Scene

WAITS_FOR_PROOF = {BreakReason.REST, BreakReason.MEAL, BreakReason.TRAINING, BreakReason.OTHER, BreakReason.MISSED}


def place(call: WaitingCall) -> tuple[datetime, str]:
    """The place in the line, said again independently of the index."""
    return (call.joined - timedelta(minutes=5 * call.priority), call.id)


class Watched(Scene):
    """A scene whose every event is followed by a look at everything."""

    def __init__(self) -> None:
        self.heard: dict[str, timedelta] = {}  # the last row that was said to each who waits
        super().__init__()

    def tell(self, event: Event) -> tuple[Command, ...]:
        """Feed one event; whatever it does, and also if it is refused, all must hold."""
        before = self.core.snapshot()
        try:
            orders = super().tell(event)
        except Refused:
            assert isinstance(event, Request)
            assert self.core.snapshot() == before
            raise
        waits = {call.id for call in self.core.waiting}
        self.heard = {call: heard for call, heard in self.heard.items() if call in waits}
        self.check_agents()
        self.check_calls()
        self.check_what_is_asked_for(event.at)
        self.check_whoever_is_waited_for_is_there(event.at)
        self.check_nobody_waits_in_vain()
        self.check_order(orders)
        self.check_who_is_sent_away(orders)
        self.check_who_is_spoken_to(orders)
        self.check_for_whom_is_borrowed(orders)
        return orders

    def check_agents(self) -> None:
        """An agent has a call exactly while one is theirs; each state has a deadline or waits for a named proof."""
        core = self.core
        beside = [o for o in (*core.kept.values(), *core.asked.values()) if core.agents[o.agent].call == o.call]
        theirs = {offer.agent: offer for offer in (*core.offers.values(), *core.talking.values(), *beside)}
        assert len(theirs) == len(core.offers) + len(core.talking) + len(beside)
        assert len(core.kept) == len([offer for offer in beside if core.kept.get(offer.call) is offer])
        for agent in core.agents.values():
            offer = theirs.get(agent.id)
            assert (agent.call, agent.attempt) == ((offer.call, offer.attempt) if offer else (None, 0))
            if offer not in beside:
                assert (agent.state in (AgentState.RESERVED, AgentState.RINGING)) == (agent.call in core.offers)
                assert (agent.state is AgentState.TALKING) == (agent.call in core.talking)
            elif offer in core.kept.values():
                assert agent.state is AgentState.RESERVED
            else:
                assert agent.state in (AgentState.RINGING, AgentState.TALKING)
            assert (agent.state is AgentState.ON_BREAK) == (agent.reason is not None)
            assert agent.until is not None or ends_by_proof(agent)
        sitting = Counter(agent.seat for agent in core.agents.values() if agent.seat)
        assert all(count == 1 for count in sitting.values())

    def check_calls(self) -> None:
        """A call waits or talks, never both; nobody is kept for a call that waits unoffered or talks."""
        waiting, lined = {call.id for call in self.core.waiting}, {call.id for call in self.core.lined}
        assert not waiting & self.core.talking.keys()
        assert not any(is_outward(call) for call in waiting)
        assert all(is_outward(call) for call in lined)
        assert not lined & self.core.talking.keys()
        assert lined & self.core.calls == lined & self.core.offers.keys()
        assert len({call.owed for call in self.core.lined}) == len(lined)
        assert all(call.lapses is None or self.may_still_stand(call.lapses) for call in self.core.lined)
        assert not self.core.offers.keys() & self.core.talking.keys()
        assert not self.core.kept.keys() & (self.core.talking.keys() | waiting)
        assert {call: offer.attempt for call, offer in self.core.asked.items()}.items() <= {
            call: offer.attempt for call, offer in self.core.talking.items()
        }.items()

    def may_still_stand(self, lapses: datetime) -> bool:
        """Its time is not over, or the event that says so is still on its way."""
        due = self.core.next_deadline()
        return lapses >= self.now or (due is not None and due <= lapses)

    def free(self) -> list[Agent]:
        """Agents who may be offered a call now."""
        ready = [a for a in self.core.agents.values() if a.state is AgentState.READY and a.until is None]
        return [agent for agent in ready if agent.seat not in self.core.in_use]

    def line(self) -> list[WaitingCall]:
        """Callers and call-backs: to the rule they are alike."""
        return [*self.core.waiting, *self.core.lined]

    def offerable(self) -> list[WaitingCall]:
        """Calls that may be offered now."""
        return [c for c in self.line() if c.id not in self.core.offers and c.rests_until is None]

    def fits(self, agent: Agent, call: WaitingCall) -> bool:
        """The rule, said naively."""
        assert agent.seat is not None
        seat = self.core.seats[agent.seat]
        return can_serve(able_at(agent.skills, seat), Ask(call.queue, call.asks))

    def check_what_is_asked_for(self, at: datetime) -> None:
        """What each call came with, less what its queue's rows have taken off by now; said naively.

        A row that is due at this very moment may still be on its way: each deadline has an event of its own.
        """
        for call in self.line():
            due = call.step_at is not None and call.step_at <= at
            asks, leaves = dict(call.skills), False
            for row in self.core.queues[call.queue].recipe:
                if call.joined + row.after <= at and not due:
                    leaves = leaves or (isinstance(row.step, LeaveMessage) and call.owed is None)
                if call.joined + row.after <= at and not due and isinstance(row.step, Relax):
                    level = asks.get(row.step.skill)
                    if level is not None:
                        asks[row.step.skill] = min(level, row.step.to_level)
            assert due or (dict(call.asks), call.leaves) == (asks, leaves)

    def check_whoever_is_waited_for_is_there(self, at: datetime) -> None:
        """Nobody is kept waiting for one agent who is off duty or could not take the call, nor for longer than said."""
        for call in self.line():
            if call.held_until is not None and call.prefers is not None:
                agent = self.core.agents[call.prefers]
                assert agent.state not in (AgentState.LOGGED_OFF, AgentState.ON_BREAK)
                assert agent.seat not in self.core.seats or self.fits(agent, call)
                assert call.held_until <= call.joined + self.core.queues[call.queue].prefer_for
                assert call.held_until > at or self.core.next_deadline() is not None

    def may_have(self, agent: Agent, call: WaitingCall) -> bool:
        """Who can serve the call, and is not passed over for another whom it waits for."""
        return self.fits(agent, call) and (call.held_until is None or call.prefers == agent.id)

    def check_nobody_waits_in_vain(self) -> None:
        """No free agent stands beside a waiting call they could serve."""
        assert not [(a.id, c.id) for a in self.free() for c in self.offerable() if self.may_have(a, c)]

    def check_order(self, orders: tuple[Command, ...]) -> None:
        """Nobody was overtaken by rank; the known one was rung, or the longest idle of the best-skilled."""
        for order in orders:
            call = next((call for call in self.line() if call.id == order.call), None)
            if not isinstance(order, RingAgent) or call is None:  # an agent has dialled by themselves
                continue
            agent = self.core.agents[order.agent]
            assert self.may_have(agent, call)
            assert agent.seat not in self.core.in_use
            assert not [c.id for c in self.offerable() if place(c) < place(call) and self.may_have(agent, c)]
            others = [a for a in self.free() if self.may_have(a, call)]
            assert not [a.id for a in others if self.merit(a, call) < self.merit(agent, call)]

    def check_who_is_sent_away(self, orders: tuple[Command, ...]) -> None:
        """Only a caller whose recipe says so, whom nobody is offered, or free for; never beside another order."""
        told = Counter(order.call for order in orders)
        for order in orders:
            if isinstance(order, InviteMessage):
                call = next(call for call in self.core.waiting if call.id == order.call)
                assert call.leaves
                assert call.rests_until is not None
                assert (call.id not in self.core.offers, told[call.id], self.core.is_blind) == (True, 1, False)
                assert not [agent.id for agent in self.free() if self.fits(agent, call)]

    def check_who_is_spoken_to(self, orders: tuple[Command, ...]) -> None:
        """Only a caller who waits, whom nobody is offered, or free for; never beside another order; each row once."""
        told = Counter(order.call for order in orders if not isinstance(order, BorrowSeats))
        for order in orders:
            if isinstance(order, SayToCaller | SayWait | SayPosition | ProposeCallBack):
                call = next(call for call in self.core.waiting if call.id == order.call)
                assert (call.id not in self.core.offers, told[call.id], self.core.is_blind) == (True, 1, False)
                assert (call.leaves, call.says, call.rests_until) == (False, None, None)
                assert not [agent.id for agent in self.free() if self.fits(agent, call)]
                assert call.joined + call.heard <= order.at
                assert call.heard > self.heard.get(call.id, timedelta())
                self.heard[call.id] = call.heard

    def check_for_whom_is_borrowed(self, orders: tuple[Command, ...]) -> None:
        """Only for a caller who waits, whom nobody is offered, or free for; for one of a queue's at a time."""
        borrowed = [order for order in orders if isinstance(order, BorrowSeats)]
        assert len({(order.borrower, order.waited) for order in borrowed}) == len(borrowed)
        for order in borrowed:
            call = next(call for call in self.core.waiting if call.id == order.call)
            assert (call.queue, call.borrows, call.owed) == (order.borrower, None, None)
            assert (call.id not in self.core.offers, self.core.is_blind) == (True, False)
            assert not [agent.id for agent in self.free() if self.fits(agent, call)]
            assert call.joined + order.waited <= order.at
            assert call.heard >= order.waited

    def merit(self, agent: Agent, call: WaitingCall) -> tuple[bool, int, datetime, str]:
        """Whom the citizen knows first, then the best-skilled, then the longest idle."""
        assert agent.idle_since is not None
        return (agent.id != call.prefers, -self.skill(agent, call), agent.idle_since, agent.id)

    def skill(self, agent: Agent, call: WaitingCall) -> int:
        """How well the agent at their seat is skilled for the call, said naively."""
        assert agent.seat is not None
        has = (*agent.skills, *self.core.seats[agent.seat].skills)
        return sum(max((level for name, level in has if name == skill), default=0) for skill, _ in call.skills)


def ends_by_proof(agent: Agent) -> bool:
    """States that last until a person, a call or a phone ends them."""
    if agent.state is AgentState.ON_BREAK:
        return agent.reason in WAITS_FOR_PROOF or agent.reason is BreakReason.PHONE_UNREACHABLE
    return agent.state in (AgentState.READY, AgentState.TALKING, AgentState.LOGGED_OFF)
