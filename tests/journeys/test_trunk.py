"""Calls as carriers send them, with a running controller: the hotline that is meant, and numbers that are withheld."""

import pytest

from acd.events import AgentAnswered, CallEnded
from sandbox.phones import Manner
from sandbox.strangers import Manners, sip_from, strange_call

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("dialled", ["12320", "0518-12320", "+8651812320", "%2B8651812320", "8651812320"])
async def test_a_number_in_any_form_reaches_its_hotline_with_a_controller(scene, dialled):
    """As it does without one: the same table."""
    async with strange_call(scene.house.pbx.config.sip_port, dialled, sip_from("13812345678")) as call:
        assert await call.final() == 200
        (row,) = await scene.rows("select hotline from calls where hotline is not null")
    await scene.fact(CallEnded)

    assert row.hotline == "12320"


async def test_a_withheld_number_is_shown_to_no_agent_and_kept_as_withheld(scene):
    """The carrier told it, with the caller's wish; the agent's phone shows nothing of it, the book keeps the wish."""
    agent = await scene.agent("101", "8001", Manner.ANSWER)
    wish = Manners(headers=(b"P-Asserted-Identity: <sip:+8613900000000@ims.example>", b"Privacy: id"))
    anonymous = sip_from("13900000000", "王先生")
    async with strange_call(scene.house.pbx.config.sip_port, "12345", anonymous, manners=wish) as call:
        assert await call.final() == 200
        answered = await scene.fact(AgentAnswered)
        shown = (await agent.incoming()).peer
    (row,) = await scene.rows("select ani, withheld from calls where call_id = :call", call=answered.call)

    assert (row.ani, bool(row.withheld)) == (None, True)
    assert not any(digits in shown for digits in ("139", "0000"))
