"""The event log on a real database, also when it is locked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from acd.codec import digest
from acd.commands import RingAgent
from acd.distributor import Distributor
from acd.events import CallArrived, CallEnded, CallJoined, Event, GapMarked
from acd.journal import Journal, JournalShared
from acd.model import CallId, QueueName
from tests.acd.running import running, until
from tests.acd.scene import NINE, Scene, clock
from tests.databases import BOTH, impatient_engine, locked

pytestmark = BOTH

ARRIVED = CallArrived(at=NINE, call=CallId("c1"), hotline="12345")


def arrivals(count: int) -> list[Event]:
    """Some calls, a second apart."""
    return [CallArrived(at=clock(number), call=CallId(f"c{number}"), hotline="12345") for number in range(count)]


async def written(database: AsyncEngine, facts: list[Event]) -> Journal:
    """A journal into which these facts were written."""
    journal = Journal(database)
    await journal.open()
    async with running(journal):
        for fact in facts:
            journal.append(fact, ())
        await journal.flushed(journal.last)
    return journal


async def read(events: AsyncIterator[Event]) -> list[Event]:
    """All of them."""
    return [event async for event in events]


async def test_journal_replays_to_the_same_orders_and_state(database: AsyncEngine) -> None:
    """An incident can be run again: the same events give the same orders and the same state."""
    scene = Scene()
    scene.staff("101", "general health", psychology=2)
    scene.join("c1", "health", psychology=1)
    scene.ring("c1")
    scene.later(30)
    scene.answer("c1")
    scene.end("c1")
    scene.later(60)
    journal = Journal(database)
    await journal.open()
    async with running(journal):
        watched = Distributor()
        for event in scene.told:
            journal.append(event, watched.receive(event))
        await journal.flushed(journal.last)

    again = Distributor()
    orders = [order for event in await read(journal.events()) for order in again.receive(event)]

    assert orders == scene.orders
    assert digest(again.snapshot()) == digest(scene.core.snapshot())
    kept = [entry async for entry in journal.entries()]
    assert [entry.seq for entry in kept] == list(range(1, len(kept) + 1))
    assert [entry.fact for entry in kept if isinstance(entry.fact, RingAgent)] == scene.rung_orders()


async def test_journal_reads_by_time_and_by_call(database: AsyncEngine) -> None:
    """`since` counts, `until` does not; any time zone says the same moment."""
    facts = arrivals(10)
    journal = await written(database, [*facts, CallEnded(at=clock(20), call=CallId("c3"))])
    china = timezone(timedelta(hours=8))

    assert await read(journal.events(since=clock(2), until=clock(5))) == facts[2:5]
    assert await read(journal.events(since=clock(8).astimezone(china), until=clock(20))) == facts[8:]
    assert [event.at for event in await read(journal.events(call=CallId("c3")))] == [clock(3), clock(20)]


async def test_journal_goes_on_where_it_ended(database: AsyncEngine) -> None:
    """Sequence numbers count on over a restart."""
    await written(database, arrivals(3))
    journal = await written(database, arrivals(2))

    assert journal.last == 5


async def test_locked_database_loses_and_reorders_nothing(database_url: str, database: AsyncEngine) -> None:
    """Writing is tried again until the lock is gone; meanwhile nothing is called durable."""
    impatient = impatient_engine(database_url, 20)
    journal = Journal(impatient)
    await journal.open()
    async with running(journal):
        with locked(database_url), capture_logs() as logs:
            for fact in arrivals(500):
                journal.append(fact, ())
            await until(
                lambda: [line["event"] for line in logs].count("the journal was not written; trying again") == 2
            )
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await journal.flushed(1)
        await journal.flushed(journal.last)

    assert await read(journal.events()) == arrivals(500)
    await impatient.dispose()


async def test_full_buffer_is_loud_and_leaves_a_marked_gap(database: AsyncEngine) -> None:
    """Beyond the limit the newest facts are not kept; their number stands where they are missing."""
    journal = Journal(database, buffer_limit=3)
    await journal.open()
    with capture_logs() as logs:
        for fact in arrivals(5):
            journal.append(fact, ())
    assert journal.full
    async with running(journal):
        await journal.flushed(3)
        journal.append(ARRIVED, ())
        await journal.flushed(journal.last)

    assert [line["log_level"] for line in logs] == ["critical"]
    gap = GapMarked(at=NINE, lost=2, why="journal full")
    assert await read(journal.events()) == [*arrivals(3), gap, ARRIVED]


async def test_second_writer_stops_instead_of_mixing_in(database: AsyncEngine) -> None:
    """One brain: whoever finds their number taken must not go on."""
    late = Journal(database)
    await late.open()
    await written(database, arrivals(1))
    late.append(ARRIVED, ())

    with pytest.raises(JournalShared):
        await late.run()


async def test_commit_whose_answer_was_lost_is_not_written_twice(database: AsyncEngine) -> None:
    """A batch that is tried again skips what is there already."""
    journal = Journal(database)
    await journal.open()
    journal.append(ARRIVED, ())
    batch = list(journal._buffer)
    await journal._write(batch, again=False)
    await journal._write(batch, again=True)

    assert await read(journal.events()) == [ARRIVED]


@pytest.mark.parametrize("text", ["\ud800", "\0", "x" * 500, "'; drop table journal; --", "热线"])
async def test_hostile_ids_do_not_stop_the_log(database: AsyncEngine, text: str) -> None:
    """Whatever a peer calls a call: it is kept as it was, and the next entry too."""
    fact = CallJoined(at=NINE, call=CallId(text), queue=QueueName(text))
    journal = await written(database, [fact, ARRIVED])

    assert await read(journal.events()) == [fact, ARRIVED]
    assert await read(journal.events(call=CallId(text))) == [fact]


async def test_moments_come_back_aware_and_exact(database: AsyncEngine) -> None:
    """To the microsecond, in UTC."""
    fact = CallEnded(at=datetime(2025, 6, 30, 23, 59, 59, 999999, tzinfo=UTC), call=CallId("c1"))
    journal = await written(database, [fact])

    [event] = await read(journal.events())

    assert event == fact
    assert event.at.tzinfo is not None
