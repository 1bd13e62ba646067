"""A caller's whole number: for a reason, for who may, seldom, and written down first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.model import AgentId, CallId
from api.people import Role
from recordings.access import listed, note
from recordings.calls import Call, arrived, note_calls
from recordings.unmasking import DEED, SHOWN_MOST
from tests.api.face import NOW, Face
from tests.databases import BOTH

pytestmark = BOTH

NUMBER, LINE, WHY = "13812340000", "POST /api/calls/lx-1.1/unmask", {"reason": "回访确认地址"}


@pytest.fixture(autouse=True)
async def call(database: AsyncEngine) -> None:
    """A call that the agent 101 had."""
    await note_calls(database, [arrived("lx-1.1", dnis="12345", hotline="12345", ani=NUMBER, at=NOW)])
    await note_calls(database, [Call(call_id="lx-1.1", agent="101", seat="8001", answered_at=NOW)])


async def test_a_leader_sees_a_number_for_a_reason_that_is_written_down(face: Face, database: AsyncEngine) -> None:
    """Whole, once; the trail holds who, which call and why, and not the number."""
    status, shown = await face.call(LINE, {"reason": f"{NUMBER} 要求回访"}, role=Role.LEADER)

    assert (status, shown) == (200, {"call": "lx-1.1", "caller": NUMBER})
    async with database.connect() as connection:
        (line,) = await listed(connection, deed=DEED)
    assert (line.who, line.deed, line.subject) == ("leader#2", DEED, "lx-1.1")
    assert line.detail == "138****0000 要求回访"
    assert (await face.call(LINE, {}, role=Role.LEADER))[1]["rule"] == "not_valid"


async def test_an_operator_sees_the_number_of_their_own_call_only(face: Face, database: AsyncEngine) -> None:
    """Of one they have now, or had; the token is named by the agent's number."""
    assert (await face.call(LINE, WHY, role=Role.OPERATOR))[1]["rule"] == "not_allowed"

    face.talks.agents[CallId("lx-1.1")] = AgentId("operator")
    assert (await face.call(LINE, WHY, role=Role.OPERATOR))[1]["caller"] == NUMBER
    face.talks.agents.clear()
    await note_calls(database, [Call(call_id="lx-1.1", agent="operator", seat="8002", answered_at=NOW)])
    assert (await face.call(LINE, WHY, role=Role.OPERATOR))[1]["caller"] == NUMBER


async def test_a_confidential_hotline_never_shows_numbers(face: Face, database: AsyncEngine) -> None:
    """Not even to an administrator."""
    await note_calls(database, [arrived("lx-1.2", dnis="12336", hotline="12336", ani=NUMBER, at=NOW)])

    status, problem = await face.call("POST /api/calls/lx-1.2/unmask", WHY, role=Role.ADMIN)

    assert (status, problem["rule"]) == (403, "number_confidential")


async def test_a_hidden_number_and_an_unknown_call_have_nothing_to_show(face: Face, database: AsyncEngine) -> None:
    """Each by its name, and nothing is written down."""
    await note_calls(database, [arrived("lx-1.3", dnis="12345", hotline="12345", ani=None, at=NOW)])

    assert (await face.call("POST /api/calls/lx-1.3/unmask", WHY))[1]["rule"] == "no_number"
    assert (await face.call("POST /api/calls/lx-9.9/unmask", WHY))[1]["rule"] == "unknown"
    async with database.connect() as connection:
        assert not await listed(connection, deed=DEED)


async def test_one_person_sees_only_so_many_numbers_an_hour(face: Face, database: AsyncEngine) -> None:
    """Counted in the trail, so no restart forgets; others are not held up, and an hour later one sees again."""
    for number in range(SHOWN_MOST):
        async with database.begin() as connection:
            at = NOW - timedelta(minutes=60 if number == 0 else 59)
            await note(connection, at=at, who="leader#2", deed=DEED, subject=f"lx-{number}")
    assert (await face.call(LINE, WHY, role=Role.LEADER))[0] == 200

    status, problem = await face.call(LINE, WHY, role=Role.LEADER)

    assert (status, problem["rule"]) == (429, "too_many_shown")
    assert (await face.call(LINE, WHY, role=Role.ADMIN))[0] == 200


async def test_no_number_is_shown_when_it_cannot_be_written_down(face: Face, database: AsyncEngine) -> None:
    """An error, and no digit of it."""
    async with database.begin() as connection:
        await connection.execute(text("DELETE FROM audit_head"))

    status, problem = await face.call(LINE, WHY)

    assert (status, NUMBER in str(problem)) == (500, False)
