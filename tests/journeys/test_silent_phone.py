"""An agent's phone that loses its power says no goodbye: its silence does."""

import pytest
import pytest_asyncio

from acd.events import AgentAnswered, TalkEnded
from acd.model import AgentState
from city.load import load_city
from hotline.embedded import premises
from ivr.prompts import SPOKEN
from sandbox.phones import Manner
from tests.journeys.conftest import quick_city, scene_of, settings_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SILENT_PHONE_S = 3


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def impatient_house(tmp_path_factory):
    """A PBX that gives a silent phone three seconds."""
    folder = tmp_path_factory.mktemp("impatient")
    city = load_city(quick_city(folder / "city"), also_spoken=SPOKEN)
    async with premises(folder / "state", city, silent_phone_s=SILENT_PHONE_S) as booted:
        yield booted


async def test_a_caller_whose_agents_phone_died_goes_to_the_next_agent(impatient_house, program, tmp_path):
    """Nobody hung up on the citizen, who goes first in the queue; the first agent is free of the call."""
    async with scene_of(impatient_house, program, settings_of(impatient_house, tmp_path)) as scene:
        dying = await scene.agent("101", "8001", Manner.ANSWER)
        citizen = await scene.citizen()
        call = await scene.wait_in(citizen)
        await scene.becomes("101", AgentState.TALKING)
        await dying.call.hearing()
        dying.program.freeze()
        try:
            second = await scene.agent("102", "8002", Manner.ANSWER)

            await scene.fact(TalkEnded, call=call, attempt=1)
            await scene.fact(AgentAnswered, call=call, attempt=2)
            await second.call.hearing()
            assert scene.agent_now("101").state is not AgentState.TALKING
            assert citizen.call.end is None
            await citizen.hang_up()
        finally:
            dying.program.thaw()
