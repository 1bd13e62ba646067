"""The past decided again: equal orders, an equal hash, in another process, over restarts; what differs is named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.codec import digest
from acd.commands import Command
from acd.distributor import Distributor
from acd.errors import Refused
from acd.events import Event, GapClosed, GapMarked
from acd.journal import Journal, journal
from acd.memory import Memory
from acd.model import CallId
from acd.past import NothingThen, Past, Stretch, Unreadable
from acd.replay import Replay, Step
from plumbing.database import connect, prepare
from tests.acd.running import running, until
from tests.acd.scene import NINE, Scene, clock
from tests.acd.test_random_play import AGENTS, HANDING_ON, LEVELS, SEATS, play

EVER = Stretch(1, 10**9)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A fresh database."""
    engine = connect(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()


class Lived(Scene):
    """A scene that is written down as the engine does, with checkpoints, and can be restarted."""

    def __init__(self, database: AsyncEngine, every: int) -> None:
        self._database, self._every = database, every
        self.journal = Journal(database)
        self.memory: Memory | None = None
        super().__init__()

    def tell(self, event: Event) -> tuple[Command, ...]:
        """Feed one event; who is refused leaves no trace."""
        orders = super().tell(event)
        if self.memory is not None:
            self.journal.append(event, orders)
            self.memory.note(event, orders)
        return orders

    async def settle(self) -> None:
        """Everything so far is on disk, the checkpoint that was due, too."""
        await self.journal.flushed(self.journal.last)
        await until(lambda: self.memory is not None and self.memory._next is None)

    async def live(self, *lives: Callable[[], object]) -> None:
        """One life after the other; between them the process dies and another one remembers."""
        for number, act in enumerate(lives):
            if number:
                self.core, self.journal = Distributor(), Journal(self._database)
            await self.journal.open()
            self.memory = Memory(self._database, self.journal, self.core, lambda: self.now, every=self._every)
            if number:
                await self.memory.recover()
                self.tell(GapClosed(at=self.now))
            else:
                for event in self.told:  # what the scene began with
                    self.journal.append(event, ())
            async with running(self.journal, self.memory):  # type: ignore[arg-type]
                done = act()
                if isinstance(done, Awaitable):
                    await done
                await self.settle()


def busy(scene: Scene, dice: Random, moves: int) -> None:
    """Anything at all happens for a while."""
    for number, (seat, agent) in enumerate(zip(SEATS, AGENTS, strict=True)):
        attempt(partial(scene.seat, seat, "general health"))
        attempt(partial(scene.log_on, agent, seat, **LEVELS[number]))
        attempt(partial(scene.ready, agent))
    for _ in range(moves):
        attempt(partial(play, scene, (dice.choice(HANDING_ON), *(dice.randrange(8) for _ in range(3)))))


def attempt(act: Callable[[], object]) -> None:
    """What is refused has not happened."""
    try:
        act()
    except Refused:
        return


async def replayed(database: AsyncEngine, stretch: Stretch = EVER) -> Replay:
    """The journal played again."""
    return await Past(database).play(stretch, lambda *_: None)


@pytest.mark.on_both_databases
@pytest.mark.parametrize("seed", range(3))
async def test_the_past_replays_to_the_same_orders_and_the_same_hash(database: AsyncEngine, seed: int) -> None:
    """Over three lives, each beginning with what it remembered; every checkpoint on the way agrees."""
    scene, dice = Lived(database, every=60), Random(seed)
    await scene.live(*(lambda: busy(scene, dice, 150) for _ in range(3)))

    replay = await replayed(database, Stretch(1, scene.journal.last))

    assert replay.tally.first_difference is None
    assert replay.digest() == digest(scene.core.snapshot())
    assert (replay.tally.restarts, replay.tally.restarts_unknown, replay.tally.holes) == (2, 0, 0)
    assert replay.tally.met >= 2


async def test_a_late_part_begins_with_a_checkpoint_and_reaches_the_same_state(database: AsyncEngine) -> None:
    """An hour's question does not cost a day's replay."""
    scene, dice = Lived(database, every=40), Random(1)

    async def day() -> None:
        for _ in range(6):
            busy(scene, dice, 60)
            scene.later(3600)
            await scene.settle()

    await scene.live(day)
    late = await Past(database).period(clock(0), scene.now + timedelta(1))
    replay = await replayed(database, Stretch(late.last, late.last))

    assert replay.tally.first_difference is None
    assert replay.digest() == digest(scene.core.snapshot())
    assert replay.tally.events < late.last / 2


async def test_the_first_fact_that_is_decided_otherwise_is_named(database: AsyncEngine) -> None:
    """One order of the past is not the one that follows from its fact: somebody changed the rules, or the journal."""
    scene = Lived(database, every=10_000)

    def life() -> None:
        scene.staff("101")
        scene.join("c")
        scene.ring("c")

    await scene.live(life)
    forged = journal.c.kind == "RingAgent"
    async with database.begin() as connection:
        [row] = (await connection.execute(journal.select().where(forged))).all()
        payload = {**row.payload, "agent": "999"}
        await connection.execute(update(journal).where(forged).values(payload=payload))

    first = (await replayed(database, Stretch(1, scene.journal.last))).tally.first_difference

    assert first is not None
    assert (first.seq, first.kind) == (row.seq - 1, "CallJoined")


async def test_an_order_that_is_missing_is_a_difference_unless_it_may_still_be_written(database: AsyncEngine) -> None:
    """The journal's last fact may be on disk before its orders are."""
    scene = Scene()
    scene.staff("101")
    for is_whole, differences in ((True, 1), (False, 0)):
        replay = Replay(scene.core.snapshot())
        joined = Scene()
        joined.join("c")
        replay.play(Step(1, joined.told[-1], (), is_whole=is_whole))
        assert replay.tally.differences == differences


async def test_after_a_hole_it_goes_on_from_the_next_checkpoint(database: AsyncEngine) -> None:
    """What was decided and not written cannot be replayed; that is said, and nothing after it is a difference."""
    scene = Lived(database, every=25)
    await scene.journal.open()
    scene.journal._limit = 6
    scene.memory = Memory(database, scene.journal, scene.core, lambda: scene.now, every=25)
    for event in scene.told:
        scene.journal.append(event, ())
    busy(scene, Random(7), 40)
    assert scene.journal.full
    async with running(scene.journal, scene.memory):  # type: ignore[arg-type]
        await until(lambda: not scene.journal.full)
        scene.journal._limit = 100_000
        busy(scene, Random(8), 40)
        await scene.settle()

    replay = await replayed(database, Stretch(1, scene.journal.last))

    assert replay.tally.holes == 1
    assert replay.tally.first_difference is None
    assert replay.digest() == digest(scene.core.snapshot())


async def test_what_cannot_be_read_is_named(database: AsyncEngine) -> None:
    """A kind that this version does not know, with its place in the journal; and a period in which nothing was."""
    scene = Lived(database, every=10_000)
    await scene.live(lambda: scene.join("c"))
    async with database.begin() as connection:
        await connection.execute(update(journal).where(journal.c.seq == 2).values(kind="Teleported"))
        await connection.execute(delete(journal).where(journal.c.seq > 2))

    with pytest.raises(Unreadable, match="entry 2"):
        await replayed(database, Stretch(1, 2))
    with pytest.raises(NothingThen):
        await Past(database).period(NINE - timedelta(days=2), NINE - timedelta(days=1))
    with pytest.raises(NothingThen):
        await Past(database).of_call(CallId("nobody"))


def test_a_restart_whose_checkpoint_lies_before_the_replay_is_counted() -> None:
    """Then it is played straight through, and whoever reads it is told."""
    replay = Replay(after=100)
    replay.play(Step(101, GapMarked(at=NINE, begun_after=50)))

    assert (replay.tally.restarts, replay.tally.restarts_unknown) == (0, 1)
