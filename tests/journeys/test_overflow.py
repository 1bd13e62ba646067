"""溢出: what a recipe says to callers, and whom it sends to leave a message, on a real Asterisk."""

from datetime import UTC, datetime, timedelta

import pytest

from acd.call_back_facts import CallBackAsked
from acd.call_facts import MessageBegun
from acd.commands import SayPosition, SayWait
from acd.events import AgentAnswered, CallEnded, CallJoined, QueuesLoaded
from acd.model import Queue, QueueName, RecipeRow, RecipeStep
from acd.steps import Announce, Borrow, LeaveMessage, OfferCallBack
from sandbox.citizens import voice
from sandbox.ear import Ear
from sandbox.phones import Manner
from sandbox.sound import RATE_HZ, find
from telephony.orders import action_for
from tests.journeys.api import api_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


def recipe(scene, *rows: tuple[float, RecipeStep]) -> None:
    """From now on, this is done with callers of the general queue when they have waited so long."""
    recipe = tuple(RecipeRow(timedelta(seconds=after_s), step) for after_s, step in rows)
    scene.controller.engine.tell(
        QueuesLoaded(at=datetime.now(UTC), queues=(Queue(QueueName("general"), recipe=recipe),))
    )


async def test_a_caller_whom_nobody_is_free_for_leaves_a_message_that_becomes_a_draft(scene, prompt):
    """An agent who becomes ready meanwhile is rung for the next caller, not for the one who speaks."""
    recipe(scene, (1, LeaveMessage()))
    (said,) = await voice([("citizen", "幸福小区停水三天了")])
    citizen, other = await scene.citizen(), await scene.citizen("13912345678")
    call = await scene.wait_in(citizen)
    await scene.fact(MessageBegun, call=call)
    assert not scene.controller.distributor.waiting

    ear = Ear(citizen.calls[-1])
    invited = await ear.clip([prompt("message-invite")], 15)
    await scene.agent("101", "8001", Manner.ANSWER)
    await scene.fact(AgentAnswered, call=await scene.wait_in(other))
    await ear.clip([prompt("beep")], 10, since=invited)  # music is full of tones
    await citizen.play(said.sound)
    await citizen.hang_up()
    await other.hang_up()

    assert scene.orders(call) == []
    await scene.rows("select id from tickets where call_id = :call", call=call, within_s=30)
    await scene.rows("select outcome from calls where call_id = :call and outcome = 'voice_message'", call=call)
    await scene.comes_to_rest()


async def test_who_waits_hears_what_is_said_and_keeps_the_place(scene, prompt):
    """To its end; then music again. Of two, the first to come is the first to be served."""
    recipe(scene, (1, Announce("many-callers")))
    citizen, other = await scene.citizen(), await scene.citizen("13912345678")
    first = await scene.wait_in(citizen)
    second = await scene.wait_in(other)
    joined = scene.controller.distributor.waits(first).joined
    for one in (citizen, other):
        await Ear(one.calls[-1]).clip([prompt("many-callers")], 15)
    await scene.until(lambda: len(list(scene.facts(CallJoined, call=first))) == 2)

    waiting = scene.controller.distributor.waiting
    assert [call.id for call in waiting] == [first, second]
    assert waiting[0].joined == joined
    await scene.agent("101", "8001", Manner.ANSWER)
    await scene.fact(AgentAnswered, call=first)
    for one in (citizen, other):
        await one.hang_up()


async def test_the_wait_is_told_in_the_words_of_the_city(scene, prompt):
    """From two to five minutes, as the order says; the prompts follow each other."""
    citizen = await scene.citizen()
    call = await scene.wait_in(citizen)
    order, fields = action_for(SayWait(at=datetime.now(UTC), call=call, least_min=2, most_min=5))
    await scene.controller.ami.action(order, **fields)
    ear, heard = Ear(citizen.calls[-1]), 0
    for name in ("wait-of", "digit-liang", "wait-to", "digit-5", "wait-min"):
        heard = await ear.clip([prompt(name)], 15, since=heard)
    await citizen.hang_up()


async def test_the_place_is_told_in_the_words_of_the_city(scene, prompt):
    """Fifteen stand before the caller, as the order says."""
    citizen = await scene.citizen()
    call = await scene.wait_in(citizen)
    order, fields = action_for(SayPosition(at=datetime.now(UTC), call=call, ahead=15))
    await scene.controller.ami.action(order, **fields)
    ear, heard = Ear(citizen.calls[-1]), 0
    for name in ("ahead-of", "digit-10", "digit-5", "ahead-people"):
        heard = await ear.clip([prompt(name)], 15, since=heard)
    await citizen.hang_up()


async def test_a_phone_that_the_recipe_borrows_rings_for_who_waits(scene):
    """The other queue keeps one agent; the loan stands among the measures, in the recipe's name, with an end."""
    for agent, seat in (("107", "8007"), ("108", "8008")):
        await scene.agent(agent, seat, Manner.ANSWER)
    recipe(scene, (1, Borrow(lender=QueueName("health"), seats=2)))
    citizen = await scene.citizen()
    call = await scene.wait_in(citizen)
    answered = await scene.fact(AgentAnswered, call=call)

    async with api_of(scene) as api:
        seen = await api.get("/api/measures")
        [loan] = seen["measures"]
        assert (loan["by"], loan["state"], loan["ends"] is None) == ("recipe", "in_force", False)
        assert loan["loans"][0]["seats"] == [order.seat for order in scene.orders(call)]
        assert answered.attempt == 1
        await citizen.hang_up()
        await scene.fact(CallEnded, call=call)
        await api.send("POST", f"/api/measures/{loan['number']}/undo", version=seen["version"], why="x")


async def test_an_agent_who_becomes_free_gets_the_caller_out_of_what_is_being_said(scene, prompt):
    """In the middle of the offer of a call-back, which no key is waited for any more."""
    recipe(scene, (1, OfferCallBack()))
    citizen = await scene.citizen()
    call = await scene.wait_in(citizen)
    await Ear(citizen.calls[-1]).clip([prompt("offer-call-back")[:RATE_HZ]], 15)

    await scene.agent("101", "8001", Manner.ANSWER)
    await scene.fact(AgentAnswered, call=call)
    heard = citizen.calls[-1].heard()
    await citizen.press("1")
    await citizen.hang_up()
    await scene.fact(CallEnded, call=call)

    assert find(prompt("offer-call-back")[-2 * RATE_HZ :], heard) is None  # its end was never said
    assert not list(scene.facts(CallBackAsked))
