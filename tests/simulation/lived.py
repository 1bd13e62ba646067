"""A simulated town whose controller writes a real journal with checkpoints, and dies and comes back now and then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.commands import Command
from acd.distributor import Distributor
from acd.events import Event, GapClosed
from acd.journal import Journal
from acd.memory import Memory
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from simulation.controller import Watcher
from simulation.run import Simulation
from tests.acd.running import until as wait_until
from tests.simulation.past_day import UNTIL, Morning
from tests.simulation.town import NINE


class Lived:
    """Let a town `live` up to a moment, as often as you like: between two of them the controller dies."""

    def __init__(self, build: Callable[[Watcher], Simulation], database: AsyncEngine, *, every: int) -> None:
        """`build`: the town, which tells its watcher everything; `every`: entries from one checkpoint to the next."""
        self._unwritten: list[tuple[Event, tuple[Command, ...]]] = []
        self._journal: Journal | None = None
        self._memory: Memory | None = None
        self._database, self._every = database, every
        self.town = build(self._write)

    def _write(self, event: Event, orders: tuple[Command, ...]) -> None:
        if self._journal is None or self._memory is None:
            self._unwritten.append((event, orders))
            return
        self._journal.append(event, orders)
        self._memory.note(event, orders)

    async def live(self, until: datetime) -> None:
        """One life of the controller; the telephones do not notice its death."""
        town, is_first = self.town, self._journal is None
        core = town.core if is_first else Distributor()
        journal = Journal(self._database)
        await journal.open()
        memory = Memory(self._database, journal, core, lambda: town.now, every=self._every)
        if not is_first:
            await memory.recover()
        self._journal, self._memory, town.controller.core = journal, memory, core
        for event, orders in self._unwritten:
            self._write(event, orders)
        async with background(journal.run()), background(memory.run()):
            if is_first:
                self._unwritten.clear()
            else:
                town.controller.tell(GapClosed(at=town.now))
            town.run(until)
            await journal.flushed(journal.last)
            await wait_until(lambda: memory._next is None)


async def write_morning(url: str, morning: Morning) -> None:
    """A fresh database with that morning in its journal; the controller died in the middle of it."""
    engine = connect(url)
    await prepare(engine)
    lived = Lived(morning.simulation, engine, every=500)
    await lived.live(NINE + timedelta(minutes=55))
    await lived.live(UNTIL + timedelta(minutes=20))
    await engine.dispose()
