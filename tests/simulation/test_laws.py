"""A law that nothing breaks is no law: each one is broken once, by a core that is wrong in one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from acd.events import AgentBecameReady, CallEnded, CallJoined
from acd.model import Agent, AgentId, AgentState, CallId, Force, ForcedTo, Offer, Seat, SeatId, WaitingCall
from simulation.laws import Broken, Laws
from simulation.run import Visit
from tests.simulation.town import GENERAL, NINE, later

AGENT, SEAT, CALL = AgentId("101"), SeatId("8001"), CallId("a-1")
ORDER = Force(AGENT, 1, ForcedTo.LOG_OFF, "zhao", "surge", NINE)
OFFER = Offer(CALL, 1, AGENT, SEAT, GENERAL)


def agent(state: AgentState, call: CallId | None = None) -> Agent:
    """Somebody in this state."""
    return Agent(AGENT, frozenset(), state, since=NINE, idle_since=NINE, seat=SEAT, call=call, attempt=1 if call else 0)


@dataclass
class Believed:
    """What a core might believe."""

    agents: Mapping[AgentId, Agent] = field(default_factory=dict)
    offers: Mapping[CallId, Offer] = field(default_factory=dict)
    talking: Mapping[CallId, Offer] = field(default_factory=dict)
    waiting: tuple[WaitingCall, ...] = ()
    calls: frozenset[CallId] = frozenset()
    seats: Mapping[SeatId, Seat] = field(default_factory=lambda: {SEAT: Seat(SEAT, frozenset({GENERAL}))})
    forces: Mapping[AgentId, Force] = field(default_factory=dict)
    in_use: frozenset[SeatId] = frozenset()
    is_blind: bool = False


WAITING = (WaitingCall(CALL, GENERAL, NINE),)


@pytest.mark.parametrize(
    ("law", "core"),
    [
        ("double offer", Believed(agents={AGENT: agent(AgentState.TALKING, CALL)})),
        ("double offer", Believed(agents={AGENT: agent(AgentState.READY)}, talking={CALL: OFFER})),
        ("double offer", Believed(agents={AGENT: agent(AgentState.READY, CALL)}, offers={CALL: OFFER})),
        ("stuck agent", Believed(agents={AGENT: agent(AgentState.WRAP_UP)})),
        ("stuck agent", Believed(agents={AGENT: replace(agent(AgentState.WRAP_UP), until=NINE, extended=3)})),
        ("stuck agent", Believed(agents={AGENT: agent(AgentState.RINGING, CALL)}, offers={CALL: OFFER})),
        ("starved call", Believed(agents={AGENT: agent(AgentState.READY)}, waiting=WAITING)),
        ("order forgotten", Believed(agents={AGENT: agent(AgentState.READY)}, forces={AGENT: ORDER})),
    ],
)
def test_a_wrong_belief_is_noticed_at_once(law: str, core: Believed) -> None:
    """After any event."""
    with pytest.raises(Broken) as broken:
        Laws().check(core, AgentBecameReady(at=NINE, agent=AGENT), ())  # type: ignore[arg-type]

    assert broken.value.law == law


def visit(*, talked: bool) -> Visit:
    """One call, as it really was."""
    answered = later(2.0) if talked else None
    return Visit(
        citizen="a",
        call=CALL,
        queue="general",
        came=NINE,
        joined=NINE,
        answered=answered,
        ended=later(60.0),
        tried=1,
        talked=talked,
        was_cut=False,
    )


@pytest.mark.parametrize(
    ("core", "talked", "law"),
    [
        (Believed(calls=frozenset({CALL})), False, "lost call"),
        (Believed(), True, "lost call"),
        (Believed(agents={AGENT: agent(AgentState.TALKING, CALL)}), False, "stuck agent"),
    ],
)
def test_what_is_left_at_the_end_is_noticed(core: Believed, talked: bool, law: str) -> None:
    """Somebody still believed to be there, an answer that the ledger does not know, an agent who is not free."""
    laws = Laws()
    for fact in (CallJoined(at=NINE, call=CALL, queue=GENERAL), CallEnded(at=later(60.0), call=CALL)):
        laws.check(Believed(), fact, ())  # type: ignore[arg-type]
    with pytest.raises(Broken) as broken:
        laws.final(core, [visit(talked=talked)])  # type: ignore[arg-type]

    assert broken.value.law == law
