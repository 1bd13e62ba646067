"""The queues over HTTP: who waits, who serves, and how long it will take, or that it is not known."""

from __future__ import annotations

from datetime import datetime, timedelta

from acd.events import AgentAnswered, AgentBecameReady, CallEnded, CallJoined, Event
from acd.model import AgentId, CallId, QueueName
from api.people import Role
from tests.api.face import NOW, Face

LONG_AGO = NOW - timedelta(hours=2)


async def test_without_agents_or_a_past_nothing_is_forecast(face: Face) -> None:
    """Who waits is seen; how long it will take is null, not zero."""
    await face.house.waits("c1")

    status, seen = await face.call("GET /api/queues", role=Role.OPERATOR)

    general, health = seen["queues"]
    assert (status, general["queue"], health["queue"]) == (200, "general", "health")
    assert (general["waiting"], general["longest_s"], general["serving"], general["wait"]) == (1, 0, 0, None)
    assert (health["waiting"], health["longest_s"], health["arrivals_per_hour"]) == (0, None, None)
    assert (await face.call("GET /api/queues", role=None))[0] == 401


async def test_what_was_learnt_is_told_and_forecast(face: Face) -> None:
    """Twenty calls of a minute and its wrap-up, two minutes apart; now one agent talks and one caller waits."""
    await face.house.enter("111")
    wish = {"seat": "8011", "queues": ["general"], "agent": "111", "why": "高峰"}
    assert (await face.call("POST /api/seats", wish))[0] == 200
    for number in range(20):
        await call_of_a_minute(face, f"past{number}", LONG_AGO + timedelta(minutes=2 * number))
    await face.house.waits("now")
    await face.house.answers("now")
    await face.house.waits("next")

    _, seen = await face.call("GET /api/queues")

    general = seen["queues"][0]
    assert (general["waiting"], general["serving"], general["free"]) == (1, 1, 0)
    assert (general["handle_s"], general["patience_s"]) == (90, None)
    wait = general["wait"]
    assert wait["mean_s"] == 180  # the one who waits, and ours
    assert wait["least_s"] < 60 < 300 < wait["most_s"]
    assert wait["said"] is None  # between one minute and more than three: of no use to a caller


async def call_of_a_minute(face: Face, call: str, at: datetime) -> None:
    """Joined, answered, over, written up."""
    engine = face.house.engine
    facts: tuple[Event, ...] = (
        CallJoined(at=at, call=CallId(call), queue=QueueName("general")),
        AgentAnswered(at=at, call=CallId(call), attempt=1),
        CallEnded(at=at + timedelta(seconds=60), call=CallId(call)),
        AgentBecameReady(at=at + timedelta(seconds=90), agent=AgentId("111")),
    )
    for fact in facts:
        engine.tell(fact)
    await face.house.settled()
