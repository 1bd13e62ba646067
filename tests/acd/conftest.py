"""A real database with the ACD's tables, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd import journal, seat_table
from plumbing.database import connect, metadata
from tests.acd.scene import NINE


class Clock:
    """Nine o'clock, until somebody moves it."""

    def __init__(self) -> None:
        self.time = NINE

    def __call__(self) -> datetime:
        """What time it is."""
        return self.time

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """The test's clock."""
    return Clock()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A database tuned as in production."""
    database = connect(database_url)
    async with database.begin() as connection:
        await connection.run_sync(
            metadata.create_all, tables=[journal.journal, seat_table.seats, seat_table.seat_changes]
        )
    yield database
    await database.dispose()
