"""A call's way from the offer to the end of the wrap-up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.model import AgentState, BreakReason, CallId, RingFailure
from tests.acd.scene import Scene, clock


@pytest.fixture
def scene() -> Scene:
    """Agent 101 is offered call c1 at second 1; nobody else is there."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1")
    return scene


def test_call_runs_from_offer_to_ready(scene: Scene) -> None:
    """Reserved, ringing, talking, wrap-up, ready: each fact moves the agent one state."""
    states = [scene.state("101")]
    for act in (scene.dial, scene.ring, scene.answer, scene.talk_ends):
        act("c1")
        states.append(scene.state("101"))
    scene.end("c1")
    scene.later(30)
    states.append(scene.state("101"))

    assert states == ["reserved", "reserved", "ringing", "talking", "wrap_up", "ready"]
    assert scene.agent("101").idle_since == clock(31)


def test_answer_before_the_ring_is_told_connects(scene: Scene) -> None:
    """Reordered news: who answered talks, and the ring that is told afterwards changes nothing."""
    scene.answer("c1")
    scene.ring("c1")
    scene.answer("c1")

    assert scene.state("101") is AgentState.TALKING
    assert scene.talker("c1") == "101"
    assert scene.waiting() == []


def test_engaged_phone_is_tried_again_after_ten_seconds(scene: Scene) -> None:
    """Busy is a short break that ends by itself."""
    scene.fail("c1", RingFailure.BUSY)
    assert scene.agent("101").reason is BreakReason.PHONE_BUSY
    scene.later(9.9)
    assert scene.state("101") is AgentState.ON_BREAK

    scene.later(0.1)

    assert scene.rung() == [("c1", "101"), ("c1", "101")]


def test_unreachable_phone_is_used_again_when_it_registers(scene: Scene) -> None:
    """Proof that the phone is back ends the break at once."""
    scene.fail("c1", RingFailure.UNREACHABLE)
    scene.later(5)
    scene.phone_back("8101")

    assert scene.state("101") is AgentState.RESERVED


def test_unreachable_phone_is_tried_again_after_half_a_minute(scene: Scene) -> None:
    """A registration may be missed; the break ends by itself all the same."""
    scene.fail("c1", RingFailure.UNREACHABLE)
    scene.later(29.9)
    assert scene.state("101") is AgentState.ON_BREAK
    scene.later(0.1)

    assert scene.state("101") is AgentState.RESERVED


def test_caller_gone_while_ringing_leaves_the_agent_their_place(scene: Scene) -> None:
    """It was not the agent's fault: they stay longest idle."""
    scene.staff("102")
    scene.ring("c1")
    scene.end("c1")
    scene.join("c2")

    assert scene.rung()[-1] == ("c2", "101")


def test_caller_said_to_be_gone_is_not_offered_until_that_is_sure(scene: Scene) -> None:
    """The agent is free at once; the call rests a second for its CallEnded, and is not lost without one."""
    scene.fail("c1", RingFailure.CALLER_GONE)
    assert scene.state("101") is AgentState.READY
    assert scene.agent("101").idle_since == clock(0)
    scene.later(0.9)
    assert len(scene.rung()) == 1

    scene.later(0.2)

    assert len(scene.rung()) == 2


def test_order_without_effect_rests_both_and_blames_nobody(scene: Scene) -> None:
    """The agent keeps their place, and this call is not offered to them again within two seconds."""
    scene.fail("c1", RingFailure.NOT_CARRIED_OUT)
    assert (scene.state("101"), scene.agent("101").idle_since) == (AgentState.READY, clock(0))
    scene.later(1.9)
    assert len(scene.rung()) == 1

    scene.later(0.1)

    assert scene.rung() == [("c1", "101"), ("c1", "101")]


def test_order_that_never_begins_is_taken_back_after_three_seconds(scene: Scene) -> None:
    """Silence from the PBX is treated as an order not carried out."""
    scene.later(3)

    assert scene.stopped() == [("c1", 1)]
    assert scene.state("101") is AgentState.READY
    assert scene.waiting() == ["c1"]


def test_phone_that_never_rings_is_unreachable_three_seconds_after_it_was_dialled(scene: Scene) -> None:
    """A dead phone costs the caller three seconds, not a ring time."""
    scene.later(2)
    scene.dial("c1")
    scene.later(2.9)
    assert scene.state("101") is AgentState.RESERVED
    scene.later(0.1)

    assert scene.agent("101").reason is BreakReason.PHONE_UNREACHABLE
    assert scene.stopped() == [("c1", 1)]


def test_phone_told_twice_to_be_dialled_gets_no_more_time(scene: Scene) -> None:
    """A repeated fact does not move a deadline."""
    scene.dial("c1")
    scene.later(2)
    scene.dial("c1")
    scene.later(1)

    assert scene.stopped() == [("c1", 1)]


def test_phone_that_rings_too_long_is_stopped_and_missed(scene: Scene) -> None:
    """The dialplan's time-out normally comes first; three seconds later we act."""
    scene.ring("c1")
    scene.later(22.9)
    assert scene.stopped() == []
    scene.later(0.1)

    assert scene.stopped() == [("c1", 1)]
    assert scene.agent("101").missed == 1


def test_facts_about_an_older_offer_change_nothing(scene: Scene) -> None:
    """What happened to the first attempt is no news about the second."""
    scene.fail("c1", RingFailure.BUSY)
    scene.staff("102")
    scene.ring("c1", attempt=2)
    before = scene.core.snapshot()

    scene.ring("c1", attempt=1)
    scene.dial("c1", attempt=1)
    scene.fail("c1", RingFailure.NO_ANSWER, attempt=1)
    scene.talk_ends("c1", attempt=1)
    scene.answer("c1", attempt=1)
    scene.answer("c1", attempt=7)

    assert scene.core.snapshot() == before


def test_caller_who_hangs_up_in_a_talk_leaves_the_agent_in_wrap_up(scene: Scene) -> None:
    """CallEnded is enough: TalkEnded may follow, or be lost, and changes nothing more."""
    scene.answer("c1")
    scene.end("c1")
    wrapping = scene.agent("101")
    scene.talk_ends("c1")

    assert wrapping.state is AgentState.WRAP_UP
    assert scene.agent("101") == wrapping


def test_wrap_up_is_as_long_as_the_queue_says() -> None:
    """Health callers need more writing."""
    scene = Scene()
    scene.staff("101", "health")
    scene.join("c1", "health")
    scene.answer("c1")
    scene.talk_ends("c1")

    assert scene.agent("101").until == clock(61)


def test_conversation_whose_answer_was_never_told_ends_in_wrap_up(scene: Scene) -> None:
    """A lost AgentAnswered leaves nobody stuck."""
    scene.ring("c1")
    scene.talk_ends("c1")

    assert scene.state("101") is AgentState.WRAP_UP
    assert scene.waiting() == []


def test_caller_who_comes_back_from_a_talk_waits_anew(scene: Scene) -> None:
    """The dialplan lost the agent's leg: the agent wraps up, the caller is offered again, attempts count on."""
    scene.answer("c1")
    scene.later(10)
    scene.join("c1")
    scene.staff("102")

    assert scene.state("101") is AgentState.WRAP_UP
    assert scene.rung() == [("c1", "101"), ("c1", "102")]
    assert scene.agent("102").attempt == 2
    assert scene.core.waiting[0].joined == clock(11)


def test_unknown_call_is_nobodys_business(scene: Scene) -> None:
    """Facts about calls never heard of change nothing; only that they are over is remembered."""
    before = scene.core.snapshot()
    for act in (scene.dial, scene.ring, scene.answer, scene.talk_ends, scene.end):
        act("ghost")
    scene.fail("ghost", RingFailure.BUSY)

    assert scene.core.snapshot() == replace(before, ended=(CallId("ghost"),))
