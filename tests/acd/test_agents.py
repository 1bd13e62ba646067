"""The table of agent states, and the one function that moves an agent."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from acd.agents import CHINESE, ON_A_CALL, TABLE, AgentFact, diagram, turn
from acd.errors import NotNow
from acd.model import Agent, AgentId, AgentState, BreakReason, CallId, SeatId
from tests.acd.scene import clock

PAGE = Path(__file__).parents[2] / "docs" / "agent-states.md"
STEPS = [(state, fact) for state, fact in product(AgentState, AgentFact) if fact in TABLE[state]]
NO_STEPS = [(state, fact) for state, fact in product(AgentState, AgentFact) if fact not in TABLE[state]]


def agent_in(state: AgentState) -> Agent:
    """An agent with every field set, so that what is not reset shows."""
    return Agent(
        AgentId("101"),
        frozenset(),
        state,
        since=clock(0),
        idle_since=clock(0) if state in (AgentState.READY, AgentState.RESERVED, AgentState.RINGING) else None,
        seat=SeatId("8001"),
        call=CallId("old"),
        attempt=3,
        reason=BreakReason.OTHER,
        until=clock(9),
    )


@pytest.mark.parametrize(("state", "fact"), STEPS)
def test_every_step_sets_all_that_belongs_to_a_state(state: AgentState, fact: AgentFact) -> None:
    """Since, call, attempt, reason and until are never left over from the state before."""
    after = turn(agent_in(state), fact, clock(5))

    assert after.state is TABLE[state][fact]
    assert after.since == clock(5)
    assert (after.call, after.attempt) == (None, 0)
    assert after.reason is not BreakReason.OTHER
    assert after.until != clock(9)
    assert (after.seat is None) == (after.state is AgentState.LOGGED_OFF)


@pytest.mark.parametrize(("state", "fact"), NO_STEPS)
def test_every_other_pair_is_refused(state: AgentState, fact: AgentFact) -> None:
    """What is not in the table does not happen."""
    with pytest.raises(NotNow, match="101"):
        turn(agent_in(state), fact, clock(5))


def test_every_state_can_be_reached_and_left() -> None:
    """No state is a trap, none is decoration."""
    reached = {into for steps in TABLE.values() for into in steps.values()}

    assert reached == set(AgentState)
    assert all(set(steps.values()) - {state} for state, steps in TABLE.items())


def test_only_finishing_ends_a_conversation() -> None:
    """Nothing an agent, a seat, a phone or the clock does drops a caller; one passed on keeps its agent reserved."""
    assert set(TABLE[AgentState.TALKING]) == {AgentFact.TALK_ENDED, AgentFact.PASSED_ON}
    assert TABLE[AgentState.TALKING][AgentFact.PASSED_ON] is AgentState.RESERVED
    assert AgentState.TALKING in ON_A_CALL


def test_picture_in_the_docs_is_the_table() -> None:
    """Whoever changes the table prints the page again: python -m acd.agents."""
    assert PAGE.read_text(encoding="utf-8") == diagram()
    assert all(name in diagram() for name in CHINESE.values())
