"""Seats, phones and queues change while calls are running."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from acd.commands import RingAgent
from acd.errors import UnknownQueue, UnknownSeat
from acd.events import QueuesLoaded
from acd.model import AgentState, BreakReason, RingFailure
from tests.acd.scene import QUEUES, Scene


@pytest.fixture
def scene() -> Scene:
    """Agent 101 is ready at seat 8101, which serves the general queue."""
    scene = Scene()
    scene.staff("101")
    return scene


def test_changed_seat_serves_calls_that_already_wait(scene: Scene) -> None:
    """Adding a queue to a seat rings its phone for whoever waits there."""
    scene.join("c1", "health", psychology=1)
    scene.seat("8101", "general health", psychology=1)

    assert scene.rung() == [("c1", "101")]


def test_seat_that_loses_a_queue_is_not_rung_for_it(scene: Scene) -> None:
    """Taking a queue from a seat counts at once."""
    scene.seat("8101", "health")
    scene.join("c1", "general")

    assert scene.rung() == []


def test_seat_of_an_unknown_queue_is_refused_by_name(scene: Scene) -> None:
    """The refusal says which queue does not exist."""
    with pytest.raises(UnknownQueue, match="helth"):
        scene.seat("8102", "general helth")


@pytest.mark.parametrize("rests", [False, True])
def test_closing_an_idle_seat_logs_its_agent_off(scene: Scene, rests: bool) -> None:
    """Ready or on break: at once."""
    if rests:
        scene.rest("101")
    scene.close("8101")
    scene.join("c1")

    assert scene.state("101") is AgentState.LOGGED_OFF
    assert scene.rung() == []


@pytest.mark.parametrize("rings", [False, True])
def test_closing_a_ringing_seat_withdraws_the_offer(scene: Scene, rings: bool) -> None:
    """The phone is stopped, the call waits on in its place and goes to the next agent."""
    scene.staff("102")
    scene.join("c1")
    if rings:
        scene.ring("c1")
    scene.close("8101")

    assert scene.stopped() == [("c1", 1)]
    assert scene.state("101") is AgentState.LOGGED_OFF
    assert scene.rung()[-1] == ("c1", "102")


def test_closing_a_talking_seat_drops_nothing(scene: Scene) -> None:
    """The conversation and the wrap-up go on; then the agent is logged off."""
    scene.join("c1")
    scene.answer("c1")
    scene.close("8101")
    assert scene.state("101") is AgentState.TALKING
    scene.talk_ends("c1")
    assert scene.state("101") is AgentState.WRAP_UP
    with pytest.raises(UnknownSeat):
        scene.ready("101")

    scene.later(30)

    assert scene.state("101") is AgentState.LOGGED_OFF
    assert scene.orders[-1].call == "c1"


def test_seat_that_is_opened_again_during_the_talk_keeps_its_agent(scene: Scene) -> None:
    """A removal taken back in time is as if it had not been."""
    scene.join("c1")
    scene.answer("c1")
    scene.close("8101")
    scene.seat("8101")
    scene.talk_ends("c1")
    scene.later(30)

    assert scene.state("101") is AgentState.READY


def test_idle_agent_without_a_phone_is_not_rung_until_it_registers(scene: Scene) -> None:
    """No deadline: an idle phone that is gone proves its return by registering."""
    scene.phone_lost("8101")
    scene.join("c1")
    scene.later(3600)
    assert scene.rung() == []
    assert scene.agent("101").reason is BreakReason.PHONE_UNREACHABLE

    scene.phone_back("8101")

    assert scene.rung() == [("c1", "101")]


def test_phone_lost_in_a_talk_says_nothing_about_the_talk(scene: Scene) -> None:
    """A registration that lapses does not end a conversation."""
    scene.join("c1")
    scene.answer("c1")
    scene.phone_lost("8101")

    assert scene.state("101") is AgentState.TALKING


def test_phone_that_registers_does_not_end_a_persons_break(scene: Scene) -> None:
    """Phones register every few minutes; people come back when they say so."""
    scene.rest("101")
    scene.phone_back("8101")
    scene.phone_back("9999")
    scene.phone_lost("9999")

    assert scene.state("101") is AgentState.ON_BREAK


def test_vanished_queue_keeps_its_rules_while_calls_wait_in_it(scene: Scene) -> None:
    """A queue taken out of the configuration still serves those who are in it, by its old rules."""
    scene.seat("8101", "general health")
    scene.tell(QueuesLoaded(at=scene.now, queues=QUEUES[:1]))
    scene.join("c1", "health")

    assert [order.ring_time for order in scene.orders if isinstance(order, RingAgent)] == [QUEUES[1].ring_time]


def test_new_rules_of_a_queue_count_for_the_next_offer(scene: Scene) -> None:
    """Loaded while running, without touching what rings already."""
    scene.join("c1")
    scene.tell(QueuesLoaded(at=scene.now, queues=(QUEUES[1],)))
    scene.fail("c1", RingFailure.NO_ANSWER)

    assert scene.waiting() == ["c1"]


def test_a_measure_is_whole_or_nothing(scene: Scene) -> None:
    """One seat names a queue that is not there: no other seat and no queue has changed."""
    before = scene.core.snapshot()
    faster = (QUEUES[0], replace(QUEUES[1], wrap_up_time=timedelta(0)))
    with pytest.raises(UnknownQueue, match="helth"):
        scene.measure({"8101": "health", "8102": "helth"}, queues=faster)

    assert scene.core.snapshot() == before


def test_a_measure_is_looked_at_when_everything_has_changed(scene: Scene) -> None:
    """Two seats swap their queues at one go: nobody is offered a call in the middle of it."""
    scene.staff("102", "health")
    scene.rest("101")
    scene.rest("102")
    scene.join("g1")
    scene.join("h1", "health")
    scene.measure({"8101": "health", "8102": "general"}, "8999")

    scene.ready("101")
    scene.ready("102")

    assert scene.rung() == [("h1", "101"), ("g1", "102")]


def test_a_measure_during_a_talk_counts_for_the_next_call(scene: Scene) -> None:
    """Whoever talks at a seat that is lent, or closed, finishes; the ring time of an offer stays."""
    scene.staff("102")
    scene.join("c1")
    scene.answer("c1")
    scene.join("h1", "health")
    scene.measure({"8101": "health"}, "8102")
    assert (scene.state("101"), scene.state("102")) == (AgentState.TALKING, AgentState.LOGGED_OFF)

    scene.talk_ends("c1")
    scene.ready("101")

    assert scene.rung()[-1] == ("h1", "101")
