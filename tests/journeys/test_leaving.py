"""Callers leave at every moment and agents hang up or vanish: in the end nobody talks to nobody."""

import asyncio
from contextlib import suppress

import pytest

from acd.events import AgentAnswered, CallEnded, CallJoined, PhoneDialled, RingStarted, TalkEnded
from acd.model import AgentState
from sandbox.phone_errors import CommandRefused
from sandbox.phones import Manner

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_asterisk_refuses_the_order_because_the_caller_has_just_gone(scene):
    """A Redirect of a channel that is not there: the agent stays ready and the caller's end is known."""
    caller = await scene.citizen()
    await scene.agent("101", "8001", ready=False)
    call = await scene.wait_in(caller)
    async with asyncio.TaskGroup() as group:  # the order and the hang-up meet in Asterisk
        group.create_task(caller.hang_up())
        group.create_task(scene.ready("101"))

    await scene.fact(CallEnded, call=call)
    await scene.becomes("101", AgentState.READY)


async def test_a_caller_who_leaves_during_the_greeting_leaves_nothing(scene):
    """The call ends without ever having waited."""
    await scene.agent("101", "8001")
    caller = await scene.citizen()
    call = await scene.dial(caller)
    await caller.hang_up()

    await scene.fact(CallEnded, call=call)
    assert not scene.facts(CallJoined, call=call)
    assert scene.agent_now("101").state is AgentState.READY


async def test_a_caller_who_leaves_while_waiting_is_not_offered(scene):
    """An agent who becomes ready afterwards is not rung."""
    caller = await scene.citizen()
    call = await scene.wait_in(caller)
    await caller.hang_up()
    await scene.fact(CallEnded, call=call)
    await scene.agent("101", "8001")

    assert not scene.orders(call)
    assert scene.agent_now("101").state is AgentState.READY


async def test_a_caller_who_leaves_before_the_phone_says_anything_frees_the_agent(scene):
    """Reserved, not ringing yet: the agent is ready again at once, not unreachable after three seconds."""
    phone = await scene.agent("101", "8001")
    phone.program.freeze()
    try:
        caller = await scene.citizen()
        call = await scene.wait_in(caller)
        await scene.fact(PhoneDialled, call=call)
        await caller.hang_up()
        ended = await scene.fact(CallEnded, call=call)
        free = await scene.becomes("101", AgentState.READY)

        assert free.since == ended.at
        assert not scene.facts(RingStarted, call=call)
    finally:
        phone.program.thaw()


async def test_a_caller_who_leaves_while_the_phone_rings_frees_the_agent(scene):
    """The phone stops ringing; the agent keeps the place in the idle line and gets the next caller."""
    phone = await scene.agent("101", "8001")
    idle_since = scene.agent_now("101").idle_since
    caller = await scene.citizen()
    call = await scene.wait_in(caller)
    ringing = await phone.incoming()
    await caller.hang_up()

    await ringing.closed()
    await scene.fact(CallEnded, call=call)
    assert (await scene.becomes("101", AgentState.READY)).idle_since == idle_since
    await scene.wait_in(caller)
    await phone.incoming()


async def test_caller_gone_and_agent_answering_at_the_same_moment_end_well(scene):
    """Whoever was first: the agent is in wrap-up or ready, never talking to nobody. Ten times, a little apart."""
    phone = await scene.agent("101", "8001")
    caller = await scene.citizen()
    for apart_ms in range(-20, 30, 5):
        call = await scene.wait_in(caller)
        await phone.incoming()
        async with asyncio.TaskGroup() as group:
            group.create_task(_after(max(0, apart_ms), caller.hang_up()))
            group.create_task(_after(max(0, -apart_ms), _answer(phone)))

        await scene.fact(CallEnded, call=call)
        await scene.becomes("101", AgentState.READY)


async def _after(wait_ms, act):
    await asyncio.sleep(wait_ms / 1000)  # the moment is the scene
    await act


async def _answer(phone):
    with suppress(CommandRefused):  # the caller was quicker
        await phone.program.command("accept", phone.calls[-1].id)


async def test_an_agent_who_hangs_up_first_wraps_up_and_the_caller_is_let_go(scene):
    """The conversation is over for both."""
    phone = await scene.agent("101", "8001", Manner.ANSWER)
    caller = await scene.citizen()
    call = await scene.wait_in(caller)
    await scene.fact(AgentAnswered, call=call)
    await phone.calls[-1].established()
    await phone.hang_up()

    await scene.fact(TalkEnded, call=call)
    assert scene.agent_now("101").state is AgentState.WRAP_UP
    await caller.calls[-1].closed()
    await scene.becomes("101", AgentState.READY)


async def test_a_phone_that_dies_in_mid_talk_leaves_nobody_stuck(scene):
    """The caller hangs up on the silence; the agent wraps up and their phone is found unreachable afterwards."""
    phone = await scene.agent("101", "8006", Manner.ANSWER)
    caller = await scene.citizen()
    call = await scene.wait_in(caller)
    await scene.fact(AgentAnswered, call=call)
    await phone.program.kill()
    await caller.hang_up()

    await scene.fact(CallEnded, call=call)
    await scene.becomes("101", AgentState.READY)
