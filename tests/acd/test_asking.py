"""Whom an agent may hand a caller to, or ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.asking import free_at, must_be_free, must_be_two, seat_of
from acd.errors import NotNow, UnknownAgent
from acd.model import AgentId, CallId, Offer, QueueName, SeatId
from tests.acd.scene import NINE, Scene

OWN, OTHER = SeatId("8101"), SeatId("8102")


@pytest.fixture
def scene() -> Scene:
    """101 to 103 are ready; 103 serves another queue and has been ready shortest."""
    scene = Scene()
    for agent, queues in (("101", "general"), ("102", "general"), ("103", "health general")):
        scene.staff(agent, queues)
    return scene


def test_an_agent_is_found_where_they_sit(scene: Scene) -> None:
    """Or is not logged on."""
    assert seat_of(scene.core, AgentId("102")) == OTHER
    with pytest.raises(UnknownAgent):
        seat_of(scene.core, AgentId("999"))


def test_who_rests_or_talks_or_is_oneself_is_not_rung(scene: Scene) -> None:
    """Nor a seat where nobody sits; one who writes is."""
    must_be_free(scene.core, OTHER, OWN)
    for seat, own in ((OWN, OWN), (SeatId("8999"), OWN)):
        with pytest.raises(NotNow):
            must_be_free(scene.core, seat, own)
    scene.rest("102")
    with pytest.raises(NotNow):
        must_be_free(scene.core, OTHER, OWN)


def test_who_has_been_ready_longest_is_asked_for_a_hotline(scene: Scene) -> None:
    """Of those who serve its queue, and never the one who asks."""
    assert free_at(scene.core, QueueName("general"), SeatId("8999")) == OWN
    assert free_at(scene.core, QueueName("general"), OWN) == OTHER
    assert free_at(scene.core, QueueName("health"), OWN) == "8103"
    scene.rest("103")
    with pytest.raises(NotNow):
        free_at(scene.core, QueueName("health"), OWN)


def test_keys_and_transfers_are_for_a_talk_of_two() -> None:
    """Not while somebody is being asked, and not in a three-way."""
    two = Offer(CallId("c"), 1, AgentId("101"), OWN, QueueName("general"))

    must_be_two(two)
    for other in (replace(two, asks_since=NINE), replace(two, in_conference=True)):
        with pytest.raises(NotNow):
            must_be_two(other)
