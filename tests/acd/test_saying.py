"""What a recipe has said to callers who wait: a prompt, or the offer to call them back."""

from __future__ import annotations

import pytest

from acd.agents import RING_MARGIN
from acd.codec import decode, digest, encode
from acd.commands import ProposeCallBack, SayToCaller
from acd.distributor import Distributor
from acd.events import GapClosed, GapMarked
from acd.model import CallId, Queue, QueueName, RingFailure, Snapshot
from tests.acd.scene import Scene, clock, giving_up, saying

GENERAL = Queue(QueueName("general"))
C1 = CallId("c1")


@pytest.fixture
def scene() -> Scene:
    """A queue whose callers hear that many call after half a minute, and are offered a call-back after one."""
    scene = Scene()
    scene.load(saying(GENERAL, (30, "many"), (60, "")))
    return scene


def said(scene: Scene) -> list[tuple[str, str]]:
    """To whom what was said so far; "": a call-back was offered."""
    spoken = [order for order in scene.orders if isinstance(order, SayToCaller | ProposeCallBack)]
    return [(order.call, order.prompt if isinstance(order, SayToCaller) else "") for order in spoken]


def test_each_row_is_said_once_and_in_its_time(scene: Scene) -> None:
    """Not a millisecond earlier; and the caller waits on."""
    scene.join("c1")
    scene.later(29.999)
    assert said(scene) == []

    scene.later(0.001)
    assert said(scene) == [("c1", "many")]
    scene.later(30)
    assert said(scene) == [("c1", "many"), ("c1", "")]

    scene.join("c1")
    scene.later(3600)
    assert said(scene) == [("c1", "many"), ("c1", "")]
    assert scene.waiting() == ["c1"]
    assert scene.core.next_deadline() is None


def test_somebody_for_whom_a_person_was_free_keeps_nobody_from_being_told(scene: Scene) -> None:
    """Both rows came due in a gap; when it ends the first is offered to an agent, the second is told."""
    scene.join("c1")
    scene.join("c2")
    scene.later(25)
    scene.tell(GapMarked(at=scene.now))
    scene.staff("101")
    scene.later(8)
    scene.tell(GapClosed(at=scene.now))

    assert (scene.rung(), said(scene)) == ([("c1", "101")], [("c2", "many")])


def test_whoever_has_left_the_line_and_waits_anew_is_told_anew(scene: Scene) -> None:
    """Once in a wait: they were asked for a message, and came back."""
    scene.join("c1")
    scene.later(30)
    scene.asked_for_message("c1")
    scene.join("c1")
    scene.later(30)

    assert said(scene) == [("c1", "many"), ("c1", "many")]


def test_a_person_comes_before_what_is_to_be_said(scene: Scene) -> None:
    """Somebody who becomes free while it is said is rung for the caller."""
    scene.join("c1")
    scene.later(30)
    scene.staff("101")
    assert scene.rung() == [("c1", "101")]

    scene.ring("c1")
    scene.staff("102")
    scene.later(10)
    scene.fail("c1", RingFailure.REFUSED)

    assert scene.rung() == [("c1", "101"), ("c1", "102")]
    assert said(scene) == [("c1", "many")]


def test_what_came_due_while_a_phone_rang_is_said_when_it_rang_in_vain() -> None:
    """Of two rows the last one: what the first says is out of date."""
    scene = Scene()
    scene.load(saying(GENERAL, (5, "many"), (10, "")))
    scene.staff("101")
    scene.join("c1")
    scene.ring("c1")
    scene.later(15)
    assert said(scene) == []

    scene.fail("c1", RingFailure.REFUSED)

    assert said(scene) == [("c1", "")]


def test_nothing_is_said_in_the_second_in_which_an_agent_may_be_picking_up(scene: Scene) -> None:
    """The phone was told to stop: an answer that crosses that order is believed, and nothing tears the talk."""
    scene.join("c1")
    scene.later(20)
    scene.staff("101")
    scene.ring("c1")
    scene.later(20 + RING_MARGIN.total_seconds())
    assert scene.stopped() == [("c1", 1)]
    assert said(scene) == []

    scene.later(0.9)
    scene.answer("c1")
    scene.later(60)

    assert said(scene) == []
    assert scene.talker("c1") == "101"


def test_it_is_said_a_second_after_a_phone_was_told_to_stop(scene: Scene) -> None:
    """Nobody picked up, and nobody else is free."""
    scene.join("c1")
    scene.later(20)
    scene.staff("101")
    scene.ring("c1")
    scene.later(20 + RING_MARGIN.total_seconds())

    scene.later(1)

    assert said(scene) == [("c1", "many")]


def test_who_takes_the_offer_waits_no_more_and_keeps_the_place(scene: Scene) -> None:
    """The call that we shall make stands where the caller stood: before somebody who joined later."""
    scene.join("c1")
    scene.later(10)
    scene.join("c2")
    scene.later(50)
    scene.ask_back("c1")
    scene.end("c1")
    scene.line_up("c1", "out-1", 0)

    scene.staff("101")
    scene.staff("102")

    assert scene.rung() == [("out-1", "101"), ("c2", "102")]


def test_who_presses_the_key_too_late_is_with_an_agent(scene: Scene) -> None:
    """The order to ring somebody is newer, and takes the caller along: they wait, and are nobody's debt here."""
    scene.join("c1")
    scene.later(60)
    scene.staff("101")

    scene.ask_back("c1")

    assert scene.waiting() == ["c1"]
    scene.answer("c1")
    assert scene.talker("c1") == "101"


def test_nothing_is_said_while_facts_are_missing(scene: Scene) -> None:
    """Perhaps an agent talks with them; once the telephones were asked, it is said."""
    scene.join("c1")
    scene.later(29)
    scene.tell(GapMarked(at=scene.now))
    scene.later(2)
    assert said(scene) == []

    scene.tell(GapClosed(at=scene.now))

    assert said(scene) == [("c1", "many")]


def test_nothing_is_said_to_a_call_back_that_stands_in_the_line(scene: Scene) -> None:
    """Nobody listens."""
    scene.line_up("d1", "out-1", -600)
    scene.later(3600)

    assert said(scene) == []


def test_who_leaves_is_told_nothing_any_more() -> None:
    """The message itself is asked for by its own words."""
    scene = Scene()
    scene.load(giving_up(saying(GENERAL, (5, "many")), 10))
    scene.staff("101")
    scene.join("c1")
    scene.ring("c1")
    scene.later(15)

    scene.fail("c1", RingFailure.REFUSED)

    assert said(scene) == []
    assert scene.core.waiting[0].leaves


def test_who_inherits_an_older_place_hears_the_last_of_what_is_due(scene: Scene) -> None:
    """Not everything that somebody would have heard who had waited on the line."""
    scene.join("c1")
    scene.later(1)

    scene.inherit("c1", -600)

    assert said(scene) == [("c1", "")]


def test_a_changed_recipe_says_what_is_new_and_nothing_twice(scene: Scene) -> None:
    """Rows count by their time: what stands later than what was heard is said."""
    scene.join("c1")
    scene.later(40)

    scene.load(saying(GENERAL, (20, "other"), (35, "newer")))

    assert said(scene) == [("c1", "many"), ("c1", "newer")]


def test_what_was_heard_is_known_after_a_restart(scene: Scene) -> None:
    """From the checkpoint: the same moments, the same state."""
    scene.join("c1")
    scene.later(31)
    successor = Distributor()

    successor.restore(decode(Snapshot, encode(scene.core.snapshot())))

    assert digest(successor.snapshot()) == digest(scene.core.snapshot())
    assert successor.next_deadline() == clock(60)


def test_several_are_spoken_to_in_the_order_of_their_turn(scene: Scene) -> None:
    """Also by a successor, whose hall has them in another order than they came in."""
    scene.load(GENERAL)
    scene.join("c1")
    scene.later(1)
    scene.join("c2", priority=2)
    scene.later(100)
    successor = Scene()
    successor.core = Distributor()
    successor.core.restore(decode(Snapshot, encode(scene.core.snapshot())))
    successor.now = scene.now

    for each in (scene, successor):
        each.load(saying(GENERAL, (30, "many")))

    assert said(scene) == said(successor) == [("c2", "many"), ("c1", "many")]
