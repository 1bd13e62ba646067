"""What a queue's recipe does with a call as it waits."""

from __future__ import annotations

from acd.codec import decode, digest, encode
from acd.distributor import Distributor
from acd.model import CallId, Queue, QueueName, RingFailure, Snapshot
from tests.acd.scene import Scene, clock, relaxing, skilled

RECIPE = ((30.0, "cantonese", 2), (60.0, "cantonese", 0))


def scene_with(*rows: tuple[float, str, int]) -> Scene:
    """A queue with this recipe."""
    scene = Scene()
    scene.load(relaxing("general", *rows))
    return scene


def test_less_is_asked_for_from_the_moment_of_the_row_on() -> None:
    """A millisecond before, the agent who masters less is not rung."""
    scene = scene_with(*RECIPE)
    scene.staff("101", cantonese=2)
    scene.join("c1", cantonese=3)

    scene.later(29.999)
    assert scene.rung() == []
    scene.later(0.001)
    assert scene.rung() == [("c1", "101")]


def test_a_skill_that_is_waived_keeps_nobody_out() -> None:
    """After the last row anybody of the queue will do."""
    scene = scene_with(*RECIPE)
    scene.staff("101")
    scene.join("c1", cantonese=3)

    scene.later(60)

    assert scene.rung() == [("c1", "101")]


def test_relaxing_changes_who_may_and_never_who_is_best() -> None:
    """Whoever masters what the citizen came for is still the better one, however long idle the others are."""
    scene = scene_with((30.0, "cantonese", 0))
    scene.staff("101")
    scene.staff("102", cantonese=1)

    scene.join("c1", cantonese=3)
    scene.later(30)

    assert scene.rung() == [("c1", "102")]


def test_relaxing_changes_no_place_in_the_line() -> None:
    """Who came first goes first, among those who ask for less by now and those who never asked for it."""
    scene = scene_with((30.0, "cantonese", 0))
    scene.join("first", cantonese=3)
    scene.later(1)
    scene.join("second")
    scene.later(30)

    scene.staff("101")
    scene.staff("102")

    assert scene.rung() == [("first", "101"), ("second", "102")]


def test_skills_that_the_recipe_does_not_name_are_asked_for_as_before() -> None:
    """And a row that would ask for more than the caller does changes nothing."""
    scene = scene_with((10.0, "cantonese", 2), (20.0, "english", 0))
    scene.staff("101", psychology=1)
    scene.join("c1", cantonese=1, psychology=2)

    scene.later(600)

    assert scene.rung() == []
    assert scene.core.waiting[0].asks == skilled(cantonese=1, psychology=2)


def test_a_recipe_that_changes_counts_for_those_who_wait_already() -> None:
    """At once, in both directions: the caller who waited for so long, and the one whose relaxation is taken back."""
    scene = Scene()
    scene.join("c1", cantonese=3)
    scene.later(40)

    scene.load(relaxing("general", *RECIPE))
    assert scene.core.waiting[0].asks == skilled(cantonese=2)
    scene.load(relaxing("general", (50.0, "cantonese", 1)))
    assert scene.core.waiting[0].asks == skilled(cantonese=3)
    scene.later(10)
    assert scene.core.waiting[0].asks == skilled(cantonese=1)


def test_a_changed_recipe_finds_the_agent_who_stands_free() -> None:
    """Nobody waits for the next event to be looked at."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1", cantonese=3)
    scene.later(40)

    scene.load(relaxing("general", (30.0, "cantonese", 0)))

    assert scene.rung() == [("c1", "101")]


def test_rows_come_due_while_a_phone_rings() -> None:
    """The offer goes on; if it fails, the call comes back asking for what it asks for by then."""
    scene = scene_with((10.0, "cantonese", 0))
    scene.staff("101", cantonese=3)
    scene.staff("102")
    scene.join("c1", cantonese=3)
    scene.ring("c1")

    scene.later(15)
    assert scene.rung() == [("c1", "101")]
    scene.fail("c1", RingFailure.NO_ANSWER)

    assert scene.rung() == [("c1", "101"), ("c1", "102")]


def test_a_call_that_rests_is_relaxed_and_still_rests() -> None:
    """A moment of the recipe is not the end of the rest."""
    scene = scene_with((0.5, "cantonese", 0))
    scene.staff("101", cantonese=3)
    scene.staff("102")
    scene.join("c1", cantonese=3)
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT)

    scene.later(0.9)
    assert scene.rung() == [("c1", "101")]
    scene.later(0.1)
    assert scene.rung() == [("c1", "101"), ("c1", "102")]


def test_who_joined_long_ago_is_at_once_where_the_recipe_has_them() -> None:
    """The place in the line comes back from the telephones after a restart, and so does the patience it cost."""
    scene = scene_with(*RECIPE)
    scene.now = clock(45)

    scene.join("c1", joined=0.0, cantonese=3)

    assert scene.core.waiting[0].asks == skilled(cantonese=2)


def test_calls_of_a_queue_that_vanished_keep_its_recipe() -> None:
    """Also those that a successor remembers from a checkpoint."""
    scene = scene_with(*RECIPE)
    scene.join("c1", cantonese=3)
    scene.load(Queue(QueueName("health")))
    successor = Distributor()

    successor.restore(decode(Snapshot, encode(scene.core.snapshot())))
    scene.core = successor
    scene.later(30)

    assert [call.asks for call in successor.waiting] == [skilled(cantonese=2)]


def test_a_recipe_in_progress_outlives_a_restart() -> None:
    """The checkpoint says what is asked for and when the next row is due."""
    scene = scene_with(*RECIPE)
    scene.join("c1", cantonese=3)
    scene.later(45)
    successor = Distributor()

    successor.restore(decode(Snapshot, encode(scene.core.snapshot())))

    assert digest(successor.snapshot()) == digest(scene.core.snapshot())
    assert successor.next_deadline() == clock(60)


def test_nothing_is_due_for_who_does_not_ask_for_what_the_recipe_names() -> None:
    """Ten thousand callers who ask for nothing cost no deadline."""
    scene = scene_with(*RECIPE)
    scene.join("c1")
    scene.join("c2", cantonese=2)

    scene.end("c2")

    assert scene.core.next_deadline() is None
    assert CallId("c1") in scene.core.calls
