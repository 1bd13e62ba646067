"""PostgreSQL killed in the middle of writes: what was acknowledged is there once; the writers go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.events import CallArrived
from acd.journal import BATCH, Journal, journal
from acd.model import CallId
from asr.transcript import merge
from hotline.callbook import CallBook
from plumbing.database import connect, prepare, will_pass
from plumbing.lifecycle import background
from recordings import ledger
from recordings.calls import calls
from recordings.recording import Recording, RecordingState, new_recording_id
from sandbox.postgresql import Postgresql
from telephony.translate import Arrival
from tests.tickets.talks import KNOWS
from tickets.draft import CallFacts, draft
from tickets.store import claim, confirm, draft_once, tickets
from tickets.ticket import TicketId, TicketRefused, ticket_number

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


async def test_tickets_confirmed_while_postgresql_is_killed_are_confirmed_once(
    server: Postgresql, database: AsyncEngine
) -> None:
    """What a person was told holds; numbers have neither gap nor twin, although persons try again after an error."""
    drafts, told = [await drafted(database, number) for number in range(300)], []

    async def confirm_all() -> None:
        for one in drafts:
            while True:
                try:
                    confirmed = await confirm(database, one, version=2, by="101", at=NOON, edits={})
                except TicketRefused:  # it was confirmed, only the answer was lost
                    break
                except SQLAlchemyError:
                    await asyncio.sleep(0.05)
                else:
                    told.append((confirmed.id, confirmed.number))
                    break

    async with asyncio.TaskGroup() as group:
        group.create_task(confirm_all())
        await kill_and_boot(server)

    async with database.connect() as connection:
        rows = (await connection.execute(select(tickets.c.id, tickets.c.number, tickets.c.version))).all()
    assert {row.version for row in rows} == {3}
    assert sorted(row.number for row in rows) == [ticket_number(NOON, n) for n in range(1, len(drafts) + 1)]
    assert set(told) <= {(row.id, row.number) for row in rows}
    assert len(told) >= len(drafts) - KILLINGS


async def drafted(database: AsyncEngine, number: int) -> TicketId:
    """A draft of a recording without sound, claimed."""
    recording = Recording(
        id=new_recording_id(NOON), call_id=f"c{number}", attempt=1, state=RecordingState.EMPTY, taken_in_at=NOON
    )
    facts = CallFacts(call_id=recording.call_id, hotline="12345", hotline_name="12345")
    async with database.begin() as connection:
        await ledger.add_row(connection, recording)
        await draft_once(connection, recording, facts, draft(facts, merge([], []), KNOWS), NOON)
        ticket = await connection.scalar(select(tickets.c.id).where(tickets.c.recording == recording.id))
    return (await claim(database, TicketId(str(ticket)), version=1, by="101", at=NOON)).id


async def test_database_that_is_away_is_told_from_a_mistake(server: Postgresql, database: AsyncEngine) -> None:
    """Killed: try again. A table that is not there: do not. Back: the pool's dead connections are not used."""
    async with database.connect() as connection:
        with pytest.raises(SQLAlchemyError, match="nowhere") as mistake:
            await connection.exec_driver_sql("SELECT * FROM nowhere")
    await server.kill()
    with pytest.raises(SQLAlchemyError, match="connect") as away:
        await database.connect()
    await server.boot()

    assert (will_pass(mistake.value), will_pass(away.value)) == (False, True)
    async with database.connect() as connection:
        assert await connection.scalar(select(1)) == 1
