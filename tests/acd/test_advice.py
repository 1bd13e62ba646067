"""What the autopilot sees of a queue, taken from the lines as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from acd.advice import Doable, see, spare
from acd.model import QueueName
from tests.acd.scene import Scene
from tests.acd.test_outlook import answered, taught

GENERAL, HEALTH = QueueName("general"), QueueName("health")
NOTHING = Doable(possible=frozenset(), on=frozenset(), wrap_up=timedelta(seconds=30))


def test_a_busy_queue_is_seen_with_its_line_and_who_could_lend() -> None:
    """Two callers wait; of three other agents two serve health alone, and one serves both."""
    scene = taught()
    scene.staff("102", "health")
    scene.staff("103", "health")
    scene.staff("104", "general health")
    for call in ("a", "b", "c", "d"):
        answered(scene, call) if call < "c" else scene.join(call)

    seen = see(GENERAL, (GENERAL, HEALTH), scene.core.outlook(), scene.now, NOTHING)

    assert (seen.waiting, seen.serving, seen.is_crisis) == (2, 2, False)
    assert seen.lends == {"health": 2}
    assert seen.wait is not None
    assert seen.wait.mean_s == pytest.approx(152)
    assert seen.line is not None
    assert len(seen.line.ahead) == 2
    assert seen.handle_s == pytest.approx(100)
    assert spare(seen) == 0


def test_a_queue_with_somebody_free_has_no_line() -> None:
    """Its wait is the ringing phone."""
    seen = see(GENERAL, (GENERAL,), taught().core.outlook(), taught().now, NOTHING, crisis=[GENERAL])

    assert (seen.line, seen.waiting, seen.lends, seen.is_crisis) == (None, 0, {}, True)
    assert seen.wait is not None
    assert seen.wait.mean_s == pytest.approx(2)


def test_of_a_queue_without_a_past_little_is_known() -> None:
    """And nothing is made up."""
    scene = Scene()
    seen = see(HEALTH, (HEALTH,), scene.core.outlook(), scene.now, NOTHING)

    assert (seen.wait, seen.arrivals_per_s, seen.handle_s, seen.load, seen.serving) == (None, None, None, None, 0)


def test_a_queue_that_shares_agents_with_a_crisis_lane_lends_nobody() -> None:
    """However idle; without the lane it would."""
    scene = taught()
    for agent in range(110, 140):
        scene.staff(str(agent), "general health" if agent == 110 else "general")
    free, shared = (
        see(GENERAL, (GENERAL, HEALTH), scene.core.outlook(), scene.now, NOTHING, crisis=lanes)
        for lanes in ([], [HEALTH])
    )

    assert (spare(free) > 0, spare(shared), shared.beside_crisis) == (True, 0, True)
