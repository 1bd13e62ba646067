"""The promise in docs/reliability.md, state by state: nobody stays in a state without a deadline or a proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from acd.model import AgentState, BreakReason
from tests.acd.scene import Scene

PAGE = Path(__file__).parents[2] / "docs/reliability.md"
STATES = {AgentState.RESERVED, AgentState.RINGING, AgentState.WRAP_UP}  # those with a deadline of their own
LONGEST_S = 60.0


def rows() -> dict[str, list[str]]:
    """The table's rows by state: deadline, proof, and what is told when it does not hold."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {state.strip("`"): rest for state, *rest in cells if state.strip("`") in set(AgentState)}


def test_page_names_a_deadline_or_a_proof_for_every_state() -> None:
    """All but logged off, who waits for nobody."""
    table = rows()

    assert set(table) == set(AgentState)
    assert [state for state, (deadline, proof, _) in table.items() if not deadline + proof] == [AgentState.LOGGED_OFF]


def brought_into(state: AgentState) -> Scene:
    """Agent 101 in this state, with a caller if it takes one."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1")
    if state is not AgentState.RESERVED:
        scene.ring("c1")
    if state in (AgentState.TALKING, AgentState.WRAP_UP):
        scene.answer("c1")
    if state is AgentState.WRAP_UP:
        scene.end("c1")
    assert scene.state("101") is state
    return scene


@pytest.mark.parametrize("state", sorted(STATES))
def test_deadline_ends_the_state_without_any_news(state: AgentState) -> None:
    """Time alone is enough."""
    scene = brought_into(state)
    assert scene.agent("101").until is not None
    scene.later(LONGEST_S)

    assert scene.agent("101").state is not state or scene.agent("101").attempt > 1


@pytest.mark.parametrize("state", [AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING])
def test_end_of_the_proof_ends_the_state(state: AgentState) -> None:
    """The caller's leg is gone: whoever waits for it is free or wraps up."""
    scene = brought_into(state)
    scene.end("c1")

    assert scene.state("101") in (AgentState.READY, AgentState.WRAP_UP)


def test_break_that_nobody_chose_ends_by_itself() -> None:
    """A phone that was busy is tried again; one that is gone comes back by registering."""
    scene = Scene()
    scene.staff("101")
    scene.phone_lost("8101")
    assert scene.agent("101").reason is BreakReason.PHONE_UNREACHABLE
    scene.phone_back("8101")

    assert scene.state("101") is AgentState.READY
