"""PostgreSQL killed in the middle of writes: what was acknowledged is there once; the writers go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.events import CallArrived
from acd.journal import BATCH, Journal, journal
from acd.model import CallId
from hotline.callbook import CallBook
from plumbing.database import connect, prepare, will_pass
from plumbing.lifecycle import background
from recordings.calls import calls
from sandbox.postgresql import Postgresql
from telephony.translate import Arrival

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KILLINGS = 3


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Postgresql]:
    """A PostgreSQL of the test's own, to be killed."""
    async with Postgresql.start(tmp_path / "postgresql") as server:
        yield server


@pytest.fixture
async def database(server: Postgresql) -> AsyncIterator[AsyncEngine]:
    """Its database, prepared."""
    engine = connect(server.url())
    await prepare(engine)
    yield engine
    await engine.dispose()


async def kill_and_boot(server: Postgresql) -> None:
    """So often, at no particular moment of the writing."""
    for _ in range(KILLINGS):
        await asyncio.sleep(0.2)
        await server.kill()
        await asyncio.sleep(0.1)
        await server.boot()


async def test_journal_outlives_a_killed_postgresql(server: Postgresql, database: AsyncEngine) -> None:
    """Nothing acknowledged is lost, nothing is doubled, and the order is kept."""
    log, durable = Journal(database), 0
    await log.open()

    async def note() -> None:
        while True:
            for _ in range(BATCH // 2):
                log.append(CallArrived(at=NOON, call=CallId(f"c{log.last + 1}"), hotline="12345"), ())
            await asyncio.sleep(0.01)

    async def acknowledge() -> None:
        nonlocal durable
        while True:
            await log.flushed(durable + 1)
            durable = log._durable

    async with background(log.run()):
        async with background(note(), acknowledge()):
            await kill_and_boot(server)
        promised = durable
        await log.flushed(log.last)

    async with database.connect() as connection:
        rows = (await connection.execute(select(journal.c.seq, journal.c.call_id).order_by(journal.c.seq))).all()
    assert 0 < promised <= len(rows) == log.last
    assert [tuple(row) for row in rows] == [(seq, f"c{seq}") for seq in range(1, log.last + 1)]


async def test_call_book_outlives_a_killed_postgresql(server: Postgresql, database: AsyncEngine) -> None:
    """Each call has its row."""
    book, arrived = CallBook(database, lambda dnis: dnis), 0

    async def note() -> None:
        nonlocal arrived
        while True:
            book.note_arrival(Arrival(call=CallId(f"c{arrived}"), dnis="12345", ani="13800000000", at=NOON))
            arrived += 1
            await asyncio.sleep(0.005)

    async with background(book.run()):
        async with background(note()):
            await kill_and_boot(server)
        await book.written()

    async with database.connect() as connection:
        kept = set(await connection.scalars(select(calls.c.call_id)))
    assert kept == {f"c{number}" for number in range(arrived)}


async def test_database_that_is_away_is_told_from_a_mistake(server: Postgresql, database: AsyncEngine) -> None:
    """Killed: try again. A table that is not there: do not. Back: the pool's dead connections are not used."""
    async with database.connect() as connection:
        with pytest.raises(Exception, match="nowhere") as mistake:
            await connection.exec_driver_sql("SELECT * FROM nowhere")
    await server.kill()
    with pytest.raises(Exception, match="connect") as away:
        await database.connect()
    await server.boot()

    assert (will_pass(mistake.value), will_pass(away.value)) == (False, True)
    async with database.connect() as connection:
        assert await connection.scalar(select(1)) == 1
