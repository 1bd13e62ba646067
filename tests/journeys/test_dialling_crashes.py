"""The controller dies at each step of dialling out: the citizen's phone rings at most once, and it counts by itself."""

import asyncio
import contextlib

import pytest

from acd.model import AgentId
from acd.staff import Staff, StaffMember
from hotline.client import Trouble, find_controller
from hotline.embedded import Premises, _program
from plumbing.database import connect, prepare
from plumbing.settings import PREFIX
from sandbox.lines import Line
from sandbox.phones import Manner, Phone

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_AGAIN_S = 2.0  # so long nobody may be dialled again
BY_ITSELF = ("intended", "sent", "told")
OUTCOMES = {
    "intended": {"not_dialled"},
    "sent": {"unknown"},
    "told": {"answered"},
    "citizen_rings": {"answered"},
    "talking": {"answered"},
}


@pytest.mark.parametrize(("step", "last_digit"), [(step, n) for n, step in enumerate(OUTCOMES)])
async def test_whoever_dies_when_the_citizen_is_rung_at_most_once(house, carrier, settings, program, step, last_digit):
    """Killed there; the next controller lives on with what is, ends what is not, and dials nothing."""
    seat, number = "8011", f"1390000700{last_digit}"
    on = await premises_with_agent(house, settings)
    line = Line.seat(house.pbx.config.sip_port, seat, house.phone_password(seat))
    async with (
        Phone.start(line, manner=Manner.RING, program=program) as desk,
        carrier.phone(number, manner=Manner.RING) as citizen,
    ):
        async with dying(on, step) as process:
            opened = {"seat": seat, "queues": ["general"], "agent": "101", "why": "外呼"}
            await asyncio.to_thread(find_controller(on.state_dir).ask, "POST /api/seats", opened)
            with contextlib.suppress(Trouble):
                await click(on, number)
            await until_there(step, desk, citizen)
            if step not in BY_ITSELF:
                process.kill()
            await process.wait()
        await go_on_without_a_controller(step, desk, citizen)
        async with dying(on, "never"):
            await listens(on)
            if citizen.calls:
                await citizen.hang_up()
            made = await over(on)
            await asyncio.sleep(NOT_AGAIN_S)
            (agent,) = (await ask(on, "GET /api/agents"))["agents"]

    rings = 0 if step in ("intended", "sent") else 1
    assert (len(citizen.calls), dialled(carrier, number)) == (rings, rings)
    assert made["outcome"] in OUTCOMES[step]
    assert agent["state"] not in ("reserved", "ringing", "talking")


async def until_there(step, desk, citizen):
    """Bring the call to where the controller is to die."""
    if step in BY_ITSELF:
        return
    await desk.incoming()
    await desk.answer()
    await citizen.incoming()
    if step == "talking":
        await citizen.answer()


async def go_on_without_a_controller(step, desk, citizen):
    """The dialplan goes on by itself: whoever rings now is answered."""
    if step == "told":
        await desk.incoming()
        await desk.answer()
        await citizen.incoming()
    if step in ("told", "citizen_rings"):
        await citizen.answer()


async def premises_with_agent(house, settings):
    """The house, with a state folder of the test's own, whose directory knows agent 101."""
    settings.state_dir.mkdir()
    database = connect(settings.database)
    await prepare(database)
    await Staff(database).add(StaffMember(number=AgentId("101"), name="王芳", skills=frozenset()), "2580")
    await database.dispose()
    environment = {**house.environment, f"{PREFIX}STATE_DIR": str(settings.state_dir)}
    return Premises(pbx=house.pbx, state_dir=settings.state_dir, environment=environment)


def dying(on, step):
    """A controller that dies at this step."""
    return _program(on, on.state_dir / f"said-{step}.txt", "tests.journeys.dies_dialling", step)


async def ask(on, line, body=None):
    """The API of the controller that runs now."""
    return await asyncio.to_thread(find_controller(on.state_dir).ask, line, body)


async def listens(on):
    """It has looked at the telephones: what happens from now on is heard. (What was over before, nobody heard.)"""
    async with asyncio.timeout(60):
        while True:
            signs = {sign["name"]: sign["well"] for sign in (await ask(on, "GET /api/health"))["signs"]}
            if signs["pbx"] and signs["telephones"]:
                return
            await asyncio.sleep(0.05)


async def click(on, number):
    """Call the citizen."""
    await ask(on, "POST /api/dialouts", {"agent": "101", "number": number, "why": "回访"})


async def over(on):
    """The call, once it has an outcome."""
    async with asyncio.timeout(60):
        while True:
            (made,) = (await ask(on, "GET /api/dialouts"))["dialouts"]
            if made["outcome"]:
                return made
            await asyncio.sleep(0.1)


def dialled(carrier, number):
    """How often the carrier was asked for this number."""
    return [one.number for one in carrier.dialled].count(number)
