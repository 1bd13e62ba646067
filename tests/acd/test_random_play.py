"""Whatever happens, in whatever order: what must hold after every single event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.call_facts import CallTransferredOut
from acd.codec import digest
from acd.distributor import Distributor
from acd.errors import Refused
from acd.events import Event
from acd.model import AgentState, CallId, Queue, RingFailure, SeatId
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
from tests.acd.phones import free_phone, take_phone
from tests.acd.scene import Scene, borrowing, giving_up, relaxing, saying, skilled
from tests.acd.watched import Watched

SEATS, AGENTS = ("8001", "8002", "8003", "8004"), ("101", "102", "103", "104")
SERVES = ("general", "health", "general health", "")
LEVELS: tuple[dict[str, int], ...] = ({}, {"psychology": 1}, {"psychology": 3}, {"english": 2})
RECIPES: tuple[tuple[tuple[float, str, int], ...], ...] = (
    (),
    ((5, "psychology", 2), (30, "psychology", 0)),
    ((0.5, "english", 1), (10, "psychology", 0), (20, "english", 0)),
    ((60, "french", 0),),
)
GIVES_UP = (None, 2, 30, None)
"""After so many seconds callers are asked for a message."""
SAYS: tuple[tuple[tuple[float, str], ...], ...] = (
    (),
    ((1, "many"),),
    ((3, ""), (12, "many")),
    ((2, "#"), (10, ""), (20, "?")),
)
"""After so many seconds something is said to them."""
BORROWS: tuple[Callable[[Queue], Queue], ...] = (lambda queue: queue, lambda queue: borrowing(queue, 4))

Move = tuple[str, int, int, int]
small = st.integers(0, 7)
MOVES = (
    *(
        "join",
        "join",
        "join",
        "known",
        "known",
        "end",
        "again",
        "message",
        *("news",) * 7,
        *("stale",) * 3,
        "time",
        "time",
    ),
    *("log on", "ready", "ready", "rest", "log off", "open", "close", "measure", "phone", "dial out", "recipe"),
    *("code", "code over"),
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
        "known": lambda: scene.join(f"c{len(scene.told)}", "general", b % 3, prefers=agent, **LEVELS[c % 4]),
        "again": lambda: scene.join(known[b % len(known)]),
        "message": lambda: scene.asked_for_message(known[b % len(known)]),
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
        "recipe": lambda: scene.load(
            replace(
                BORROWS[a % 2](saying(relaxing("general", *RECIPES[a % 4]), *SAYS[b % 4], expects_s=(None, 20)[c % 2])),
                prefer_for=timedelta(seconds=(0, 5, 20)[c % 3]),
            ),
            giving_up(relaxing("health", *RECIPES[b % 4]), GIVES_UP[c % 4]),
        ),
        **call_backs(scene, a, b, c),
        "code": lambda: take_phone(scene, seat, f"use-{b % 3}"),
        "code over": lambda: free_phone(scene, seat, f"use-{b % 3}"),
        "phone": lambda: (scene.phone_lost if b % 2 else scene.phone_back)(seat),
    }
    acts[kind]()


def play_all(scene: Scene, moves: list[Move]) -> None:
    """Four agents come on duty, then whatever happens; what is refused is no fact."""
    for number, (seat, agent) in enumerate(zip(SEATS, AGENTS, strict=True)):
        scene.seat(seat, "general health")
        scene.log_on(agent, seat, **LEVELS[number])
        scene.ready(agent)
    for move in moves:
        try:
            play(scene, move)
        except Refused:
            scene.told.pop()


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
    known = [call.id for call in scene.core.waiting if scene.core.attempts(call.id)]
    if known:
        call = known[a % len(known)]
        tell(scene, call, 1 + c % scene.core.attempts(call), b, c)


def tell(scene: Scene, call: CallId, attempt: int, b: int, c: int) -> None:
    """One piece of news."""
    acts = (scene.dial, scene.ring, scene.ring, scene.answer, scene.answer, scene.talk_ends)
    if b < len(acts):
        acts[b](call, attempt)
    else:
        scene.fail(call, tuple(RingFailure)[c % len(RingFailure)], attempt)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HANDING_ON), small, small, small), min_size=20, max_size=120))
def test_everything_holds_after_every_event(moves: list[Move]) -> None:
    """Random play with news in any order, late, twice and stale; then the same facts give the same orders again."""
    scene = Watched()
    scene.load(replace(relaxing("general"), prefer_for=timedelta(seconds=20)), relaxing("health"))
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
