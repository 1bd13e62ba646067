"""What agents may ask for, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from acd.errors import AgentAlreadyLoggedOn, BadReason, NotNow, Refused, SeatTaken, UnknownAgent, UnknownSeat
from acd.model import AgentState, BreakReason
from tests.acd.scene import Scene, clock


@pytest.fixture
def scene() -> Scene:
    """Seats 8001 and 8002; agent 101 logged on at 8001."""
    scene = Scene()
    scene.seat("8001")
    scene.seat("8002")
    scene.log_on("101", "8001")
    return scene


def test_logging_on_lands_on_break(scene: Scene) -> None:
    """Nobody is rung before they say ready."""
    agent = scene.agent("101")

    assert (agent.state, agent.reason, agent.seat) == (AgentState.ON_BREAK, BreakReason.REST, "8001")


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda scene: scene.log_on("102", "8009"), UnknownSeat),
        (lambda scene: scene.log_on("102", "8001"), SeatTaken),
        (lambda scene: scene.log_on("101", "8002"), AgentAlreadyLoggedOn),
        (lambda scene: scene.ready("999"), UnknownAgent),
        (lambda scene: scene.rest("999"), UnknownAgent),
        (lambda scene: scene.log_off("999"), UnknownAgent),
        (lambda scene: scene.rest("101", BreakReason.MISSED), BadReason),
        (lambda scene: scene.close("8009"), UnknownSeat),
        (lambda scene: scene.seat("8001", "no-such-queue"), Refused),
    ],
)
def test_refused_request_changes_nothing(scene: Scene, act: Callable[[Scene], None], refusal: type[Refused]) -> None:
    """Each broken rule has its own error, with a sentence in both languages."""
    before = scene.core.snapshot()

    with pytest.raises(refusal) as refused:
        act(scene)

    assert scene.core.snapshot() == before
    assert str(refused.value)
    assert refused.value.zh


@pytest.mark.parametrize("act", [Scene.ready, Scene.rest, Scene.log_off])
@pytest.mark.parametrize("state", [AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING])
def test_agent_with_a_call_finishes_it_first(
    scene: Scene, act: Callable[[Scene, str], None], state: AgentState
) -> None:
    """Reserved, ringing and talking agents can neither leave nor pause."""
    scene.ready("101")
    scene.join("c1")
    if state is not AgentState.RESERVED:
        scene.ring("c1")
    if state is AgentState.TALKING:
        scene.answer("c1")
    before = scene.core.snapshot()

    with pytest.raises(NotNow):
        act(scene, "101")

    assert scene.state("101") is state
    assert scene.core.snapshot() == before


def test_logging_on_again_at_the_same_seat_refreshes_the_skills(scene: Scene) -> None:
    """A phone that lost the confirmation dials again: accepted, the state stays, new skills count at once."""
    scene.ready("101")
    scene.join("c1", english=3)
    scene.log_on("101", "8001", english=3)

    assert scene.rung() == [("c1", "101")]


def test_saying_ready_twice_keeps_the_place_in_the_idle_line(scene: Scene) -> None:
    """Pressing the key again is no disadvantage."""
    scene.ready("101")
    scene.later(5)
    scene.ready("101")

    assert scene.agent("101").idle_since == clock(0)


def test_ready_ends_the_wrap_up_early(scene: Scene) -> None:
    """Whoever has written the ticket takes the next call."""
    scene.ready("101")
    scene.join("c1")
    scene.answer("c1")
    scene.end("c1")
    scene.join("c2")
    scene.ready("101")

    assert scene.rung() == [("c1", "101"), ("c2", "101")]


def test_agent_on_break_is_not_rung_and_no_time_ends_it(scene: Scene) -> None:
    """A break lasts as long as the agent wants."""
    scene.ready("101")
    scene.rest("101", BreakReason.MEAL)
    scene.join("c1")
    scene.later(7200)

    assert scene.rung() == []
    assert scene.agent("101").reason is BreakReason.MEAL


def test_asking_for_the_same_break_again_does_not_restart_it(scene: Scene) -> None:
    """Another reason does."""
    scene.later(5)
    scene.rest("101")
    assert scene.agent("101").since == clock(0)

    scene.rest("101", BreakReason.TRAINING)

    assert scene.agent("101").since == clock(5)


def test_seat_is_free_after_logging_off(scene: Scene) -> None:
    """Free seating: the next agent sits down."""
    scene.log_off("101")
    scene.log_on("102", "8001")

    assert scene.state("101") is AgentState.LOGGED_OFF
    assert scene.agent("101").seat is None
    assert scene.agent("102").seat == "8001"
