"""Whatever happens, in whatever order: what must hold after every single event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.call_facts import CallTransferredOut
from acd.codec import digest
from acd.commands import Command, RingAgent
from acd.distributor import Distributor
from acd.errors import Refused
from acd.events import Event, Request
from acd.matching import Ask, able_at, can_serve
from acd.model import Agent, AgentState, BreakReason, CallId, RingFailure, SeatId, WaitingCall, is_outward
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
from tests.acd.scene import Scene, skilled

SEATS, AGENTS = ("8001", "8002", "8003", "8004"), ("101", "102", "103", "104")
SERVES = ("general", "health", "general health", "")
LEVELS: tuple[dict[str, int], ...] = ({}, {"psychology": 1}, {"psychology": 3}, {"english": 2})
WAITS_FOR_PROOF = {BreakReason.REST, BreakReason.MEAL, BreakReason.TRAINING, BreakReason.OTHER, BreakReason.MISSED}

Move = tuple[str, int, int, int]
small = st.integers(0, 7)
MOVES = (
    *("join", "join", "join", "end", "again", *("news",) * 7, *("stale",) * 3, "time", "time"),
    *("log on", "ready", "ready", "rest", "log off", "open", "close", "measure", "phone", "dial out"),
    *("line up", "line up", "withdraw", "inherit", "ask back"),
)

HANDING_ON = (*MOVES, "pass on", "pass on", "back", "ask", "ask", "meet", "part", "three", "take over", "out")


def play(scene: Scene, move: Move) -> None:
    """Let one thing happen. Small numbers pick who and what, so that hypothesis can shrink a failure."""
    kind, a, b, c = move
    seat, agent = SEATS[a % 4], AGENTS[a % 4]
    known = [*sorted(scene.core.calls), "nobody"]
    acts: dict[str, Callable[[], None]] = {
        "join": lambda: scene.join(f"c{len(scene.told)}", ("general", "health")[a % 2], b % 3, **LEVELS[c % 4]),
        "again": lambda: scene.join(known[b % len(known)]),
        "end": lambda: scene.end(known[b % len(known)]),
        "news": lambda: tell_of_offer(scene, a, b, c),
        "stale": lambda: tell_of_older_offer(scene, a, b, c),
        **handing_on(scene, a, b, c),
        "time": lambda: scene.later((0.5, 1, 2, 3, 10, 30, 60, 0)[a]),
        "log on": lambda: scene.log_on(agent, SEATS[b % 4], **LEVELS[c % 4]),
        "ready": lambda: scene.ready(agent),
        "rest": lambda: scene.rest(agent),
        "log off": lambda: scene.log_off(agent),
        "open": lambda: scene.seat(seat, SERVES[b % 4], **LEVELS[c % 4]),
        "close": lambda: scene.close(seat),
        "measure": lambda: scene.measure({seat: SERVES[b % 4], SEATS[c % 4]: SERVES[c % 3]}, SEATS[(a + b) % 4]),
        "dial out": lambda: scene.dial_out(agent, f"out-{len(scene.told)}", ("general", "health")[b % 2]),
        **call_backs(scene, a, b, c),
        "phone": lambda: (scene.phone_lost if b % 2 else scene.phone_back)(seat),
    }
    acts[kind]()


def call_backs(scene: Scene, a: int, b: int, c: int) -> dict[str, Callable[[], None]]:
    """Debts of few calls, so that one is often in the line already; their windows, and callers who ring again."""
    known = [*sorted(scene.core.calls), "nobody"]
    window = {
        "not_before": scene.now + timedelta(seconds=a) if c % 2 else None,
        "lapses": scene.now + timedelta(seconds=20 * a) if a % 2 else None,
    }
    told = len(scene.told)
    wants: dict[str, Any] = {"queue": ("general", "health")[a % 2], "skills": skilled(**LEVELS[c % 4])}
    place = {**wants, "priority": b % 3, **window}
    return {
        "line up": lambda: scene.line_up(f"d{b % 4}", f"out-{told - c % 2}", -60 * c, **place),
        "withdraw": lambda: scene.withdraw(f"d{b % 4}"),
        "inherit": lambda: scene.inherit(known[b % len(known)], -60 * c, ("general", "health")[a % 2]),
        "ask back": lambda: scene.ask_back(known[b % len(known)]),
    }


def handing_on(scene: Scene, a: int, b: int, c: int) -> dict[str, Callable[[], None]]:
    """Transfers and consultations of any call, known or not, under a right or a stale number."""
    known = [*sorted(scene.core.calls), "nobody"]
    call = CallId(known[b % len(known)])
    last = scene.core.attempts(call)
    here = {"at": scene.now, "call": call, "attempt": max(0, last - (c == 7))}
    seat = SeatId(SEATS[a % 4])
    to: dict[str, Any] = {"to": Party.AGENT, "seat": seat} if c % 3 else {"to": Party.OUTSIDE}
    on: dict[str, Any] = {"to_attempt": last + 1}
    failure = (None, *RingFailure)[c % (1 + len(RingFailure))]
    facts: dict[str, Callable[[], Event]] = {
        "pass on": lambda: TransferBegun(**here, **on, **to),
        "back": lambda: TransferFailed(**here, **on, seat=seat),
        "ask": lambda: ConsultBegun(**here, **to),
        "meet": lambda: ConsultAnswered(**here),
        "part": lambda: ConsultEnded(**here, failure=failure),
        "three": lambda: ThreeWayBegun(**here, **on),
        "take over": lambda: TransferDone(**here, **on, seat=seat),
        "out": lambda: CallTransferredOut(**here, to_kind="outside"),
    }
    return {kind: lambda fact=fact: scene.tell(fact()) and None for kind, fact in facts.items()}


def tell_of_offer(scene: Scene, a: int, b: int, c: int) -> None:
    """News of an offer or a conversation that is open now."""
    known = sorted({**scene.core.offers, **scene.core.talking}.values(), key=lambda offer: offer.call)
    if known:
        tell(scene, known[a % len(known)].call, known[a % len(known)].attempt, b, c)


def tell_of_older_offer(scene: Scene, a: int, b: int, c: int) -> None:
    """News of any offer ever made of a call that still waits."""
    known = [call for call in scene.core.waiting if call.attempts]
    if known:
        call = known[a % len(known)]
        tell(scene, call.id, 1 + c % call.attempts, b, c)


def tell(scene: Scene, call: CallId, attempt: int, b: int, c: int) -> None:
    """One piece of news."""
    acts = (scene.dial, scene.ring, scene.ring, scene.answer, scene.answer, scene.talk_ends)
    if b < len(acts):
        acts[b](call, attempt)
    else:
        scene.fail(call, tuple(RingFailure)[c % len(RingFailure)], attempt)


def place(call: WaitingCall) -> tuple[datetime, str]:
    """The place in the line, said again independently of the index."""
    return (call.joined - timedelta(minutes=5 * call.priority), call.id)


class Watched(Scene):
    """A scene whose every event is followed by a look at everything."""

    def tell(self, event: Event) -> tuple[Command, ...]:
        """Feed one event; whatever it does, and also if it is refused, all must hold."""
        before = self.core.snapshot()
        try:
            orders = super().tell(event)
        except Refused:
            assert isinstance(event, Request)
            assert self.core.snapshot() == before
            raise
        self.check_agents()
        self.check_calls()
        self.check_nobody_waits_in_vain()
        self.check_order(orders)
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
        assert all(call.lapses is None or call.lapses >= self.now for call in self.core.lined)
        assert not self.core.offers.keys() & self.core.talking.keys()
        assert not self.core.kept.keys() & (self.core.talking.keys() | waiting)
        assert {call: offer.attempt for call, offer in self.core.asked.items()}.items() <= {
            call: offer.attempt for call, offer in self.core.talking.items()
        }.items()

    def free(self) -> list[Agent]:
        """Agents who may be offered a call now."""
        return [a for a in self.core.agents.values() if a.state is AgentState.READY and a.until is None]

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
        return can_serve(able_at(agent.skills, seat), Ask(call.queue, call.skills))

    def check_nobody_waits_in_vain(self) -> None:
        """No free agent stands beside a waiting call they could serve."""
        assert not [(a.id, c.id) for a in self.free() for c in self.offerable() if self.fits(a, c)]

    def check_order(self, orders: tuple[Command, ...]) -> None:
        """Nobody was overtaken: first come first served by aged priority, longest idle of the best-skilled first."""
        for order in orders:
            call = next((call for call in self.line() if call.id == order.call), None)
            if not isinstance(order, RingAgent) or call is None:  # an agent has dialled by themselves
                continue
            agent = self.core.agents[order.agent]
            assert self.fits(agent, call)
            assert not [c.id for c in self.offerable() if place(c) < place(call) and self.fits(agent, c)]
            assert agent.idle_since is not None
            mine = (-self.skill(agent, call), agent.idle_since, agent.id)
            others = [a for a in self.free() if a.idle_since is not None and self.fits(a, call)]
            assert not [a.id for a in others if (-self.skill(a, call), a.idle_since, a.id) < mine]

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


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HANDING_ON), small, small, small), min_size=20, max_size=120))
def test_everything_holds_after_every_event(moves: list[Move]) -> None:
    """Random play with news in any order, late, twice and stale; then the same facts give the same orders again."""
    scene = Watched()
    for number, (seat, agent) in enumerate(zip(SEATS[:3], AGENTS, strict=False)):
        scene.seat(seat, SERVES[number])
        scene.log_on(agent, seat, **LEVELS[number])
        scene.ready(agent)
    for move in moves:
        try:
            play(scene, move)
        except Refused:
            scene.told.pop()
        scene.now += timedelta(milliseconds=100)

    again = Distributor()
    assert [order for event in scene.told for order in again.receive(event)] == scene.orders
    assert digest(again.snapshot()) == digest(scene.core.snapshot())


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HANDING_ON), small, small, small), min_size=20, max_size=80))
def test_everybody_is_free_when_all_calls_have_ended(moves: list[Move]) -> None:
    """Nobody is ever stuck: once every caller is gone and time has passed, no agent has a call or a deadline."""
    scene = Scene()
    for seat, agent in zip(SEATS, AGENTS, strict=True):
        scene.seat(seat, "general health")
        scene.log_on(agent, seat)
        scene.ready(agent)
    for move in moves:
        try:
            play(scene, move)
        except Refused:
            scene.told.pop()
    for call in sorted(scene.core.calls):
        scene.end(call)
    scene.later(3600)

    assert scene.core.next_deadline() is None
    assert {agent.state for agent in scene.core.agents.values()} <= {
        AgentState.READY,
        AgentState.ON_BREAK,
        AgentState.LOGGED_OFF,
    }
