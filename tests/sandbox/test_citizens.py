"""Simulated people on a real PBX: the menu, the feature codes, and talks in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sandbox.citizens import Agent, Citizen, Party, Turn, converse, take_turns, voice
from sandbox.lines import Line
from sandbox.pbx import Pbx
from sandbox.phone_errors import CallEnded
from sandbox.phones import Manner, Phone
from sandbox.sound import RATE_HZ, Samples, find, tone

pytestmark = pytest.mark.asyncio(loop_scope="module")
BEEP = Path(__file__).resolve().parents[2] / "cities/sample/prompts/beep.wav"


def chirp(low_hz: float, length_s: float = 0.5) -> Samples:
    """A sound that is like no other: its pitch rises by half."""
    seconds = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    return (8000 * np.sin(2 * np.pi * low_hz * seconds * (1 + seconds / length_s / 4))).astype(np.int16)


def turns(*sounds: tuple[Party, Samples]) -> list[Turn]:
    """Lines without words."""
    return [Turn(party=party, text="", sound=sound) for party, sound in sounds]


def placed(call_heard: Samples, sounds: Sequence[Samples]) -> list[float]:
    """Where each of the sounds begins in what was heard."""
    return [place if (place := find(sound, call_heard)) is not None else -1.0 for sound in sounds]


async def test_people_talk_in_turn(pbx: Pbx) -> None:
    """Each hears the other's lines, whole and in order, and none of its own."""
    port = pbx.config.sip_port
    said = [chirp(300), chirp(500), chirp(800)]
    async with (
        Phone.start(Line.seat(port, "8001", "secret-8001"), manner=Manner.ANSWER) as seat,
        Phone.start(Line.citizen(port, "13800138000")) as phone,
    ):
        call = await phone.dial("8001")
        await call.established()
        theirs = await seat.incoming()
        await converse(
            phone, seat, turns((Party.AGENT, said[0]), (Party.CITIZEN, said[1]), (Party.AGENT, said[2])), pause_s=0.1
        )
        await phone.hang_up()
        await theirs.closed()

        greeted, missing, answered = placed(call.heard(), said)
        assert 0 <= greeted < answered
        assert missing == -1
        assert placed(theirs.heard(), said)[1] > 0


async def test_citizen_walks_the_menu_waits_and_knows_the_greeting(pbx: Pbx) -> None:
    """Key after the prompt, music, then the agent's greeting: nobody tells the citizen, who listens and takes turns."""
    port = pbx.config.sip_port
    greeting, question, matter, more = chirp(300), chirp(450), chirp(600), chirp(800)
    async with (
        Phone.start(Line.seat(port, "8001", "secret-8001"), manner=Manner.ANSWER, after_s=0.5) as seat,
        Phone.start(Line.citizen(port, "13800138000")) as phone,
        asyncio.TaskGroup() as group,
    ):
        citizen = Citizen(phone)
        group.create_task(_serve(seat, [greeting, question]))
        call = await citizen.reach("12320", keys="1")
        await citizen.hear_greeting([tone(1500, 0.5), greeting], deadline_s=15)
        await take_turns(phone, [matter, more])
        await citizen.hang_up()

        theirs = seat.calls[0]
        await theirs.closed()
        first, second = placed(theirs.heard(), [matter, more])
        assert 0 < first < second
        assert placed(call.heard(), [greeting, question])[1] > 0
        assert "key=1" in pbx.config.log.read_text(encoding="utf-8")


async def _serve(seat: Phone, lines: Sequence[Samples]) -> None:
    call = await seat.incoming(20)
    await call.established()
    await take_turns(seat, lines)


async def test_greeting_that_never_comes(pbx: Pbx) -> None:
    """The citizen stops listening at the deadline, or when the call ends."""
    async with Phone.start(Line.citizen(pbx.config.sip_port, "13800138000")) as phone:
        citizen = Citizen(phone)
        await citizen.reach("12345")
        with pytest.raises(TimeoutError):
            await citizen.hear_greeting([chirp(300)], deadline_s=0.3)
        async with asyncio.TaskGroup() as group:
            group.create_task(_expect_end(citizen))
            await citizen.hang_up()


async def _expect_end(citizen: Citizen) -> None:
    with pytest.raises(CallEnded):
        await citizen.hear_greeting([chirp(300)], deadline_s=10)


async def test_agent_logs_on_by_feature_code(pbx: Pbx) -> None:
    """*71, the number and the PIN, each keyed after its question; the confirmation is heard out."""
    async with Phone.start(Line.seat(pbx.config.sip_port, "8003", "secret-8003")) as phone:
        await Agent(phone, "103", "97531").log_on()

        assert "code=*71 number=103 pin=97531" in pbx.config.log.read_text(encoding="utf-8")


async def test_lines_are_spoken_by_voices() -> None:
    """A dialogue's text becomes sound, in order."""
    spoken = await voice([("agent", "您好"), ("citizen", "我要投诉")])

    assert [(turn.party, turn.text) for turn in spoken] == [(Party.AGENT, "您好"), (Party.CITIZEN, "我要投诉")]
    assert all(len(turn.sound) > RATE_HZ // 4 for turn in spoken)
