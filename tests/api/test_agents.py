"""Agents by HTTP: seen, moved and ordered about by leaders, entered into the directory."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from acd.events import QueuesLoaded, Request, TalkEnded
from acd.force_facts import AgentForced
from acd.model import AgentState, CallId, Queue, QueueName
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


async def test_it_is_seen_when_a_break_should_be_over(at_work: Face) -> None:
    """By the limit for its reason; a rest has none here, and work has none."""
    dues = []
    for move in ({"move": "break", "reason": "meal"}, {"move": "break", "reason": "rest"}, {"move": "ready"}):
        await at_work.call("POST /api/agents/101/move", move)
        _, seen = await at_work.call("GET /api/agents")
        dues.append(seen["agents"][0]["break_due"])

    assert [due and datetime.fromisoformat(due) for due in dues] == [NOW + timedelta(minutes=45), None, None]


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


async def test_a_leaders_order_says_who_and_why(at_work: Face) -> None:
    """In the list, in the journal and in the audit trail; telephone numbers in the reason are masked."""
    body = {"into": "break", "reason": "training", "why": "新规培训,有事打13800001234", "seen": 0}
    status, order = await at_work.call("POST /api/agents/101/force", body, role=Role.LEADER)
    _, seen = await at_work.call("GET /api/agents", role=Role.OPERATOR)
    _, trail = await at_work.call("GET /api/audit?subject=101", role=Role.LEADER)

    assert (status, order["state"], order["by"], order["number"]) == (200, "done", "leader#2", 1)
    assert "13800001234" not in order["why"]
    [agent] = seen["agents"]
    assert (agent["state"], agent["reason"], agent["force"], agent["force_number"]) == (
        "on_break",
        "training",
        order,
        1,
    )
    assert [(line["deed"], line["subject"], line["who"]) for line in trail["lines"]] == [
        ("agent.forced", "101", "leader#2")
    ]
    told = [event async for event in at_work.house.journal.events() if isinstance(event, AgentForced)]
    assert [(event.by, event.why) for event in told] == [("leader#2", order["why"])]


async def test_an_order_for_who_talks_is_pending_and_can_be_withdrawn(at_work: Face) -> None:
    """Nobody is torn out of a conversation; the withdrawal is written down, too."""
    await at_work.house.waits("lx-1.1")
    await at_work.call("POST /api/agents/101/move", {"move": "ready"})
    await at_work.house.answers("lx-1.1")

    _, order = await at_work.call("POST /api/agents/101/force", {"into": "log_off", "why": "换班", "seen": 0})
    state = at_work.house.state("101")
    _, gone = await at_work.call("POST /api/agents/101/force/withdraw", {"why": "不换了", "seen": 1})
    _, seen = await at_work.call("GET /api/agents")
    _, trail = await at_work.call("GET /api/audit?subject=101")

    assert (order["state"], state) == ("pending", AgentState.TALKING)
    assert (gone["state"], gone["number"]) == ("withdrawn", 2)
    assert (seen["agents"][0]["force"], seen["agents"][0]["force_number"]) == (None, 2)
    assert [line["deed"] for line in trail["lines"]] == ["agent.force_withdrawn", "agent.forced"]


async def test_the_second_of_two_leaders_is_told_of_the_first(at_work: Face) -> None:
    """409 with who and why, and nothing is written down for what did not happen."""
    await at_work.call("POST /api/agents/101/force", {"into": "break", "why": "开会", "seen": 0})
    status, problem = await at_work.call("POST /api/agents/101/force", {"into": "log_off", "why": "下班", "seen": 0})
    _, trail = await at_work.call("GET /api/audit?subject=101")

    assert (status, problem["rule"]) == (409, "forced_meanwhile")
    assert "开会" in problem["zh"]
    assert len(trail["lines"]) == 1


async def test_only_leaders_order_and_never_without_a_reason(at_work: Face) -> None:
    """403, and 422 that names the field."""
    body = {"into": "ready", "why": "缺人", "seen": 0}
    status, _ = await at_work.call("POST /api/agents/101/force", body, role=Role.OPERATOR)
    unsaid, problem = await at_work.call("POST /api/agents/101/force", {"into": "ready", "seen": 0})

    assert (status, unsaid, [wrong["field"] for wrong in problem["fields"]]) == (403, 422, ["why"])


async def test_an_agent_extends_their_own_wrap_up_and_nobody_elses(at_work: Face) -> None:
    """A token named by the agent's number presses their keys; what their queue does not allow is refused."""
    own = await at_work.services.tokens.make("101", Role.OPERATOR, by="test", now=NOW)
    at_work.tokens[Role.OPERATOR] = own
    queue = Queue(QueueName("general"), extend_wrap_up=timedelta(seconds=30), extensions_most=1)
    at_work.house.engine.tell(QueuesLoaded(at=NOW, queues=(queue,)))
    await at_work.house.waits("lx-1.1")
    await at_work.call("POST /api/agents/101/move", {"move": "ready"}, role=Role.OPERATOR)
    await at_work.house.answers("lx-1.1")
    at_work.house.engine.tell(TalkEnded(at=NOW, call=CallId("lx-1.1"), attempt=1))
    wish = {"move": "extend_wrap_up"}

    answers = [await at_work.call("POST /api/agents/101/move", wish, role=Role.OPERATOR) for _ in range(2)]
    other, _ = await at_work.call("POST /api/agents/102/move", wish, role=Role.OPERATOR)
    _, seen = await at_work.call("GET /api/agents")

    assert [(status, answer.get("rule")) for status, answer in answers] == [(200, None), (409, "no_more_extensions")]
    assert other == 403
    assert (seen["agents"][0]["state"], seen["agents"][0]["extended"]) == ("wrap_up", 1)
