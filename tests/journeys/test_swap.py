"""The city is changed while calls go on: who is in a menu finishes on theirs, the next caller has the new, and back."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import soundfile

from acd.events import CallJoined
from bench.on_duty import on_duty
from plumbing.settings import PREFIX
from sandbox.ear import Ear
from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from sandbox.prompts import Prompt, perform
from sandbox.sound import read_wav, tone, write_wav
from tests.journeys.api import api_at, api_of
from tests.journeys.conftest import scene_of
from tests.journeys.test_failsafe import the_pbx_shows

pytestmark = pytest.mark.asyncio(loop_scope="module")

MENU = "menus/health.toml"
OTHER_MENU_HZ = 1300
SPOKEN_TEXT = "咨询请按一,心理请按二,人工请按零。"
NEW_PROMPT = f"""
[menu-spoken]
zh = "咨询请按1,心理请按2,人工请按0。"
say = "{SPOKEN_TEXT}"
en = "For questions press 1, for psychological help press 2, for a person press 0."
"""
NEW_HOTLINE = """
[[hotlines]]
number = "12399"
zh = "企业服务热线"
en = "Enterprise hotline"
queue = "enterprise"
greeting = ["greeting-12345"]
"""
NEW_QUEUE = """
[[queues]]
name = "enterprise"
zh = "企业服务"
en = "Enterprises"
"""


class Folder:
    """The city's folder, in which somebody writes."""

    def __init__(self, path):
        self.path = path

    def replace(self, file, old, new):
        """Write one thing instead of another."""
        text = (self.path / file).read_text(encoding="utf-8")
        assert old in text
        (self.path / file).write_text(text.replace(old, new), encoding="utf-8")

    def append(self, file, more):
        """Write at the end."""
        with (self.path / file).open("a", encoding="utf-8") as text:
            text.write(more)


@pytest_asyncio.fixture(loop_scope="module")
async def folder(house, tmp_path):
    """The folder of the house; afterwards it is as it was. Callers have time in the menu."""
    city = Path(house.environment[f"{PREFIX}CITY_DIR"])
    shutil.copytree(city, tmp_path / "before")
    edited = Folder(city)
    edited.replace(MENU, "wait_s = 1", "wait_s = 10")
    yield edited
    shutil.rmtree(city)
    shutil.copytree(tmp_path / "before", city)


@pytest_asyncio.fixture(loop_scope="module")
async def swapped(folder, house, program, settings):
    """A controller that runs on that folder."""
    async with scene_of(house, program, settings) as scene, api_of(scene) as api:
        yield scene, api


async def _take(api, why, **waived):
    offer = await api.send("POST", "/api/city/check")
    expected = (await api.get("/api/city"))["number"]
    return await api.send("POST", "/api/city/take", why=why, expected=expected, offered=offer["version"], **waived)


async def _in_the_menu(scene, menu, number="13812345678"):
    """A caller of 12320 who has heard this much of its menu."""
    citizen = await scene.citizen(number)
    call = await scene.dial(citizen, "12320")
    ear = Ear(citizen.calls[-1])
    return citizen, call, ear, await ear.clip([menu], 15)


async def _joined(scene, call):
    return (await scene.fact(CallJoined, 15, call=call)).queue


async def test_who_is_in_a_menu_finishes_on_it_and_the_next_caller_has_the_new(swapped, folder):
    """Keys, prompt and recording are of one version for one caller; a roll-back has all again, in the folder, too."""
    scene, api = swapped
    before = (await api.get("/api/city"))["number"]
    old, new = read_wav(folder.path / "prompts/menu-12320.wav")[:6000], tone(OTHER_MENU_HZ, 0.8)
    early, first, ear, heard = await _in_the_menu(scene, old)

    folder.replace(MENU, '1 = { join = "health" }', '1 = { join = "general" }')
    write_wav(folder.path / "prompts/menu-12320.wav", new)
    taken = await _take(api, "一键转总台")
    assert [one["file"] for one in taken["changes"]] == [MENU, "prompts/menu-12320.wav"]

    await early.press("9")
    await ear.clip([old], 15, since=heard)
    await early.press("1")
    assert await _joined(scene, first) == "health"
    late, second, _, _ = await _in_the_menu(scene, new, "13900000001")
    await late.press("1")
    assert await _joined(scene, second) == "general"

    back = await api.send("POST", f"/api/city/versions/{before}/roll-back", why="改错了", expected=taken["number"])
    assert back["left_alone"] == []
    again, third, _, _ = await _in_the_menu(scene, old, "13900000002")
    await again.press("1")
    assert await _joined(scene, third) == "health"
    assert '1 = { join = "health" }' in (folder.path / MENU).read_text(encoding="utf-8")


async def test_a_hotline_and_its_queue_are_there_without_a_start(swapped, folder):
    """Nobody has to be cut off for a new number."""
    scene, api = swapped
    stranger = await scene.dial(await scene.citizen(), "12399")
    assert await _joined(scene, stranger) == "general"

    folder.append("hotlines.toml", NEW_HOTLINE)
    folder.append("queues.toml", NEW_QUEUE)
    folder.append("seats.toml", '\n[[seats]]\nextensions = "8099"\nqueues = ["enterprise"]\n')
    await _take(api, "企业服务热线开通")
    call = await scene.dial(await scene.citizen("13900000001"), "12399")

    assert await _joined(scene, call) == "enterprise"
    (row,) = await scene.rows("select hotline from calls where call_id = :call and joined_at is not null", call=call)
    assert row.hotline == "12399"


async def test_asterisk_goes_on_with_a_hotline_that_came_while_it_ran(folder, house, program, settings, prompt):
    """Number, greeting, queue and its people, once the controller is killed: nothing is rendered or started anew."""
    port = house.pbx.config.sip_port
    seat = Line.seat(port, "8001", house.phone_password("8001"))
    async with (
        on_duty(house.environment, settings.state_dir, "101@8001") as controller,
        api_at(settings.state_dir) as api,
        Phone.start(seat, manner=Manner.ANSWER, program=program) as at_work,
        Phone.start(Line.citizen(port, "13812345678"), program=program) as citizen,
    ):
        folder.append("hotlines.toml", NEW_HOTLINE)
        folder.append("queues.toml", NEW_QUEUE)
        folder.append("seats.toml", '\n[[seats]]\nextensions = "8099"\nqueues = ["enterprise"]\n')
        await _take(api, "企业服务热线开通")
        (version,) = [one["version"] for one in (await api.get("/api/seats"))["seats"] if one["seat"] == "8001"]
        await api.send("PATCH", "/api/seats/8001", queues=["enterprise"], version=version, why="企业服务")
        await the_pbx_shows(house, "queue show fallback-SPARE_1", "PJSIP/8001")
        await the_pbx_shows(house, "dialplan show globals", "KNOWN=")
        controller.kill()
        await controller.wait()

        call = await citizen.dial("12399")
        await Ear(call).clip([prompt("greeting-12345")], 10)
        await (await at_work.incoming()).established()
        await citizen.hang_up()

    async with scene_of(house, program, settings) as scene:
        (row,) = await scene.rows("select hotline from calls where dnis = '12399'")
        assert row.hotline == "12399"


async def test_a_broken_edit_changes_nothing_also_after_a_start(folder, house, program, settings, prompt):
    """Refused with file, line and rule; calls go on as before, and a controller that starts has the last good one."""
    menu = prompt("menu-12320")[:6000]
    async with scene_of(house, program, settings) as scene, api_of(scene) as api:
        number = (await api.get("/api/city"))["number"]
        folder.replace(MENU, '1 = { join = "health" }', '1 = { join = "helth" }')
        status, rule = await api.refusal("POST", "/api/city/take", why="笔误", expected=number)
        assert (status, rule) == (422, "city_refused")
        wrong = (await api.send("POST", "/api/city/check"))["mistakes"]
        assert [one["field"].partition(" choices")[0] for one in wrong] == [f"{MENU}:10:7 [unknown_queue]"]
        citizen, call, _, _ = await _in_the_menu(scene, menu)
        await citizen.press("1")
        assert await _joined(scene, call) == "health"
    async with scene_of(house, program, settings) as scene, api_of(scene) as api:
        assert (await api.get("/api/city"))["number"] == number
        citizen, call, _, _ = await _in_the_menu(scene, menu, "13900000001")
        await citizen.press("1")
        assert await _joined(scene, call) == "health"


def _from_a_studio(sound):
    """A recording as a studio sends it: stereo at 48 kHz, soft, with silence around."""
    loud = np.repeat(sound.astype(np.float64) / 32768 * 0.4, 6)
    whole = np.concatenate([np.zeros(24_000), loud, np.zeros(24_000)])
    file = io.BytesIO()
    soundfile.write(file, np.stack([whole, whole], axis=1), 48_000, subtype="PCM_24", format="WAV")
    return file.getvalue()


async def test_an_uploaded_recording_is_heard_by_the_next_caller_and_a_roll_back_has_the_old(swapped, folder):
    """It is known by its sound, brought to a telephone's rate and level."""
    scene, api = swapped
    before = (await api.get("/api/city"))["number"]
    old, said = (
        read_wav(folder.path / "prompts/menu-12320.wav")[:6000],
        read_wav(folder.path / "prompts/busy-lines.wav"),
    )
    made = await api.upload("/api/prompts/menu-12320/audio", _from_a_studio(said), why="王芳重录")
    new = read_wav(folder.path / "prompts/menu-12320.wav")
    await _in_the_menu(scene, new[:12_000])

    assert (made["left_alone"], made["level_dbov"]) == ([], pytest.approx(-20, abs=1))
    await api.send("POST", f"/api/city/versions/{before}/roll-back", why="有杂音", expected=made["number"])
    await _in_the_menu(scene, old, "13900000001")


async def test_a_text_that_nobody_has_recorded_is_spoken(swapped, folder):
    """No menu is silent: the caller hears the machine say just this text."""
    scene, api = swapped
    folder.append("prompts/prompts.toml", NEW_PROMPT)
    folder.replace(MENU, 'prompt = "menu-12320"', 'prompt = "menu-spoken"')
    folder.replace(MENU, "wait_s = 10", "wait_s = 5")
    await _take(api, "菜单改词", without_rehearsals="改词,演练待改")
    (speech,) = perform([Prompt(slug="menu-spoken", text=SPOKEN_TEXT, tone_hz=0, tone_ms=0)])

    await _in_the_menu(scene, speech[:12_000])
    assert not (folder.path / "prompts/menu-spoken.wav").exists()
