"""Seats by HTTP: added, moved, removed, undone, with author and reason."""

from __future__ import annotations

from acd.model import Agent, AgentId, AgentState, Seat, SeatId, Skill, SkillLevel
from api.asked import Role
from tests.api.face import Face

ADDED = {"seat": "8001", "queues": ["health", "general"], "skills": {"psychology": 2}, "why": "晚高峰 / evening peak"}


async def test_a_leader_adds_a_seat(face: Face) -> None:
    """The desk gets seat, reason and author; the answer shows it with its version."""
    status, seen = await face.call("POST /api/seats", ADDED, role=Role.LEADER)

    assert status == 200
    assert (seen["queues"], seen["skills"], seen["version"]) == (["general", "health"], {"psychology": 2}, 1)
    kept = face.seats.kept[SeatId("8001")].seat
    assert kept == Seat(
        id=SeatId("8001"),
        queues=frozenset({"general", "health"}),
        skills=frozenset({SkillLevel(Skill("psychology"), 2)}),
    )  # type: ignore[arg-type]
    assert (face.seats.changes[0].by, face.seats.changes[0].why) == ("leader#2", "晚高峰 / evening peak")


async def test_a_change_needs_a_reason(face: Face) -> None:
    """No `why`, or an empty one: 422, and nothing happened."""
    for body in ({**ADDED, "why": " "}, {name: ADDED[name] for name in ("seat", "queues")}):
        status, problem = await face.call("POST /api/seats", body)
        assert (status, [wrong["field"] for wrong in problem["fields"]]) == (422, ["why"])
    assert face.seats.changes == []


async def test_who_changes_an_old_version_is_told(face: Face) -> None:
    """409 when somebody else was faster; the seat stays as they left it."""
    await face.call("POST /api/seats", ADDED)
    first = {"queues": ["general"], "version": 1, "why": "x"}
    assert (await face.call("PATCH /api/seats/8001", first))[0] == 200

    status, problem = await face.call("PATCH /api/seats/8001", {"skills": {}, "version": 1, "why": "x"})

    assert (status, problem["rule"]) == (409, "changed_meanwhile")
    assert face.seats.kept[SeatId("8001")].seat.queues == {"general"}


async def test_what_is_not_named_stays(face: Face) -> None:
    """Skills alone leave the queues alone; an empty set of skills takes them all away."""
    await face.call("POST /api/seats", ADDED)

    _, seen = await face.call("PATCH /api/seats/8001", {"skills": {}, "version": 1, "why": "x"})

    assert (seen["queues"], seen["skills"]) == (["general", "health"], {})


async def test_a_seat_that_is_not_there_cannot_be_removed(face: Face) -> None:
    """404 with the rule's own words, in both languages."""
    status, problem = await face.call("DELETE /api/seats/8009", {"why": "x"})

    assert (status, problem["rule"], problem["zh"]) == (404, "unknown_seat", "没有坐席 8009")


async def test_a_change_is_undone_and_both_are_in_the_history(face: Face) -> None:
    """The history tells, newest first, what was before and after."""
    await face.call("POST /api/seats", ADDED)
    await face.call("PATCH /api/seats/8001", {"queues": ["general"], "version": 1, "why": "x"})
    assert await face.call("POST /api/seats/changes/2/undo", {"why": "弄错了 / a mistake"}) == (200, {"done": True})

    _, history = await face.call("GET /api/seats/changes?limit=2")

    undone, changed = history["changes"]
    assert (undone["number"], undone["after"]["queues"]) == (3, ["general", "health"])
    assert (changed["before"]["queues"], changed["after"]["queues"]) == (["general", "health"], ["general"])


async def test_a_change_that_is_no_number_is_unknown(face: Face) -> None:
    """Text where a number belongs is not found, and no error of ours."""
    for odd in ("x", "-1", "٣"):
        assert (await face.call(f"POST /api/seats/changes/{odd}/undo", {"why": "x"}))[0] == 404


async def test_the_list_shows_who_sits_there(face: Face) -> None:
    """Seat, agent and state side by side."""
    await face.call("POST /api/seats", ADDED)
    face.floor.present = [Agent(id=AgentId("101"), skills=frozenset(), state=AgentState.TALKING, seat=SeatId("8001"))]

    _, seen = await face.call("GET /api/seats")

    assert [(seat["seat"], seat["agent"], seat["state"]) for seat in seen["seats"]] == [("8001", "101", "talking")]
