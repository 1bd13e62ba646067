"""A large model is in memory once, however many hear with it, and as many hear as memory bears: on real processes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from asr.admission import MEMORY_KEPT_BYTES
from asr.decoder import Decoder, Patience
from asr.heard import Heard
from asr.room import Room
from bench.wide_net import widen
from recordings.recording import Leg
from recordings.wav import inspect
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, record_talk
from tests.recordings.scenes import until

WIDTH = 1200  # some 60 MB of weights
CHILDREN = 4
TIMES = 3  # the talk over and over: long enough for all children to be at it at once


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """The tiny model with a net that costs what a large one costs."""
    widen(MODEL, tmp_path / "large", WIDTH)
    return tmp_path / "large"


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """A leg that takes a while."""
    return record_talk(tmp_path / "long", TALK, TIMES)[Leg.CALLER]


def held_bytes(pid: int, what: str) -> int:
    """Memory of a process by the kernel's own count: `Private_Dirty`, `Pss`."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{what}:"))


async def hear(decoder: Decoder, leg: Path, times: int = CHILDREN) -> list[Heard]:
    """The same leg so many times at once."""
    return await asyncio.gather(*(decoder.hear(inspect(leg)) for _ in range(times)))


async def test_a_large_model_is_in_memory_once(large: Path, long: Path) -> None:
    """The kernel counts it once for the parent and all children together; a child has a small part of its own."""
    weights = (large / "am/final.mdl").stat().st_size
    async with Decoder(large, children=CHILDREN, patience=Patience(constant_s=120.0)) as decoder:
        await decoder.start()
        hearing = asyncio.ensure_future(hear(decoder, long))
        await until(lambda: len(decoder.children_at_work()) == CHILDREN)
        await asyncio.sleep(1.0)
        together = [decoder.launcher_pid or 0, *decoder.children_at_work()]
        held = sum(held_bytes(pid, "Pss") for pid in together)
        own = [held_bytes(pid, "Private_Dirty") for pid in together[1:]]
        heard = await hearing

    assert len(together) == 1 + CHILDREN
    assert held < 2.5 * weights
    assert max(own) < weights / 2
    assert max(each.own_bytes for each in heard) < weights / 2
    assert {tuple(map(tuple, each.said)) for each in heard} == {tuple(map(tuple, heard[0].said))}


async def test_as_many_hear_at_once_as_memory_bears_by_what_a_child_was_measured_to_take(
    large: Path, long: Path
) -> None:
    """With memory for two and a half of them there are two, though four may; all legs are heard."""
    async with Decoder(large, children=CHILDREN, patience=Patience(constant_s=120.0)) as decoder:
        (first,) = await hear(decoder, long, times=1)
        measured, most = decoder.room.child_bytes, 0
        decoder.room = Room(CHILDREN, lambda: MEMORY_KEPT_BYTES + measured * 5 // 2)
        decoder.room.note(measured)
        hearing = asyncio.ensure_future(hear(decoder, long))
        while not hearing.done():
            most = max(most, len(decoder.children_at_work()))
            await asyncio.sleep(0.01)

    assert (most, len(hearing.result()), measured) == (2, CHILDREN, first.own_bytes)
    assert measured > 1 << 20
