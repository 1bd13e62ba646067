"""A caller is being handed on while the controller restarts: who is kept and who is asked is known again."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from acd.events import AgentAnswered, CallEnded
from acd.model import AgentState
from acd.talk_facts import ConsultAnswered, TransferBegun, TransferFailed
from hotline.controller import running
from sandbox.phones import Manner
from tests.journeys.api import api_of
from tests.journeys.scene import Scene
from tests.journeys.talks import say
from tests.journeys.test_talk import talking

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOLD_SINCE = """
    select kind from journal where call_id = :call
    and seq > (select max(seq) from journal where call_id = :call and kind = 'ConsultAnswered')
"""
"""What was told of a call after the agent who was asked had answered."""


async def test_a_restarted_controller_knows_who_is_asked_and_who_is_kept(house, program, settings):
    """One caller's agent asks another, who then has the caller; another caller comes back from one that rings."""
    async with AsyncExitStack() as stack:
        async with running(settings) as controller:
            scene = await _connected(stack, house, controller, program, settings)
            asking, giving = [await talking(scene, f"10{n}", f"800{n}", f"1380000000{n}") for n in (1, 2)]
            asked = await scene.agent("107", "8007", Manner.ANSWER)
            rung = await scene.agent("108", "8008", Manner.RING)
            async with api_of(scene) as api:
                await api.send("POST", f"/api/calls/{asking[2]}/consult", seat="8007")
                await scene.fact(ConsultAnswered, call=asking[2])
                await api.send("POST", f"/api/calls/{giving[2]}/transfer", seat="8008")
                await scene.fact(TransferBegun, call=giving[2])
                await rung.incoming()
        async with running(settings) as controller:
            scene = await _connected(stack, house, controller, program, settings)
            await scene.until(lambda: not controller.distributor.is_blind)
            await _who_was_asked_has_the_caller(scene, asked, *asking)
            await _who_was_kept_has_the_caller(scene, *giving)
            await asyncio.gather(asking[0].hang_up(), giving[0].hang_up())
            await asyncio.gather(*(scene.fact(CallEnded, call=call) for _, _, call in (asking, giving)))
            await scene.until(lambda: not controller.distributor.talking)
            assert not controller.distributor.kept
            assert not controller.distributor.asked
        await scene.nobody_on_the_line()


async def _connected(stack, house, controller, program, settings):
    async with asyncio.timeout(10):
        await controller.connected()
    scene = Scene(house, controller, program, settings)
    await stack.enter_async_context(scene.people)
    return scene


async def _who_was_asked_has_the_caller(scene, asked, citizen, desk, call):
    assert [scene.agent_now(agent).state for agent in ("101", "107")] == [AgentState.TALKING] * 2
    assert await scene.rows(TOLD_SINCE, until=lambda told: True, call=call) == []  # the journal alone knew it
    await say(asked, 700, desk)
    async with api_of(scene) as api:
        await api.send("POST", f"/api/calls/{call}/complete")
    await say(asked, 900, citizen)
    assert scene.controller.distributor.talking[call].agent == "107"


async def _who_was_kept_has_the_caller(scene, citizen, desk, call):
    await scene.until(lambda: scene.facts(TransferFailed, call=call) or scene.facts(AgentAnswered, call=call))
    await scene.fact(AgentAnswered, call=call, attempt=3)
    assert (await scene.becomes("102", AgentState.TALKING)).call == call
    await say(desk, 1100, citizen)
