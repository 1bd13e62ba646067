"""A real database with the ACD's tables, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd import journal, measure_table, seat_table
from plumbing.database import connect, metadata
from tests.acd.centre import Centre, centre_open
from tests.acd.running import Clock

TABLES = [
    journal.journal,
    seat_table.seats,
    seat_table.seat_changes,
    measure_table.measures,
    measure_table.measure_changes,
]


@pytest.fixture
def clock() -> Clock:
    """The test's clock."""
    return Clock()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A database tuned as in production."""
    database = connect(database_url)
    async with database.begin() as connection:
        await connection.run_sync(metadata.create_all, tables=TABLES)
    yield database
    await database.dispose()


@pytest.fixture
async def centre(database: AsyncEngine, clock: Clock) -> AsyncIterator[Centre]:
    """A centre that runs; nobody is logged on."""
    async with centre_open(database, clock) as opened:
        yield opened
