"""熟人坐席: a citizen who rings again is answered by whoever served them, on a real Asterisk."""

import pytest

from acd.events import AgentAnswered, CallJoined
from acd.model import AgentState

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def ring_health(scene, citizen):
    """Dial 12320 and press 0 into the greeting."""
    call = await scene.dial(citizen, "12320")
    await citizen.calls[-1].established()
    await citizen.press("0")
    return call


async def test_a_citizen_who_rings_again_waits_for_the_agent_they_know(scene):
    """Another one is free and longer idle all the while; the known one is still writing up when the call comes."""
    known = await scene.agent("101", "8001")
    other = await scene.agent("107", "8007")
    citizen = await scene.citizen()
    first = await ring_health(scene, citizen)
    await known.incoming()
    await known.answer()
    await scene.fact(AgentAnswered, call=first)
    await scene.rows("select agent from calls where call_id = :call and answered_at is not null", call=first)
    await citizen.hang_up()
    await scene.becomes("101", AgentState.WRAP_UP)

    again = await ring_health(scene, citizen)

    joined = await scene.fact(CallJoined, call=again)
    assert joined.prefers == "101"
    await known.incoming()
    await known.answer()
    assert [order.agent for order in scene.orders(again)] == ["101"]
    assert scene.agent_now("107").state is AgentState.READY
    assert not other.calls
