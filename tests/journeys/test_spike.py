"""Spike."""
import asyncio
import pytest
from sandbox.phones import Manner
from tests.journeys.test_talk import talking, say, until, heard, spoken_beep
pytestmark = pytest.mark.asyncio(loop_scope="session")

async def key(desk, code, to):
    since = len(desk.call.heard())
    await desk.press(code)
    await until(lambda: heard(desk, spoken_beep(), since))
    await desk.press(to + "#")

async def chans(scene, tag):
    print(tag, await scene.house.pbx.cli("core show channels concise"))

async def test_blind(scene):
    """Blind."""
    scene.house.pbx
    await scene.house.pbx.cli("dialplan set global OUTSIDE_110 yes")
    citizen, desk, call = await talking(scene)
    other = await scene.phone(scene.line("8002"), Manner.ANSWER)
    await key(desk, "*85", "8002")
    await other.incoming()
    await say(other, 900, citizen)
    await say(citizen, 1200, other)
    await chans(scene, "blind ok")
    print([type(e).__name__ for e, _ in scene.told])
    await citizen.hang_up()
    await scene.nobody_on_the_line()

async def test_blind_back(scene):
    """Back."""
    citizen, desk, call = await talking(scene)
    other = await scene.phone(scene.line("8002"), Manner.BUSY)
    await key(desk, "*85", "8002")
    await desk.calls[0].closed()
    await desk.incoming()
    await desk.incoming()
    await desk.call.established()
    await say(desk, 900, citizen)
    await chans(scene, "back")
    await citizen.hang_up()
    await scene.nobody_on_the_line()

@pytest.mark.parametrize("what", ["*82", "*87", "*88", "hang", "busy", "Cgone", "Tgone"])
async def test_consult(scene, what):
    """Consult."""
    citizen, desk, call = await talking(scene)
    other = await scene.phone(scene.line("8002"), Manner.BUSY if what == "busy" else Manner.ANSWER)
    await key(desk, "*86", "8002")
    await other.incoming()
    if what != "busy":
        await say(other, 900, desk)
        await say(desk, 1100, other)
        await chans(scene, "consulting")
    if what == "*82":
        await desk.press(what)
        await other.calls[-1].closed()
        await say(desk, 700, citizen)
        await say(citizen, 800, desk)
        await desk.press("*81"); await desk.press("*82")
        await say(desk, 700, citizen)
        await citizen.hang_up()
        await desk.calls[-1].closed()
    if what in ("*87", "hang"):
        if what == "hang":
            await desk.hang_up()
        else:
            await desk.press(what)
        await desk.calls[-1].closed()
        await say(other, 700, citizen)
        await say(citizen, 800, other)
        await chans(scene, "completed")
        await other.hang_up()
        await citizen.calls[-1].closed()
    if what == "*88":
        await desk.press(what)
        await say(other, 700, citizen, desk)
        await say(citizen, 800, other, desk)
        await say(desk, 1000, other, citizen)
        await chans(scene, "three")
        await other.hang_up()
        await say(desk, 700, citizen)
        await desk.hang_up()
        await citizen.calls[-1].closed()
    if what == "busy" or what == "Tgone":
        if what == "Tgone":
            await other.hang_up()
        await say(desk, 700, citizen)
        await say(citizen, 800, desk)
        await desk.hang_up()
        await citizen.calls[-1].closed()
    if what == "Cgone":
        await citizen.hang_up()
        await desk.calls[-1].closed()
        await other.calls[-1].closed()
    await scene.nobody_on_the_line()
