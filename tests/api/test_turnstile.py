"""Readers pass a few in a turn of the loop; whoever changes something does not stand behind them."""

from __future__ import annotations

import asyncio

from api.turnstile import AT_ONE_GO, Turnstile


async def test_a_crowd_passes_in_its_order_and_a_few_at_a_time() -> None:
    """A hundred who ask at once are spread over as many turns as that takes."""
    turnstile, passed, turns = Turnstile(), [], []

    async def reader(number: int) -> None:
        await turnstile.passed()
        passed.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(100):
            group.create_task(reader(number))
        while len(passed) < 100:
            before = len(passed)
            await asyncio.sleep(0)
            turns.append(len(passed) - before)

    assert passed == list(range(100))
    assert max(turns) <= AT_ONE_GO


async def test_who_does_not_pass_there_is_served_meanwhile() -> None:
    """Somebody who needs ten turns of the loop has them long before a crowd of a thousand is through."""
    turnstile, passed = Turnstile(), []

    async def reader() -> None:
        await turnstile.passed()
        passed.append(True)

    async with asyncio.TaskGroup() as group:
        for _ in range(1000):
            group.create_task(reader())
        for _ in range(10):
            await asyncio.sleep(0)
        passed_meanwhile = len(passed)

    assert passed_meanwhile <= 10 * AT_ONE_GO
    assert len(passed) == 1000


async def test_who_left_keeps_nobody_waiting() -> None:
    """Everybody in line but the last gives up: the last passes."""
    turnstile = Turnstile()
    line = [asyncio.ensure_future(turnstile.passed()) for _ in range(50)]
    await asyncio.sleep(0)

    for one in line[AT_ONE_GO:-1]:
        one.cancel()
    await line[-1]

    assert sum(one.cancelled() for one in line) == 50 - AT_ONE_GO - 1
