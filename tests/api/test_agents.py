"""Agents by HTTP: seen, moved by a leader, entered into the directory."""

from __future__ import annotations

from acd.events import AgentBecameReady, AgentLoggedOff, AgentWentOnBreak
from acd.model import Agent, AgentId, AgentState, BreakReason
from api.asked import Role
from tests.api.face import NOW, Face

WANG = {"number": "101", "name": "王芳", "pin": "246810", "skills": {"psychology": 3}}


async def test_an_entered_agent_can_use_the_pin(face: Face) -> None:
    """The directory knows the person; the PIN is in no answer."""
    status, seen = await face.call("POST /api/staff", WANG)

    assert (status, seen) == (200, {"number": "101", "name": "王芳", "skills": {"psychology": 3}, "active": True})
    member = await face.services.directory.verify_pin("101", "246810", now=NOW)  # type: ignore[attr-defined]
    assert member.name == "王芳"
    assert await face.call("GET /api/staff") == (200, {"staff": [seen]})


async def test_a_number_is_given_once(face: Face) -> None:
    """The second person with a number: 409 with the directory's own words."""
    await face.call("POST /api/staff", WANG)
    status, problem = await face.call("POST /api/staff", {**WANG, "name": "李强"})

    assert (status, problem["rule"]) == (409, "number_taken")


async def test_who_is_logged_on_is_seen_with_name_and_state(face: Face) -> None:
    """Those who are logged off are left out."""
    await face.call("POST /api/staff", WANG)
    face.floor.present = [
        Agent(id=AgentId("102"), skills=frozenset()),
        Agent(id=AgentId("101"), skills=frozenset(), state=AgentState.ON_BREAK, since=NOW, reason=BreakReason.MEAL),
    ]

    _, seen = await face.call("GET /api/agents", role=Role.OPERATOR)

    assert [(agent["agent"], agent["name"], agent["state"], agent["reason"]) for agent in seen["agents"]] == [
        ("101", "王芳", "on_break", "meal")
    ]


async def test_a_leader_moves_an_agent(face: Face) -> None:
    """Ready, break and log-off become requests that carry the leader's name."""
    for body in ({"move": "ready"}, {"move": "break", "reason": "training"}, {"move": "log_off"}):
        assert (await face.call("POST /api/agents/101/move", body, role=Role.LEADER))[0] == 200

    agent, by = AgentId("101"), "leader#2"
    assert face.floor.asked == [
        AgentBecameReady(at=NOW, by=by, agent=agent),
        AgentWentOnBreak(at=NOW, by=by, agent=agent, reason=BreakReason.TRAINING),
        AgentLoggedOff(at=NOW, by=by, agent=agent),
    ]


async def test_what_the_acd_refuses_is_a_conflict(face: Face) -> None:
    """409 with the rule and its sentence in both languages."""
    face.floor.refuses = True

    status, problem = await face.call("POST /api/agents/101/move", {"move": "log_off"})

    assert (status, problem["rule"], problem["zh"]) == (409, "not_now", "话务员正在通话")
