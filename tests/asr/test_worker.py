"""One child hears one leg after another; its death costs the leg that it was at."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from asr.decoder import Decoder, Patience
from asr.errors import DecodingFailed
from asr.worker import SOUND_S_MOST
from recordings.recording import Leg
from recordings.wav import HEADER_BYTES, header, inspect
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, record_talk
from tests.asr.test_decoder import LONG, SAID, alive, one_child, texts
from tests.recordings.scenes import until


def children_of(decoder: Decoder) -> list[int]:
    """The launcher's children, at work or not."""
    pid = decoder.launcher_pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """A caller's leg that takes a second or more to hear."""
    return record_talk(tmp_path / "long", TALK, times=LONG)[Leg.CALLER]


async def heard(decoder: Decoder, legs: dict[Leg, Path]) -> list[str]:
    """What the caller says."""
    return texts(await decoder.decode({Leg.CALLER: legs[Leg.CALLER]}))


async def test_one_child_hears_many_legs_and_each_as_a_fresh_one_would(legs: dict[Leg, Path]) -> None:
    """Words, times and confidence are those of a child that heard nothing before."""
    async with Decoder(MODEL, children=1, patience=Patience(constant_s=60.0)) as decoder:
        first = await decoder.decode(legs)
        child = children_of(decoder)
        again = [await decoder.decode(legs) for _ in range(4)]

        assert (len(child), children_of(decoder)) == (1, child)
        assert again == [first] * 4


async def test_child_killed_at_its_second_leg_costs_that_leg_alone(legs: dict[Leg, Path], long: Path) -> None:
    """What it heard before stands; whoever waits gets another child."""
    async with Decoder(MODEL, children=1, patience=Patience(constant_s=60.0)) as decoder:
        before = await heard(decoder, legs)
        used = children_of(decoder)
        second = asyncio.ensure_future(decoder.decode({Leg.CALLER: long}))
        assert [await one_child(decoder)] == used
        waiting = asyncio.ensure_future(heard(decoder, legs))
        os.kill(used[0], signal.SIGSEGV)

        with pytest.raises(DecodingFailed, match="SIGSEGV"):
            await second
        assert [before, await waiting] == [[SAID[1]]] * 2
        assert children_of(decoder) != used


async def test_child_killed_with_nothing_to_do_costs_nobody_an_attempt(legs: dict[Leg, Path]) -> None:
    """The next leg has a child that lives, however soon it comes."""
    async with Decoder(MODEL, children=1, patience=Patience(constant_s=60.0)) as decoder:
        for _ in range(5):
            assert await heard(decoder, legs) == [SAID[1]]
            for child in children_of(decoder):
                os.kill(child, signal.SIGKILL)


async def test_used_child_that_hangs_has_the_deadline_of_its_leg(legs: dict[Leg, Path], long: Path) -> None:
    """It counts from the order, not from the fork."""
    patience = Patience(constant_s=3.0, per_audio_s=0.0)
    async with Decoder(MODEL, children=1, patience=patience) as decoder:
        await heard(decoder, legs)
        hearing = asyncio.ensure_future(decoder.decode({Leg.CALLER: long}))
        hung = await one_child(decoder)
        os.kill(hung, signal.SIGSTOP)

        with pytest.raises(DecodingFailed, match="deadline"):
            await hearing
        assert not alive(hung)
        assert await heard(decoder, legs) == [SAID[1]]


async def test_child_with_nothing_to_do_ends(decoder: Decoder, legs: dict[Leg, Path]) -> None:
    """Its memory is wanted elsewhere; the launcher stays."""
    await decoder.decode(legs)
    assert children_of(decoder)

    await until(lambda: not children_of(decoder))
    assert await heard(decoder, legs) == [SAID[1]]


async def test_child_that_has_heard_a_lot_makes_room_for_a_fresh_one(legs: dict[Leg, Path], tmp_path: Path) -> None:
    """A long leg of silence, which is soon heard."""
    leg, silent = tmp_path / "silent.wav", int(SOUND_S_MOST + 1) * 8000 * 2
    leg.write_bytes(header(rate_hz=8000, channels=1, sound_bytes=silent))
    os.truncate(leg, HEADER_BYTES + silent)
    async with Decoder(MODEL, children=1, patience=Patience(constant_s=60.0)) as decoder:
        await heard(decoder, legs)
        used = children_of(decoder)
        await decoder.hear(inspect(leg))

        await until(lambda: not alive(used[0]))
        assert await heard(decoder, legs) == [SAID[1]]
