"""How many of a queue's agents may be on break at once: one more is refused by name, but for a leader's order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.errors import TooManyOnBreak
from acd.force_facts import AgentForced
from acd.model import AgentId, AgentState, BreakReason, ForcedTo
from tests.acd.scene import QUEUES, Scene

GENERAL, HEALTH = QUEUES


@pytest.fixture
def scene() -> Scene:
    """Three of `general` and one of `health` are ready; of `general` one may be on break."""
    scene = Scene()
    scene.load(replace(GENERAL, breaks_at_once=1), HEALTH)
    for agent in ("101", "102", "103"):
        scene.staff(agent)
    scene.staff("104", "health")
    return scene


def test_one_more_is_refused_and_changes_nothing(scene: Scene) -> None:
    """The refusal names the queue."""
    scene.rest("101")
    before = scene.core.snapshot()

    with pytest.raises(TooManyOnBreak, match="queue general"):
        scene.rest("102")

    assert scene.core.snapshot() == before


def test_who_comes_back_lets_the_next_go(scene: Scene) -> None:
    """It is counted when it is asked for."""
    scene.rest("101")
    scene.ready("101")

    scene.rest("102")

    assert scene.state("102") is AgentState.ON_BREAK


def test_another_queue_is_not_concerned(scene: Scene) -> None:
    """Seats say whose agents they are."""
    scene.rest("101")

    scene.rest("104")

    assert scene.state("104") is AgentState.ON_BREAK


def test_another_reason_is_no_other_break(scene: Scene) -> None:
    """Who rests may go and eat."""
    scene.rest("101")

    scene.rest("101", BreakReason.MEAL)

    assert scene.agent("101").reason is BreakReason.MEAL


def test_a_break_that_nobody_chose_is_not_counted(scene: Scene) -> None:
    """A phone that is gone takes nobody's turn; but whoever sits there takes one by choosing a break."""
    scene.phone_lost("8101")
    scene.rest("102")

    with pytest.raises(TooManyOnBreak):
        scene.rest("101")


def test_a_leader_may_order_one_more(scene: Scene) -> None:
    """With a reason, which is written down."""
    scene.rest("101")

    scene.tell(AgentForced(at=scene.now, by="zhao", agent=AgentId("102"), into=ForcedTo.BREAK, why="unwell", seen=0))

    assert scene.state("102") is AgentState.ON_BREAK
