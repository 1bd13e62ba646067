"""Seats change while citizens wait and agents talk: through the API, as a supervisor would, on the real PBX."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from acd.events import AgentAnswered, CallEnded, CallJoined
from acd.model import AgentState
from city.overlay import Overlay
from sandbox.ear import Ear
from sandbox.phones import Manner
from sandbox.sound import RATE_HZ, read_wav, tone
from sandbox.strangers import sip_from, strange_call
from tests.journeys.api import api_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLERS = 10
RINGS_WITHIN_S = 1.0


async def ten_callers_wait(scene, callers: AsyncExitStack):
    """Ten citizens in the queue of 12345; when each of them began to wait, as the PBX says."""
    port = scene.house.pbx.config.sip_port
    for number in range(CALLERS):
        await callers.enter_async_context(strange_call(port, "12345", sip_from(f"1380000{number:04}")))
    await scene.until(lambda: len(scene.facts(CallJoined)) == CALLERS)
    return {fact.call: fact.joined for fact in scene.facts(CallJoined)}


async def versions_of(api):
    """The version of each seat, which a change must name."""
    return {seat["seat"]: seat["version"] for seat in (await api.get("/api/seats"))["seats"]}


async def test_three_seats_added_while_ten_callers_wait_ring_within_a_second(scene):
    """From the first request to the third phone's INVITE, log-on included; the longest waiting are offered first."""
    seats = {"8011": "111", "8012": "112", "8013": "113"}
    phones = await asyncio.gather(*(scene.phone(scene.line(seat)) for seat in seats))
    async with AsyncExitStack() as callers, api_of(scene) as api:
        waiting = await ten_callers_wait(scene, callers)
        began = time.monotonic()
        for seat, agent in seats.items():
            await api.send("POST", "/api/seats", seat=seat, queues=["general"], why="来电激增")
            await scene.log_on(agent, seat)
        for phone in phones:
            await phone.incoming()
        rang = max(phone.diary.events[-1].monotonic_s for phone in phones)

        assert rang - began < RINGS_WITHIN_S
        offered = {order.seat: waiting[call] for call in waiting for order in scene.orders(call)[:1]}
        assert [offered[seat] for seat in seats] == sorted(waiting.values())[:3]
        changes = (await api.get("/api/seats/changes"))["changes"]
        assert {(change["seat"], change["why"]) for change in changes} >= {(seat, "来电激增") for seat in seats}


async def test_three_seats_moved_to_the_queue_that_waits_ring_within_a_second(scene):
    """Their agents are logged on and idle for another queue; the change alone makes their phones ring."""
    seats = {"8007": "107", "8008": "108", "8009": "109"}
    phones = await asyncio.gather(*(scene.agent(agent, seat) for seat, agent in seats.items()))
    async with AsyncExitStack() as callers, api_of(scene) as api:
        await ten_callers_wait(scene, callers)
        versions = await versions_of(api)
        began = time.monotonic()
        for seat in seats:
            await api.send(
                "PATCH",
                f"/api/seats/{seat}",
                queues=["general", "health", "crisis"],
                version=versions[seat],
                why="支援",
            )
        for phone in phones:
            await phone.incoming()

        assert max(phone.diary.events[-1].monotonic_s for phone in phones) - began < RINGS_WITHIN_S


async def test_removing_a_seat_that_talks_drops_nothing(scene):
    """The talk goes on, both hear each other; after the wrap-up the agent is logged off; undone, the seat is back."""
    phone = await scene.agent("101", "8001", Manner.ANSWER)
    citizen = await scene.citizen()
    call = await scene.wait_in(citizen)
    await scene.fact(AgentAnswered, call=call)
    await phone.calls[-1].established()
    async with api_of(scene) as api:
        await api.send("DELETE", "/api/seats/8001", version=(await versions_of(api))["8001"], why="撤席")
        beep = tone(1234, 0.5)
        async with asyncio.TaskGroup() as group:
            group.create_task(phone.play(beep))
            group.create_task(Ear(citizen.calls[-1]).clip([beep], 5))

        assert scene.agent_now("101").state is AgentState.TALKING
        await citizen.hang_up()
        await scene.fact(CallEnded, call=call)
        await scene.becomes("101", AgentState.WRAP_UP)
        await scene.becomes("101", AgentState.LOGGED_OFF)
        (change, *_) = (await api.get("/api/seats/changes"))["changes"]
        await api.send("POST", f"/api/seats/changes/{change['number']}/undo", why="误撤")
        await scene.log_on("101", "8001")


async def test_removing_a_seat_whose_phone_rings_gives_the_caller_to_the_next(scene):
    """The phone falls silent, the agent is logged off, the caller keeps the place."""
    first = await scene.agent("101", "8001")
    second = await scene.agent("102", "8002")
    call = await scene.wait_in(await scene.citizen())
    ringing = await first.incoming()
    async with api_of(scene) as api:
        await api.send("DELETE", "/api/seats/8001", version=(await versions_of(api))["8001"], why="撤席")

    await ringing.closed()
    await second.incoming()
    assert scene.agent_now("101").state is AgentState.LOGGED_OFF
    assert scene.orders(call)[-1].seat == "8002"


async def test_a_level_lends_seats_that_ring_within_a_second_and_gives_them_back(scene):
    """Ten callers wait for 12345; "emergency" lends two seats of health, with its own ring time; then it is undone."""
    seats = {"8007": "107", "8008": "108", "8009": "109", "8010": "110"}
    phones = dict(zip(seats, await asyncio.gather(*(scene.agent(a, s) for s, a in seats.items())), strict=True))
    before = {seat: scene.controller.distributor.seats[seat].queues for seat in seats}
    async with AsyncExitStack() as callers, api_of(scene) as api:
        waiting = await ten_callers_wait(scene, callers)
        version = (await api.get("/api/measures"))["version"]
        wish = {"level": "emergency", "version": version, "why": "疫情"}
        tried = await api.send("POST", "/api/measures/level", **wish, dry_run=True)
        began = time.monotonic()
        done = await api.send("POST", "/api/measures/level", **wish)
        lent = done["measure"]["loans"][0]["seats"]
        for seat in lent:
            await phones[seat].incoming()

        assert max(phones[seat].diary.events[-1].monotonic_s for seat in lent) - began < RINGS_WITHIN_S
        assert {offer["seat"] for offer in tried["effect"]["offers"]} == set(lent)
        offered = [order for call in waiting for order in scene.orders(call)]
        assert (len(lent), {order.seat for order in offered}) == (2, set(lent))
        assert sorted(waiting[order.call] for order in offered) == sorted(waiting.values())[:2]
        assert {order.ring_time.total_seconds() for order in offered} == {12}
        await api.send("POST", "/api/measures/1/undo", version=done["version"], why="恢复")
        assert {seat: scene.controller.distributor.seats[seat].queues for seat in seats} == before


async def test_who_calls_while_a_level_is_in_force_hears_its_prompt(scene, prompt):
    """Before they wait, from the moment it is switched, and no more when it is undone."""
    async with api_of(scene) as api:
        version = (await api.get("/api/measures"))["version"]
        done = await api.send("POST", "/api/measures/level", level="emergency", version=version, why="疫情")
        citizen = await scene.citizen()
        await scene.wait_in(citizen)
        await Ear(citizen.calls[-1]).clip([prompt("many-callers")], 5)
        await api.send("POST", f"/api/measures/{done['measure']['number']}/undo", version=done["version"], why="恢复")
        other = await scene.citizen("13912345678")
        await scene.wait_in(other)
        with pytest.raises(TimeoutError):
            await Ear(other.calls[-1]).clip([prompt("many-callers")], 0.5)
        for one in (citizen, other):
            await one.hang_up()


async def test_the_next_caller_hears_an_overlay_and_after_it_is_off_nobody_does(scene, prompt):
    """Before the greeting, as soon as it is on; 12320's callers go past their menu; it lasts over nobody's head."""
    async with api_of(scene) as api:
        storm = await overlay(api, prompt="many-callers")
        straight = await overlay(api, hotlines=["12320"], join="general")
        citizen = await scene.citizen()
        call = await scene.wait_in(citizen, "12320")
        assert scene.facts(CallJoined, call=call)[0].queue == "general"
        said = await Ear(citizen.calls[-1]).clip([prompt("many-callers")], 5)
        greeted = await Ear(citizen.calls[-1]).clip([prompt("greeting-12320")], 5)
        assert said < greeted
        for number in (storm, straight):
            await undo(api, number)
        other = await scene.citizen("13912345678")
        later = await scene.dial(other, "12320")
        await Ear(other.calls[-1]).clip([prompt("greeting-12320")], 5)
        assert (await scene.fact(CallJoined, 15, call=later)).queue == "health"
        with pytest.raises(TimeoutError):
            await Ear(other.calls[-1]).clip([prompt("many-callers")], 0.5)
        for one in (citizen, other):
            await one.hang_up()


async def overlay(api, **said):
    """Put one in force for an hour; its number."""
    version = (await api.get("/api/measures"))["version"]
    ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    done = await api.send("POST", "/api/measures/overlay", overlay=said, ends=ends, version=version, why="台风")
    return done["measure"]["number"]


SAYING_WITHIN_S = 1.0
FIRST_S = 0.5


async def test_a_typed_announcement_is_heard_within_a_second_of_being_asked_for(scene):
    """Its sound was made before: from the request to what a phone that calls at the answer is played. Gone when undone.

    Timed is what we do; the half second of sound by which it is known again is taken off.
    """
    text = "因暴雨,部分线路中断,请耐心等候。"
    async with api_of(scene) as api:
        began = time.monotonic()
        first = await overlay(api, text=text)
        made_s = time.monotonic() - began
        await undo(api, first)
        began = time.monotonic()
        again = await overlay(api, text=text)
        asked_s = time.monotonic() - began
        citizen = await scene.citizen()
        dialled = time.monotonic()
        await scene.dial(citizen)
        sound = read_wav(scene.settings.sounds / f"{Overlay(text=text).said}.wav")
        await Ear(citizen.calls[-1]).clip([sound[: int(FIRST_S * RATE_HZ)]], 5)
        heard_s = time.monotonic() - dialled - FIRST_S

        assert asked_s + heard_s < SAYING_WITHIN_S, (made_s, asked_s, heard_s)
        await undo(api, again)
        other = await scene.citizen("13912345678")
        await scene.wait_in(other)
        with pytest.raises(TimeoutError):
            await Ear(other.calls[-1]).clip([sound[: int(FIRST_S * RATE_HZ)]], 0.5)
        for one in (citizen, other):
            await one.hang_up()


async def undo(api, number):
    """End it."""
    version = (await api.get("/api/measures"))["version"]
    await api.send("POST", f"/api/measures/{number}/undo", version=version, why="解除")
