"""A longer wrap-up: by the queue's step, so often, and never for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from acd.agent_kpi import NOTHING, Period
from acd.agent_time import AgentTime
from acd.codec import decode, digest, encode
from acd.distributor import Distributor
from acd.duty_facts import WrapUpExtended
from acd.errors import NoMoreExtensions, NotNow
from acd.model import AgentId, AgentState, Snapshot
from tests.acd.scene import NINE, QUEUES, Scene, clock

GENERAL, HEALTH = QUEUES


@pytest.fixture
def scene() -> Scene:
    """Agent 101 writes up a call of `general`: 30 s, which may be extended by 20 s, twice. `health` allows nothing."""
    scene = Scene()
    scene.load(replace(GENERAL, extend_wrap_up=timedelta(seconds=20), extensions_most=2), HEALTH)
    scene.staff("101", "general health")
    scene.join("c1")
    scene.ring("c1")
    scene.answer("c1")
    scene.end("c1")
    return scene


def extend(scene: Scene) -> None:
    """Agent 101 asks for more time."""
    scene.tell(WrapUpExtended(at=scene.now, by="101", agent=AgentId("101")))


def test_it_ends_later_by_the_step(scene: Scene) -> None:
    """Counted from where it would have ended, whenever it is asked for."""
    scene.later(25)
    extend(scene)

    scene.later(24)
    assert (scene.state("101"), scene.agent("101").extended) == (AgentState.WRAP_UP, 1)
    scene.later(1)
    assert (scene.state("101"), scene.agent("101").extended) == (AgentState.READY, 0)


def test_once_too_often_is_refused_and_changes_nothing(scene: Scene) -> None:
    """Twice is what the queue allows; the next wrap-up begins from nothing."""
    extend(scene)
    extend(scene)
    before = scene.core.snapshot()

    with pytest.raises(NoMoreExtensions, match="2 times"):
        extend(scene)

    assert scene.core.snapshot() == before
    scene.later(70)
    assert scene.state("101") is AgentState.READY


def test_a_queue_without_a_step_allows_none(scene: Scene) -> None:
    """The queue of the call that is written up decides, not the other one of the seat."""
    scene.ready("101")
    scene.join("c2", "health")
    scene.ring("c2")
    scene.answer("c2")
    scene.end("c2")

    with pytest.raises(NoMoreExtensions, match="health"):
        extend(scene)


def test_only_a_wrap_up_is_extended(scene: Scene) -> None:
    """Who is ready has nothing to write."""
    scene.ready("101")

    with pytest.raises(NotNow):
        extend(scene)


def test_an_extended_wrap_up_outlives_the_process(scene: Scene) -> None:
    """With how often it was extended."""
    extend(scene)
    past: Snapshot = decode(Snapshot, encode(scene.core.snapshot()))
    again = Distributor()
    again.restore(past)

    assert digest(again.snapshot()) == digest(scene.core.snapshot())
    assert again.agents[AgentId("101")].extended == 1


def test_the_figures_count_it_as_wrap_up(scene: Scene) -> None:
    """ACW is what it took, extension included."""
    time = AgentTime(Period(since=NINE, until=clock(1000)))
    core = Distributor()
    told, ends = list(scene.told), []
    extend(scene)
    scene.later(50)
    ends = scene.told[len(told) :]
    time.begin(core)
    for event in (*told, *ends):
        core.receive(event)
        time.note(core, event)

    assert time.close().total.handled.wrapped_up - timedelta(seconds=50) == NOTHING
