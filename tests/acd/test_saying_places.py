"""What a recipe says of a caller's place: how many stand before them, where that is the truth."""

from __future__ import annotations

from acd.commands import SayPosition
from acd.events import GapMarked
from acd.model import CallId, Queue, QueueName
from tests.acd.scene import Scene, saying

GENERAL = Queue(QueueName("general"))


def told(scene: Scene) -> dict[str, int]:
    """Who was told how many stand before them; the last time."""
    return {order.call: order.ahead for order in scene.orders if isinstance(order, SayPosition)}


def staffed(*queues: str) -> Scene:
    """Agents who serve these queues, each with a call of general's; a caller hears their place after ten seconds."""
    scene = Scene()
    scene.load(saying(GENERAL, (10, "#")), Queue(QueueName("health")))
    for number, serves in enumerate(queues):
        scene.staff(f"10{number}", serves)
        scene.join(f"t{number}", serves.split()[0])
        scene.answer(f"t{number}")
    return scene


def test_who_waits_is_told_how_many_go_before_them() -> None:
    """In the order in which they are offered: by priority, and a call-back counts as well."""
    scene = staffed("general")
    scene.join("c1")
    scene.join("c2")
    scene.line_up("d1", "out-1", -600)
    scene.join("c3", priority=1)

    scene.later(10)

    assert told(scene) == {"c3": 1, "c1": 2, "c2": 3}


def test_who_is_next_is_told_so() -> None:
    """Nobody stands before them."""
    scene = staffed("general")
    scene.join("c1")

    scene.later(10)

    assert told(scene) == {"c1": 0}


def test_callers_whom_none_of_our_agents_can_serve_do_not_stand_before_us() -> None:
    """Another queue's, with its own agents."""
    scene = staffed("general", "health")
    scene.join("h1", "health")
    scene.later(1)
    scene.join("c1")

    scene.later(10)

    assert told(scene) == {"c1": 0}


def test_callers_of_another_queue_stand_before_us_where_the_agents_are_the_same() -> None:
    """Whoever came first goes first."""
    scene = staffed("general health", "general health")
    scene.join("h1", "health")
    scene.later(1)
    scene.join("c1")

    scene.later(10)

    assert told(scene) == {"c1": 1}


def test_a_number_that_would_frighten_without_reason_is_not_told() -> None:
    """Thirty callers of another queue, for which one agent in five is ours, too."""
    scene = staffed("general health", "health", "health", "health", "health")
    for number in range(30):
        scene.join(f"h{number}", "health")
    scene.later(1)
    scene.join("c1")

    scene.later(10)

    assert told(scene) == {}


def test_a_place_is_told_as_soon_as_half_of_those_before_us_take_our_agents() -> None:
    """One of two agents serves both; of three, one is too few."""
    half, third = staffed("general health", "health"), staffed("general health", "health", "health")
    for scene in (half, third):
        for number in range(3):
            scene.join(f"h{number}", "health")
        scene.later(1)
        scene.join("c1")
        scene.later(10)

    assert (told(half), told(third)) == ({"c1": 3}, {})


def test_nobody_is_told_a_place_where_nobody_serves_nor_beyond_ninety_nine() -> None:
    """There it would promise what nobody keeps; here it is of no use."""
    scene = Scene()
    scene.load(saying(GENERAL, (10, "#")))
    scene.join("c1")
    scene.later(10)
    assert told(scene) == {}

    crowded = staffed("general")
    for number in range(101):
        crowded.join(f"c{number:03}")
    crowded.later(16)
    assert told(crowded) == {f"c{number:03}": number for number in range(100)}


def test_nobody_is_told_a_place_while_facts_are_missing() -> None:
    """The line may be another; the row is judged by the outlook of that moment."""
    scene = staffed("general")
    scene.join("c1")
    waiting = scene.core.waits(CallId("c1"))
    assert waiting is not None
    assert scene.core.outlook().position(waiting, scene.now) == 0

    scene.tell(GapMarked(at=scene.now))

    assert scene.core.outlook().position(waiting, scene.now) is None
