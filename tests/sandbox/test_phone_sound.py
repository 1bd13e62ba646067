"""What phones say and key on a real PBX: it arrives whole, at the right ear, and nothing else does."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from sandbox.lines import Line
from sandbox.pbx import Pbx
from sandbox.phone_errors import CallEnded
from sandbox.phones import Manner, Phone
from sandbox.sound import find, pitch, rms, stretches, tone
from tests.sandbox.phone_scene import logged, loudest, seat, two_seats

pytestmark = pytest.mark.asyncio(loop_scope="module")
REPOSITORY = Path(__file__).resolve().parents[2]


async def test_sound_flows_both_ways(pbx: Pbx) -> None:
    """What one speaks the other hears, whole and alone, and silence in between."""
    async with two_seats(pbx, Manner.ANSWER) as (first, second):
        call = await first.dial("8002")
        await call.established()
        theirs = await second.incoming()
        await call.hearing()
        await theirs.hearing()
        await first.play(tone(440, 1.0))
        await second.play(tone(900, 0.6))
        await first.hang_up()
        await theirs.closed()

        for heard, hz, length_s in ((theirs.heard(), 440, 1.0), (call.heard(), 900, 0.6)):
            _, sound = loudest(heard)  # a machine that pauses may have put a gap between two stretches
            assert pitch(sound) == pytest.approx(hz, abs=3)
            assert rms(sound) == pytest.approx(5657, rel=0.1)
            assert sum(one.length_s for one in stretches(heard) if one.loud) == pytest.approx(length_s, abs=0.1)


async def test_silence_is_sent_and_lasts_longer_than_its_file(pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call stays up, with RTP flowing, beyond the end of the silence file."""
    monkeypatch.setattr("sandbox.mouth.SILENCE_S", 1.0)
    async with Phone.start(Line.citizen(pbx.config.sip_port, "13800138000")) as citizen:
        call = await citizen.dial("12345")
        await call.established()

        with pytest.raises(TimeoutError):
            await call.closed(1.6)
        statistics = await pbx.cli("pjsip show channelstats")
        await citizen.hang_up()

    received = int(next(line for line in statistics.splitlines() if "alaw" in line).split("alaw")[1].split()[0])
    assert received > 60


async def test_keys_arrive_as_pressed(pbx: Pbx) -> None:
    """Digits, star and hash come out at the other phone, each once."""
    async with two_seats(pbx, Manner.ANSWER) as (first, second):
        await (await first.dial("8002")).established()
        theirs = await second.incoming()
        await theirs.hearing()
        await first.press("15*0#")

        assert await theirs.digits(5) == "15*0#"


async def test_feature_code_and_keys_reach_the_dialplan(pbx: Pbx) -> None:
    """*71 is dialled as it is, and Read() hears the keys; the last one may end the call."""
    async with Phone.start(seat(pbx, "8001")) as phone:
        call = await phone.dial("*71")
        await call.established()
        await phone.press("101#")
        await phone.press("2468#")
        await call.closed()

        assert "code=*71 number=101 pin=2468" in await logged(pbx, "code=")


async def test_play_ends_when_the_call_ends(pbx: Pbx) -> None:
    """Who speaks into a call that ends is told so at once."""
    async with two_seats(pbx, Manner.ANSWER) as (first, second), asyncio.TaskGroup() as group:
        await (await first.dial("8002")).established()
        theirs = await second.incoming()
        await theirs.established()
        speaking = group.create_task(_speak_until_cut(first))
        await second.hang_up()

        assert await asyncio.wait_for(speaking, 5)


async def _speak_until_cut(phone: Phone) -> bool:
    try:
        await phone.play(tone(440, 30.0))
    except CallEnded:
        return True
    return False


async def test_ten_phones_at_once(pbx: Pbx) -> None:
    """Five calls between ten phones, each with its own pitch: nobody hears another's."""
    async with AsyncExitStack() as stack:
        phones = [
            await stack.enter_async_context(Phone.start(seat(pbx, f"{8001 + number}"), manner=Manner.ANSWER))
            for number in range(10)
        ]
        pairs = list(zip(phones[:5], phones[5:], strict=True))
        async with asyncio.TaskGroup() as group:
            for number, (caller, called) in enumerate(pairs):
                group.create_task(_whistle(caller, called, 400 + 150 * number))

        for number, (_, called) in enumerate(pairs):
            heard = called.calls[0].heard()
            _, sound = loudest(heard)
            assert pitch(sound) == pytest.approx(400 + 150 * number, abs=4)
            # a busy machine may part a second of sound, but loses none of it
            assert sum(one.length_s for one in stretches(heard) if one.loud) == pytest.approx(1.0, abs=0.1)


async def _whistle(caller: Phone, called: Phone, hz: float) -> None:
    call = await caller.dial(called.line.user)
    await call.established()
    theirs = await called.incoming()
    await call.hearing()
    await theirs.hearing()
    await caller.play(tone(hz, 1.0))
    await caller.hang_up()
    await theirs.closed()


async def test_music_is_recognised_by_a_clip(pbx: Pbx) -> None:
    """What the PBX plays can be told from a recording of it."""
    prompt = np.frombuffer((REPOSITORY / "cities/sample/prompts/beep.wav").read_bytes()[44:], "<i2").astype(np.int16)
    async with Phone.start(seat(pbx, "8001")) as phone:
        call = await phone.dial("*71")
        await call.established()
        with pytest.raises(TimeoutError):
            await call.closed(0.8)
        await phone.hang_up()

        assert find(prompt, call.heard()) is not None
