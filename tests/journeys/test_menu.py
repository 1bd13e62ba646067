"""12320 and its one shallow menu; 12345 has none. Whatever a caller presses or does not press, a person answers."""

import asyncio
import json

import pytest

from acd.events import CallEnded, CallJoined
from acd.model import AgentState, SkillLevel
from sandbox.ear import Ear
from sandbox.sound import find

pytestmark = pytest.mark.asyncio(loop_scope="module")

PSYCHOLOGY = frozenset({SkillLevel("psychology", 1)})


@pytest.mark.parametrize(
    ("keys", "skills"),
    [("1", frozenset()), ("2", PSYCHOLOGY), ("0", frozenset()), ("", frozenset()), ("9", frozenset())],
    ids=["consultation", "psychology", "a person", "silence", "no choice"],
)
async def test_every_way_through_the_menu_ends_in_the_health_queue(scene, prompt, keys, skills):
    """Key 1, key 2 with the skill, 0, silence, a key without meaning: the caller hears greeting and menu, and waits."""
    citizen = await scene.citizen()
    call = await scene.dial(citizen, "12320")
    ear = Ear(citizen.calls[-1])
    menu = prompt("menu-12320")
    await ear.clip([menu[:6000]], 10)
    for key in keys:
        await citizen.press(key)

    joined = await scene.fact(CallJoined, 15, call=call)
    assert (joined.queue, joined.skills) == ("health", skills)
    assert find(prompt("greeting-12320"), citizen.calls[-1].heard()) is not None


async def test_a_key_during_the_greeting_counts_at_once(scene):
    """Nobody has to hear a menu out: 2 pressed into the greeting joins in under two seconds."""
    citizen = await scene.citizen()
    call = await scene.dial(citizen, "12320")
    await citizen.calls[-1].established()
    await citizen.press("2")

    assert (await scene.fact(CallJoined, 2, call=call)).skills == PSYCHOLOGY
    (book,) = await scene.rows("select way from calls where call_id = :call and way is not null", call=call)
    assert json.loads(book.way) == {"": "then", "health": "2"}


async def test_psychological_help_goes_to_a_psychology_seat_though_another_is_longer_idle(scene):
    """The skill of the seat decides before the idle time; the next plain caller goes to whoever was longer idle."""
    plain = await scene.agent("101", "8001")
    trained = await scene.agent("107", "8007")
    asks, other = await asyncio.gather(scene.citizen(), scene.citizen("13900000001"))
    call = await scene.dial(asks, "12320")
    await asks.calls[-1].established()
    await asks.press("2")
    await trained.incoming()

    assert scene.orders(call)[0].seat == "8007"
    assert scene.agent_now("101").state is AgentState.READY
    later = await scene.dial(other, "12320")
    await other.calls[-1].established()
    await other.press("0")
    await plain.incoming()
    assert scene.orders(later)[0].seat == "8001"


async def test_a_hang_up_in_the_menu_leaves_nothing(scene):
    """The caller never waited; no agent was offered the call, and the line is free again."""
    await scene.agent("101", "8001")
    citizen = await scene.citizen()
    call = await scene.dial(citizen, "12320")
    await citizen.calls[-1].established()
    await citizen.hang_up()

    await scene.fact(CallEnded, call=call)
    assert not scene.facts(CallJoined, call=call)
    assert scene.agent_now("101").state is AgentState.READY
    (row,) = await scene.rows("select outcome from calls where call_id = :call and ended_at is not null", call=call)
    assert row.outcome == "short_abandoned"


async def test_an_unknown_number_lands_on_12345(scene):
    """A number that no hotline lists is no reason to lose a citizen."""
    call = await scene.dial(await scene.citizen(), "96333")

    assert (await scene.fact(CallJoined, call=call)).queue == "general"
    (row,) = await scene.rows("select hotline, dnis from calls where call_id = :call", call=call)
    assert (row.hotline, row.dnis) == ("12345", "96333")
