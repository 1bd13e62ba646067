"""Seats by HTTP on the running ACD: added, changed, removed, undone, with author and reason."""

from __future__ import annotations

from acd.model import AgentState, QueueName, Seat, SeatId, Skill, SkillLevel
from api.people import Role
from tests.api.face import Face

ADDED = {"seat": "8001", "queues": ["health", "general"], "skills": {"psychology": 2}, "why": "晚高峰 / evening peak"}
CHANGES: tuple[tuple[str, dict[str, object]], ...] = (("PATCH", {"skills": {}}), ("DELETE", {}))
AS_ADDED = Seat(
    id=SeatId("8001"),
    queues=frozenset({QueueName("general"), QueueName("health")}),
    skills=frozenset({SkillLevel(Skill("psychology"), 2)}),
)


async def changes(face: Face) -> list[dict[str, object]]:
    """The history, newest first."""
    _, history = await face.call("GET /api/seats/changes")
    return list(history["changes"])


async def test_a_leader_adds_a_seat(face: Face) -> None:
    """The engine has it at once; the history names author and reason; the answer shows it with its version."""
    status, seen = await face.call("POST /api/seats", ADDED, role=Role.LEADER)

    assert status == 200
    assert (seen["queues"], seen["skills"], seen["version"]) == (["general", "health"], {"psychology": 2}, 1)
    assert face.house.seats() == {"8001": AS_ADDED}
    assert [(change["by"], change["why"], change["before"]) for change in await changes(face)] == [
        ("leader#2", "晚高峰 / evening peak", None)
    ]


async def test_a_change_needs_a_reason(face: Face) -> None:
    """No `why`, or an empty one: 422, and nothing happened."""
    for body in ({**ADDED, "why": " "}, {name: ADDED[name] for name in ("seat", "queues")}):
        status, problem = await face.call("POST /api/seats", body)
        assert (status, [wrong["field"] for wrong in problem["fields"]]) == (422, ["why"])
    assert await changes(face) == []


async def test_a_reason_is_kept_whole_or_refused(face: Face) -> None:
    """What the history could not hold is refused, not cut."""
    assert (await face.call("POST /api/seats", {**ADDED, "why": "因" * 401}))[0] == 422
    assert (await face.call("POST /api/seats", {**ADDED, "why": "因" * 400}))[0] == 200
    assert (await changes(face))[0]["why"] == "因" * 400


async def test_a_queue_that_is_not_there_is_named(face: Face) -> None:
    """422 with the rule and the queue's name, when adding and when moving; nothing changes."""
    await face.call("POST /api/seats", ADDED)
    for line, body in (
        ("POST /api/seats", {**ADDED, "seat": "8002", "queues": ["general", "healht"]}),
        ("PATCH /api/seats/8001", {"queues": ["healht"], "version": 1, "why": "x"}),
    ):
        status, problem = await face.call(line, body)
        assert (status, problem["rule"], "healht" in problem["zh"]) == (422, "unknown_queue", True)
    assert face.house.seats() == {"8001": AS_ADDED}
    assert len(await changes(face)) == 1


async def test_a_seat_is_there_once(face: Face) -> None:
    """Adding it again is a conflict, and it stays as it was."""
    await face.call("POST /api/seats", ADDED)

    status, problem = await face.call("POST /api/seats", {**ADDED, "queues": ["general"]})

    assert (status, problem["rule"], problem["zh"]) == (409, "seat_exists", "坐席 8001 已存在")
    assert face.house.seats() == {"8001": AS_ADDED}


async def test_who_changes_an_old_version_is_told(face: Face) -> None:
    """409 when somebody else was faster; the seat stays as they left it."""
    await face.call("POST /api/seats", ADDED)
    assert (await face.call("PATCH /api/seats/8001", {"queues": ["general"], "version": 1, "why": "x"}))[0] == 200

    for line, body in CHANGES:
        status, problem = await face.call(f"{line} /api/seats/8001", {**body, "version": 1, "why": "x"})
        assert (status, problem["rule"]) == (409, "seat_changed_meanwhile")
    assert face.house.seats()["8001"].queues == {"general"}


async def test_what_is_not_named_stays(face: Face) -> None:
    """Skills alone leave the queues alone; an empty set of skills takes them all away."""
    await face.call("POST /api/seats", ADDED)

    _, seen = await face.call("PATCH /api/seats/8001", {"skills": {}, "version": 1, "why": "x"})

    assert (seen["queues"], seen["skills"], seen["version"]) == (["general", "health"], {}, 2)


async def test_a_seat_that_is_not_there_is_not_found(face: Face) -> None:
    """404 with the rule's own words, in both languages, when changing and when removing."""
    for line, body in CHANGES:
        status, problem = await face.call(f"{line} /api/seats/8009", {**body, "version": 1, "why": "x"})
        assert (status, problem["rule"], problem["zh"]) == (404, "unknown_seat", "没有坐席 8009")


async def test_a_moved_seat_serves_who_waits_there(face: Face) -> None:
    """A call that waited before the change is offered at once."""
    await face.house.enter("101")
    await face.call("POST /api/seats", {**ADDED, "queues": ["general"], "agent": "101"})
    await face.house.waits("lx-1.1", "health")
    assert face.house.switchboard.rung == []

    await face.call("PATCH /api/seats/8001", {"queues": ["health"], "version": 1, "why": "x"})

    assert face.house.switchboard.rung == [("lx-1.1", "101", "8001")]


async def test_a_removed_seat_lets_its_talk_go_on(face: Face) -> None:
    """Nothing is ordered against the talk; the seat is gone from list and engine."""
    await face.house.enter("101")
    _, added = await face.call("POST /api/seats", {**ADDED, "agent": "101"})
    await face.house.waits("lx-1.1")
    await face.house.answers("lx-1.1")
    face.house.switchboard.orders.clear()

    status, _ = await face.call("DELETE /api/seats/8001", {"version": added["version"], "why": "夜班结束"})

    assert (status, face.house.seats(), face.house.switchboard.orders) == (200, {}, [])
    assert face.house.state("101") is AgentState.TALKING
    assert list(face.house.engine.distributor.talking) == ["lx-1.1"]
    assert await face.call("GET /api/seats") == (200, {"seats": []})


async def test_a_change_is_undone_and_both_are_in_the_history(face: Face) -> None:
    """The history tells, newest first, what was before and after, and which change was taken back."""
    await face.call("POST /api/seats", ADDED)
    await face.call("PATCH /api/seats/8001", {"queues": ["general"], "version": 1, "why": "x"})
    status, done = await face.call("POST /api/seats/changes/2/undo", {"why": "弄错了 / a mistake"})
    assert (status, done["done"]) == (200, True)

    undone, changed, _ = await changes(face)

    both, one = (
        {"queues": ["general", "health"], "skills": {"psychology": 2}},
        {"queues": ["general"], "skills": {"psychology": 2}},
    )
    assert (undone["number"], undone["undoes"], undone["why"], undone["after"]) == (3, 2, "弄错了 / a mistake", both)
    assert (changed["before"], changed["after"], changed["undoes"]) == (both, one, None)
    assert face.house.seats() == {"8001": AS_ADDED}


async def test_a_removal_is_undone(face: Face) -> None:
    """The seat is back as it was, in the running engine too."""
    await face.call("POST /api/seats", ADDED)
    await face.call("DELETE /api/seats/8001", {"version": 1, "why": "x"})

    assert (await face.call("POST /api/seats/changes/2/undo", {"why": "x"}))[0] == 200

    assert face.house.seats() == {"8001": AS_ADDED}


async def test_what_changed_since_is_not_undone(face: Face) -> None:
    """An undo would take a later change back unseen: 409."""
    await face.call("POST /api/seats", ADDED)
    await face.call("PATCH /api/seats/8001", {"queues": ["general"], "version": 1, "why": "x"})

    status, problem = await face.call("POST /api/seats/changes/1/undo", {"why": "x"})

    assert (status, problem["rule"]) == (409, "seat_changed_meanwhile")


async def test_a_change_that_is_not_there_is_not_found(face: Face) -> None:
    """A number never given, and text where a number belongs: 404, and no error of ours."""
    assert (await face.call("POST /api/seats/changes/7/undo", {"why": "x"}))[1]["rule"] == "unknown_change"
    for odd in ("x", "-1", "٣", "9" * 30):
        assert (await face.call(f"POST /api/seats/changes/{odd}/undo", {"why": "x"}))[0] == 404


async def test_the_history_of_one_seat(face: Face) -> None:
    """Only its changes, the newest first."""
    for seat in ("8001", "8002"):
        await face.call("POST /api/seats", {**ADDED, "seat": seat})

    _, history = await face.call("GET /api/seats/changes?seat=8002&limit=5")

    assert [change["seat"] for change in history["changes"]] == ["8002"]


async def test_the_list_shows_who_sits_there(face: Face) -> None:
    """Seat, agent and state side by side."""
    for seat in ("8001", "8002"):
        await face.call("POST /api/seats", {**ADDED, "seat": seat})
    await face.house.log_on("101", "8001")

    _, seen = await face.call("GET /api/seats")

    assert [(seat["seat"], seat["agent"], seat["state"]) for seat in seen["seats"]] == [
        ("8001", "101", "on_break"),
        ("8002", None, None),
    ]


async def test_a_change_that_is_only_tried_says_what_it_would_do(face: Face) -> None:
    """Adding with an agent, moving, removing, undoing: who would be rung, who could serve nobody; nothing changes."""
    await face.house.enter("101")
    await face.house.waits("lx-1.1", "health")
    tried = {**ADDED, "agent": "101", "dry_run": True}
    _, seen = await face.call("POST /api/seats", tried)
    assert [(offer["call"], offer["agent"]) for offer in seen["effect"]["offers"]] == [("lx-1.1", "101")]
    assert (face.house.seats(), await changes(face)) == ({}, [])
    await face.call("POST /api/seats", {**ADDED, "queues": ["general"], "agent": "101"})
    trial = {"version": 1, "why": "x", "dry_run": True}

    _, moved = await face.call("PATCH /api/seats/8001", {**trial, "queues": ["health"]})
    _, removed = await face.call("DELETE /api/seats/8001", trial)
    _, undone = await face.call("POST /api/seats/changes/1/undo", {"why": "x", "dry_run": True})

    assert [offer["call"] for offer in moved["effect"]["offers"]] == ["lx-1.1"]
    for done in (removed, undone):
        assert (done["done"], done["effect"]["idle"]) == (False, ["101"])
    assert (await face.call("PATCH /api/seats/8001", {**trial, "version": 9, "queues": ["health"]}))[0] == 409
    assert len(await changes(face)) == 1
    assert face.house.seats()["8001"].queues == {"general"}
    assert face.house.switchboard.rung == []
