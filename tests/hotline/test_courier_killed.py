"""The sender of messages, killed between sending and marking: nothing is lost, and what came twice has one id."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.api.face import database
from tests.databases import BOTH
from tests.hotline.confirming import confirmed, webhooks
from tests.hotline.receiver import SECRET, Receiver, hangs, keeps_and_hangs, receiving
from tests.hotline.test_courier import until_all
from tests.recordings.scenes import until
from tickets.outbox import LetterState
from tickets.posting import Posting

__all__ = ["database"]

pytestmark = BOTH

PATIENCE_S, TICKETS, KILLINGS = 120.0, 12, 4


def _more_arrived(receiver: Receiver, before: int) -> bool:
    return len(receiver.arrivals) > before


async def test_sender_killed_anywhere_loses_and_doubles_nothing(database: AsyncEngine, database_url: str) -> None:
    """kill -9 when messages are under way, kept by the receiver or not, and none is marked."""
    async with receiving() as receiver:
        for number in range(TICKETS):
            await confirmed(database, f"lx-1.{number}", Posting(webhooks(receiver.url)))
        for number in range(KILLINGS):
            receiver.always = keeps_and_hangs if number % 2 else hangs
            before = len(receiver.arrivals)
            async with courier_process(database_url, receiver.url) as sender:
                await until(partial(_more_arrived, receiver, before), PATIENCE_S)
                sender.kill()
        receiver.always = None
        async with courier_process(database_url, receiver.url):
            found = await until_all(database, LetterState.DELIVERED)

    assert len(found) == TICKETS
    assert sorted(receiver.kept) == sorted(letter.event for letter in found)
    assert len(receiver.arrivals) >= TICKETS + KILLINGS
    assert receiver.forged == 0


@asynccontextmanager
async def courier_process(database: str, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A courier in a process of its own."""
    command = [sys.executable, "-m", "tests.hotline.carries", database, url, SECRET]
    process = await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parents[2])
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
