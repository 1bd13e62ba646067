"""What must hold after every single event, whatever is lost, late, doubled, refused or dead. Said independently of acd.

- *double offer*: nobody has two calls, no call has two agents; an agent has a call exactly in the states that have one.
- *stuck agent*: every state ends by a deadline, or waits for somebody named to end it.
- *starved call*: nobody who may be served by a free agent waits beside one; an offer never passes over a call that
  comes first by acd.matching.rank, which is what its bound on starvation rests on.
- *order forgotten*: what a team leader ordered of somebody is carried out as soon as it can be, or is void.
- *unbalanced ledger*: offered = in progress + the outcomes, for each hotline.

Told at the end by `final`: *lost call* (the telephones knew it, nobody decides it), outcomes that are not what really
happened, agents who are not free though nobody calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from acd.commands import Command, RingAgent
from acd.distributor import Distributor
from acd.events import CallEnded, Event
from acd.ledger import DECIDING, Ledger
from acd.matching import Ask, able_at, can_serve
from acd.model import Agent, AgentId, AgentState, BreakReason, CallId, ForcedTo, ForceState, WaitingCall
from acd.outcome import Outcome
from simulation.run import Visit

ENDS_BY_PROOF = frozenset({AgentState.READY, AgentState.TALKING, AgentState.LOGGED_OFF})
PATIENT = frozenset({*BreakReason} - {BreakReason.PHONE_BUSY})
EXTENSIONS_MOST = 2  # what the queues of trials allow
ON_A_CALL = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING})
FREE_AT_LAST = frozenset({AgentState.READY, AgentState.ON_BREAK, AgentState.LOGGED_OFF})
UNANSWERED = frozenset(
    {Outcome.ABANDONED, Outcome.SHORT_ABANDONED, Outcome.LOST_BY_PBX, Outcome.VOICE_MESSAGE, Outcome.CALL_BACK_OWED}
)


class Broken(Exception):
    """A law does not hold."""

    def __init__(self, law: str, what: str) -> None:
        super().__init__(f"{law}: {what}")
        self.law, self.what = law, what


class Laws:
    """Subscribe `check` to the controller; `begin_again` when it lost its memory."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.heard: set[CallId] = set()  # calls of which anything was decided
        self._seen: dict[AgentId, Agent] = {}

    def begin_again(self, facts: Iterable[Event]) -> None:
        """After a death: the ledger is folded anew from what was written."""
        self.ledger = Ledger()
        self.heard.clear()
        self._seen.clear()
        for fact in facts:
            self._enter(fact)

    def check(self, core: Distributor, event: Event, orders: tuple[Command, ...]) -> None:
        """Everything that must hold now. Raises Broken."""
        self._check_agents(core)
        self._check_forces(core)
        if not core.is_blind:
            ready = (a for a in core.agents.values() if a.state is AgentState.READY and a.until is None)
            free = [agent for agent in ready if agent.seat not in core.in_use]
            rung = [order for order in orders if isinstance(order, RingAgent)]
            if free or rung:
                self._check_turns(core, free, rung)
        self._check_ledger(event)

    # ---- agents

    def _check_agents(self, core: Distributor) -> None:
        busy = 0
        for name, agent in core.agents.items():
            busy += agent.state in ON_A_CALL
            if self._seen.get(name) is not agent:
                self._seen[name] = agent
                self._check_agent(core, agent)
        if busy != len(core.offers) + len(core.talking):
            raise Broken(
                "double offer", f"{busy} agents have a call, {len(core.offers)} + {len(core.talking)} calls one"
            )
        if core.offers.keys() & core.talking.keys():
            raise Broken("double offer", "a call talks and is being offered")

    @staticmethod
    def _check_agent(core: Distributor, agent: Agent) -> None:
        state, call = agent.state, agent.call
        book: Mapping[CallId, object] = core.talking if state is AgentState.TALKING else core.offers
        if (state in ON_A_CALL) != (call is not None):
            raise Broken("double offer", f"agent {agent.id} is {state} with call {call}")
        if call is not None:
            theirs = core.talking.get(call) if book is core.talking else core.offers.get(call)
            if theirs is None or (theirs.agent, theirs.attempt) != (agent.id, agent.attempt):
                raise Broken("double offer", f"agent {agent.id} is {state} for {call}, which is not theirs")
        if agent.extended > EXTENSIONS_MOST or (agent.extended and state is not AgentState.WRAP_UP):
            raise Broken("stuck agent", f"agent {agent.id} is {state}, its wrap-up extended {agent.extended} times")
        if agent.until is None and state not in ENDS_BY_PROOF and agent.reason not in PATIENT:
            raise Broken("stuck agent", f"agent {agent.id} is {state} without an end")

    @staticmethod
    def _check_forces(core: Distributor) -> None:
        """A leader's order waits for a call, or for its wrap-up, and for nothing else."""
        for name, order in core.forces.items():
            waits = ON_A_CALL if order.into is ForcedTo.END_WRAP_UP else ON_A_CALL | {AgentState.WRAP_UP}
            if order.state is ForceState.PENDING and core.agents[name].state not in waits:
                raise Broken("order forgotten", f"agent {name} is {core.agents[name].state}, ordered {order.into}")

    # ---- turns

    def _check_turns(self, core: Distributor, free: list[Agent], rung: list[RingAgent]) -> None:
        waiting = core.waiting
        offerable = [call for call in waiting if call.id not in core.offers and _rests_not(call)]
        for agent in free:
            for call in offerable:
                if fits(core, agent, call):
                    raise Broken("starved call", f"{call.id} waits beside {agent.id}, who is free")
        for order in rung:
            offer = core.offers.get(order.call)
            if order.seat in core.in_use:
                raise Broken("double offer", f"seat {order.seat} is rung while its phone dials a code")
            if offer is not None and offer.attempt == order.attempt:
                self._check_turn(core, next(call for call in waiting if call.id == order.call), offerable, offer.agent)

    @staticmethod
    def _check_turn(core: Distributor, call: WaitingCall, offerable: list[WaitingCall], agent: AgentId) -> None:
        mine, taker = place(call), core.agents[agent]
        for other in offerable:
            if place(other) < mine and fits(core, taker, other):
                raise Broken("starved call", f"{call.id} was offered to {agent} before {other.id}")

    # ---- the ledger

    def _check_ledger(self, event: Event) -> None:
        if not self._enter(event):
            return
        for balance in self.ledger.balances():
            if not balance.reconciles:
                raise Broken("unbalanced ledger", f"hotline {balance.hotline}")

    def _enter(self, event: Event) -> bool:
        if not isinstance(event, DECIDING):
            return False
        call = getattr(event, "call", None)
        if call is not None and not isinstance(event, CallEnded):  # an end alone offers nothing
            self.heard.add(call)
        self.ledger.note(event)
        return True

    # ---- the end

    def final(self, core: Distributor, visits: Iterable[Visit]) -> None:
        """Nobody calls any more, and time has passed. Raises Broken."""
        if core.calls or core.offers or core.talking or core.waiting:
            raise Broken("lost call", f"still believed to be there: {sorted(core.calls)[:5]}")
        for agent in core.agents.values():
            if agent.state not in FREE_AT_LAST:
                raise Broken("stuck agent", f"agent {agent.id} is {agent.state} though nobody calls")
        for visit in visits:
            if visit.call in self.heard:
                self._check_outcome(visit, self.ledger.outcome(visit.call))

    @staticmethod
    def _check_outcome(visit: Visit, outcome: Outcome | None) -> None:
        if outcome is None:
            raise Broken("lost call", f"{visit.call} has no outcome")
        if visit.talked != (outcome is Outcome.ANSWERED):
            raise Broken("lost call", f"{visit.call} talked: {visit.talked}; its outcome is {outcome}")
        if not visit.talked and outcome not in UNANSWERED:
            raise Broken("lost call", f"{visit.call} was not answered; its outcome is {outcome}")


def _rests_not(call: WaitingCall) -> bool:
    """Whether the call may be offered to anybody who fits."""
    return call.rests_until is None and call.held_until is None


def place(call: WaitingCall) -> tuple[datetime, str]:
    """The place in the line, said again independently of acd.matching."""
    return (call.joined - timedelta(minutes=5 * call.priority), call.id)


def fits(core: Distributor, agent: Agent, call: WaitingCall) -> bool:
    """Whether the agent may serve the call."""
    seat = core.seats.get(agent.seat) if agent.seat is not None else None
    return seat is not None and can_serve(able_at(agent.skills, seat), Ask(call.queue, call.asks))
