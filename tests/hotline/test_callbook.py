"""The call book: what the ACD is told, one row a call, written in batches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_facts import CallBackOwed, Debt, VoiceMessageLeft
from acd.commands import Command, RingAgent
from acd.distributor import Distributor
from acd.events import AgentAnswered, CallEnded, CallJoined, CallRefused, Event
from acd.journal import Journal
from acd.memory import Memory
from acd.model import AgentId, CallId, QueueName, Refusal, SeatId
from hotline.callbook import CallBook
from plumbing.lifecycle import background
from recordings.calls import Call, calls, note_calls
from telephony.translate import Arrival
from tests.databases import BOTH

pytestmark = BOTH

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
ANSWERED, LEFT, REFUSED, SEEN_LATE = map(CallId, ("lx-1", "lx-2", "lx-3", "lx-4"))


def after(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)


def arrives(call: CallId) -> Arrival:
    """With the citizen's number."""
    return Arrival(at=NOON, call=call, dnis="12345", ani="138 1234 5678")


def told() -> list[Arrival | tuple[Event, tuple[Command, ...]]]:
    """Four calls, mixed: one answered, one that leaves a message, one refused, one of which only the end was heard."""
    rings = RingAgent(
        at=after(2),
        call=ANSWERED,
        attempt=1,
        agent=AgentId("101"),
        seat=SeatId("8001"),
        ring_time=timedelta(seconds=20),
    )
    return [
        arrives(ANSWERED),
        arrives(LEFT),
        (CallJoined(at=after(1), call=LEFT, queue=QueueName("general")), ()),
        (CallJoined(at=after(2), call=ANSWERED, queue=QueueName("general")), (rings,)),
        arrives(REFUSED),
        (CallRefused(at=after(3), call=REFUSED, hotline="12345", why=Refusal.LINES_FULL), ()),
        (AgentAnswered(at=after(4), call=ANSWERED, attempt=1), ()),
        (CallEnded(at=after(60), call=LEFT), ()),
        (VoiceMessageLeft(at=after(61), call=LEFT, attempt=1, hotline="12345"), ()),
        (CallEnded(at=after(62), call=REFUSED), ()),
        (CallBackOwed(at=after(63), call=REFUSED, why=Debt.REFUSED), ()),
        (CallEnded(at=after(64), call=ANSWERED), ()),
        (CallEnded(at=after(65), call=SEEN_LATE, missed=True), ()),
    ]


@pytest.mark.parametrize("at_once", [1, 3, 100])
async def test_the_book_says_the_same_however_facts_are_batched(database: AsyncEngine, at_once: int) -> None:
    """Each on its own, a few together, all in one statement; the outcome follows from what was known by then."""
    book = CallBook(database, lambda dnis: dnis)
    facts = told()
    async with background(book.run()):
        for first in range(0, len(facts), at_once):
            for fact in facts[first : first + at_once]:
                book.note_arrival(fact) if isinstance(fact, Arrival) else book.note(*fact)
            await book.written()

    async with database.connect() as connection:
        rows = {row.call_id: row for row in (await connection.execute(select(calls))).all()}
    answered, left, refused, late = (rows[call] for call in (ANSWERED, LEFT, REFUSED, SEEN_LATE))
    assert (answered.outcome, answered.agent, answered.seat, answered.answered_at, answered.ended_at) == (
        "answered",
        "101",
        "8001",
        after(4),
        after(64),
    )
    assert (left.outcome, left.joined_at, left.agent, left.ani) == ("voice_message", after(1), None, "13812345678")
    assert (refused.outcome, refused.refusal, refused.ended_at) == ("call_back_owed", "lines_full", after(62))
    assert (late.outcome, late.arrived_at) == ("lost_by_pbx", None)


async def test_news_leaves_what_it_is_silent_about(database: AsyncEngine) -> None:
    """Also what somebody else has written into the row meanwhile."""
    await note_calls(database, [Call(call_id=LEFT, message_attempt=2, hotline="12320")])
    await note_calls(database, [Call(call_id=LEFT, ended_at=NOON), Call(call_id=ANSWERED, agent="101")])

    async with database.connect() as connection:
        rows = {row.call_id: row for row in (await connection.execute(select(calls))).all()}
    assert (rows[LEFT].message_attempt, rows[LEFT].hotline, rows[LEFT].ended_at) == (2, "12320", NOON)
    assert (rows[ANSWERED].agent, rows[ANSWERED].hotline) == ("101", None)


async def test_what_a_dead_controller_had_not_written_is_told_again_from_the_journal(database: AsyncEngine) -> None:
    """The journal had it, the book had not; what both had is written twice and stays the same."""
    journal = Journal(database)
    dead, living = CallBook(database, lambda dnis: dnis), CallBook(database, lambda dnis: dnis)
    async with background(journal.run()), background(dead.run()):
        for fact in told():
            if isinstance(fact, Arrival):
                dead.note_arrival(fact)
                await dead.written()
            else:
                journal.append(*fact)
        await journal.flushed(journal.last)

    again = Journal(database)
    await again.open()
    async with background(again.run()), background(living.run()):
        for _ in range(2):
            await Memory(database, again, Distributor(), lambda: NOON).recover(living.note)
        await living.written()

    async with database.connect() as connection:
        rows = {row.call_id: row.outcome for row in (await connection.execute(select(calls))).all()}
    assert rows == {LEFT: "voice_message", REFUSED: "call_back_owed", SEEN_LATE: "lost_by_pbx", ANSWERED: "answered"}
