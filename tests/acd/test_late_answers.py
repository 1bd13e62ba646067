"""An agent picks up a moment after the offer was taken back: who has the caller?"""

from __future__ import annotations

import pytest

from acd.model import AgentState, RingFailure
from tests.acd.scene import Scene


@pytest.fixture
def scene() -> Scene:
    """Agent 101 is offered call c1 at second 1; nobody else is there."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1")
    return scene


def test_answer_to_an_offer_taken_back_is_believed(scene: Scene) -> None:
    """The caller is with that agent in reality, so nobody else is rung."""
    scene.ring("c1")
    scene.later(23)
    scene.answer("c1")
    scene.staff("102")

    assert scene.state("101") is AgentState.TALKING
    assert scene.rung() == [("c1", "101")]


def test_late_answer_is_history_once_a_newer_offer_took_effect(scene: Scene) -> None:
    """In Asterisk the newest order moves the caller: whoever answered before has lost them."""
    scene.fail("c1", RingFailure.BUSY)
    scene.staff("102")
    scene.dial("c1", attempt=2)
    scene.answer("c1", attempt=1)
    scene.answer("c1", attempt=2)

    assert scene.state("101") is AgentState.ON_BREAK
    assert scene.talker("c1") == "102"


def test_late_answer_is_believed_when_the_newer_offer_never_took_effect(scene: Scene) -> None:
    """Kept in mind while the newer order is on its way; nothing is stopped, for that would cut the conversation."""
    scene.fail("c1", RingFailure.BUSY)
    scene.staff("102")
    scene.answer("c1", attempt=1)
    assert scene.state("102") is AgentState.RESERVED
    scene.later(3)

    assert scene.talker("c1") == "101"
    assert scene.state("102") is AgentState.READY
    assert scene.stopped() == []


def test_late_conversation_that_ended_meanwhile_is_not_believed(scene: Scene) -> None:
    """An answer kept in mind is forgotten with its TalkEnded."""
    scene.fail("c1", RingFailure.BUSY)
    scene.staff("102")
    scene.answer("c1", attempt=1)
    scene.talk_ends("c1", attempt=1)
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT, attempt=2)

    assert scene.core.talking == {}
    assert scene.waiting() == ["c1"]


def test_late_answer_sends_back_the_call_that_was_being_offered(scene: Scene) -> None:
    """The agent cannot talk with one caller and be rung for another: the other goes to the next agent."""
    scene.ring("c1")
    scene.later(23)
    scene.ready("101")
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT, attempt=2)
    scene.join("c2", priority=1)
    scene.later(2)
    assert scene.agent("101").call == "c2"
    scene.staff("102", "health")
    scene.answer("c1", attempt=1)
    scene.seat("8102", "general")

    assert scene.talker("c1") == "101"
    assert ("c2", 1) in scene.stopped()
    assert scene.rung()[-1] == ("c2", "102")


def test_late_answer_of_somebody_who_left_is_not_believed(scene: Scene) -> None:
    """Nobody is at that seat any more; the caller waits on."""
    scene.fail("c1", RingFailure.REFUSED)
    scene.log_off("101")
    scene.answer("c1")

    assert scene.waiting() == ["c1"]
    assert scene.state("101") is AgentState.LOGGED_OFF


def test_late_answer_is_not_credited_to_the_next_at_the_seat(scene: Scene) -> None:
    """Free seating: who sits there now was never offered that call."""
    scene.fail("c1", RingFailure.REFUSED)
    scene.log_off("101")
    scene.log_on("102", "8101")
    scene.answer("c1")

    assert scene.state("102") is AgentState.ON_BREAK


def test_late_answer_of_somebody_who_talks_to_another_is_not_believed(scene: Scene) -> None:
    """One phone, one caller: the conversation we know of counts."""
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT)
    scene.join("c2", priority=1)
    scene.later(2)
    scene.answer("c2")
    scene.answer("c1")

    assert scene.talker("c2") == "101"
    assert scene.waiting() == ["c1"]


def test_newer_offer_that_took_effect_has_taken_the_caller_along(scene: Scene) -> None:
    """If it fails after that, whoever answered before is not believed any more."""
    scene.fail("c1", RingFailure.BUSY)
    scene.staff("102")
    scene.answer("c1", attempt=1)
    scene.dial("c1", attempt=2)
    scene.fail("c1", RingFailure.NO_ANSWER, attempt=2)

    assert scene.talker("c1") is None
    assert scene.waiting() == ["c1"]
