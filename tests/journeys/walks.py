"""The walks of the outcome table: each begins with caller and agent talking, and leaves nobody on the line."""

from __future__ import annotations

from acd.call_facts import CallTransferredOut
from acd.events import AgentAnswered, CallEnded, CallHeld, CallJoined, CallRetrieved
from acd.model import AgentState
from acd.talk_facts import ConsultBegun, ConsultEnded, TransferBegun, TransferFailed
from tests.journeys.talks import hears_nothing_of, key, say

ENGAGED = {AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING}


async def _both_talk(one, other):
    await say(one, 900, other)
    await say(other, 1200, one)


async def _caller_leaves(part):
    await part.citizen.hang_up()
    await part.scene.fact(CallEnded, call=part.call)


async def _is_over(*phones):
    for phone in phones:
        await phone.calls[-1].closed()


async def _goes_first(part):
    """The caller waits again, before others, and was never cut off."""
    joined = await part.scene.until(lambda: part.scene.facts(CallJoined, call=part.call)[1:])
    assert joined[0].priority > 0
    assert part.citizen.call.end is None
    await _caller_leaves(part)


# ---- hold


async def hold_and_retrieve(part):
    """*81, *82."""
    await part.ask("hold")
    await hears_nothing_of(part.citizen, part.desk, 700)
    await part.ask("retrieve")
    await _both_talk(part.desk, part.citizen)
    await _caller_leaves(part)


async def hold_caller_gone(part):
    """The caller had enough of the music."""
    await part.ask("hold")
    await _caller_leaves(part)
    await _is_over(part.desk)


async def hold_agent_gone(part):
    """Nobody hung up on the caller."""
    await part.ask("hold")
    await part.desk.hang_up()
    await _goes_first(part)


async def hold_without_controller(part):
    """By keys."""
    await part.desk.press("*81")
    await hears_nothing_of(part.citizen, part.desk, 700)
    await part.desk.press("*82")
    await _both_talk(part.desk, part.citizen)


# ---- blind


async def given(part):
    """The target answers."""
    await part.hand("transfer")
    await part.there.incoming()
    await _both_talk(part.there, part.citizen)
    if part.is_outside:
        await part.scene.fact(CallTransferredOut, call=part.call, attempt=2)
    else:
        await part.scene.fact(AgentAnswered, call=part.call, attempt=2)
        assert part.scene.controller.distributor.talking[part.call].agent == part.target
    assert part.scene.agent_now(part.agent).state is AgentState.WRAP_UP
    await _caller_leaves(part)
    await _is_over(part.there)


async def given_back(part):
    """The target does not: the agent, kept all the while, has the caller again."""
    await part.hand("transfer")
    begun = await part.scene.fact(TransferBegun, call=part.call)
    assert part.scene.agent_now(part.agent).state in ENGAGED
    await part.scene.fact(TransferFailed, call=part.call, attempt=begun.to_attempt)
    await part.scene.fact(AgentAnswered, call=part.call, attempt=3)
    assert part.scene.controller.distributor.talking[part.call].agent == part.agent
    await _both_talk(part.desk, part.citizen)
    await part.desk.hang_up()
    await _is_over(part.citizen)


async def given_caller_gone(part):
    """While the target's phone rings."""
    await part.hand("transfer")
    await part.there.incoming()
    assert part.scene.agent_now(part.agent).state is AgentState.RESERVED
    await _caller_leaves(part)
    await _is_over(part.there)
    assert part.scene.agent_now(part.agent).state is AgentState.WRAP_UP


async def given_agent_gone(part):
    """The agent's phone is gone when the target does not answer."""
    await part.hand("transfer")
    await part.there.incoming()
    await part.desk.unregister()
    await _goes_first(part)


async def given_target_gone(part):
    """After an answer it is a conversation like any other."""
    await part.hand("transfer")
    await part.there.incoming()
    await _both_talk(part.there, part.citizen)
    await part.there.hang_up()
    await _is_over(part.citizen)


async def given_without_controller(part):
    """The dialplan itself brings the caller back from an engaged phone."""
    await key(part.desk, "*85", part.number)
    await part.desk.calls[0].closed()
    await part.desk.incoming()
    await part.desk.incoming()
    await part.desk.calls[-1].established()
    await _both_talk(part.desk, part.citizen)


# ---- to a hotline


async def sent_to_hotline(part):
    """Somebody who serves it answers."""
    await part.ask("transfer", hotline="12320")
    await part.scene.fact(CallJoined, call=part.call, queue="health")
    assert part.scene.agent_now(part.agent).state is AgentState.WRAP_UP
    await part.scene.ready(part.target)
    await part.scene.fact(AgentAnswered, call=part.call, attempt=2)
    await _both_talk(part.there, part.citizen)
    await _caller_leaves(part)


async def sent_caller_gone(part):
    """While waiting there."""
    await part.ask("transfer", hotline="12320")
    await part.scene.fact(CallJoined, call=part.call, queue="health")
    await _caller_leaves(part)


async def sent_without_controller(part):
    """By keys."""
    await key(part.desk, "*85", "12320")
    await part.desk.calls[-1].closed()
    assert part.citizen.call.end is None


# ---- asking


async def _ask_somebody(part):
    await part.hand("consult")
    await part.scene.fact(ConsultBegun, call=part.call)
    await part.there.incoming()
    await _both_talk(part.there, part.desk)


async def asked_and_given(part):
    """The caller hears nothing of it, then talks with the one who was asked."""
    await _ask_somebody(part)
    await hears_nothing_of(part.citizen, part.there, 1500)
    for deed, wish in (("hold", {}), ("transfer", {"hotline": "12320"}), ("consult", {"agent": part.target})):
        assert await part.refused(deed, **wish) == (409, "not_now")
    await part.ask("complete")
    await _both_talk(part.there, part.citizen)
    assert part.scene.controller.distributor.talking[part.call].agent == part.target
    assert part.scene.agent_now(part.agent).state is AgentState.WRAP_UP
    await _caller_leaves(part)
    await _is_over(part.there)


async def asked_in_vain(part):
    """The agent is with the caller again by itself."""
    await part.hand("consult")
    await part.scene.fact(ConsultEnded, call=part.call, attempt=1)
    await _both_talk(part.desk, part.citizen)
    assert part.scene.agent_now(part.agent).state is AgentState.TALKING
    await part.desk.hang_up()
    await _is_over(part.citizen)


async def asked_caller_gone(part):
    """Nobody talks on about a caller who is gone."""
    await _ask_somebody(part)
    await _caller_leaves(part)
    await _is_over(part.desk, part.there)


async def asked_agent_gone(part):
    """To hang up is to hand over."""
    await _ask_somebody(part)
    await part.desk.hang_up()
    await _both_talk(part.there, part.citizen)
    assert part.scene.controller.distributor.talking[part.call].agent == part.target
    await part.there.hang_up()
    await _is_over(part.citizen)


async def asked_target_gone(part):
    """Back with the caller, whose talk goes on under its number and can be held as ever."""
    await _ask_somebody(part)
    await part.there.hang_up()
    await _both_talk(part.desk, part.citizen)
    await part.ask("hold")
    await part.scene.fact(CallHeld, call=part.call, attempt=1)
    await part.ask("retrieve")
    await part.scene.fact(CallRetrieved, call=part.call, attempt=1)
    await _both_talk(part.desk, part.citizen)
    await _caller_leaves(part)


async def asked_without_controller(part):
    """*86, back by *82, *86 again, *87."""
    for code in ("*82", "*87"):
        await key(part.desk, "*86", part.number)
        await part.there.incoming()
        await _both_talk(part.there, part.desk)
        await part.desk.press(code)
        if code == "*82":
            await part.there.calls[-1].closed()
            await _both_talk(part.desk, part.citizen)
    await _is_over(part.desk)
    await _both_talk(part.there, part.citizen)


# ---- three-way


async def _all_three(part):
    await _ask_somebody(part)
    await part.ask("three-way")
    await _all_hear(part)


async def _all_hear(part):
    await say(part.there, 700, part.citizen, part.desk)
    await say(part.citizen, 1100, part.there, part.desk)
    await say(part.desk, 1500, part.there, part.citizen)


async def three_way(part):
    """Each hears both."""
    await _all_three(part)
    assert part.scene.controller.distributor.talking[part.call].attempt == 2
    for deed, wish in (("hold", {}), ("transfer", {"hotline": "12320"}), ("consult", {"number": part.number})):
        assert await part.refused(deed, **wish) == (409, "not_now")
    await _all_hear(part)
    await _caller_leaves(part)


async def three_way_caller_gone(part):
    """It was about the caller."""
    await _all_three(part)
    await _caller_leaves(part)
    await _is_over(part.desk, part.there)


async def three_way_agent_gone(part):
    """110 takes it."""
    await _all_three(part)
    await part.desk.hang_up()
    await part.scene.fact(CallTransferredOut, call=part.call)
    await _both_talk(part.there, part.citizen)
    assert part.scene.agent_now(part.agent).state is AgentState.WRAP_UP
    await part.there.hang_up()
    await _is_over(part.citizen)


async def three_way_target_gone(part):
    """110 does not: we keep the caller, until one of us hangs up."""
    await _all_three(part)
    await part.there.hang_up()
    await _both_talk(part.desk, part.citizen)
    assert part.scene.agent_now(part.agent).state is AgentState.TALKING
    await part.desk.hang_up()
    await _is_over(part.citizen)


async def three_way_without_controller(part):
    """*86, *88; the outside party leaves, then the agent: the call is over."""
    await key(part.desk, "*86", part.number)
    await part.there.incoming()
    await _both_talk(part.there, part.desk)
    await part.desk.press("*88")
    await _all_hear(part)
    await part.there.hang_up()
    await _both_talk(part.desk, part.citizen)
    await part.desk.hang_up()
    await _is_over(part.citizen)


# ---- a supervisor beside it


async def _beside(part):
    await part.there.incoming()
    await part.there.calls[-1].established()
    await say(part.citizen, 700, part.there, part.desk)
    await say(part.desk, 1100, part.there, part.citizen)


async def supervised(part):
    """Both are heard."""
    await part.supervise()
    await _beside(part)
    await _caller_leaves(part)
    await _is_over(part.there)


async def supervised_in_vain(part):
    """The supervisor's phone does not come to it."""
    await part.supervise()
    await _both_talk(part.desk, part.citizen)
    await _caller_leaves(part)


supervised_caller_gone = supervised


async def supervised_agent_gone(part):
    """Nothing is left to hear."""
    await part.supervise()
    await _beside(part)
    await part.desk.hang_up()
    await _is_over(part.there, part.citizen)


async def supervised_target_gone(part):
    """The supervisor leaves."""
    await part.supervise()
    await _beside(part)
    await part.there.hang_up()
    await _both_talk(part.desk, part.citizen)
    await _caller_leaves(part)


async def supervised_without_controller(part):
    """Begun before."""
    await _beside(part)
    await part.there.hang_up()
    await _both_talk(part.desk, part.citizen)
