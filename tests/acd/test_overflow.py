"""Whom a recipe sends out of the line, to where a message is asked for."""

from __future__ import annotations

import pytest

from acd.agents import RING_MARGIN
from acd.codec import decode, digest, encode
from acd.commands import InviteMessage
from acd.distributor import Distributor
from acd.events import GapClosed, GapMarked
from acd.model import AgentState, CallId, Queue, QueueName, RingFailure, SeatId, Snapshot
from acd.talk_facts import ConsultBegun, Party
from tests.acd.scene import Scene, clock, giving_up

C1 = CallId("c1")


@pytest.fixture
def scene() -> Scene:
    """A queue whose callers are asked for a message after a minute."""
    scene = Scene()
    scene.load(giving_up(Queue(QueueName("general")), 60))
    return scene


def sent_away(scene: Scene) -> list[str]:
    """Every order so far to ask somebody for a message."""
    return [order.call for order in scene.orders if isinstance(order, InviteMessage)]


def test_who_has_waited_so_long_is_asked_for_a_message_and_leaves_the_line(scene: Scene) -> None:
    """Not a millisecond earlier; the call is still there until the caller hangs up."""
    scene.join("c1")
    scene.later(59.999)
    assert sent_away(scene) == []

    scene.later(0.001)
    scene.asked_for_message("c1")

    assert sent_away(scene) == ["c1"]
    assert (scene.core.waiting, scene.core.calls, list(scene.core.arrived)) == ((), {C1}, [C1])
    scene.staff("101")
    assert scene.rung() == []
    scene.end("c1")
    assert scene.core.calls == frozenset()
    assert scene.core.next_deadline() is None


def test_a_person_comes_before_the_machine(scene: Scene) -> None:
    """Whose phone rings when the row is due stays with that offer, and goes to whoever is free when it fails."""
    scene.staff("101")
    scene.join("c1")
    scene.ring("c1")

    scene.later(15)
    scene.now = clock(70)
    scene.staff("102")
    scene.fail("c1", RingFailure.REFUSED)

    assert sent_away(scene) == []
    assert scene.rung() == [("c1", "101"), ("c1", "102")]


def test_who_comes_back_from_an_offer_too_late_is_asked_at_once(scene: Scene) -> None:
    """The row came due while the phone rang, and nobody else is free."""
    scene.join("c1")
    scene.later(55)
    scene.staff("101")
    scene.ring("c1")
    scene.later(10)
    assert sent_away(scene) == []

    scene.fail("c1", RingFailure.REFUSED)

    assert sent_away(scene) == ["c1"]


def test_an_offer_that_is_taken_back_leaves_a_second_for_who_picks_up_just_then(scene: Scene) -> None:
    """The phone was told to stop; an answer that crosses that order is believed, and the caller stays."""
    scene.join("c1")
    scene.later(50)
    scene.staff("101")
    scene.ring("c1")
    scene.later(20 + RING_MARGIN.total_seconds())
    assert scene.stopped() == [("c1", 1)]

    scene.later(0.9)
    scene.answer("c1")
    scene.later(60)

    assert sent_away(scene) == []
    assert scene.talker("c1") == "101"


def test_an_offer_that_is_taken_back_and_not_answered_ends_at_the_message(scene: Scene) -> None:
    """A second later."""
    scene.join("c1")
    scene.later(50)
    scene.staff("101")
    scene.ring("c1")
    scene.later(20 + RING_MARGIN.total_seconds())
    assert sent_away(scene) == []

    scene.later(1)

    assert sent_away(scene) == ["c1"]


def test_nobody_is_offered_a_call_that_is_on_its_way_to_the_message(scene: Scene) -> None:
    """An agent who becomes free in those milliseconds and the order do not cross."""
    scene.join("c1")
    scene.later(60)

    scene.staff("101")
    assert scene.rung() == []
    scene.asked_for_message("c1")

    scene.later(60)
    assert scene.rung() == []


def test_an_order_that_came_to_nothing_costs_no_place(scene: Scene) -> None:
    """The caller never came there: after its rest the call is offered in its old place; to nobody free, asked again."""
    scene.join("c1")
    scene.later(61)
    scene.join("c2")
    scene.later(4)
    assert sent_away(scene) == ["c1", "c1"]

    scene.staff("101")
    scene.now = clock(69)
    scene.staff("102")
    scene.later(1)

    assert scene.rung() == [("c2", "101"), ("c1", "102")]


def test_nobody_is_sent_away_while_facts_are_missing(scene: Scene) -> None:
    """Perhaps an agent talks with them; once the telephones were asked, it is done."""
    scene.join("c1")
    scene.later(59)
    scene.tell(GapMarked(at=scene.now))
    scene.later(2)
    assert sent_away(scene) == []

    scene.tell(GapClosed(at=scene.now))

    assert sent_away(scene) == ["c1"]


def test_a_call_back_in_the_line_is_never_sent_away(scene: Scene) -> None:
    """Nobody listens while it waits."""
    scene.line_up("d1", "out-1", -600)

    scene.later(3600)

    assert sent_away(scene) == []


def test_news_that_comes_late_takes_nobody_out_of_an_offer(scene: Scene) -> None:
    """A newer order moves the caller: whoever is being rung has them."""
    scene.join("c1")
    scene.later(60)
    scene.later(4.9)
    scene.staff("101")
    scene.later(0.1)
    assert scene.rung() == [("c1", "101")]

    scene.asked_for_message("c1")

    assert [call.id for call in scene.core.waiting] == [C1]


def test_who_is_being_sent_away_is_so_after_a_restart(scene: Scene) -> None:
    """From the checkpoint: the same moments, the same state."""
    scene.join("c1")
    scene.later(62)
    successor = Distributor()

    successor.restore(decode(Snapshot, encode(scene.core.snapshot())))

    assert digest(successor.snapshot()) == digest(scene.core.snapshot())
    assert successor.next_deadline() == clock(65)


def test_a_message_that_was_asked_for_frees_whoever_had_the_caller(scene: Scene) -> None:
    """Who talked writes, who was asked is free: the telephones say that the caller is there."""
    scene.staff("101")
    scene.staff("102", "general")
    scene.join("c1")
    scene.answer("c1")
    scene.tell(ConsultBegun(at=scene.now, call=C1, attempt=1, to=Party.AGENT, seat=SeatId("8102")))
    scene.asked_for_message("c1")

    assert (scene.state("101"), scene.state("102")) == (AgentState.WRAP_UP, AgentState.READY)
    assert (scene.core.talking, scene.core.asked, list(scene.core.arrived)) == ({}, {}, [C1])


def test_a_message_of_a_call_that_nobody_knows_says_nothing(scene: Scene) -> None:
    """It was taken by the dialplan alone."""
    scene.asked_for_message("c9")

    assert list(scene.core.arrived) == []


def test_who_is_asked_for_a_message_has_waited_and_not_given_up(scene: Scene) -> None:
    """Sixty seconds, which teach how patient people are at least."""
    scene.join("c1")
    scene.later(60)
    scene.asked_for_message("c1")
    [rates] = scene.core.snapshot().rates

    assert (sum(rates.waited_s), sum(rates.gave_up)) == (60, 0)


def test_a_recipe_that_changes_keeps_those_who_have_not_left(scene: Scene) -> None:
    """Once no row asks for a message, nobody who waits is sent to one."""
    scene.join("c1")
    scene.later(60)

    scene.load(Queue(QueueName("general")))
    scene.later(600)

    assert sent_away(scene) == ["c1"]
    assert not scene.core.waiting[0].leaves
