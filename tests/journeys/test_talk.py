"""In a conversation: hold, pause, a supervisor beside it. By codes at a plain phone and through the API."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from acd.call_facts import CallTransferredOut
from acd.events import AgentAnswered, CallEnded, CallHeld, CallJoined, CallRetrieved, RecordingPaused, TalkEnded
from acd.model import AgentState
from hotline.controller import running
from sandbox.phones import Manner
from sandbox.sound import find, read_wav, tone
from tests.journeys.api import api_of
from tests.journeys.scene import Scene
from tests.journeys.talks import heard, hears_nothing_of, key, say, spoken_beep, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def talking(scene, agent="101", seat="8001", number="13812345678"):
    """A citizen and an agent who talk: both phones and the call's id."""
    desk = await scene.agent(agent, seat, Manner.ANSWER)
    citizen = await scene.citizen(number)
    call = await scene.wait_in(citizen)
    assert (await scene.becomes(agent, AgentState.TALKING)).call == call
    await asyncio.gather(citizen.call.hearing(), desk.calls[-1].hearing())
    return citizen, desk, call


async def test_a_caller_on_hold_hears_music_and_then_the_agent_again(scene, prompt):
    """By *81 and *82 at the phone, by the API, and by the phone's own key: one conversation, one recording."""
    citizen, desk, call = await talking(scene)
    await desk.press("*81")
    await scene.fact(CallHeld, call=call)
    assert scene.controller.distributor.talking[call].held_since is not None
    assert scene.agent_now("101").state is AgentState.TALKING
    await hears_nothing_of(citizen, desk, 700)
    await desk.press("*82")
    await scene.fact(CallRetrieved, call=call)
    await say(desk, 900, citizen)

    async with api_of(scene) as api:
        await api.send("POST", f"/api/calls/{call}/hold")
        await api.send("POST", f"/api/calls/{call}/retrieve")
        await say(citizen, 1500, desk)
        since = len(scene.told)
        await desk.program.command("hold", desk.call.id)
        await scene.fact(CallHeld, call=call, since=since)
        await citizen.hang_up()
        rows = await scene.rows("select state from recordings where call_id = :call", _kept, call=call)
        timeline = await api.get(f"/api/calls/{call}/timeline")
    assert len(rows) == len(timeline["recordings"]) == 1
    assert [mark["what"] for mark in timeline["marks"]].count("call_held") == 3


async def test_nothing_sensitive_is_recorded_and_the_pause_is_marked(scene):
    """By *83 and by the API: a beep, silence in the recording, then the talk again; who talks hears everything."""
    citizen, desk, call = await talking(scene)
    await say(citizen, 600, desk)
    await desk.press("*83")
    await scene.fact(RecordingPaused, call=call)
    await say(citizen, 800, desk, within_s=8)
    await say(desk, 1700, citizen)
    async with api_of(scene) as api:
        await api.send("POST", f"/api/calls/{call}/resume")
    assert scene.controller.distributor.talking[call].unrecorded_since is None
    await say(citizen, 1200, desk, within_s=8)
    await say(desk, 1400, citizen)
    await citizen.hang_up()
    await scene.rows("select state from recordings where call_id = :call", _kept, call=call)

    legs = scene.settings.state_dir / "recordings"
    caller, agent = (read_wav(next(legs.rglob(f"*{side}*.wav"))) for side in ("caller", "agent"))
    in_caller = [find(tone(pitch, 0.4), caller) is not None for pitch in (600, 800, 1200)]
    in_agent = [find(tone(pitch, 0.4), agent) is not None for pitch in (1700, 1400)]
    assert (in_caller, in_agent) == ([True, False, True], [False, True])
    assert find(spoken_beep(), agent) is not None
    assert abs(len(caller) - len(agent)) <= 8000


def _kept(rows):
    return rows and all(row.state == "kept" for row in rows)


async def test_every_end_of_a_hold(scene):
    """Caller gone: the agent's phone is free; agent gone: the caller, who did nothing, goes first in the queue."""
    talks = [await talking(scene, f"10{n}", f"800{n}", f"1380000000{n}") for n in (1, 2)]
    for _, desk, call in talks:
        await desk.press("*81")
        await scene.fact(CallHeld, call=call)
    await asyncio.gather(_caller_gone(scene, *talks[0]), _agent_gone(scene, *talks[1]))


async def _caller_gone(scene, citizen, desk, call):
    await citizen.hang_up()
    await scene.fact(CallEnded, call=call)
    await desk.calls[-1].closed()


async def _agent_gone(scene, citizen, desk, call):
    since = len(scene.told)
    await desk.hang_up()
    assert (await scene.fact(CallJoined, call=call, since=since)).priority > 0
    await scene.fact(AgentAnswered, call=call, attempt=2)
    assert citizen.call.end is None
    await citizen.hang_up()


async def test_a_hold_outlives_the_controller_and_a_pause_is_refused_aloud(house, program, settings, prompt):
    """Without a controller hold and transfer work as before; that nothing was paused is said, not kept silent."""
    async with AsyncExitStack() as stack:
        async with running(settings) as controller:
            async with asyncio.timeout(10):
                await controller.connected()
            scene = Scene(house, controller, program, settings)
            await stack.enter_async_context(scene.people)
            citizen, desk, call = await talking(scene)
            await desk.press("*81")
            await scene.fact(CallHeld, call=call)
        await hears_nothing_of(citizen, desk, 700)
        await desk.press("*82")
        await say(desk, 900, citizen)
        since = len(desk.call.heard())
        await desk.press("*83")
        await until(lambda: heard(desk, prompt("service-away")[:8000], since))
        await say(desk, 1100, citizen)
        since = len(desk.call.heard())
        await desk.press("*85")
        await until(lambda: heard(desk, spoken_beep(), since))
        await desk.press("12320#")
        await desk.calls[-1].closed()
        assert citizen.call.end is None
        await citizen.hang_up()
        await scene.nobody_on_the_line()


@pytest.mark.parametrize(
    ("manner", "agent_hears", "citizen_hears"),
    [
        ("listen", False, False),
        ("whisper", True, False),
        ("barge", True, True),
    ],
)
async def test_a_supervisor_beside_a_talk_hears_both_and_is_heard_as_asked(scene, manner, agent_hears, citizen_hears):
    """From their own phone, written down before it rings; the talk goes on when they leave."""
    citizen, desk, call = await talking(scene)
    boss = await scene.agent("109", "8009", Manner.ANSWER, ready=False)
    async with api_of(scene) as api:
        await api.send("POST", f"/api/calls/{call}/supervise", seat="8009", manner=manner)
    (row,) = await scene.rows("select who, deed, detail from audit where subject = :call", call=call)
    assert row.deed == f"call.{manner}"
    assert row.detail == "seat 8009 beside agent 101 at seat 8001"
    await boss.incoming()
    await boss.calls[-1].established()
    await say(citizen, 600, boss, desk)
    await say(desk, 800, boss, citizen)
    for listener, is_told, pitch in ((desk, agent_hears, 1000), (citizen, citizen_hears, 1300)):
        if is_told:
            await say(boss, pitch, listener)
        else:
            await hears_nothing_of(listener, boss, pitch)
    if manner == "barge":  # and the supervisor's phone does not stay on the line alone
        await citizen.hang_up()
        await boss.calls[-1].closed()
        return
    await boss.hang_up()
    await say(desk, 1600, citizen)
    await citizen.hang_up()


async def pass_on_by_code(_, desk, __):
    """*85, the hotline's number, #."""
    await desk.press("*85")
    await until(lambda: heard(desk, spoken_beep()))
    await desk.press("12320#")


async def pass_on_by_api(scene, _, call):
    """The console's button, also while the caller is on hold: the agent's phone is let go."""
    async with api_of(scene) as api:
        await api.send("POST", f"/api/calls/{call}/hold")
        await api.send("POST", f"/api/calls/{call}/transfer", hotline="12320")


@pytest.mark.parametrize("pass_on", [pass_on_by_code, pass_on_by_api])
async def test_a_caller_passed_on_talks_with_the_other_hotline(scene, pass_on):
    """The first agent wraps up, the second hears the caller; each talk is one recording of the call's timeline."""
    citizen, desk, call = await talking(scene)
    other = await scene.agent("102", "8007", Manner.ANSWER)
    await pass_on(scene, desk, call)
    assert (await scene.fact(CallJoined, call=call, queue="health")).priority > 0
    assert scene.facts(TalkEnded, call=call, attempt=1)
    await desk.calls[-1].closed()
    await scene.fact(AgentAnswered, call=call, attempt=2)
    assert scene.controller.distributor.talking[call].agent == "102"
    await other.calls[-1].hearing()
    await say(other, 900, citizen)
    await say(citizen, 1200, other)
    await citizen.hang_up()
    query = "select state from recordings where call_id = :call order by attempt"
    await scene.rows(query, lambda rows: len(rows) == 2 and _kept(rows), call=call)


async def test_a_wrong_number_keyed_for_a_transfer_brings_the_talk_back(scene, prompt):
    """The agent is told, and caller and agent hear each other again."""
    citizen, desk, call = await talking(scene)
    await desk.press("*85")
    await until(lambda: heard(desk, spoken_beep()))
    await desk.press("999#")
    await until(lambda: heard(desk, prompt("talk-not-listed")[:8000]))
    await say(desk, 900, citizen)
    since = len(desk.call.heard())
    await desk.press("*86")
    await until(lambda: heard(desk, spoken_beep(), since))
    await desk.hang_up()  # while the caller hears music: nobody hung up on them
    assert (await scene.until(lambda: scene.facts(CallJoined, call=call)[1:]))[0].priority > 0
    assert citizen.call.end is None
    await citizen.hang_up()


async def test_no_consultation_is_kept_and_nothing_of_the_callers_talk_is_missing(scene):
    """An agent by number and a hotline's free one are asked; each conversation is one recording of the timeline."""
    citizen, desk, call = await talking(scene)
    other = await scene.agent("102", "8007", Manner.ANSWER)
    await say(citizen, 600, desk)
    for whom, pitch_hz in (("102", 1700), ("12320", 1900)):
        await key(desk, "*86", whom)
        await other.incoming()
        await say(other, pitch_hz, desk)
        if whom == "102":
            await desk.press("*82")
            await other.calls[-1].closed()
            await say(citizen, 800, desk)
            await scene.ready("102")
    async with api_of(scene) as api:
        await api.send("POST", f"/api/calls/{call}/three-way")
        await say(citizen, 1000, desk, other)
        await desk.hang_up()
        await say(citizen, 1200, other)
        await citizen.hang_up()
        query = "select attempt, state from recordings where call_id = :call order by attempt"
        rows = await scene.rows(query, lambda rows: len(rows) == 2 and _kept(rows), call=call)
        timeline = await api.get(f"/api/calls/{call}/timeline")

    assert [row.attempt for row in rows] == [segment["attempt"] for segment in timeline["recordings"]] == [1, 2]
    marks = [mark["what"] for mark in timeline["marks"]]
    begun = ["consult_begun", "consult_answered", "consult_ended", "consult_begun", "consult_answered"]
    assert [mark for mark in marks if mark.startswith(("consult", "three", "transfer"))] == [
        *begun,
        "three_way_begun",
        "transfer_done",
    ]
    legs = scene.settings.state_dir / "recordings"
    for side, expected in (("caller", [600, 800, 1000, 1200]), ("agent", [])):
        sound = [read_wav(file) for file in sorted(legs.rglob(f"*{side}*.wav"))]
        found = [pitch for pitch in (600, 800, 1000, 1200, 1700, 1900) if any(_holds(one, pitch) for one in sound)]
        assert found == expected


async def test_somebody_outside_is_asked_and_given_the_caller_and_nobody_else_is_dialled(scene, carrier):
    """From a hold; let go while still ringing; asked again, and the caller is theirs. Only the city's numbers are."""
    since = len(carrier.dialled)
    citizen, desk, call = await talking(scene)
    async with carrier.phone("110") as police, api_of(scene) as api:
        path = f"/api/calls/{call}"
        for deed in ("transfer", "consult"):
            assert await api.refusal("POST", f"{path}/{deed}", number="13900000000") == (422, "number_not_listed")
            assert await api.refusal("POST", f"{path}/{deed}", agent="101") == (409, "not_now")
        assert await api.refusal("POST", f"{path}/complete") == (409, "not_now")
        await api.send("POST", f"{path}/hold")
        await api.send("POST", f"{path}/consult", number="110")
        assert await api.refusal("POST", f"{path}/consult", number="119") == (409, "not_now")
        await police.incoming()
        await api.send("POST", f"{path}/rejoin")
        await police.calls[-1].closed()
        await say(desk, 900, citizen)
        await api.send("POST", f"{path}/consult", number="110")
        await police.incoming()
        await police.answer()
        await say(police, 700, desk)
        await api.send("POST", f"{path}/complete")
        assert (await scene.fact(CallTransferredOut, call=call)).to_kind == "outside"
        await say(police, 1100, citizen)
        await say(citizen, 1300, police)
        await police.hang_up()
        await citizen.calls[-1].closed()
    assert [dialled.number for dialled in carrier.dialled[since:]] == ["110", "110"]


def _holds(sound, pitch_hz):
    return find(tone(pitch_hz, 0.4), sound) is not None
