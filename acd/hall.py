"""The hall: every agent, seat, queue and waiting call, and the few ways to change them that keep the index true.

The rules (duty, seating, offering, ringing) say *what* changes; this file knows *how*, so that an agent is in the idle
index exactly while free, a call in the waiting index exactly while it may be offered, and each deadline in the heap.

Whoever becomes free while a fact is received stands in `freed` first and in the idle index only if nothing is found for
them (acd.offering.match): most of those who become free in a surge are busy again at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from acd.agents import ON_DUTY, AgentFact, turn
from acd.commands import Command
from acd.deadline import Deadline, Due
from acd.ended import Ended
from acd.errors import UnknownAgent
from acd.held import Held
from acd.matching import Able, Matching, able_at, ask_of, can_serve
from acd.model import (
    Agent,
    AgentId,
    AgentState,
    BreakReason,
    CallId,
    Force,
    Offer,
    PhoneUse,
    Queue,
    QueueName,
    Seat,
    SeatId,
    Snapshot,
    WaitingCall,
)
from acd.offers import OfferBook
from acd.rates import Learning
from acd.rulebook import RuleBook
from acd.timers import Timers


class Hall:
    """State of the ACD. Deterministic; no clock: every change is told its time."""

    def __init__(self) -> None:
        self.rulebook = RuleBook()
        self.seats: dict[SeatId, Seat] = {}
        self.in_use: dict[SeatId, PhoneUse] = {}  # phones that cannot be rung: acd.phone_use
        self.book = OfferBook()
        self.deadlines: Timers[Deadline] = Timers()
        self.orders: list[Command] = []  # given while one event is received
        self.touched: list[AgentId] = []  # whose state, seat or skills changed meanwhile: acd.why looks at no one else
        self.missed: list[Offer] = []  # not answered or refused meanwhile
        self.matching = Matching()
        self.learning = Learning()
        self._agents: dict[AgentId, Agent] = {}
        self._sitting: dict[SeatId, AgentId] = {}
        self._able: dict[AgentId, Able] = {}
        self._deadline_of: dict[AgentId, Deadline] = {}
        self._waiting: dict[CallId, WaitingCall] = {}
        self._held = Held()
        self._ended = Ended()
        self.lined: dict[CallId, CallId] = {}  # call-backs in the line, by the call for which they are owed
        self.freed: list[AgentId] = []  # became free while one event is received; not in the idle index yet
        self.returned: list[CallId] = []  # came (back) into the waiting index meanwhile
        self.arrived: dict[CallId, None] = {}  # greeted, in a menu, or asked for a message
        self.blind_until: datetime | None = None  # facts are missing: see acd.finding
        self.forces: dict[AgentId, Force] = {}  # what leaders did last: acd.force
        self.forces_moved: list[AgentId] = []  # whose changed while one event is received

    def rules(self, queue: QueueName) -> Queue:
        """Return how a queue is served, also if it vanished or was never told."""
        return self.rulebook.of(queue)

    def go_blind(self, until: datetime) -> None:
        """Facts are missing. Who becomes free and which calls come (back) is kept in mind meanwhile."""
        self.blind_until = until
        self.stand_idle()
        self.deadlines.push(Deadline(Due.SIGHT, ""), until)

    def see_again(self) -> None:
        """No facts are missing any more, or we go on without them."""
        self.blind_until = None
        self.deadlines.discard(Deadline(Due.SIGHT, ""))

    # ---- agents

    @property
    def agents(self) -> dict[AgentId, Agent]:
        """Everybody who was ever logged on; read only."""
        return self._agents

    def agent(self, agent: AgentId) -> Agent:
        """Return an agent who is logged on; raises UnknownAgent."""
        found = self._agents.get(agent)
        if found is None or found.state is AgentState.LOGGED_OFF:
            raise UnknownAgent(f"nobody is logged on as {agent}", f"没有工号为 {agent} 的话务员签入")
        return found

    def is_free(self, agent: Agent) -> bool:
        """Whether the agent may be offered a call."""
        is_idle = agent.state is AgentState.READY and agent.until is None and agent.idle_since is not None
        return is_idle and agent.seat not in self.in_use

    def sitting_at(self, seat: SeatId) -> Agent | None:
        """Return who is logged on at the seat."""
        agent = self._sitting.get(seat)
        return None if agent is None else self._agents[agent]

    def seat_agent(self, agent: Agent, seat: Seat) -> None:
        """Put the agent (logged off, or refreshing their log-on) at the seat."""
        self._agents[agent.id] = replace(agent, seat=seat.id)
        self._sitting[seat.id] = agent.id
        self.reconsider(agent.id, seat)

    def able(self, agent: AgentId) -> Able:
        """Return what somebody who is logged on can do where they sit."""
        return self._able[agent]

    def reconsider(self, agent: AgentId, seat: Seat) -> None:
        """The agent's skills or seat changed: what they can do now counts at once."""
        self._able[agent] = able_at(self._agents[agent].skills, seat)
        self._index(self._agents[agent])

    def change(
        self,
        agent: AgentId,
        fact: AgentFact,
        at: datetime,
        *,
        offer: Offer | None = None,
        reason: BreakReason | None = None,
        until: datetime | None = None,
    ) -> None:
        """Move an agent by the table. The one way in which an agent changes state; raises NotNow."""
        before = self._agents[agent]
        call, attempt = (offer.call, offer.attempt) if offer else (None, 0)
        after = turn(before, fact, at, call=call, attempt=attempt, reason=reason, until=until)
        self._agents[agent] = after
        self.learning.moved(before, after, offer, at)
        if after.state is AgentState.LOGGED_OFF and before.seat is not None:
            self._sitting.pop(before.seat, None)
        self._index(after)

    def renumber(self, talk: Offer) -> None:
        """The agent talks on, in the same call's next conversation."""
        self._agents[talk.agent] = replace(self._agents[talk.agent], attempt=talk.attempt)

    def postpone(self, agent: Agent, until: datetime) -> None:
        """The agent's deadline must wait."""
        self._agents[agent.id] = replace(agent, until=until)
        self._index(self._agents[agent.id])

    def _index(self, agent: Agent) -> None:
        self.touched.append(agent.id)
        deadline = self._deadline_of.get(agent.id)
        if agent.until is not None:
            deadline = deadline or self._deadline_of.setdefault(agent.id, Deadline(Due.AGENT, agent.id))
            self.deadlines.push(deadline, agent.until)
        elif deadline is not None:
            self.deadlines.discard(deadline)
        if self.is_free(agent):
            self.freed.append(agent.id)
            if self.blind_until is not None:
                self.stand_idle(agent.id)
        else:
            self.matching.remove_agent(agent.id)
        if self._held:
            self._let_go_of_held(agent.id)

    def _let_go_of_held(self, agent: AgentId) -> None:
        for call in self._held.calls_for(agent):
            if not self._is_worth_waiting_for(agent, self._waiting[call]):
                self.wait(replace(self._waiting[call], held_until=None))

    def stand_idle(self, *agents: AgentId) -> None:
        """Whoever of them is free stands in the idle index; without names, all who became free meanwhile."""
        for agent in agents or self.freed:
            one = self._agents[agent]
            if one.idle_since is not None and self.is_free(one):
                self.matching.add_agent(agent, self._able[agent], one.idle_since)

    def _is_worth_waiting_for(self, agent: AgentId, call: WaitingCall) -> bool:
        known = self._agents.get(agent)
        return known is not None and known.state in ON_DUTY and can_serve(self._able[agent], ask_of(call))

    # ---- calls

    @property
    def waiting(self) -> Mapping[CallId, WaitingCall]:
        """Callers who are not talking yet, also while an agent's phone rings for them; read only."""
        return self._waiting

    @property
    def ended(self) -> Collection[CallId]:
        """Calls known to be over, as far as that is remembered."""
        return self._ended.calls

    def has_ended(self, call: CallId) -> bool:
        """Tell whether the call is known to be over, so that news of it is stale."""
        return call in self._ended

    def begin_offer(self, offer: Offer) -> None:
        """The call is being offered: it waits on, but may not be offered to anybody else."""
        self.matching.remove_call(offer.call)
        self.book.begin(offer)

    def wait(self, call: WaitingCall) -> None:
        """The call waits and may be offered now, unless it rests or is being offered.

        One that waits only for the agent it prefers waits for anybody, once that agent is off duty or cannot serve it.
        """
        if call.held_until and call.prefers and not self._is_worth_waiting_for(call.prefers, call):
            call = replace(call, held_until=None)
        self.arrived.pop(call.id, None)
        self._keep(call)
        if call.rests_until is None and call.id not in self.book.open:
            self.matching.add_call(call)
            self.returned.append(call.id)
        else:
            self.matching.remove_call(call.id)

    def _keep(self, call: WaitingCall) -> None:
        """Time will change the call at the first of its moments, if it has any."""
        self._waiting[call.id] = call
        if call.owed is not None:
            self.lined[call.owed] = call.id
        if call.lapses is not None:
            self.deadlines.push(Deadline(Due.LAPSE, call.id), call.lapses)
        self._held.note(call)
        if call.due is not None:
            self.deadlines.push(Deadline(Due.CALL, call.id), call.due)
        else:
            self.deadlines.discard(Deadline(Due.CALL, call.id))

    def amend(self, call: WaitingCall) -> None:
        """The call waits on, perhaps in another place of the line; whether it may be offered is as before."""
        self._keep(call)
        if self.matching.may_be_offered(call.id):
            self.matching.add_call(call)

    def stop_waiting(self, call: CallId) -> None:
        """The caller talks or is gone."""
        waited = self._waiting.pop(call, None)
        if waited is None:
            return
        self._held.forget(waited)
        self.matching.remove_call(call)
        self.deadlines.discard(Deadline(Due.CALL, call))
        self.deadlines.discard(Deadline(Due.LAPSE, call))
        if waited.owed is not None:
            del self.lined[waited.owed]

    def forget_call(self, call: CallId) -> None:
        """The caller's leg is gone; ids are never used again, so later news of it is stale."""
        self.stop_waiting(call)
        self.arrived.pop(call, None)
        self.book.forget(call)
        self._ended.add(call)

    # ---- after a restart

    def restore(self, past: Snapshot) -> None:
        """Become what `past` says; this hall is new."""
        self.rulebook.load(past.vanished)
        self.rulebook.load(past.queues)
        self.seats = {seat.id: seat for seat in past.seats}
        self.arrived = dict.fromkeys(past.arrived)
        self.in_use = {use.seat: use for use in past.in_use}
        for use in past.in_use:
            self.deadlines.push(Deadline(Due.PHONE, use.seat), use.until)
        for offer in (*past.offers, *past.talking):
            self.book.restore(offer, talking=offer in past.talking)
        self.book.restore_beside(past.kept, past.asked)
        for agent in past.agents:
            self._restore_agent(agent)
        for call in past.waiting:
            if call.attempts:  # where there were none, only the counts of `past` say whether the telephones know it
                self.book.count_on(call.id, call.attempts)
            self.wait(call)
        if past.past is not None:
            self.book.restore_past(past.past)
        self._ended = Ended(past.ended)
        self.forces = {force.agent: force for force in past.forces}
        if past.blind_until is not None:
            self.go_blind(past.blind_until)
        self.learning.restore(past.rates, past.engaged)
        self.stand_idle()

    def _restore_agent(self, agent: Agent) -> None:
        self._agents[agent.id] = agent
        if agent.seat is not None:
            self._sitting[agent.seat] = agent.id
            self._able[agent.id] = able_at(agent.skills, self.seats.get(agent.seat) or Seat(agent.seat, frozenset()))
            self._index(agent)
