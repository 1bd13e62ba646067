"""Who served a citizen last is worth no more of a caller's time than a moment."""

from __future__ import annotations

import asyncio
import socket
import threading
from datetime import UTC, datetime

from hotline.acquaintance import PATIENCE_S, acquaintance
from plumbing.database import connect

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


async def test_a_database_that_says_nothing_knows_nobody_and_keeps_no_caller_waiting() -> None:
    """It takes the connection and is silent, as a frozen one is."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        database = connect(f"postgresql+psycopg://nobody@127.0.0.1:{port}/nothing")
        began = asyncio.get_running_loop().time()

        assert await acquaintance(database)("13800000001", NOON) is None

        assert asyncio.get_running_loop().time() - began < PATIENCE_S + 2
        await database.dispose()


async def test_a_database_that_cannot_be_reached_knows_nobody() -> None:
    """The call goes on as it would without."""
    database, before = connect("sqlite+aiosqlite:////nowhere/at/all.db"), set(threading.enumerate())

    assert await acquaintance(database)("13800000001", NOON) is None

    for thread in set(threading.enumerate()) - before:  # aiosqlite's still has its own end to report to this loop
        await asyncio.to_thread(thread.join, 10)
