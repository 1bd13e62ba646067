"""The call book behind the masking gate: masked, and looked up once a call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.model import CallId
from hotline.fittings import Callers
from plumbing.database import connect, prepare
from recordings.calls import Call, arrived, calls, note_calls

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CALL, HIDDEN, LATE = CallId("lx-1.1"), CallId("lx-2.1"), CallId("lx-3.1")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A call with a number, one that hides it, and one of which only the waiting is written yet."""
    engine = connect(database_url)
    await prepare(engine)
    for call, ani in ((CALL, "13812340000"), (HIDDEN, None)):
        await note_calls(engine, [arrived(call, dnis="12345", hotline="12345", ani=ani, at=NOON)])
    await note_calls(engine, [Call(call_id=LATE, joined_at=NOON)])
    yield engine
    await engine.dispose()


async def test_numbers_are_masked_and_hidden_ones_left_out(database: AsyncEngine) -> None:
    """Also when they are asked for again."""
    callers = Callers(database)

    for _ in range(2):
        assert await callers.masked([CALL, HIDDEN, LATE]) == {CALL: "138****0000"}


async def test_a_call_is_looked_up_once_while_it_is_here(database: AsyncEngine) -> None:
    """What stands in the table is not read again; a call that was away from the page is."""
    callers = Callers(database)
    await callers.masked([CALL, HIDDEN])
    async with database.begin() as connection:
        await connection.execute(update(calls).values(ani="13900001111"))

    assert await callers.masked([CALL, HIDDEN]) == {CALL: "138****0000"}
    assert await callers.masked([]) == {}
    assert await callers.masked([CALL]) == {CALL: "139****1111"}


async def test_a_number_that_is_written_later_is_seen(database: AsyncEngine) -> None:
    """The arrival of a call may be written after its waiting."""
    callers = Callers(database)
    await callers.masked([LATE])
    await note_calls(database, [arrived(LATE, dnis="12345", hotline="12345", ani="13812345678", at=NOON)])

    assert await callers.masked([LATE]) == {LATE: "138****5678"}
