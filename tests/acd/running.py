"""An engine that really runs, on a floor that remembers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from acd.commands import Command
from acd.engine import Engine
from acd.events import Event
from acd.journal import Journal
from tests.acd.scene import NINE

DEADLINE_S = 5.0


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


class Floor:
    """Remembers every order."""

    def __init__(self) -> None:
        self.orders: list[Command] = []

    def carry_out(self, command: Command) -> None:
        """Take an order."""
        self.orders.append(command)


class Notebook:
    """A journal on paper: durable at once."""

    full = False

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, event: Event, commands: tuple[Command, ...]) -> int:
        """Note it."""
        self.events.append(event)
        return len(self.events)

    async def flushed(self, seq: int) -> None:
        """It is."""


@asynccontextmanager
async def running(*parts: Engine | Journal) -> AsyncIterator[None]:
    """Let engines and journals run meanwhile."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part.run()) for part in parts]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def until(true: Callable[[], object]) -> None:
    """Wait until something is so, at most DEADLINE_S."""
    async with asyncio.timeout(DEADLINE_S):
        while not true():  # noqa: ASYNC110  what is waited for is anything at all
            await asyncio.sleep(0.002)
