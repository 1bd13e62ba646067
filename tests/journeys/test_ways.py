"""Branch centres and closed hotlines: callers go where the registry says, and wait here if nobody answers there."""

import asyncio
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from acd.call_facts import CallTransferredOut, VoiceMessageLeft
from acd.events import AgentAnswered, CallEnded, CallJoined
from acd.model import AgentState
from hotline.controller import running
from sandbox.ear import Ear
from sandbox.phones import Manner
from sandbox.sound import tone
from tests.journeys.conftest import house_of, quick_city
from tests.journeys.scene import Scene
from tests.journeys.talks import key, say

pytestmark = pytest.mark.asyncio(loop_scope="module")

CENTRE, DESK = "85521111", "85522222"
NEVER = """
[[hours]]
name = "shut"
zh = "停用"
en = "Shut"
workdays = ["09:00-10:00"]
[[hours.special]]
first = 2000-01-01
last = 2100-12-31
"""


def hotline(number, *lines):
    """One more hotline of the health queue."""
    named = (
        f'[[hotlines]]\nnumber = "{number}"\nzh = "试"\nen = "Test"\nqueue = "health"\ngreeting = ["greeting-12320"]\n'
    )
    return "\n" + named + "\n".join(lines) + "\n"


def closed(number, night, *lines):
    """A hotline that is closed at any time."""
    return hotline(number, 'hours = "shut"', f'night = "{night}"', 'night_prompt = "beep"', *lines)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(carrier, tmp_path_factory):
    """The quick city with a branch centre, and hotlines that are closed."""
    folder = tmp_path_factory.mktemp("house")
    city = quick_city(folder / "city")
    more = (
        hotline("12998", 'merge = "branch"', f'transfer = "{CENTRE}"'),
        closed("12997", "queue", 'night_queue = "general"'),
        closed("12996", "message"),
        closed("12995", "transfer", f'night_transfer = "{DESK}"'),
        hotline("12994", f'transfer = "{DESK}"'),
    )
    outside = [f'\n[[outside]]\nnumber = "{number}"\nzh = "外"\nen = "Outside"\n' for number in (CENTRE, DESK)]
    for file, texts in (("hotlines.toml", more), ("city.toml", outside), ("hours.toml", [NEVER])):
        with (city / file).open("a", encoding="utf-8") as written:
            written.writelines(texts)
    async with house_of(city, folder / "state", carrier) as booted:
        yield booted


async def ends_as(scene, call, *outcomes):
    """The book comes to say this of the call."""
    query = "select outcome from calls where call_id = :call and ended_at is not null"
    await scene.rows(query, lambda rows: [row.outcome for row in rows if row.outcome in outcomes], call=call)


async def test_a_branchs_caller_is_put_through_and_both_talk(scene, carrier):
    """By trunk, in the city's name; nobody here waits for them, and the ledger has them as transferred out."""
    citizen = await scene.citizen()
    async with carrier.phone(CENTRE, manner=Manner.ANSWER) as centre:
        call = await scene.dial(citizen, "12998")
        await (await centre.incoming()).established()
        await scene.fact(CallTransferredOut, call=call)
        await say(citizen, 700, centre)
        await say(centre, 1100, citizen)
        await centre.hang_up()
        await scene.fact(CallEnded, call=call)

    assert not scene.facts(CallJoined, call=call)
    await ends_as(scene, call, "transferred_out")


@pytest.mark.parametrize("manner", [Manner.BUSY, None], ids=["busy", "no such number"])
async def test_a_branch_that_does_not_answer_has_its_callers_wait_here(scene, carrier, manner):
    """In the hotline's queue, where an agent of ours answers them."""
    desk = await scene.agent("107", "8007", Manner.ANSWER)
    citizen = await scene.citizen()
    async with AsyncExitStack() as there:
        if manner is not None:
            await there.enter_async_context(carrier.phone(CENTRE, manner=manner))
        call = await scene.dial(citizen, "12998")
        assert (await scene.fact(CallJoined, call=call)).queue == "health"

    await scene.fact(AgentAnswered, call=call)
    await (await desk.incoming()).established()
    await say(citizen, 700, desk)
    assert not scene.facts(CallTransferredOut, call=call)
    await citizen.hang_up()
    await ends_as(scene, call, "answered")


async def test_a_caller_who_leaves_while_the_branch_rings_leaves_nothing(scene, carrier):
    """The branch's phone stops ringing; the ledger has a call that was given up."""
    citizen = await scene.citizen()
    async with carrier.phone(CENTRE) as centre:
        call = await scene.dial(citizen, "12998")
        ringing = await centre.incoming()
        await citizen.hang_up()
        await ringing.closed()
        await scene.fact(CallEnded, call=call)

    await ends_as(scene, call, "abandoned", "short_abandoned")


async def test_a_branch_that_answers_while_no_controller_is_there_is_found(house, carrier, program, settings):
    """The talk goes on without us; the next controller finds it, and the ledger has it as transferred out."""
    async with AsyncExitStack() as stack, carrier.phone(CENTRE) as centre:
        async with running(settings) as controller:
            scene = await _connected(stack, house, controller, program, settings)
            citizen = await scene.citizen()
            call = await scene.dial(citizen, "12998")
            await centre.incoming()
        await centre.answer()
        await say(citizen, 700, centre)
        async with running(settings) as controller:
            scene = await _connected(stack, house, controller, program, settings)
            await scene.until(lambda: not controller.distributor.is_blind)
            assert call in controller.distributor.calls
            assert call not in controller.distributor.arrived
            await say(centre, 1100, citizen)
            await centre.hang_up()
            await scene.fact(CallEnded, call=call)
            assert controller.lookout.sightings.repairs == 0
            await ends_as(scene, call, "transferred_out")
        await scene.nobody_on_the_line()


async def _connected(stack, house, controller, program, settings):
    async with asyncio.timeout(10):
        await controller.connected()
    scene = Scene(house, controller, program, settings)
    await stack.enter_async_context(scene.people)
    return scene


async def test_a_closed_hotlines_callers_wait_where_its_night_service_says(scene, prompt):
    """They hear the greeting and that it is closed; whoever serves the other queue needs no skill of theirs."""
    desk = await scene.agent("101", "8001", Manner.ANSWER)
    citizen = await scene.citizen()
    call = await scene.dial(citizen, "12997")

    assert (await scene.fact(CallJoined, 15, call=call)).queue == "general"
    await (await desk.incoming()).established()
    ear = Ear(citizen.calls[-1])  # it may hear late what was said before the agent answered
    await ear.clip([prompt("beep")], 10, since=await ear.clip([prompt("greeting-12320")], 10))
    await citizen.hang_up()
    await ends_as(scene, call, "answered")


async def test_a_closed_hotlines_callers_leave_a_message(scene):
    """Nobody is offered the call; what they say becomes a recording, and a draft of the hotline's."""
    await scene.agent("107", "8007")
    citizen = await scene.citizen()
    call = await scene.dial(citizen, "12996")
    await citizen.calls[-1].established()
    await asyncio.sleep(8)  # the invitation to speak, and the beep
    await citizen.play(tone(700, 1.0))
    await asyncio.sleep(1)
    await citizen.hang_up()

    await scene.fact(VoiceMessageLeft, call=call)
    assert not scene.facts(CallJoined, call=call)
    assert scene.agent_now("107").state is AgentState.READY
    await ends_as(scene, call, "voice_message")


async def test_a_closed_hotlines_callers_are_put_through_or_wait_for_12345(scene, carrier):
    """Busy there: they wait where 12345's callers do, which is never closed."""
    citizen, other = await scene.citizen(), await scene.citizen("13900000001")
    async with carrier.phone(DESK, manner=Manner.ANSWER) as desk:
        call = await scene.dial(citizen, "12995")
        await (await desk.incoming()).established()
        await scene.fact(CallTransferredOut, call=call)
        await citizen.hang_up()
        await scene.fact(CallEnded, call=call)
    async with carrier.phone(DESK, manner=Manner.BUSY):
        waits = await scene.dial(other, "12995")
        joined = await scene.fact(CallJoined, 15, call=waits)
    await other.hang_up()

    assert joined.queue == "general"
    await ends_as(scene, call, "transferred_out")


async def test_an_agent_gives_a_caller_to_the_branch_by_its_number(scene, carrier):
    """Keyed as a hotline; the one who is asked at a hotline with a number of its own is outside, too."""
    desk = await scene.agent("101", "8001", Manner.ANSWER)
    citizen = await scene.citizen()
    call = await scene.dial(citizen)
    await (await desk.incoming()).established()
    await scene.fact(AgentAnswered, call=call)
    async with (
        carrier.phone(CENTRE, manner=Manner.ANSWER) as centre,
        carrier.phone(DESK, manner=Manner.ANSWER) as there,
    ):
        await key(desk, "*86", "12994")
        await (await there.incoming()).established()
        await say(desk, 900, there)
        await desk.press("*82")
        await say(citizen, 700, desk)
        await key(desk, "*85", "12998")
        await (await centre.incoming()).established()
        await scene.fact(CallTransferredOut, call=call)
        await say(citizen, 700, centre)
        await citizen.hang_up()
        await scene.fact(CallEnded, call=call)

    await ends_as(scene, call, "answered")
