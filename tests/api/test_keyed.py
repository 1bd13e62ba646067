"""What a caller keyed in is for who answers them."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.model import AgentId, CallId
from api.people import Role
from recordings.access import listed
from recordings.calls import arrived, note_calls
from recordings.keyed import KeyedIn, note_keyed
from tests.api.face import NOW, Face
from tests.databases import BOTH

pytestmark = BOTH

LINE = "GET /api/calls/lx-1.1/keyed"


@pytest.fixture(autouse=True)
async def call(database: AsyncEngine) -> None:
    """Two inputs of one call; the second time a name comes it changes nothing."""
    await note_calls(database, [arrived("lx-1.1", dnis="12345", hotline="12345", ani="13812340000", at=NOW)])
    async with database.begin() as connection:
        await note_keyed(connection, "lx-1.1", {"meter": "432187", "account": "1001"}, NOW)
        await note_keyed(connection, "lx-1.1", {"meter": "999999"}, NOW)


async def test_the_agent_of_the_call_reads_it_and_that_is_written_down(face: Face, database: AsyncEngine) -> None:
    """By name; nobody else but a leader."""
    assert (await face.call(LINE, role=Role.OPERATOR))[1]["rule"] == "not_allowed"
    face.talks.agents[CallId("lx-1.1")] = AgentId("operator")

    status, seen = await face.call(LINE, role=Role.OPERATOR)

    inputs = [{"name": "account", "digits": "1001"}, {"name": "meter", "digits": "432187"}]
    assert (status, seen) == (200, {"inputs": inputs})
    assert (await face.call(LINE, role=Role.LEADER))[0] == 200
    async with database.connect() as connection:
        trail = await listed(connection, deed="keyed.read")
    assert [(line.subject, line.detail) for line in trail] == [("lx-1.1", None)] * 2


async def test_a_call_nobody_knows_is_said_to_be_unknown(face: Face) -> None:
    """404."""
    assert (await face.call("GET /api/calls/lx-9.9/keyed", role=Role.LEADER))[1]["rule"] == "unknown"


def test_no_digit_is_in_a_repr() -> None:
    """It could get into a log."""
    assert "1001" not in repr(KeyedIn("account", "1001"))
