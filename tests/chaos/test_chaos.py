"""Whoever dies while calls run: nothing is lost, nothing doubled, nobody stuck. Seeded; see docs/reliability.md."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.chaos.afterwards import agree, promises_are_kept
from tests.chaos.rounds import CITIZENS, drawn
from tests.chaos.town import now_s

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_whoever_dies_nothing_is_lost_or_doubled_and_nobody_is_stuck(account, chapter):
    """Calls run, faults strike, people hang up; then what is believed and kept is counted against the phones."""
    town = account.town
    people, blows = drawn(chapter, town.new_numbers(CITIZENS))
    async with town.citizens_of(people) as citizens, _eyes_open(account):
        async with asyncio.TaskGroup() as group:
            for citizen in citizens:
                group.create_task(citizen.live(town.sounds[citizen.plan.speaks % len(town.sounds)]))
            for blow in blows:
                await asyncio.sleep(blow.after_s)
                await _strike(account, blow.fault)
        await promises_are_kept(account)


async def _strike(account, fault):
    struck = now_s()
    await fault.strike(account.town)
    await asyncio.sleep(fault.lasts_s)
    await fault.heal(account.town)
    healed = now_s()
    account.forget_doubts()
    await agree(account.town)
    account.note(fault, struck, healed, agreed_s=now_s())


@asynccontextmanager
async def _eyes_open(account):
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(account.watch())
        yield
        watching.cancel()
