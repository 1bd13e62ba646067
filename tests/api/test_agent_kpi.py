"""How agents spend their time, over HTTP: from the journal, by a child process."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from acd.agent_kpi import Period
from acd.events import (
    AgentAnswered,
    AgentBecameReady,
    AgentLoggedOn,
    CallJoined,
    GapClosed,
    GapMarked,
    SeatOpened,
    TalkEnded,
)
from acd.model import AgentId, CallId, QueueName, Seat, SeatId
from api.people import Role
from api.unanswered import TooMuch
from tests.api.face import NOW, Face
from tests.databases import BOTH

pytestmark = BOTH
AGENT, SEAT, CALL, QUEUE = AgentId("101"), SeatId("8001"), CallId("a"), QueueName("general")


def ago(seconds: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(seconds=seconds)


async def four_seconds_of(face: Face) -> None:
    """A second on break, one ready; then rung, talking, writing and ready for half a second each.

    They begin with a restart: the face's own first facts are dated NOW, and no run's clock goes back.
    """
    for event in (
        GapMarked(at=ago(4), why="the clock was set back", begun_after=0),
        GapClosed(at=ago(4)),
        SeatOpened(at=ago(4), seat=Seat(SEAT, frozenset({QUEUE}))),
        AgentLoggedOn(at=ago(4), agent=AGENT, seat=SEAT),
        AgentBecameReady(at=ago(3), agent=AGENT),
        CallJoined(at=ago(2), call=CALL, queue=QUEUE),
        AgentAnswered(at=ago(1.5), call=CALL, attempt=1),
        TalkEnded(at=ago(1), call=CALL, attempt=1),
        AgentBecameReady(at=ago(0.5), agent=AGENT),
    ):
        face.house.engine.tell(event)
    await face.house.settled()
    await face.house.journal.flushed(face.house.journal.last)


async def test_agents_and_queues_of_a_period(face: Face) -> None:
    """By the clock and by conversation; the total is the one agent's; of somebody else there is nothing."""
    await four_seconds_of(face)

    status, seen = await face.call("GET /api/kpi/agents", role=Role.OPERATOR)
    _, other = await face.call("GET /api/kpi/agents?agent=102&every=1h", role=Role.OPERATOR)

    [agent], [queue], [hotline] = seen["agents"], seen["queues"], seen["hotlines"]
    assert hotline == {**queue, "name": ""}
    assert (status, seen["version"], seen["agrees"]) == (200, 1, True)
    assert seen["total"] == {**agent, "name": ""}
    assert (agent["name"], agent["ready_s"], agent["offered_s"], agent["on_break_s"]) == ("101", 1.5, 0.5, 1)
    assert (agent["occupancy"], agent["utilisation"]) == (0.5, 0.375)
    assert (queue["name"], queue["handled"], queue["average_handle_s"]) == ("general", 1, 1)
    assert (queue["average_talk_s"], queue["average_wrap_up_s"], queue["average_hold_s"]) == (0.5, 0.5, 0)
    assert (other["agents"], other["total"]["occupancy"]) == ([], None)


async def test_more_rows_than_anybody_reads_are_refused(face: Face) -> None:
    """Four seconds by the millisecond: the child says so instead of sending it."""
    await four_seconds_of(face)
    period = Period(since=ago(10), until=NOW, every=timedelta(seconds=1))

    assert len(json.loads(await face.past.agent_kpis(period))["agents"]) == 4
    with pytest.raises(TooMuch):
        await face.past.agent_kpis(replace(period, every=timedelta(milliseconds=1)))


async def test_who_may_not_or_asks_for_no_interval_is_refused(face: Face) -> None:
    """As the other figures refuse them; where nothing ever happened there is nothing, and that is no mistake."""
    empty, seen = await face.call("GET /api/kpi/agents", role=Role.OPERATOR)

    assert (empty, seen["agents"], seen["queues"]) == (200, [], [])
    assert (await face.call("GET /api/kpi/agents?every=7m"))[0] == 422
    assert (await face.call("GET /api/kpi/agents", role=None))[0] == 401
