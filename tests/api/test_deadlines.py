"""Deadlines, escalations and alerts by HTTP: seen by whom they concern, acknowledged by name, written down."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from hotline.watchman import Watchman
from plumbing.lifecycle import background
from recordings.access import deeds_on
from tests.api.clock_scene import gas, noise
from tests.api.face import NOW, Face
from tests.databases import BOTH

__all__ = ["gas", "noise"]

pytestmark = BOTH


async def told(face: Face, database: AsyncEngine, count: int) -> list[tuple[str, dict[str, Any]]]:
    """The first so many events that the watchman of this moment tells."""
    watchman = Watchman(database, face.services.board, lambda: NOW)
    with face.services.board.watched() as watcher:
        await watcher.get()
        async with background(watchman.run()), asyncio.timeout(30):
            lines = [await watcher.get() for _ in range(count)]
    parts = [(line or b"").decode().strip().split("\ndata: ") for line in lines]
    return [(kind.removeprefix("event: "), json.loads(body)) for kind, body in parts]


async def test_the_soonest_due_is_first_and_says_how_it_was_counted(face: Face, gas: str, noise: str) -> None:
    """Urgent by the hours, usual by working days; overdue ones alone, when asked for."""
    _, seen = await face.call("GET /api/deadlines", role=Role.OPERATOR)
    _, overdue = await face.call("GET /api/deadlines?overdue=true", role=Role.OPERATOR)
    _, policy = await face.call("GET /api/deadlines/policy", role=Role.OPERATOR)

    found = [(each["ticket"], each["urgency"], each["working_days"], each["every_day"]) for each in seen["deadlines"]]
    assert found == [(gas, "燃气与危险品", 1, True), (noise, None, 5, False)]
    assert [each["ticket"] for each in overdue["deadlines"]] == [gas]
    assert {each["policy_version"] for each in seen["deadlines"]} == {policy["version"]}
    assert seen["deadlines"][1]["said"] == "一般诉求:5个工作日 / 5 working days"
    assert policy["notices"] == {"2025": "国办发明电〔2024〕12号", "2026": "国办发明电〔2025〕7号"}
    assert len(policy["urgent"]) == 7


async def test_urgent_drafts_are_listed_first_with_their_clocks(face: Face, gas: str, noise: str) -> None:
    """The older gas leak before the newer noise; the draft shows its clock, too."""
    _, listed = await face.call("GET /api/drafts", role=Role.OPERATOR)
    _, read = await face.call(f"GET /api/drafts/{gas}", role=Role.OPERATOR)

    assert [each["id"] for each in listed["drafts"]] == [gas, noise]
    assert listed["clocks"][gas]["urgency"] == "燃气与危险品"
    assert read["clock"] == listed["clocks"][gas]


async def test_the_watchman_tells_each_once_and_the_list_keeps_it(
    face: Face, gas: str, noise: str, database: AsyncEngine
) -> None:
    """Alert and escalations on the stream; another watchman, as after a restart, tells nothing again."""
    events = await told(face, database, 4)
    assert [(kind, body.get("percent"), body.get("risk")) for kind, body in events] == [
        ("risk", None, "gas"),
        ("escalation", 50, None),
        ("escalation", 80, None),
        ("escalation", 100, None),
    ]
    assert "words" not in events[0][1]
    assert events[3][1]["tells"] == ["leader", "supervisor"]

    with face.services.board.watched() as watcher:
        await watcher.get()
        again = Watchman(database, face.services.board, lambda: NOW + timedelta(seconds=1))
        await again._look()
        assert watcher.empty()
    _, listed = await face.call("GET /api/escalations", role=Role.OPERATOR)
    assert (len(listed["escalations"]), listed["unacknowledged"]) == (3, 3)
    assert {each["ticket"] for each in listed["escalations"]} == {gas}


async def test_what_tells_leaders_only_a_leader_acknowledges(face: Face, gas: str, database: AsyncEngine) -> None:
    """The handler's own is anybody's; each once, by name, in the audit trail."""
    await told(face, database, 4)
    _, listed = await face.call("GET /api/escalations")
    by_share = {each["percent"]: each["number"] for each in listed["escalations"]}

    line = "POST /api/escalations/{}/acknowledge"
    status, mine = await face.call(line.format(by_share[50]), role=Role.OPERATOR)
    refused, problem = await face.call(line.format(by_share[100]), role=Role.OPERATOR)
    done, theirs = await face.call(line.format(by_share[100]), role=Role.LEADER)
    twice, again = await face.call(line.format(by_share[100]), role=Role.LEADER)
    missing, unknown = await face.call(line.format(999))

    assert (status, mine["acknowledged_by"], done, theirs["acknowledged_by"]) == (200, "operator#1", 200, "leader#2")
    assert (refused, problem["rule"]) == (403, "not_allowed")
    assert (twice, again["rule"]) == (409, "ticket_refused")
    assert (missing, unknown["rule"]) == (404, "unknown_escalation")
    _, left = await face.call("GET /api/escalations")
    _, whole = await face.call("GET /api/escalations?all=true")
    assert ([each["percent"] for each in left["escalations"]], len(whole["escalations"])) == ([80], 3)
    async with database.connect() as connection:
        deeds = [(who, deed) for _, who, deed in await deeds_on(connection, gas)]
    assert deeds == [("operator#1", "escalation.acknowledged"), ("leader#2", "escalation.acknowledged")]


async def test_alerts_are_for_leaders_and_acknowledged_once(face: Face, gas: str, database: AsyncEngine) -> None:
    """With the words, their seconds and what the leader did; an operator sees none."""
    assert (await face.call("GET /api/alerts", role=Role.OPERATOR))[0] == 403
    _, seen = await face.call("GET /api/alerts", role=Role.LEADER)
    (alert,) = seen["alerts"]
    assert (alert["risk"], alert["manner"], alert["call"], alert["start_s"]) == ("gas", "said", "lx-1.1", 0.0)
    assert "煤气泄漏" in alert["words"]

    line = f"POST /api/alerts/{alert['number']}/acknowledge"
    status, done = await face.call(line, {"remark": "已通知燃气公司"}, role=Role.LEADER)
    twice, again = await face.call(line, {}, role=Role.LEADER)
    missing, unknown = await face.call("POST /api/alerts/999/acknowledge", {})
    assert (status, done["acknowledged_by"], done["remark"]) == (200, "leader#2", "已通知燃气公司")
    assert (twice, again["rule"], missing, unknown["rule"]) == (409, "ticket_refused", 404, "unknown_alert")
    assert (await face.call("GET /api/alerts"))[1] == {"alerts": []}
    assert len((await face.call("GET /api/alerts?all=true"))[1]["alerts"]) == 1


async def test_a_person_sets_the_urgency_and_settles(face: Face, noise: str) -> None:
    """Unknown classes are refused; a draft is not settled before it is confirmed."""
    status, clock = await face.call(f"PUT /api/deadlines/{noise}/urgency", {"urgency": "人身安全"})
    bad, problem = await face.call(f"PUT /api/deadlines/{noise}/urgency", {"urgency": "特急"})
    early, refused = await face.call(f"POST /api/deadlines/{noise}/settle", {"outcome": "已答复"})
    nowhere, unknown = await face.call("POST /api/deadlines/x/settle", {"outcome": "已答复"})
    assert (status, clock["urgency"], clock["urgency_by"], clock["every_day"]) == (200, "人身安全", "admin#3", True)
    assert (bad, problem["rule"], early, refused["rule"]) == (422, "unknown_urgency", 409, "ticket_refused")
    assert (nowhere, unknown["rule"]) == (404, "unknown_ticket")

    await face.call(f"POST /api/drafts/{noise}/claim", {"version": 1})
    await face.call(f"POST /api/drafts/{noise}/confirm", {"version": 2, "edits": {"kind": "咨询"}})
    _, corrected = await face.call(f"GET /api/drafts/{noise}")
    _, settled = await face.call(f"POST /api/deadlines/{noise}/settle", {"outcome": "已答复 13812340000"})
    assert corrected["clock"]["urgency"] == "人身安全"
    assert (settled["settled_by"], settled["outcome"]) == ("admin#3", "已答复 138****0000")
    assert (await face.call("GET /api/deadlines"))[1] == {"deadlines": []}
