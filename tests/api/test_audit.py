"""The audit trail over HTTP: leaders read it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from recordings.access import note
from tests.api.face import NOW, Face


async def test_leaders_read_the_trail_page_by_page(face: Face, database: AsyncEngine) -> None:
    """The newest first; `before` is the last line of the page before."""
    for number in range(3):
        async with database.begin() as connection:
            await note(connection, at=NOW, who="101#2", deed="ticket.read", subject=f"ticket-{number}")

    _, first = await face.call("GET /api/audit?deed=ticket.read&limit=2", role=Role.LEADER)
    _, second = await face.call(
        f"GET /api/audit?deed=ticket.read&limit=2&before={first['lines'][-1]['seq']}", role=Role.LEADER
    )

    assert [line["subject"] for line in first["lines"]] == ["ticket-2", "ticket-1"]
    assert [(line["subject"], line["who"]) for line in second["lines"]] == [("ticket-0", "101#2")]


async def test_operators_do_not_read_the_trail(face: Face) -> None:
    """It says who looked at whom."""
    status, problem = await face.call("GET /api/audit", role=Role.OPERATOR)

    assert (status, problem["rule"]) == (403, "not_allowed")
