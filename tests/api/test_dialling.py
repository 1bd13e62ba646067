"""Routes of calls that we make: who may, which numbers, how often; what is listed shows no number."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from acd.call_facts import Debt
from acd.callbacks import CallBackFact
from acd.commands import RingAgent
from acd.events import AgentBecameReady, SeatOpened
from acd.model import AgentId, AgentState, CallId, QueueName, Seat, SeatId
from api.people import Role
from recordings.calls import arrived, note_calls
from tests.api.face import NOW, Face
from tickets import call_backs

NUMBER = "13812345678"


@pytest.fixture
async def ready(face: Face) -> Face:
    """Agent 101 is ready at seat 8001."""
    engine = face.house.engine
    await engine.ask(SeatOpened(at=NOW, seat=Seat(SeatId("8001"), frozenset({QueueName("general")}))))
    await face.house.log_on("101", "8001")
    await engine.ask(AgentBecameReady(at=NOW, agent=AgentId("101")))
    return face


def wish(number: str = NUMBER, agent: str = "101") -> dict[str, Any]:
    """Whom to call, and why."""
    return {"agent": agent, "number": number, "why": "回访"}


async def test_a_click_is_written_down_with_who_and_why_before_the_agent_is_rung(ready: Face) -> None:
    """The intent, the audit and the order; no number in the order, the listing or the journal."""
    status, answer = await ready.call("POST /api/dialouts", wish("138 1234 5678"))
    _, listed = await ready.call("GET /api/dialouts")
    (order,) = [order for order in ready.house.switchboard.orders if isinstance(order, RingAgent)]
    async with ready.services.database.connect() as connection:
        dialled = text("select who, deed, subject, detail from audit where deed = 'citizen.dialled'")
        (audited,) = (await connection.execute(dialled)).all()
        journal = str((await connection.execute(text("select payload from journal"))).all())

    assert status == 200
    assert (order.call, order.seat) == (answer["call"], "8001")
    assert ready.house.state("101") is AgentState.RESERVED
    assert (audited.deed, audited.subject) == ("citizen.dialled", answer["call"])
    assert audited.who.startswith("admin#")
    assert "回访" in audited.detail
    (seen,) = listed["dialouts"]
    assert (seen["number"], seen["step"], seen["outcome"]) == ("138****5678", "intended", None)
    assert NUMBER not in f"{listed} {journal} {audited}"


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("110", "emergency_number"),
        ("0518-119", "emergency_number"),
        ("16812345", "premium_number"),
        ("10086", "unlisted_number"),
        ("+1 212 555 1234", "not_a_number"),
        ("138$\\{EXTEN\\}", "not_a_number"),
        ("1381234\r\nAction: x", "not_a_number"),
    ],
)
async def test_a_number_that_must_not_be_dialled_is_refused_by_its_rule(ready: Face, number: str, rule: str) -> None:
    """Nothing is written, nobody is rung, and the number is not repeated."""
    status, answer = await ready.call("POST /api/dialouts", wish(number))
    _, listed = await ready.call("GET /api/dialouts")

    assert (status, answer["rule"]) == (422, rule)
    assert number not in str(answer)
    assert listed["dialouts"] == []
    assert ready.house.state("101") is AgentState.READY


async def test_a_number_is_dialled_by_one_at_a_time_and_not_too_often(ready: Face) -> None:
    """An intent of which nothing was heard counts; one that the ACD refused does not."""
    for _ in range(7):  # the agent is not free: never an attempt
        status, answer = await ready.call("POST /api/dialouts", wish(agent="102"))
        assert (status, answer["rule"]) == (404, "unknown_agent")
        await written(ready, "not_dialled")
    await ready.call("POST /api/dialouts", wish())
    status, answer = await ready.call("POST /api/dialouts", wish(agent="102"))
    assert (status, answer["rule"]) == (422, "number_in_progress")

    async with ready.services.database.begin() as connection:
        await connection.execute(text("update dialouts set step = 'over', outcome = 'unknown'"))
    status, answer = await ready.call("POST /api/dialouts", wish())
    assert (status, answer["rule"]) == (422, "number_too_often")


async def written(face: Face, outcome: str) -> None:
    """Wait until every call that we made has an outcome."""
    await face.house.settled()
    await face.gate.written()
    _, listed = await face.call("GET /api/dialouts")
    assert {one["outcome"] for one in listed["dialouts"]} == {outcome}


async def test_an_agent_dials_for_themselves_and_a_leader_for_any(ready: Face) -> None:
    """An operator's token is an agent's when it bears the agent's number."""
    for path, body in (("/api/dialouts", wish()), ("/api/callbacks/lx-1/take", {"agent": "101"})):
        status, answer = await ready.call(f"POST {path}", body, role=Role.OPERATOR)
        assert (status, answer["rule"]) == (403, "not_allowed")

    assert (await ready.call("POST /api/dialouts", wish(), role=Role.LEADER))[0] == 200


async def test_a_citizen_who_asked_is_owed_a_call_back_if_the_number_is_known(face: Face) -> None:
    """The call book knows the call and its number, or there is nothing to owe."""
    await note_calls(face.services.database, [arrived("lx-1", dnis="12345", hotline="12345", ani=None, at=NOW)])
    status, answer = await face.call("POST /api/callbacks", {"call": "lx-1"})
    assert (status, answer["rule"]) == (422, "not_a_number")
    status, answer = await face.call("POST /api/callbacks", {"call": "nobody"})
    assert (status, answer["rule"]) == (404, "unknown")
    status, answer = await face.call("POST /api/callbacks/lx-1/release")
    assert (status, answer["rule"]) == (404, "unknown_call_back")


async def test_a_debt_that_is_left_to_people_says_by_which_rule_and_may_be_dialled_by_one(ready: Face) -> None:
    """Nobody was reached three times, say; no rule looks at it any more, a person may."""
    await note_calls(
        ready.services.database, [arrived("lx-9", dnis="12345", hotline="12345", ani="13812345678", at=NOW)]
    )
    async with ready.services.database.begin() as connection:
        await call_backs.owe(connection, CallId("lx-9"), Debt.ABANDONED, NOW)
        await call_backs.change(connection, CallId("lx-9"), CallBackFact.LEFT, NOW, rule="not_reached")
    _, listed = await ready.call("GET /api/callbacks")
    (debt,) = listed["callbacks"]
    status, _ = await ready.call("POST /api/callbacks/lx-9/dial", {"agent": "101"})

    assert (debt["state"], debt["rule"], debt["standing"]) == ("left", "not_reached", None)
    assert status == 200
