"""小休超时: who stays on break longer than the city allows is told of, once a break."""

from __future__ import annotations

from datetime import timedelta

from acd.model import AgentId, BreakReason, RingFailure
from acd.overstay import Overstays, break_due
from tests.acd.scene import Scene

LIMITS = {BreakReason.MEAL: timedelta(minutes=45), BreakReason.MISSED: timedelta(minutes=1)}


def late(scene: Scene, overstays: Overstays) -> list[AgentId]:
    """Whom the next look tells of."""
    return [agent.id for agent in overstays.newly(scene.core.agents.values(), scene.now)]


def test_each_break_is_told_once_when_its_limit_is_reached() -> None:
    """Not before; the next break is another one."""
    scene, overstays = Scene(), Overstays(LIMITS)
    scene.staff("101")
    scene.rest("101", BreakReason.MEAL)
    scene.later(45 * 60 - 1)
    before = late(scene, overstays)
    scene.later(1)
    told = [late(scene, overstays), late(scene, overstays)]
    scene.ready("101")
    scene.rest("101", BreakReason.MEAL)
    scene.later(45 * 60)

    assert (before, told, late(scene, overstays)) == ([], [["101"], []], ["101"])


def test_another_reason_begins_another_break() -> None:
    """Its own limit counts from then on; a reason without one has none."""
    scene = Scene()
    scene.staff("101")
    scene.rest("101", BreakReason.MEAL)
    scene.later(600)
    scene.rest("101", BreakReason.REST)
    (agent,) = scene.core.agents.values()

    assert break_due(agent, LIMITS) is None
    scene.rest("101", BreakReason.MEAL)
    (agent,) = scene.core.agents.values()
    assert break_due(agent, LIMITS) == scene.now + timedelta(minutes=45)


def test_who_works_has_no_break_to_be_back_from() -> None:
    """Ready or ringing: nothing is due."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1")
    (agent,) = scene.core.agents.values()

    assert break_due(agent, LIMITS) is None
    scene.ring("c1", 1)
    scene.fail("c1", RingFailure.REFUSED, 1)
    assert late(scene, Overstays(LIMITS)) == []
