"""Who was missed is called back by rule: in their place, an agent first, and once; real phones count the rings."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from acd.call_back_facts import CallBackAsked, CallBackLined, CallBackWithdrawn, PlaceInherited
from acd.call_facts import CallBackOwed, CallBackSettled, Debt
from acd.commands import RingAgent
from acd.dial_facts import DialOutcome, DialOutOver
from acd.events import AgentAnswered, CallEnded, QueuesLoaded
from acd.model import AgentState, Queue, QueueName, RecipeRow
from acd.steps import OfferCallBack
from plumbing.settings import PREFIX
from sandbox.ear import Ear
from sandbox.phones import Manner
from sandbox.sound import RATE_HZ, tone
from tests.journeys.api import api_of
from tests.journeys.conftest import CALL_BACK_HZ, SHORT_ABANDON_S, calling_back, scene_of, settings_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def scene(house, program, settings, tmp_path):
    """A controller whose city calls back who was missed, at any hour; `settings` empties the spool in the end."""
    city = calling_back(Path(house.environment[f"{PREFIX}CITY_DIR"]), tmp_path / "city")
    async with scene_of(house, program, settings_of(house, tmp_path, city_dir=city)) as made:
        yield made


async def give_up(scene, citizen):
    """Wait, hang up, and be owed a call that stands in the line."""
    call = await scene.wait_in(citizen)
    await asyncio.sleep(SHORT_ABANDON_S)  # the wait is the scene
    await citizen.hang_up()
    await scene.fact(CallBackOwed, call=call)
    return call, (await scene.fact(CallBackLined, owed=call)).call


async def test_who_gave_up_is_rung_once_an_agent_is_there_and_they_talk(scene, carrier):
    """The agent hears what it is about, then the citizen; the debt is settled and the books balance."""
    citizen = await scene.citizen("13800008111")
    waits, ours = await give_up(scene, citizen)
    async with carrier.phone("13800008111", manner=Manner.ANSWER) as phone, api_of(scene) as api:
        desk = await scene.agent("101", "8001", Manner.ANSWER)
        rung = await desk.incoming()
        await Ear(rung).clip([tone(CALL_BACK_HZ, 0.4)], 5)
        answered = await phone.incoming()
        await answered.established()
        await phone.play(tone(700, 0.6))
        await Ear(rung).clip([tone(700, 0.6)], 5)
        (debt,) = (await api.get("/api/callbacks"))["callbacks"]
        assert (debt["state"], debt["taken_by"], debt["attempts"]) == ("dialling", "101", 1)
        await phone.hang_up()
        settled = await scene.fact(CallBackSettled, call=waits)
        await scene.becomes("101", AgentState.READY)
        ledger, kpi = await api.get("/api/ledger"), await api.get("/api/kpi")
        (made,) = (await api.get("/api/dialouts"))["dialouts"]

    assert (settled.by, made["who"], made["owed"]) == (ours, "call-back", waits)
    assert (ledger["reconciles"], ledger["total"]["outcomes"]["call_back_owed"]) == (True, 1)
    assert (kpi["total"]["reached"], kpi["total"]["person_rate"]) == (1, 1)
    assert len(phone.calls) == len(desk.calls) == 1
    await scene.rows("select id from recordings where state = 'kept' and call_id = :call", call=ours)


async def test_who_does_not_answer_is_left_alone_for_a_while(scene, carrier):
    """The attempt counts, the agent is free, and nobody is dialled again before the pause is over."""
    citizen = await scene.citizen("13800008222")
    waits, ours = await give_up(scene, citizen)
    async with carrier.phone("13800008222", manner=Manner.BUSY), api_of(scene) as api:
        await scene.agent("101", "8001", Manner.ANSWER)
        assert (await scene.fact(DialOutOver, call=ours, within_s=20)).outcome is DialOutcome.BUSY
        await scene.becomes("101", AgentState.READY)
        debt = await standing(api, "rests")

    assert (debt["call"], debt["state"], debt["attempts"]) == (waits, "owed", 1)
    assert [one.number for one in carrier.dialled].count("13800008222") == 1


async def test_who_rings_again_is_served_in_the_old_place_and_not_called(scene, carrier):
    """Before somebody who came between; the debt is settled by their own call."""
    citizen, other = await scene.citizen("13800008333"), await scene.citizen("13800008444")
    waits, _ = await give_up(scene, citizen)
    between = await scene.wait_in(other)
    again = await scene.wait_in(citizen)
    await scene.fact(CallBackWithdrawn, owed=waits)
    await scene.fact(PlaceInherited, call=again)
    await scene.until(lambda: [call.id for call in scene.controller.distributor.waiting] == [again, between])
    await scene.agent("101", "8001", Manner.ANSWER)
    await scene.fact(AgentAnswered, call=again)

    assert (await scene.fact(CallBackSettled, call=waits)).by == again
    await citizen.hang_up()
    await scene.fact(AgentAnswered, call=between)
    await other.hang_up()
    assert "13800008333" not in [one.number for one in carrier.dialled]


async def standing(api, wanted):
    """The one debt, once the rules say this of it."""
    async with asyncio.timeout(10):
        while True:
            (debt,) = (await api.get("/api/callbacks"))["callbacks"]
            if debt["standing"] == wanted:
                return debt
            await asyncio.sleep(0.05)


async def test_who_presses_1_while_they_wait_is_called_back_in_their_place(scene, carrier, prompt):
    """They hear the offer, then the promise, and are let go; an agent who comes is rung for them, before the next."""
    recipe = (RecipeRow(timedelta(seconds=1), OfferCallBack()),)
    queue = Queue(QueueName("general"), wrap_up_time=timedelta(seconds=1), recipe=recipe)
    scene.controller.engine.tell(QueuesLoaded(at=datetime.now(UTC), queues=(queue,)))
    citizen, other = await scene.citizen("13800008666"), await scene.citizen("13800008777")
    waits = await scene.wait_in(citizen)
    between = await scene.wait_in(other)
    ear = Ear(citizen.calls[-1])
    await ear.clip([prompt("offer-call-back")[:RATE_HZ]], 15)
    await citizen.press("1")
    await scene.fact(CallBackAsked, call=waits)
    assert (await scene.fact(CallBackOwed, call=waits)).why is Debt.ASKED
    await ear.clip([prompt("call-back-promised")[: 2 * RATE_HZ]], 15)
    await scene.fact(CallEnded, call=waits)
    ours = (await scene.fact(CallBackLined, owed=waits)).call

    async with carrier.phone("13800008666", manner=Manner.ANSWER) as phone:
        desk = await scene.agent("101", "8001", Manner.ANSWER)
        await (await desk.incoming()).established()
        await (await phone.incoming()).established()
        await phone.hang_up()
        await scene.fact(CallBackSettled, call=waits)
    await scene.fact(AgentAnswered, call=between)
    await other.hang_up()
    rung = [order.call for _, orders in scene.told for order in orders if isinstance(order, RingAgent)]

    assert rung == [ours, between]
    await scene.rows("select outcome from calls where call_id = :call and outcome = 'call_back_owed'", call=waits)
