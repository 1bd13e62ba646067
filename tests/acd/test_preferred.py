"""熟人坐席: the agent who served the citizen last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from acd.codec import decode, digest, encode
from acd.distributor import Distributor
from acd.model import BreakReason, Queue, QueueName, RingFailure, Snapshot
from tests.acd.scene import Scene, clock


def scene_that_waits(seconds: float) -> Scene:
    """The queue waits so long for the agent it prefers."""
    scene = Scene()
    scene.load(Queue(QueueName("general"), prefer_for=timedelta(seconds=seconds)), Queue(QueueName("health")))
    return scene


def talking(scene: Scene, agent: str, call: str) -> None:
    """The agent talks with somebody."""
    scene.join(call)
    assert scene.rung()[-1] == (call, agent)
    scene.answer(call)


def test_the_preferred_agent_is_rung_before_all_others_who_are_free() -> None:
    """Before the longest idle, and before the better skilled."""
    scene = Scene()
    scene.staff("101", english=5)
    scene.staff("102", english=1)

    scene.join("c1", prefers="102", english=1)

    assert scene.rung() == [("c1", "102")]


def test_who_is_preferred_must_serve_the_call_like_anybody() -> None:
    """Neither another queue nor a skill too low is forgiven."""
    scene = scene_that_waits(10)
    scene.staff("101")
    scene.staff("102", "health")
    scene.staff("103")

    scene.join("c1", prefers="102")
    scene.join("c2", prefers="103", english=1)

    assert scene.rung() == [("c1", "101")]
    assert [call.held_until for call in scene.core.waiting] == [None, None]


def test_without_a_while_the_call_goes_to_whoever_is_free() -> None:
    """The default: nobody waits a second longer for being known."""
    scene = Scene()
    scene.staff("101")
    talking(scene, "101", "busy")
    scene.staff("102")

    scene.join("c1", prefers="101")

    assert scene.rung()[1:] == [("c1", "102")]


def test_the_call_waits_for_nobody_else_for_a_while() -> None:
    """From its joining on, to the millisecond; then anybody will do."""
    scene = scene_that_waits(10)
    scene.staff("101")
    talking(scene, "101", "busy")
    scene.staff("102")

    scene.join("c1", prefers="101")
    scene.later(9.999)
    assert scene.rung() == [("busy", "101")]
    scene.later(0.001)
    assert scene.rung() == [("busy", "101"), ("c1", "102")]


def test_the_preferred_agent_who_becomes_free_meanwhile_gets_the_call() -> None:
    """In its turn: whoever came earlier goes first, with them as with anybody."""
    scene = scene_that_waits(30)
    scene.staff("101")
    talking(scene, "101", "busy")
    scene.join("earlier")
    scene.later(1)
    scene.join("c1", prefers="101")
    scene.later(1)
    scene.join("later")

    for call in ("busy", "earlier", "c1"):
        scene.end(call)
        scene.ready("101")
        scene.answer(scene.rung()[-1][0], scene.rung_orders()[-1].attempt)

    assert [call for call, _ in scene.rung()] == ["busy", "earlier", "c1", "later"]


@pytest.mark.parametrize("leave", ["rest", "log off", "close"])
def test_nobody_is_waited_for_who_is_off_duty(leave: str) -> None:
    """On break, logged off, without a seat: the call goes to others at once, and is not kept when they come back."""
    scene = scene_that_waits(60)
    scene.staff("101")
    talking(scene, "101", "busy")
    scene.staff("102")
    scene.join("c1", prefers="101")
    scene.end("busy")
    scene.ready("101")
    assert scene.rung()[-1] == ("c1", "101")
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT)

    leaves = {
        "rest": lambda: scene.rest("101"),
        "log off": lambda: scene.log_off("101"),
        "close": lambda: scene.close("8101"),
    }
    leaves[leave]()
    scene.later(2)

    assert scene.rung()[-1] == ("c1", "102")


def test_a_preferred_agent_who_does_not_answer_is_waited_for_no_more() -> None:
    """The phone was not picked up: that is a break, and the next one is rung."""
    scene = scene_that_waits(60)
    scene.staff("101")
    scene.staff("102")
    scene.join("c1", prefers="101")
    scene.ring("c1")

    scene.fail("c1", RingFailure.NO_ANSWER)

    assert scene.rung() == [("c1", "101"), ("c1", "102")]


def test_who_loses_the_skill_is_waited_for_no_more() -> None:
    """A seat or a log-on changes while the call waits."""
    scene = scene_that_waits(60)
    scene.staff("101", english=1)
    talking(scene, "101", "busy")
    scene.staff("102", english=1)
    scene.join("c1", prefers="101", english=1)

    scene.log_on("101", "8101")

    assert scene.rung() == [("busy", "101"), ("c1", "102")]


def test_a_stranger_or_one_who_is_away_is_not_waited_for() -> None:
    """Nobody holds a call for a person who is not at work."""
    scene = scene_that_waits(60)
    scene.staff("101")
    scene.staff("102")
    scene.rest("102", BreakReason.MEAL)

    scene.join("c1", prefers="999")
    scene.end("c1")
    scene.join("c2", prefers="102")

    assert scene.rung() == [("c1", "101"), ("c2", "101")]


def test_a_while_that_becomes_shorter_counts_for_who_waits() -> None:
    """As everything in a queue's rules."""
    scene = scene_that_waits(60)
    scene.staff("101")
    talking(scene, "101", "busy")
    scene.staff("102")
    scene.join("c1", prefers="101")
    scene.later(20)

    scene.load(Queue(QueueName("general"), prefer_for=timedelta(seconds=20)))

    assert scene.rung() == [("busy", "101"), ("c1", "102")]


def test_who_is_waited_for_outlives_a_restart() -> None:
    """From the checkpoint, and by the moment of joining also where only the telephones remember it."""
    scene = scene_that_waits(10)
    scene.staff("101")
    talking(scene, "101", "busy")
    scene.staff("102")
    scene.join("c1", prefers="101")
    scene.later(4)
    successor = Distributor()
    successor.restore(decode(Snapshot, encode(scene.core.snapshot())))
    assert digest(successor.snapshot()) == digest(scene.core.snapshot())
    scene.core = successor

    scene.join("told-again", joined=1.0, prefers="101")

    assert [call.held_until for call in scene.core.waiting] == [clock(11), clock(12)]
