"""The autopilot's proposals over HTTP: seen by all, accepted and dismissed by leaders, with their figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from acd.advice import Action, Advice, Lent, Sight, Turn
from acd.forecast import Estimate
from acd.model import QueueName
from api.people import Role
from tests.api.face import NOW, Face

WHY = {"why": "午间高峰"}


def proposed(face: Face) -> None:
    """To lend twelve seats of health to general, whose callers wait five minutes."""
    wait = Estimate(mean_s=300.0, least_s=200.0, most_s=420.0)
    sight = Sight(
        queue=QueueName("general"),
        wait=wait,
        waiting=40,
        serving=30,
        arrivals_per_s=0.25,
        handle_s=200.0,
        doable=face.hands.doable(QueueName("general")),
        lends={},
    )
    advice = Advice(
        queue=QueueName("general"),
        action=Action.BORROW,
        turn=Turn.BEGIN,
        since=NOW - timedelta(minutes=1),
        limit_s=90.0,
        sight=sight,
        seats=(Lent(QueueName("health"), 12, 6),),
        then=Estimate(mean_s=180.0, least_s=120.0, most_s=260.0),
    )
    face.pilot.standing = (advice,)


async def test_a_proposal_says_what_how_much_and_why(face: Face) -> None:
    """The figures it was made from, and a sentence in each language."""
    proposed(face)

    status, seen = await face.call("GET /api/advice", role=Role.OPERATOR)

    assert (status, seen["mode"]) == (200, "advise")
    [advice] = seen["advice"]
    assert (advice["advice"], advice["waiting"], advice["load"]) == ("general.borrow.begin", 40, 50)
    assert advice["seats"] == [{"queue": "health", "seats": 12, "keep": 6}]
    assert (advice["wait"]["mean_s"], advice["wait"]["said"], advice["then"]["mean_s"]) == (
        300,
        {"least": 3, "most": 7},
        180,
    )
    assert advice["zh"] == (
        "general:借调坐席(health 12 个,之后预计 180 秒);预计等待 300 秒,等候 40 人,在岗 30 人,一直超过 90 秒"
    )
    assert advice["en"].startswith("general: borrow seats (12 of health, then 180 s); wait foreseen 300 s")


async def test_a_proposed_call_back_says_to_whom_and_how_many(face: Face) -> None:
    """The rows that would be laid on the recipe, and the room that is made for the promises."""
    proposed(face)
    face.pilot.standing = (replace(face.pilot.standing[0], action=Action.CALL_BACK, seats=(), then=None),)

    _, seen = await face.call("GET /api/advice", role=Role.OPERATOR)

    [advice] = seen["advice"]
    assert advice["rows"][0] == {"after_s": 60, "step": "offer_call_back", "predicted_wait_s": 120}
    assert advice["call_backs_at_once"] == 3
    assert advice["zh"].startswith(
        "general:提供回拨(等候 60 秒起,预计还要 120 秒以上者,同时至少可回拨 3 人);预计等待 300 秒"
    )
    assert "from 60 s of waiting on, to who would wait 120 s more, room for 3 call-backs at once" in advice["en"]


async def test_a_proposal_is_tried_before_it_is_accepted(face: Face) -> None:
    """What it would do comes back; nothing is done, and it stands; what is not proposed cannot be tried either."""
    proposed(face)
    line = "POST /api/advice/general.borrow.begin/accept"

    assert (await face.call(line, {**WHY, "dry_run": True}, role=Role.OPERATOR))[0] == 403
    status, tried = await face.call(line, {**WHY, "dry_run": True}, role=Role.LEADER)

    assert (status, tried["advice"], tried["effect"]["spoken_to"]) == (200, "general.borrow.begin", len("general"))
    assert (face.hands.done, [advice.id for advice in face.pilot.standing]) == ([], ["general.borrow.begin"])
    gone = await face.call(line.replace("borrow", "level"), {**WHY, "dry_run": True}, role=Role.LEADER)
    assert gone[1]["rule"] == "advice_gone"


async def test_a_leader_accepts_and_it_is_done_once(face: Face) -> None:
    """In the leader's name; an operator may not, and the second is told that it is gone."""
    proposed(face)
    line = "POST /api/advice/general.borrow.begin/accept"

    assert (await face.call(line, WHY, role=Role.OPERATOR))[0] == 403
    assert (await face.call(line, {}, role=Role.LEADER))[0] == 422
    status, done = await face.call(line, WHY, role=Role.LEADER)
    again, problem = await face.call(line, WHY, role=Role.LEADER)

    assert (status, done["advice"]) == (200, "general.borrow.begin")
    assert [advice for advice, _ in face.hands.done] == ["general.borrow.begin"]
    assert face.hands.done[0][1].startswith("leader#")
    assert (again, problem["rule"]) == (409, "advice_gone")


async def test_a_leader_dismisses_and_sets_the_mode(face: Face) -> None:
    """Both stand in the audit trail with their reason."""
    proposed(face)
    assert (await face.call("POST /api/advice/general.borrow.begin/dismiss", WHY, role=Role.LEADER))[0] == 200
    assert (await face.call("PUT /api/advice/mode", {"mode": "act", **WHY}, role=Role.LEADER))[0] == 200
    assert (await face.call("PUT /api/advice/mode", {"mode": "fly", **WHY}, role=Role.LEADER))[0] == 422

    _, seen = await face.call("GET /api/advice")
    assert (seen["mode"], seen["advice"]) == ("act", [])
    _, trail = await face.call("GET /api/audit")
    assert [(line["deed"], line["detail"]) for line in trail["lines"][:2]] == [
        ("autopilot.mode", "act: 午间高峰"),
        ("autopilot.dismissed", "午间高峰"),
    ]
