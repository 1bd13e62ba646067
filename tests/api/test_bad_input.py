"""What people ask for by mistake is refused by the name of the rule, and nothing of it happens."""

from __future__ import annotations

from typing import Any

import pytest

from acd.events import AgentBecameReady
from acd.model import AgentId, AgentState
from tests.api.face import NOW, Face

SEAT = {"seat": "8001", "queues": ["general"], "why": "x"}
PERSON = {"number": "102", "name": "王芳", "pin": "246810"}


@pytest.fixture
async def day(face: Face) -> Face:
    """Agent 101 talks at seat 8001 with a caller of general."""
    await face.call("POST /api/seats", SEAT)
    await face.house.log_on("101", "8001")
    await face.house.engine.ask(AgentBecameReady(at=NOW, agent=AgentId("101")))
    await face.house.waits("c1")
    await face.house.answers("c1")
    return face


async def everything(face: Face) -> list[Any]:
    """All that a refused request must leave as it was."""
    told = [
        (await face.call(f"GET {path}"))[1]
        for path in (
            *("/api/seats", "/api/seats/changes", "/api/measures?newest=9", "/api/measures/changes"),
            *("/api/staff", "/api/dialouts", "/api/callbacks"),
        )
    ]
    core = face.house.engine.distributor.snapshot()
    return [*told, core.seats, core.queues, core.agents, core.talking, core.waiting]


BAD: tuple[tuple[str, dict[str, Any], int, str], ...] = (
    # an unknown skill
    ("POST /api/seats", {**SEAT, "seat": "8002", "skills": {"psycology": 2}}, 422, "unknown_skill"),
    ("PATCH /api/seats/8001", {"skills": {"psycology": 2}, "version": 1, "why": "x"}, 422, "unknown_skill"),
    ("POST /api/staff", {**PERSON, "skills": {"psycology": 2}}, 422, "unknown_skill"),
    # a negative limit
    ("POST /api/measures/limits", {"queue": "general", "change": {"wrap_up_s": -1}}, 422, "not_valid"),
    ("POST /api/measures/lend", {"lender": "health", "borrower": "general", "count": -1}, 422, "not_valid"),
    ("POST /api/measures/lend", {"lender": "health", "borrower": "general", "count": 1, "keep": -1}, 422, "not_valid"),
    # a recipe, looping or not: only a level brings one, and its file is checked whole when it is loaded
    ("POST /api/measures/limits", {"queue": "general", "change": {"recipe": []}}, 422, "limits_do_not_fit"),
    # a timed change in the past
    ("POST /api/measures/level", {"level": "elevated", "starts": "2020-01-01T18:00"}, 422, "in_the_past"),
    ("POST /api/measures/add", {"queue": "health", "seats": ["8011"], "ends": "2020-01-01T18:00"}, 422, "in_the_past"),
    # a seat moved while its agent talks
    ("PATCH /api/seats/8001", {"queues": ["health"], "version": 1, "why": "x"}, 409, "seat_in_talk"),
    ("PATCH /api/seats/8001", {"queues": ["health"], "version": 1, "why": "x", "dry_run": True}, 409, "seat_in_talk"),
    # a call to an emergency or a premium number
    ("POST /api/dialouts", {"agent": "101", "number": "110", "why": "x"}, 422, "emergency_number"),
    ("POST /api/dialouts", {"agent": "101", "number": "0518-119", "why": "x"}, 422, "emergency_number"),
    ("POST /api/dialouts", {"agent": "101", "number": "16812345", "why": "x"}, 422, "premium_number"),
)


async def test_what_is_asked_for_by_mistake_is_refused_by_its_rule_and_changes_nothing(day: Face) -> None:
    """Each in both languages; seats, measures, people, calls and the running core are as before."""
    before = await everything(day)

    for line, wish, status, rule in BAD:
        extra = {"version": 0, "why": "x"} if "/measures/" in line else {}
        answered, problem = await day.call(line, {**extra, **wish})
        assert (line, answered, problem["rule"]) == (line, status, rule)
        assert problem["zh"]
        assert problem["en"]
        assert await everything(day) == before, line


async def test_who_wants_a_talking_seat_moved_from_its_next_call_on_says_so(day: Face) -> None:
    """The talk goes on, and the next call is the other queue's. What the talk's queue keeps needs no word."""
    wider = {"queues": ["general", "health"], "version": 1, "why": "x"}
    assert (await day.call("PATCH /api/seats/8001", wider))[0] == 200

    moved = {"queues": ["health"], "version": 2, "why": "x", "while_talking": True}
    assert (await day.call("PATCH /api/seats/8001", moved))[0] == 200

    assert day.house.state("101") is AgentState.TALKING
    assert day.house.seats()["8001"].queues == {"health"}
    assert day.house.engine.now() == NOW
