"""After a restart the ACD is what it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.codec import decode, encode
from acd.distributor import Distributor
from acd.errors import Refused
from acd.events import AgentAnswered, CallJoined, Event, GapMarked, TimePassed
from acd.journal import Journal
from acd.memory import HOURLY_FOR, KEPT, Memory, checkpoints, retold, worth_keeping
from acd.model import AgentState, BreakReason, Snapshot
from plumbing.database import connect, prepare
from tests.acd.running import running, until
from tests.acd.scene import Scene, clock
from tests.acd.test_random_play import AGENTS, LEVELS, MOVES, SEATS, Move, play
from tests.databases import BOTH

pytestmark = BOTH


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A fresh database."""
    engine = connect(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()


def busy_hall() -> Scene:
    """One agent in each state, a caller who waits, one who rings, one who talks."""
    scene = Scene()
    for agent in ("101", "102", "103", "104", "105"):
        scene.staff(agent)
    scene.log_off("105")
    for call in ("talks", "wraps", "rings"):
        scene.join(call)
        scene.ring(call)
    scene.answer("talks")
    scene.answer("wraps")
    scene.rest("104", BreakReason.MEAL)
    scene.join("waits", "health", 1, psychology=2)
    scene.later(3)
    scene.talk_ends("wraps")
    return scene


async def lived(database: AsyncEngine, told: list[Event], *, every: int) -> Distributor:
    """Live through these events, as the engine does, with a checkpoint after every so many."""
    distributor, journal = Distributor(), Journal(database)
    await journal.open()
    memory = Memory(database, journal, distributor, lambda: told[-1].at, every=every)
    async with running(journal, memory):  # type: ignore[arg-type]
        for event in told:
            orders = distributor.receive(event)
            journal.append(event, orders)
            memory.note(event, orders)
            await journal.flushed(journal.last)
        await until(lambda: memory._next is None)
    return distributor


async def reborn(database: AsyncEngine, now: datetime) -> tuple[Distributor, int]:
    """A new process."""
    distributor, journal = Distributor(), Journal(database)
    await journal.open()
    return distributor, await Memory(database, journal, distributor, lambda: now).recover()


def without_gap(snapshot: Snapshot) -> dict[str, object]:
    """All but that facts are missing now."""
    return {key: value for key, value in encode(snapshot).items() if key not in ("blind_until", "next_deadline")}


@pytest.mark.parametrize("every", [1, 7, 1000])
async def test_everybody_is_what_they_were(database: AsyncEngine, every: int) -> None:
    """States, reasons, times, places in both lines; with a checkpoint after each fact, now and then, and with none."""
    scene = busy_hall()
    await lived(database, scene.told, every=every)
    again, played = await reborn(database, scene.now)

    assert without_gap(again.snapshot()) == without_gap(scene.core.snapshot())
    assert {agent.state for agent in again.agents.values()} == set(AgentState) - {AgentState.READY, AgentState.RESERVED}
    assert again.is_blind
    assert (played < len(scene.told)) == (every < 1000)


async def test_gap_is_marked_in_the_journal(database: AsyncEngine) -> None:
    """Whoever reads it later sees that the process began anew there."""
    scene = busy_hall()
    await lived(database, scene.told, every=7)
    journal = Journal(database)
    await journal.open()
    before = journal.last
    await Memory(database, journal, Distributor(), lambda: scene.now).recover()
    async with running(journal):
        await journal.flushed(journal.last)

    [gap] = [event async for event in journal.events_after(before)]
    assert isinstance(gap, GapMarked)


async def test_unreadable_checkpoint_costs_time_only(database: AsyncEngine) -> None:
    """The one before it is taken, or the whole journal."""
    scene = busy_hall()
    await lived(database, scene.told, every=10)
    async with database.begin() as connection:
        await connection.execute(insert(checkpoints).values(seq=10**6, at=scene.now, state={"agents": "nonsense"}))
    again, _ = await reborn(database, scene.now)

    assert without_gap(again.snapshot()) == without_gap(scene.core.snapshot())


async def test_old_checkpoints_are_thinned_out(database: AsyncEngine) -> None:
    """They are as large as the floor: of this hour there are the first, where a look back begins, and the newest."""
    await lived(database, busy_hall().told, every=5)

    async with database.connect() as connection:
        assert len((await connection.execute(select(checkpoints.c.seq))).all()) == KEPT + 1


def test_a_checkpoint_an_hour_is_kept_for_three_days_and_one_a_day_for_ever() -> None:
    """The first of each; so a look at any moment begins at most an hour, or a day, before it."""
    every_20_min = [(number, clock(1200 * number)) for number in range(5 * 24 * 3)]
    kept = sorted(worth_keeping(every_20_min))
    recent = [seq for seq in kept if every_20_min[seq][1] >= every_20_min[-1][1] - HOURLY_FOR]

    assert len(recent) == 3 * 24 + 1 + KEPT
    assert kept[:2] == [0, 23 * 3]  # nine in the morning is one o'clock UTC
    assert len(kept) - len(recent) == 2 + 1


async def test_what_a_full_journal_did_not_keep_is_in_the_next_checkpoint(database: AsyncEngine) -> None:
    """The journal has a hole; a restart does not fall into it."""
    scene, distributor, journal = busy_hall(), Distributor(), Journal(database, buffer_limit=30)
    await journal.open()
    memory = Memory(database, journal, distributor, lambda: scene.now)
    for event in scene.told:
        orders = distributor.receive(event)
        journal.append(event, orders)
        memory.note(event, orders)
    assert journal.full
    async with running(journal, memory):  # type: ignore[arg-type]
        await until(lambda: not journal.full)
        passed = TimePassed(at=scene.now)
        journal.append(passed, distributor.receive(passed))
        memory.note(passed, ())
        await until(lambda: memory._next is None)
    again, _ = await reborn(database, scene.now)

    assert without_gap(again.snapshot()) == without_gap(scene.core.snapshot())


async def test_no_checkpoint_covers_what_another_book_has_not_written(database: AsyncEngine) -> None:
    """After a crash that book is told again from the newest checkpoint on, so that one must not be newer."""
    scene, journal, book_has_it = busy_hall(), Journal(database), asyncio.Event()
    await journal.open()
    memory = Memory(database, journal, Distributor(), lambda: scene.now, every=1, written=book_has_it.wait)
    async with running(journal, memory):  # type: ignore[arg-type]
        journal.append(scene.told[0], ())
        memory.note(scene.told[0], ())
        await journal.flushed(journal.last)
        retold: list[Event] = []
        other = Journal(database)
        await other.open()
        played = await Memory(database, other, Distributor(), lambda: scene.now).recover(
            lambda event, _: retold.append(event)
        )
        assert (played, retold) == (1, [scene.told[0]])
        book_has_it.set()
        await until(lambda: memory._next is None)
    _, played = await reborn(database, scene.now)
    assert played == 0


def test_watchers_are_told_again_what_has_happened_to_calls_that_are_here() -> None:
    """A board that starts anew shows who waits, rings and talks."""
    scene = busy_hall()
    facts = list(retold(scene.core))

    assert {fact.call for fact in facts if isinstance(fact, CallJoined)} == {"waits", "talks", "rings"}
    assert [fact.call for fact in facts if isinstance(fact, AgentAnswered)] == ["talks"]


small = st.integers(0, 7)

MOVE = st.tuples(st.sampled_from(MOVES), small, small, small)


@settings(max_examples=100, deadline=None)
@given(st.lists(MOVE, max_size=80), st.lists(MOVE, max_size=20))
def test_restored_it_goes_on_as_if_nothing_had_happened(moves: list[Move], later: list[Move]) -> None:
    """Encoded, decoded and restored at any moment: an equal snapshot now; equal orders later, also of stale news."""
    scene = Scene()
    for number, (seat, agent) in enumerate(zip(SEATS, AGENTS, strict=True)):
        scene.seat(seat, "general health")
        scene.log_on(agent, seat, **LEVELS[number])
        scene.ready(agent)
    for move in moves:
        _play(lambda move=move: play(scene, move), scene)  # type: ignore[misc]
    again = Scene()
    again.core, again.now, again.told = Distributor(), scene.now, list(scene.told)
    again.core.restore(decode(Snapshot, encode(scene.core.snapshot())))

    assert again.core.snapshot() == scene.core.snapshot()
    scene.orders.clear()
    again.orders.clear()
    for move in later:
        for each in (scene, again):
            _play(lambda move=move, each=each: play(each, move), each)  # type: ignore[misc]
    assert again.orders == scene.orders
    assert again.core.snapshot() == scene.core.snapshot()


def _play(act: Callable[[], None], scene: Scene) -> None:
    try:
        act()
    except Refused:
        scene.told.pop()
