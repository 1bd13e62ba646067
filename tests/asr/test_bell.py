"""The bell, in this process and through a real Redis: answered by free hands, silent or emptied without harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asr.bell import Bell, BrokerAway
from plumbing.lifecycle import background
from sandbox.redis_server import RedisServer
from tests.recordings.scenes import until


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A Redis of the test's own, to be killed."""
    async with RedisServer.start(tmp_path) as server:
        yield server


class Looks:
    """Answers that take until they may end."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> None:
        """Look at the jobs."""
        self.begun += 1
        await self.may_end.wait()


async def test_messages_are_answered_by_as_many_hands_as_there_are() -> None:
    """In this process; the others wait their turn."""
    bell, looks = Bell(), Looks()
    async with bell.answered(looks, hands=2):
        bell.ring(5)
        await until(lambda: looks.begun == 2)
        looks.may_end.set()
        await until(lambda: looks.begun == 5)


async def test_who_leaves_lets_go_of_what_hands_are_doing() -> None:
    """At once, with a look in the middle; and the bell can be answered again."""
    bell, looks = Bell(), Looks()
    async with bell.answered(looks, hands=1):
        bell.ring(1)
        await until(lambda: looks.begun == 1)
    async with bell.answered(looks, hands=1):
        bell.ring(1)
        await until(lambda: looks.begun == 2)


async def test_a_defect_in_a_look_comes_out() -> None:
    """It is not swallowed by a thread."""
    bell = Bell()

    async def defect() -> None:
        raise ZeroDivisionError

    async def answer() -> None:
        async with bell.answered(defect, hands=1):
            bell.ring(1)
            await asyncio.sleep(10)

    with pytest.raises(ExceptionGroup) as raised:
        await answer()
    assert raised.group_contains(ZeroDivisionError)


async def test_one_who_is_busy_keeps_no_message_from_another(redis: RedisServer) -> None:
    """Two processes' bells on one Redis: the second has a free hand."""
    busy, free = Looks(), Looks()
    sender, first, second = (Bell(redis.url) for _ in range(3))
    async with first.answered(busy, hands=1):
        await asyncio.to_thread(sender.ring, 1)
        await until(lambda: busy.begun == 1)
        async with second.answered(free, hands=1):
            await asyncio.to_thread(sender.ring, 1)
            await until(lambda: free.begun == 1)


async def test_ringing_fills_up_to_the_number_of_jobs(redis: RedisServer) -> None:
    """However often it is rung: a queue that nobody answers does not grow."""
    bell, looks = Bell(redis.url), Looks()
    looks.may_end.set()
    for _ in range(5):
        await asyncio.to_thread(bell.ring, 3)

    async with bell.answered(looks, hands=2):
        await until(lambda: looks.begun == 3)
        await asyncio.sleep(0.5)
    assert looks.begun == 3


async def test_bell_is_answered_again_when_redis_is_back(redis: RedisServer) -> None:
    """Killed, it is said; booted, it works without anybody's help."""
    bell, looks = Bell(redis.url), Looks()
    looks.may_end.set()
    async with bell.answered(looks, hands=1):
        await redis.kill()
        with pytest.raises(BrokerAway):
            await asyncio.to_thread(bell.ring, 1)
        await redis.boot()

        async def ring() -> None:
            while True:
                await asyncio.to_thread(bell.ring, 1)
                await asyncio.sleep(0.2)

        async with background(ring()):
            await until(lambda: looks.begun)
