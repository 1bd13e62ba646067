"""An offer that comes to nothing: the caller waits on in the old place, the agent is free or on break, none sticks."""

import pytest

from acd.events import (
    AgentLoggedOff,
    CallJoined,
    PhoneRegistered,
    RingStarted,
)
from acd.model import AgentId, AgentState, BreakReason, RingFailure
from sandbox.phones import Manner
from tests.journeys.curt_phone import curt_phone

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNREACHABLE_S = 3.0


async def test_a_busy_phone_is_told_busy_and_the_next_agent_rings(scene):
    """486 at once: the phone is engaged; the caller keeps the old place and reaches the next agent."""
    async with curt_phone(scene.line("8003")) as engaged:
        engaged.status = 486
        await scene.log_on("101", "8003")
        second = await scene.agent("102", "8002")
        call = await scene.wait_in(await scene.citizen())

        assert await scene.failure(call) is RingFailure.BUSY
        await second.incoming()
    assert scene.agent_now("101").reason is BreakReason.PHONE_BUSY


async def test_a_refusing_phone_is_told_refused_and_the_next_agent_rings(scene):
    """480, do not disturb: the agent is ready again behind everybody else, and has missed one."""
    await scene.agent("101", "8001", Manner.REFUSE)
    second = await scene.agent("102", "8002")
    call = await scene.wait_in(await scene.citizen())

    assert await scene.failure(call) is RingFailure.REFUSED
    await second.incoming()
    assert scene.agent_now("101").missed == 1


async def test_an_agent_who_rejects_a_ringing_call_is_told_refused(scene):
    """Phones say 486 for the reject key too; because it rang before, a person said no."""
    first = await scene.agent("101", "8001")
    second = await scene.agent("102", "8002")
    call = await scene.wait_in(await scene.citizen())
    await first.incoming()
    await scene.fact(RingStarted, call=call)
    await first.hang_up()

    assert await scene.failure(call) is RingFailure.REFUSED
    await second.incoming()
    assert scene.agent_now("101").missed == 1


async def test_nobody_answers_and_the_next_agent_rings(scene):
    """After the queue's ring time; the first phone falls silent, and the first caller is served before a later one."""
    first = await scene.agent("101", "8001")
    call = await scene.wait_in(await scene.citizen())
    later = await scene.wait_in(await scene.citizen("13900000001"))
    ringing = await first.incoming()
    second = await scene.agent("102", "8002", ready=False)

    assert await scene.failure(call) is RingFailure.NO_ANSWER
    await ringing.closed()
    await scene.ready("102")
    await second.incoming()
    assert scene.orders(call)[-1].agent == "102"
    assert not scene.orders(later)
    assert scene.agent_now("101").missed == 1


async def test_a_frozen_phone_is_unreachable_in_three_seconds_and_the_next_agent_rings(scene):
    """A phone that says nothing does not keep a citizen waiting for its ring time."""
    first = await scene.agent("101", "8001")
    second = await scene.agent("102", "8002")
    first.program.freeze()
    try:
        call = await scene.wait_in(await scene.citizen())
        offered = scene.facts(CallJoined, call=call)[0].at
        await second.incoming()
        rang = await scene.fact(RingStarted, call=call, attempt=2)

        assert UNREACHABLE_S <= (rang.at - offered).total_seconds() < UNREACHABLE_S + 1
        assert scene.agent_now("101").reason is BreakReason.PHONE_UNREACHABLE
        await second.answer()
        assert (await scene.becomes("102", AgentState.TALKING)).call == call
    finally:
        first.program.thaw()


async def test_a_killed_phone_is_unreachable_and_the_next_agent_rings(scene):
    """Its registration is still there, its port is closed."""
    first = await scene.agent("101", "8005")
    second = await scene.agent("102", "8002")
    await first.program.kill()
    call = await scene.wait_in(await scene.citizen())

    await second.incoming()
    assert scene.agent_now("101").reason is BreakReason.PHONE_UNREACHABLE
    assert scene.orders(call)[-1].agent == "102"


async def test_a_seat_without_a_registered_phone_is_passed_over_at_once(scene):
    """Nothing is dialled that is not there; when the phone registers, the agent is ready without saying so."""
    await scene.log_on("101", "8001")
    second = await scene.agent("102", "8002")
    call = await scene.wait_in(await scene.citizen())

    await second.incoming()
    assert {order.agent for order in scene.orders(call)[:-1]} <= {"101"}
    await scene.phone(scene.line("8001"))
    await scene.becomes("101", AgentState.READY)


async def test_a_phone_that_unregisters_takes_its_agent_off_until_it_is_back(scene):
    """No caller is offered to a desk without a phone."""
    phone = await scene.agent("101", "8001")
    await phone.unregister()

    assert (await scene.becomes("101", AgentState.ON_BREAK)).reason is BreakReason.PHONE_UNREACHABLE
    await phone.register()
    await scene.becomes("101", AgentState.READY)


async def test_a_phone_that_comes_back_at_another_address_is_there(scene):
    """A phone that was killed and started again registers from a new port; the old contact's end is no loss."""
    phone = await scene.agent("101", "8004")
    await phone.program.kill()
    again = await scene.phone(scene.line("8004"))
    await scene.fact(PhoneRegistered, seat="8004", since=len(scene.told) - 1)
    await scene.wait_in(await scene.citizen())

    await again.incoming()


NO = {
    RingFailure.BUSY: (486, 600),
    RingFailure.REFUSED: (401, 403, 480, 603),
    RingFailure.UNREACHABLE: (
        *(302, 400, 404, 405, 406, 408, 410, 415, 420, 481, 482, 484, 487, 488, 491),
        *(500, 502, 503, 504, 604, 606),
    ),
}


async def test_every_no_of_a_phone_is_told_apart_as_asterisk_tells_it(scene):
    """One caller is offered to a phone again and again, which says no in every way SIP knows."""
    call = await scene.wait_in(await scene.citizen())
    found = {}
    async with curt_phone(scene.line("8003")) as phone:
        for attempt, status in enumerate(sorted(sum(NO.values(), ())), 1):
            phone.status = status
            await scene.log_on("101", "8003")
            found.setdefault(await scene.failure(call, attempt), []).append(status)
            await scene.ask(AgentLoggedOff, agent=AgentId("101"))

    assert {failure: tuple(statuses) for failure, statuses in found.items()} == NO


async def test_the_ring_time_after_a_refusal_is_no_answer(scene):
    """Asterisk keeps the last cause of a caller's leg: the next offer must not inherit it."""
    await scene.agent("101", "8001", Manner.REFUSE)
    await scene.agent("102", "8002")
    call = await scene.wait_in(await scene.citizen())

    assert await scene.failure(call, 1) is RingFailure.REFUSED
    assert await scene.failure(call, 2) is RingFailure.NO_ANSWER
