"""Calls that an agent does not answer: the first is a warning, too many in a row are a break."""

from __future__ import annotations

from datetime import timedelta

import pytest

from acd.codec import decode, encode
from acd.distributor import Distributor
from acd.events import TimePassed
from acd.model import AgentState, BreakReason, Queue, QueueName, RingFailure, Snapshot
from tests.acd.scene import Scene, clock

GENERAL = QueueName("general")


@pytest.fixture
def scene() -> Scene:
    """Agent 101 at a seat of their own, rung for c1."""
    scene = Scene()
    scene.staff("101")
    scene.join("c1")
    return scene


def miss(scene: Scene, attempt: int = 1, failure: RingFailure = RingFailure.NO_ANSWER) -> None:
    """The phone rings and nobody takes it."""
    scene.ring("c1", attempt)
    scene.fail("c1", failure, attempt)


@pytest.mark.parametrize("failure", [RingFailure.NO_ANSWER, RingFailure.REFUSED])
def test_whoever_missed_one_is_rung_again_after_ten_seconds(scene: Scene, failure: RingFailure) -> None:
    """One miss may be a cough; the caller is not rung through to the same desk at once."""
    miss(scene, failure=failure)
    scene.later(9.9)
    assert (scene.state("101"), scene.agent("101").missed, len(scene.rung())) == (AgentState.READY, 1, 1)

    scene.later(0.1)

    assert scene.rung() == [("c1", "101"), ("c1", "101")]


def test_the_second_in_a_row_is_a_break_that_only_the_person_ends(scene: Scene) -> None:
    """Whoever does not answer may not be there: no deadline brings them back."""
    miss(scene)
    scene.later(10)
    miss(scene, attempt=2)
    scene.later(3600)
    assert (scene.agent("101").state, scene.agent("101").reason) == (AgentState.ON_BREAK, BreakReason.MISSED)

    scene.ready("101")

    assert (scene.agent("101").missed, len(scene.rung())) == (0, 3)


def test_the_caller_goes_to_the_next_and_the_agent_stands_last(scene: Scene) -> None:
    """Who missed a call has lost the place in the idle line, also to whoever came later."""
    scene.staff("102")
    scene.staff("103")
    miss(scene)
    scene.answer("c1", attempt=2)
    scene.later(11)
    scene.join("c2")

    assert scene.rung() == [("c1", "101"), ("c1", "102"), ("c2", "103")]
    assert scene.agent("101").idle_since == clock(3)


@pytest.mark.parametrize("failure", [RingFailure.BUSY, RingFailure.UNREACHABLE, RingFailure.NOT_CARRIED_OUT])
def test_what_is_the_phones_fault_neither_counts_nor_clears(scene: Scene, failure: RingFailure) -> None:
    """Only a person can miss a call, and only a person shows that they are there."""
    miss(scene)
    scene.later(10)
    scene.fail("c1", failure, attempt=2)

    assert scene.agent("101").missed == 1


def test_whoever_talked_starts_anew(scene: Scene) -> None:
    """In a row means with nothing between."""
    miss(scene)
    scene.later(10)
    scene.answer("c1", attempt=2)
    scene.end("c1")
    scene.later(30)

    assert (scene.state("101"), scene.agent("101").missed) == (AgentState.READY, 0)


def test_saying_ready_ends_the_rest_at_once(scene: Scene) -> None:
    """Who presses the key is there; the place in the line stays behind everybody else."""
    miss(scene)
    scene.later(3)
    scene.ready("101")

    assert scene.rung() == [("c1", "101"), ("c1", "101")]
    assert (scene.agent("101").missed, scene.agent("101").idle_since) == (0, clock(1))


@pytest.mark.parametrize("most", [1, 3])
def test_the_queue_says_how_many_are_too_many(scene: Scene, most: int) -> None:
    """One: the break follows each missed call."""
    scene.load(Queue(GENERAL, break_after_missed=most))
    for attempt in range(1, most + 1):
        assert scene.state("101") is AgentState.RESERVED
        miss(scene, attempt)
        scene.later(10)

    assert (scene.state("101"), scene.agent("101").missed) == (AgentState.ON_BREAK, most)


def test_a_missed_call_is_told_once(scene: Scene) -> None:
    """To whoever watches: the offer, while that event is looked at."""
    scene.ring("c1")
    scene.later(23)
    [missed] = scene.core.missed
    scene.tell(TimePassed(at=scene.now))

    assert (missed.agent, missed.attempt) == ("101", 1)
    assert not scene.core.missed


def test_a_citizen_waits_no_more_for_the_one_who_missed_the_call() -> None:
    """They know each other, but somebody else is free."""
    scene = Scene()
    scene.load(Queue(GENERAL, prefer_for=timedelta(seconds=60)))
    scene.staff("101")
    scene.join("c0")
    scene.answer("c0")
    scene.staff("102")
    scene.join("c1", prefers="101")
    assert scene.rung() == [("c0", "101")]
    scene.talk_ends("c0")
    scene.ready("101")
    miss(scene)

    assert scene.rung() == [("c0", "101"), ("c1", "101"), ("c1", "102")]


def test_the_count_outlives_a_restart(scene: Scene) -> None:
    """From a checkpoint; one written before there was a count reads as none."""
    miss(scene)
    written = encode(scene.core.snapshot())
    again = Distributor()
    again.restore(decode(Snapshot, written))
    assert again.snapshot() == scene.core.snapshot()

    for agent in written["agents"]:
        del agent["missed"]

    assert [agent.missed for agent in decode(Snapshot, written).agents] == [0]
