"""The controller dies (`kill -9`): citizens are greeted, wait with music, talk on. Our death makes no silence."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from acd.model import AgentId
from acd.staff import Staff, StaffMember
from hotline.embedded import Premises, controller_process
from plumbing.database import connect, prepare
from plumbing.settings import PREFIX
from sandbox.citizens import Agent
from sandbox.ear import Ear
from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from sandbox.sound import find, loud_frames, tone

pytestmark = pytest.mark.asyncio(loop_scope="module")

PIN = "2580"


@asynccontextmanager
async def controller_to_kill(house, settings):
    """`python -m hotline.controller` as a process of its own, which takes calls and knows agent 101."""
    settings.state_dir.mkdir()
    own = Premises(
        pbx=house.pbx,
        state_dir=settings.state_dir,
        environment={**house.environment, f"{PREFIX}STATE_DIR": str(settings.state_dir)},
    )
    database = connect(settings.database)
    await prepare(database)
    await Staff(database).add(StaffMember(number=AgentId("101"), name="王芳", skills=frozenset()), PIN)
    await database.dispose()
    async with controller_process(own, log=settings.state_dir / "said.txt") as process:
        yield process


async def test_a_caller_in_the_menu_is_greeted_and_waits_when_the_controller_dies(house, settings, program, prompt):
    """The dialplan takes over: its own greeting, then music, and the call stays up."""
    citizen_line = Line.citizen(house.pbx.config.sip_port, "13812345678")
    async with controller_to_kill(house, settings) as process, Phone.start(citizen_line, program=program) as citizen:
        call = await citizen.dial("12320")
        await call.established()
        ear = Ear(call)
        began = await ear.clip([prompt("menu-12320")[:4000]], 10)
        process.kill()
        greeted = await ear.clip([prompt("greeting-12320")], 5, since=began)
        music = await _hears_sound(ear, call, greeted)

        assert music
        assert call.end is None
        await citizen.hang_up()


async def test_a_talk_goes_on_when_the_controller_dies(house, settings, program):
    """Caller and agent hear each other as before, and hang up as before."""
    port = house.pbx.config.sip_port
    seat = Line.seat(port, "8001", house.phone_password("8001"))
    async with (
        controller_to_kill(house, settings) as process,
        Phone.start(seat, manner=Manner.ANSWER, program=program) as phone,
        Phone.start(Line.citizen(port, "13812345678"), program=program) as citizen,
    ):
        agent = Agent(phone, "101", PIN)
        await agent.log_on()
        await agent.ready()
        call = await citizen.dial("12345")
        talk = await phone.incoming()
        await talk.established()
        process.kill()
        await process.wait()
        since = len(call.heard())
        for speaker, listener, pitch_hz in ((phone, call, 1234), (citizen, talk, 777)):
            beep = tone(pitch_hz, 0.5)
            async with asyncio.TaskGroup() as group:
                group.create_task(speaker.play(beep))
                group.create_task(Ear(listener).clip([beep], 5, since=since if listener is call else 0))
        assert call.end is None
        await citizen.hang_up()
        await talk.closed()


async def test_a_caller_who_dials_when_no_controller_is_there_waits_with_music(house, program, prompt):
    """Nobody listens on the FastAGI port at all."""
    async with Phone.start(Line.citizen(house.pbx.config.sip_port, "13812345678"), program=program) as citizen:
        call = await citizen.dial("12345")
        await call.established()
        ear = Ear(call)
        greeted = await ear.clip([prompt("greeting-12345")], 5)

        assert await _hears_sound(ear, call, greeted)
        assert call.end is None
        await citizen.hang_up()
        assert find(prompt("service-away"), call.heard()) is None


async def _hears_sound(ear, call, since):
    """Whether something sounds within two seconds after `since`."""
    async with asyncio.timeout(3):
        while True:
            if loud_frames(call.heard(since)).sum() >= 25:
                return True
            await asyncio.sleep(0.1)
