"""Ratings and follow-ups by HTTP: for leaders, in figures, written down who looked and who settled what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.model import AgentId, CallId, QueueName
from acd.rating_facts import CallRated, NotAsked, RatingAsked, RatingNotAsked
from api.people import Role
from city.rating import RatingsFile
from recordings.access import listed
from recordings.calls import arrived, note_calls
from tests.api.clock_scene import GAS, born
from tests.api.face import NOW, Face
from tickets.rating_book import RatingBook

HOUR_AGO = NOW - timedelta(hours=1)


@pytest.fixture
async def rated(face: Face, database: AsyncEngine) -> Face:
    """Agent 101 was rated 5 and 1, and once nobody answered; from agent 102 the caller hung up first."""
    book = RatingBook(RatingsFile, face.services.clocking, face.services.posting)
    await note_calls(database, [arrived("c-1", dnis="12345", hotline="12345", ani="13812340000", at=HOUR_AGO)])
    async with database.begin() as connection:
        for call, agent, score in (("c-1", "101", 5), ("c-2", "101", 1), ("c-3", "101", None)):
            told: dict[str, Any] = {"at": HOUR_AGO, "call": CallId(call), "attempt": 1}
            await book.write(connection, RatingAsked(**told, agent=AgentId(agent), queue=QueueName("general")))
            if score:
                await book.write(connection, CallRated(**told, score=score))
        left: dict[str, Any] = {"why": NotAsked.CALLER_LEFT, "agent": AgentId("102"), "queue": QueueName("health")}
        await book.write(connection, RatingNotAsked(at=HOUR_AGO, call=CallId("c-4"), attempt=1, **left))
    return face


async def test_ratings_are_read_by_leaders_and_that_is_written_down(rated: Face, database: AsyncEngine) -> None:
    """Chosen by agent and by how bad; no number of a caller is in them."""
    assert (await rated.call("GET /api/ratings", role=Role.OPERATOR))[0] == 403
    _, seen = await rated.call("GET /api/ratings?agent=101", role=Role.LEADER)
    _, bad = await rated.call("GET /api/ratings?most=2", role=Role.LEADER)

    assert {each["call"]: each["score"] for each in seen["ratings"]} == {"c-1": 5, "c-2": 1, "c-3": None}
    assert [each["call"] for each in bad["ratings"]] == ["c-2"]
    assert "1381234" not in str(seen)
    async with database.connect() as connection:
        lines = await listed(connection, deed="ratings.read")
    assert [(line.who, line.subject) for line in lines] == [("leader#2", "all"), ("leader#2", "101")]


async def test_the_share_asked_is_a_number_by_agent(rated: Face) -> None:
    """So are satisfaction and the share that answered; nothing to reckon with is null."""
    status, seen = await rated.call("GET /api/kpi/ratings?by=agent", role=Role.LEADER)
    by = {line["name"]: line for line in seen["figures"]}

    assert (status, seen["version"]) == (200, 1)
    assert (by["101"]["asked_rate"], by["101"]["answer_rate"], by["101"]["satisfaction"]) == (1.0, 2 / 3, 0.5)
    assert (by["102"]["asked_rate"], by["102"]["answer_rate"], by["102"]["satisfaction"]) == (0.0, None, None)
    assert by["102"]["not_asked"]["caller_left"] == 1
    assert seen["total"]["scores"] == {"5": 1, "4": 0, "3": 0, "2": 0, "1": 1}
    _, lines = await rated.call("GET /api/kpi/ratings?by=hotline&every=1h", role=Role.LEADER)
    assert [(line["name"], line["talked"]) for line in lines["figures"]] == [("", 3), ("12345", 1)]


async def test_a_follow_up_shows_the_recording_and_the_ticket_of_its_call(rated: Face, database: AsyncEngine) -> None:
    """Its draft is one, before it has a number."""
    ticket = await born(rated, database, GAS, call="c-2", at=HOUR_AGO)

    _, seen = await rated.call("GET /api/follow-ups", role=Role.LEADER)

    (task,) = seen["follow_ups"]
    assert task["tickets"] == [{"id": ticket, "number": None}]
    assert len(task["recordings"]) == 1


async def test_a_follow_up_is_claimed_and_settled_with_its_outcome(rated: Face) -> None:
    """Listed by its deadline with the call's recordings and tickets; a number in the remark is masked."""
    _, seen = await rated.call("GET /api/follow-ups", role=Role.LEADER)
    (task,) = seen["follow_ups"]
    assert (task["call"], task["score"], task["agent"], task["state"]) == ("c-2", 1, "101", "open")
    assert (task["working_days"], task["overdue"], task["recordings"], task["tickets"]) == (3, False, [], [])

    line, wish = f"POST /api/follow-ups/{task['number']}", {"outcome": "explained", "remark": "已致电 13812340000 解释"}
    early, refused = await rated.call(f"{line}/settle", wish, role=Role.LEADER)
    assert (early, refused["rule"]) == (409, "ticket_refused")
    _, mine = await rated.call(f"{line}/claim", {}, role=Role.LEADER)
    other, _ = await rated.call(f"{line}/claim", {}, role=Role.ADMIN)
    status, done = await rated.call(f"{line}/settle", wish, role=Role.LEADER)
    assert (mine["claimed_by"], other, status, done["state"]) == ("leader#2", 409, 200, "settled")
    assert "13812340000" not in done["remark"]
    assert (await rated.call("GET /api/follow-ups", role=Role.LEADER))[1] == {"follow_ups": []}
    _, settled = await rated.call("GET /api/follow-ups?state=settled", role=Role.LEADER)
    assert settled["follow_ups"][0]["outcome"] == "explained"
    unknown, problem = await rated.call("POST /api/follow-ups/999/claim", {}, role=Role.LEADER)
    assert (unknown, problem["rule"]) == (404, "unknown_follow_up")
