"""One Asterisk for the journeys of a file; for each test a fresh controller, and nobody on the line when it ends.

PBX, carrier and phones live on the loop of their file: on one that stood still while another file ran, the carrier
would not answer the PBX, which would then hold the trunk for dead.
"""

import asyncio
import shutil
from contextlib import asynccontextmanager
from pathlib import Path

import pytest_asyncio

from city.load import load_city
from hotline.controller import running
from hotline.embedded import MODEL, premises
from ivr.prompts import SPOKEN
from plumbing.settings import PREFIX, read_settings
from sandbox.baresip import find_baresip
from sandbox.carrier import Carrier
from sandbox.sound import RATE_HZ, read_wav, tone, write_wav
from tests.journeys.scene import Scene

SAMPLE = Path(__file__).parents[2] / "cities/sample"
GREETING_S = 0.4
MENU_S = 1.5
SHORT_ABANDON_S = 3
CALL_BACK_HZ = 1500


def quick_city(folder: Path) -> Path:
    """The sample city in a hurry: phones ring 5 s, wrap-up lasts 1 s, prompts of callers are short.

    In the health queue, callers wait up to 10 s for the agent whom they know.
    """
    shutil.copytree(SAMPLE, folder)
    queues = folder / "queues.toml"
    text = queues.read_text(encoding="utf-8").replace("ring_time_s = 20", "ring_time_s = 5")
    known = "prefer_last_agent_days = 1\nprefer_last_agent_s = 10"
    text = text.replace("wrap_up_s = 30", "wrap_up_s = 1").replace("wrap_up_s = 45", f"wrap_up_s = 1\n{known}")
    queues.write_text(text, "utf-8")
    about = folder / "city.toml"
    default = 'default_hotline = "12345"'
    text = about.read_text(encoding="utf-8").replace(default, f"{default}\nshort_abandon_s = {SHORT_ABANDON_S}")
    about.write_text(text, encoding="utf-8")
    dialling = folder / "dialling.toml"
    dialling.write_text(dialling.read_text(encoding="utf-8").replace("ring_s = 40", "ring_s = 5"), encoding="utf-8")
    for prompt in ("busy-lines", "busy-number"):
        write_wav(folder / f"prompts/{prompt}.wav", tone(700, GREETING_S))
    for why in ("abandoned", "asked", "lost", "refused"):
        write_wav(folder / f"prompts/call-back-{why}.wav", tone(CALL_BACK_HZ, 0.4))
    menu, spoken = folder / "menus/health.toml", folder / "prompts/menu-12320.wav"
    menu.write_text(menu.read_text(encoding="utf-8").replace("wait_s = 3", "wait_s = 1"), encoding="utf-8")
    write_wav(spoken, read_wav(spoken)[: int(MENU_S * RATE_HZ)])
    for pitch_hz, hotline in ((500, "12345"), (900, "12320")):
        write_wav(folder / f"prompts/greeting-{hotline}.wav", tone(pitch_hz, GREETING_S))
    return folder


def calling_back(city: Path, folder: Path) -> Path:
    """The same city, which calls back by rule who was missed, at any hour."""
    shutil.copytree(city, folder)
    queues, dialling = folder / "queues.toml", folder / "dialling.toml"
    text = queues.read_text(encoding="utf-8").replace('calls_back = "nobody"', 'calls_back = "missed"')
    queues.write_text(text, encoding="utf-8")
    text = dialling.read_text(encoding="utf-8").replace('quiet_from = "21:00"', 'quiet_from = "08:00"')
    dialling.write_text(text, encoding="utf-8")
    return folder


@asynccontextmanager
async def house_of(city, state, carrier):
    """A PBX for a city's folder, whose calls outside go to the carrier."""
    async with premises(state, load_city(city, also_spoken=SPOKEN), carrier=carrier.peer()) as booted:
        carrier.serve(booted.pbx.config.sip_port)
        yield booted


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def carrier():
    """The carrier of the house: phones behind numbers outside, dialled by the PBX, dialling in."""
    async with Carrier.start() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(carrier, tmp_path_factory):
    """The PBX, and what a controller must be told to serve it."""
    folder = tmp_path_factory.mktemp("house")
    async with house_of(quick_city(folder / "city"), folder / "state", carrier) as booted:
        yield booted


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program():
    """baresip, looked for once."""
    return await asyncio.to_thread(find_baresip)


@pytest_asyncio.fixture(loop_scope="module")
async def settings(house, tmp_path):
    """Settings of a fresh controller on the PBX: it transcribes with the tiny model, in one child."""
    yield settings_of(house, tmp_path)
    spool = Path(house.environment[f"{PREFIX}SPOOL_DIR"])
    for leg in spool.iterdir():  # noqa: ASYNC240 (a handful of files, nothing else runs)
        leg.unlink()


def settings_of(house, state_dir, **given):
    """Settings of a controller that keeps its state in `state_dir`."""
    told = {name.removeprefix(PREFIX).lower(): value for name, value in house.environment.items()}
    return read_settings(**(told | {"state_dir": state_dir / "state", "asr_model": MODEL, "asr_children": 1} | given))


@asynccontextmanager
async def scene_of(house, program, settings):
    """A controller that runs, and its people; in the end the line is empty and no agent is stuck."""
    async with running(settings) as controller:
        async with asyncio.timeout(10):
            await controller.connected()
        scene = Scene(house, controller, program, settings)
        async with scene.people:
            yield scene
        await scene.comes_to_rest()


@pytest_asyncio.fixture(loop_scope="module")
async def scene(house, program, settings):
    """A running controller and its people."""
    async with scene_of(house, program, settings) as scene:
        yield scene


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def prompt(house):
    """A prompt of the city by its name, as samples."""
    folder = Path(house.environment[f"{PREFIX}CITY_DIR"]) / "prompts"
    return lambda name: read_wav(folder / f"{name}.wav")
