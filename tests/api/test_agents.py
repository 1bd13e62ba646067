"""Agents by HTTP: seen, moved by a leader, entered into the directory."""

from __future__ import annotations

import pytest

from acd.events import Request
from acd.model import AgentState
from api.people import Role
from tests.api.face import NOW, Face

WANG = {"number": "101", "name": "王芳", "pin": "246810", "skills": {"psychology": 3}}
SEAT = {"seat": "8001", "queues": ["general"], "why": "x"}


@pytest.fixture
async def at_work(face: Face) -> Face:
    """Agent 101 of the directory, logged on at 8001 and on break."""
    await face.call("POST /api/staff", WANG)
    await face.call("POST /api/seats", SEAT)
    await face.house.log_on("101", "8001")
    return face


async def test_an_entered_agent_can_use_the_pin(face: Face) -> None:
    """The directory knows the person; the PIN is in no answer."""
    status, seen = await face.call("POST /api/staff", WANG)

    assert (status, seen) == (200, {"number": "101", "name": "王芳", "skills": {"psychology": 3}, "active": True})
    member = await face.house.directory.verify_pin("101", "246810", now=NOW)
    assert member.name == "王芳"
    assert await face.call("GET /api/staff") == (200, {"staff": [seen]})


async def test_a_number_is_given_once(face: Face) -> None:
    """The second person with a number: 409 with the directory's own words."""
    await face.call("POST /api/staff", WANG)
    status, problem = await face.call("POST /api/staff", {**WANG, "name": "李强"})

    assert (status, problem["rule"]) == (409, "number_taken")


async def test_who_is_logged_on_is_seen_with_name_and_state(at_work: Face) -> None:
    """Those who are logged off are left out."""
    await at_work.call("POST /api/agents/101/move", {"move": "break", "reason": "meal"})

    _, seen = await at_work.call("GET /api/agents", role=Role.OPERATOR)
    await at_work.call("POST /api/agents/101/move", {"move": "log_off"})

    assert [(agent["agent"], agent["name"], agent["state"], agent["reason"]) for agent in seen["agents"]] == [
        ("101", "王芳", "on_break", "meal")
    ]
    assert await at_work.call("GET /api/agents") == (200, {"agents": []})


async def test_a_leader_moves_an_agent(at_work: Face) -> None:
    """Ready, break and log-off happen, and the journal has the leader's name."""
    states = []
    for body in ({"move": "ready"}, {"move": "break", "reason": "training"}, {"move": "log_off"}):
        assert (await at_work.call("POST /api/agents/101/move", body, role=Role.LEADER))[0] == 200
        states.append(at_work.house.state("101"))

    assert states == [AgentState.READY, AgentState.ON_BREAK, AgentState.LOGGED_OFF]
    asked = [event async for event in at_work.house.journal.events() if isinstance(event, Request)]
    assert [event.by for event in asked[-3:]] == ["leader#2"] * 3


async def test_what_the_acd_refuses_is_a_conflict(at_work: Face) -> None:
    """Who talks is not logged off: 409 with the rule and its sentence in both languages."""
    await at_work.house.waits("lx-1.1")
    await at_work.call("POST /api/agents/101/move", {"move": "ready"})
    await at_work.house.answers("lx-1.1")

    status, problem = await at_work.call("POST /api/agents/101/move", {"move": "log_off"})

    assert (status, problem["rule"]) == (409, "not_now")
    assert problem["zh"]
    assert at_work.house.state("101") is AgentState.TALKING


async def test_who_is_not_logged_on_cannot_be_moved(face: Face) -> None:
    """404, also for a number that nobody can have."""
    for odd in ("101", "%00", "工号"):
        status, problem = await face.call(f"POST /api/agents/{odd}/move", {"move": "ready"})
        assert (status, problem["rule"]) == (404, "unknown_agent")
