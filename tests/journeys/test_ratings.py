"""好差评 on a real Asterisk with real keypad tones: what the caller keys once the agent is out, and what follows."""

import asyncio
import os
import signal

import pytest
import pytest_asyncio

from acd.events import AgentAnswered, CallEnded, TalkEnded
from acd.model import AgentState
from acd.rating_facts import CallRated, NotAsked, RatingAsked, RatingNotAsked
from bench.on_duty import on_duty
from hotline.pulse import read_pid
from sandbox.ear import Ear
from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from sandbox.sound import longest_silence_s, tone, write_wav
from tests.journeys.api import api_of
from tests.journeys.conftest import house_of, quick_city
from tests.journeys.talks import say

pytestmark = pytest.mark.asyncio(loop_scope="module")

HZ = {"rate-ask": 1100, "rate-thanks": 1300, "rate-goodbye": 1700}
WAIT_S = 2
SOON_S = 1.0
MOST_SILENCE_S = 3.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(carrier, tmp_path_factory):
    """The quick city, whose callers are asked; its question, thanks and goodbye are tones."""
    folder = tmp_path_factory.mktemp("rated")
    city = quick_city(folder / "city")
    (city / "ratings.toml").write_text(f"ask = true\nwait_s = {WAIT_S}\nfollow_up_days = 2\n", encoding="utf-8")
    for prompt, pitch_hz in HZ.items():
        write_wav(city / f"prompts/{prompt}.wav", tone(pitch_hz, 0.8))
    async with house_of(city, folder / "state", carrier) as booted:
        yield booted


async def talked(scene, hotline="12345", **who):
    """A citizen and an agent who have heard each other: both phones and the call's id."""
    desk = await scene.agent("101", "8001", Manner.ANSWER, **who)
    citizen = await scene.citizen()
    call = await scene.wait_in(citizen, hotline)
    await scene.fact(AgentAnswered, call=call)
    await say(citizen, 900, desk)
    return citizen, desk, call


async def hears(citizen, prompt, within_s=6.0):
    """Wait until the caller has heard this."""
    await Ear(citizen.calls[-1]).clip([tone(HZ[prompt], 0.8)], within_s)


async def row_of(scene, call):
    """What is written down of the call."""
    (row,) = await scene.rows("select * from ratings where call_id = :call", call=call)
    return row


async def test_the_agent_writes_up_while_the_caller_rates_and_a_5_is_kept(scene):
    """From the agent's hang-up on: wrap-up, no talk for the ACD, the recording closed; the ledger says answered."""
    citizen, desk, call = await talked(scene)
    await desk.hang_up()
    await scene.fact(TalkEnded, call=call)
    await scene.becomes("101", AgentState.WRAP_UP, SOON_S)
    assert call not in scene.controller.distributor.talking
    await hears(citizen, "rate-ask")
    await scene.becomes("101", AgentState.READY)
    await citizen.press("5")
    assert (await scene.fact(CallRated, call=call)).score == 5
    await hears(citizen, "rate-thanks")
    await citizen.calls[-1].closed()
    await scene.fact(CallEnded, call=call)

    row = await row_of(scene, call)
    assert (row.agent, row.queue, row.score, row.not_asked) == ("101", "general", 5, None)
    (known,) = await scene.rows("select outcome from calls where call_id = :call and ended_at is not null", call=call)
    assert known.outcome == "answered"
    (kept,) = await scene.rows("select seconds from recordings where call_id = :call and state = 'kept'", call=call)
    assert kept.seconds < 6
    assert not scene.facts(RatingNotAsked, call=call)
    assert await scene._rows("select number from follow_ups", {}) == []


async def test_a_1_opens_a_follow_up(scene):
    """Another key first: it is asked once more."""
    citizen, desk, call = await talked(scene)
    await desk.hang_up()
    await hears(citizen, "rate-ask")
    await citizen.press("9")
    await asyncio.sleep(0.3)
    await hears(citizen, "rate-ask")
    await citizen.press("1")
    await hears(citizen, "rate-thanks")
    await citizen.calls[-1].closed()

    (task,) = await scene.rows("select state, working_days from follow_ups where call_id = :call", call=call)
    assert (task.state, task.working_days) == ("open", 2)
    await scene.rows("select id from recordings where call_id = :call and state = 'kept'", call=call)
    async with api_of(scene) as api:
        (seen,) = (await api.get("/api/follow-ups"))["follow_ups"]
        figures = await api.get("/api/kpi/ratings")
    assert (seen["call"], seen["score"], len(seen["recordings"])) == (call, 1, 1)
    assert (figures["total"]["asked_rate"], figures["total"]["satisfaction"]) == (1.0, 0.0)


async def test_silence_is_asked_and_no_answer(scene):
    """And a goodbye."""
    citizen, desk, call = await talked(scene)
    await desk.press("*89")
    await desk.calls[-1].closed()
    await hears(citizen, "rate-ask")
    await hears(citizen, "rate-goodbye")
    await citizen.calls[-1].closed()

    row = await row_of(scene, call)
    assert (row.not_asked, row.score) == (None, None)
    assert scene.facts(RatingAsked, call=call)
    assert not scene.facts(CallRated, call=call)


async def test_who_hangs_up_in_the_question_was_asked_and_who_hung_up_before_was_not(scene):
    """Told apart."""
    citizen, desk, call = await talked(scene)
    await desk.hang_up()
    await hears(citizen, "rate-ask")
    await citizen.hang_up()
    await scene.fact(CallEnded, call=call)
    assert (await row_of(scene, call)).not_asked is None

    await scene.becomes("101", AgentState.READY)
    other = await scene.citizen("13900000001")
    later = await scene.wait_in(other)
    await scene.fact(AgentAnswered, call=later)
    await say(other, 900, desk)
    await other.hang_up()
    assert (await scene.fact(RatingNotAsked, call=later)).why is NotAsked.CALLER_LEFT
    assert (await row_of(scene, later)).not_asked == "caller_left"


async def test_after_somebody_outside_nobody_is_asked(scene, carrier):
    """The caller was handed to 110: what they thought of that is not ours."""
    citizen, _desk, call = await talked(scene)
    async with carrier.phone("110") as police, api_of(scene) as api:
        await api.send("POST", f"/api/calls/{call}/transfer", number="110")
        await police.incoming()
        await police.answer()
        await say(police, 700, citizen)
        await police.hang_up()
        await citizen.calls[-1].closed()

    assert (await scene.fact(RatingNotAsked, call=call)).why is NotAsked.OUTSIDE


async def test_a_controller_that_dies_in_the_question_costs_no_silence(house, settings, program):
    """The dialplan says goodbye by itself and hangs up."""
    port, password = house.pbx.config.sip_port, house.phone_password("8001")
    async with (
        on_duty(house.environment, settings.state_dir, "101@8001"),
        Phone.start(Line.seat(port, "8001", password), manner=Manner.ANSWER, program=program) as desk,
        Phone.start(Line.citizen(port, "13812345678"), program=program) as citizen,
    ):
        call = await citizen.dial("12345")
        await (await desk.incoming()).established()
        await say(citizen, 900, desk)
        await desk.hang_up()
        await Ear(call).clip([tone(HZ["rate-ask"], 0.8)], 6)
        since = len(call.heard())
        os.kill(read_pid(settings.state_dir), signal.SIGKILL)
        await Ear(call).clip([tone(HZ["rate-goodbye"], 0.8)], 5)
        await call.closed()

        assert longest_silence_s(call.heard()[since:]) <= MOST_SILENCE_S
