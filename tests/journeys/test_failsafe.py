"""The controller is killed or frozen while citizens wait: music goes on, a mirrored member answers, nothing is lost."""

import asyncio
import os
import signal
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from acd.events import AgentBecameReady, AgentLoggedOn
from acd.model import AgentId, AgentState, SeatId
from bench.on_duty import on_duty, until_on_duty
from city.load import load_city
from hotline.controller import running
from hotline.demo_watch import Api
from hotline.embedded import premises
from hotline.pulse import read_pid
from ivr.prompts import SPOKEN
from sandbox.citizens import voice
from sandbox.ear import Ear
from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from sandbox.sound import longest_silence_s, tone
from tests.journeys.api import api_of
from tests.journeys.conftest import quick_city, scene_of, settings_of
from tests.journeys.test_ledger import balance, happened

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST_SILENCE_S = 3.0
FALLBACK_WITHIN_S = 6.0
LOOK_AGAIN_S = 0.05


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hasty_house(tmp_path_factory):
    """A PBX that asks for a message after a second."""
    folder = tmp_path_factory.mktemp("hasty")
    city = load_city(quick_city(folder / "city"), also_spoken=SPOKEN)
    async with premises(folder / "state", city, fallback_s=1) as booted:
        yield booted


async def the_pbx_shows(house, command, *words, within_s=FALLBACK_WITHIN_S):
    """Wait until a command of Asterisk's console shows a line with all of these words."""
    async with asyncio.timeout(within_s):
        while True:
            shown = (await house.pbx.cli(command)).splitlines()
            if any(all(word in line for word in words) for line in shown):
                return
            await asyncio.sleep(LOOK_AGAIN_S)


def seat(house, number):
    """A seat's line."""
    return Line.seat(house.pbx.config.sip_port, number, house.phone_password(number))


def citizen(house, number="13812345678"):
    """A citizen's line."""
    return Line.citizen(house.pbx.config.sip_port, number)


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGSTOP])
async def test_who_waits_is_answered_by_a_ready_member_through_asterisks_own_queue(house, settings, program, death):
    """Music throughout; who is on break is not rung; both legs are recorded and become a draft later."""
    async with (
        on_duty(house.environment, settings.state_dir, "101@8001", "102@8002-") as controller,
        Phone.start(seat(house, "8001"), manner=Manner.ANSWER, program=program) as at_work,
        Phone.start(seat(house, "8002"), manner=Manner.ANSWER, program=program) as on_break,
        Phone.start(citizen(house, "13800000001"), program=program) as first,
        Phone.start(citizen(house), program=program) as second,
    ):
        await the_pbx_shows(house, "queue show fallback-general", "PJSIP/8002", "paused")
        await (await first.dial("12345")).established()
        await (await at_work.incoming()).established()
        waiting = await second.dial("12345")
        await the_pbx_shows(house, "core show channels concise", "waiting-room", "138****5678")
        controller.send_signal(death)
        await the_pbx_shows(house, "core show channels concise", "fallback", "Queue")
        await first.hang_up()
        talk = await at_work.incoming()
        await talk.established()
        await at_work.play(tone(1234, 0.5))
        await Ear(waiting).clip([tone(1234, 0.5)], 5)
        await second.hang_up()
        await waiting.closed()
        await talk.closed()

        assert longest_silence_s(waiting.heard()) <= MOST_SILENCE_S
        assert on_break.calls == []

    async with scene_of(house, program, settings) as scene:
        (recording,) = await scene.rows("select attempt from recordings where attempt > 9000 and state = 'kept'")
        assert recording.attempt == 9001


async def test_a_controller_that_comes_back_fetches_who_waits_in_asterisks_own_queue(house, settings, program):
    """Thawed, it has the caller in the waiting room again, and who becomes ready answers by the ACD."""
    async with (
        on_duty(house.environment, settings.state_dir, "101@8001-") as controller,
        Phone.start(seat(house, "8001"), manner=Manner.ANSWER, program=program) as at_work,
        Phone.start(citizen(house), program=program) as caller,
    ):
        waiting = await caller.dial("12345")
        await the_pbx_shows(house, "core show channels concise", "waiting-room", "138****5678")
        controller.send_signal(signal.SIGSTOP)
        await the_pbx_shows(house, "core show channels concise", "fallback", "Queue")
        controller.send_signal(signal.SIGCONT)
        await the_pbx_shows(house, "core show channels concise", "waiting-room", "138****5678", within_s=3)
        assert at_work.calls == []
        async with Api.of(settings.state_dir) as api:
            await api.post("/api/agents/101/move", {"move": "ready"})
        talk = await at_work.incoming()
        await talk.established()
        await the_pbx_shows(house, "core show channels concise", "connect", "138****5678")
        await caller.hang_up()
        await waiting.closed()

        assert longest_silence_s(waiting.heard()) <= MOST_SILENCE_S


async def test_after_a_death_the_supervisors_next_controller_takes_calls(house, settings, program):
    """A call that comes then is greeted by it, offered by it and answered. (How soon: `./dev bench failover`.)"""
    async with (
        on_duty(house.environment, settings.state_dir, "101@8001", supervised=True),
        Phone.start(seat(house, "8001"), manner=Manner.ANSWER, program=program) as at_work,
        Phone.start(citizen(house), program=program) as caller,
    ):
        first = read_pid(settings.state_dir)
        os.kill(first, signal.SIGKILL)
        await until_on_duty(settings.state_dir, other_than=first)
        call = await caller.dial("12345")
        await (await at_work.incoming()).established()
        await the_pbx_shows(house, "core show channels concise", "connect", "138****5678")
        await caller.hang_up()
        await call.closed()


async def test_a_message_is_taken_when_nobody_answers_and_becomes_a_draft(hasty_house, tmp_path, program, prompt):
    """No controller, no member: greeted, music, the invitation; what was said is a draft, and the call's outcome."""
    (said,) = await voice([("citizen", "幸福小区停水三天了")])
    async with Phone.start(citizen(hasty_house), program=program) as phone:
        call = await phone.dial("12345")
        await call.established()
        invited = await Ear(call).clip([prompt("message-invite")], 15)
        await Ear(call).clip([prompt("beep")], 10, since=invited)  # music is full of tones
        await phone.play(said.sound)
        await phone.hang_up()
        await call.closed()
        assert longest_silence_s(call.heard()[: -len(said.sound)]) <= MOST_SILENCE_S

    async with scene_of(hasty_house, program, settings_of(hasty_house, tmp_path)) as scene:
        (recording,) = await scene.rows("select attempt, state, seconds from recordings where state = 'kept'")
        assert recording.attempt > 9000
        assert recording.seconds > 1
        await scene.rows("select id from tickets")
        (known,) = await scene.rows("select hotline, ani, outcome from calls where outcome is not null")
        assert (known.hotline, known.ani, known.outcome) == ("12345", "13812345678", "voice_message")
        async with api_of(scene) as api:
            seen = await balance(api, lambda seen: seen["total"]["offered"] == 1)
        assert seen["reconciles"]
        assert happened(seen) == {"voice_message": 1}


async def test_a_phone_that_asterisks_own_queue_rings_is_let_ring_by_a_controller_that_comes_back(
    house, settings, program
):
    """Nobody else is rung for that caller, the agent counts as rung, and whoever picks up has them by the ACD, too."""
    async with (
        Phone.start(seat(house, "8001"), program=program) as one,
        Phone.start(seat(house, "8002"), program=program) as other,
        Phone.start(citizen(house), program=program) as caller,
    ):
        phones = {AgentId("101"): one, AgentId("102"): other}
        async with running(settings) as controller:
            for agent, place in zip(phones, ("8001", "8002"), strict=True):
                await log_on(controller.engine, agent, place)
                await the_pbx_shows(house, "queue show fallback-general", agent)
        waiting = await caller.dial("12345")
        await the_pbx_shows(house, "core show channels concise", "fallback", "Queue")
        rung = await anybody(lambda: [agent for agent, phone in phones.items() if phone.calls])

        async with running(settings) as controller:
            agents = controller.distributor.agents
            await becomes(agents, rung, AgentState.RINGING)
            await phones[rung].answer()
            await becomes(agents, rung, AgentState.TALKING)
            assert len(one.calls) + len(other.calls) == 1
            await caller.hang_up()
            await waiting.closed()
            await becomes(agents, rung, AgentState.READY)


async def log_on(engine, agent, place):
    """签入, and ready."""
    await engine.ask(AgentLoggedOn(at=datetime.now(UTC), agent=agent, seat=SeatId(place)))
    await engine.ask(AgentBecameReady(at=datetime.now(UTC), agent=agent))


async def becomes(agents, agent, state):
    """Wait until the ACD believes so."""
    async with asyncio.timeout(FALLBACK_WITHIN_S):
        while agents[agent].state is not state:  # noqa: ASYNC110 (told by a controller that nobody watches)
            await asyncio.sleep(LOOK_AGAIN_S)


async def anybody(those):
    """Wait for the first of them."""
    async with asyncio.timeout(FALLBACK_WITHIN_S):
        while not (found := those()):  # noqa: ASYNC110 (a phone's news wakes nobody who does not know which)
            await asyncio.sleep(LOOK_AGAIN_S)
    return found[0]
