"""As many children as are asked for, fewer while memory is short, and always one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from asr.admission import FIRST_CHILD_BYTES, MEMORY_KEPT_BYTES
from asr.models import TooLarge, check_fits, check_model
from asr.room import Room
from tests.asr.conftest import MODEL

MUCH = 1 << 40


async def most_at_once(room: Room, works: int) -> int:
    """How many of these were at work at the same time; every one gets its turn."""

    async def work() -> None:
        async with room.place():
            for _ in range(5):
                await asyncio.sleep(0)

    await asyncio.gather(*(work() for _ in range(works)))
    return room.most_at_work


@pytest.mark.parametrize(("free", "most"), [(MUCH, 4), (0, 1), (MEMORY_KEPT_BYTES + 2 * FIRST_CHILD_BYTES, 2)])
async def test_memory_bounds_what_cores_allow(free: int, most: int) -> None:
    """A guess stands for a child that nobody has measured."""
    assert await most_at_once(Room(4, lambda: free), works=9) == most


async def test_largest_child_measured_is_what_another_may_take() -> None:
    """Smaller ones change nothing."""
    room = Room(4, lambda: MEMORY_KEPT_BYTES + (3 << 30))
    room.note(1 << 30)
    room.note(1 << 20)

    assert await most_at_once(room, works=9) == 3


async def test_memory_that_comes_back_is_used_by_all_who_wait() -> None:
    """Not by one alone."""
    free = 0
    room = Room(3, lambda: free)
    first = room.place()
    await first.__aenter__()
    waiting = asyncio.ensure_future(most_at_once(room, works=6))
    await asyncio.sleep(0)
    free = MUCH
    await first.__aexit__(None, None, None)

    assert await waiting == 3


def test_model_larger_than_free_memory_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    """With both numbers."""
    facts = replace(check_model(MODEL), size_bytes=1300 << 20)
    check_fits(facts, 1300 << 20)

    with pytest.raises(TooLarge, match="1300 MB, and 900 MB") as refused:
        check_fits(facts, 900 << 20)
    assert "空闲内存只有 900 MB" in refused.value.zh
