"""The controller loses sight of Asterisk, or dies, while callers wait, ring and talk: afterwards it knows all again."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from acd.events import AgentAnswered, AgentWentOnBreak, CallEnded, CallJoined, Repaired, RingStarted, TalkEnded
from acd.model import AgentId, AgentState, BreakReason
from hotline.controller import running
from hotline.embedded import Premises, controller_process
from plumbing.settings import PREFIX
from sandbox.cable import cable_to
from sandbox.phones import Manner
from telephony.resync import difference
from telephony.snapshot import take_snapshot
from tests.journeys.conftest import settings_of
from tests.journeys.scene import Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def scene_behind(cable, house, program, settings, people=None):
    """A running controller at the end of a cable; `people` outlive it if given."""
    async with running(settings) as controller:
        async with asyncio.timeout(10):
            await controller.connected()
        scene = Scene(house, controller, program, settings)
        if people is not None:
            scene.people = people
            yield scene
            return
        async with scene.people:
            yield scene
        cable.swallow = lambda _: False
        await scene.comes_to_rest()


@pytest.fixture
def folder(house, tmp_path):
    """Where a controller keeps its state; what the PBX recorded meanwhile is cleared away."""
    yield tmp_path
    for leg in Path(house.environment[f"{PREFIX}SPOOL_DIR"]).iterdir():
        leg.unlink()


async def agrees(scene):
    """The ACD is told nothing more when it is compared with the telephones (but for news that is on its way)."""
    lookout, distributor = scene.controller.lookout, scene.controller.distributor
    async with asyncio.timeout(10):
        while True:
            now = await take_snapshot(scene.controller.ami)
            if not lookout.sightings.blind and not difference(now, distributor, scene.controller.engine.now()):
                break
            await asyncio.sleep(0.02)
    assert lookout.sightings.repairs == 0


async def crowd(scene):
    """101 talks, 102's phone rings, two callers wait, 103 is at lunch."""
    calls, citizens = {}, {name: await scene.citizen(f"1380000000{n}") for n, name in enumerate("abcd")}
    phones = {"101": await scene.agent("101", "8001", Manner.ANSWER)}
    calls["a"] = await scene.wait_in(citizens["a"])
    await scene.fact(AgentAnswered, call=calls["a"])
    phones["102"] = await scene.agent("102", "8002")
    calls["b"] = await scene.wait_in(citizens["b"])
    await scene.fact(RingStarted, call=calls["b"])
    phones["103"] = await scene.agent("103", "8003", ready=False)
    await scene.ask(AgentWentOnBreak, agent=AgentId("103"), reason=BreakReason.MEAL)
    for name in "cd":
        calls[name] = await scene.wait_in(citizens[name])
    return calls, citizens, phones


async def test_whatever_happens_while_the_line_is_cut_is_known_afterwards(house, program, folder):
    """One hangs up, one is answered, one gives up waiting, one comes anew; then the cable is mended."""
    async with cable_to(house.pbx.config.ami_port) as cable:
        settings = settings_of(house, folder, ami_port=cable.port)
        async with scene_behind(cable, house, program, settings) as scene:
            calls, citizens, phones = await crowd(scene)
            late = await scene.citizen("13900000009")
            cable.cut()
            await citizens["a"].hang_up()
            await phones["102"].answer()
            await citizens["c"].hang_up()
            heard = await late.dial("12345")
            await heard.established()
            cable.mend()  # before the heartbeat is missed: else Asterisk's own queue takes part in the scene

            await scene.fact(CallEnded, call=calls["a"])
            await scene.fact(AgentAnswered, call=calls["b"])
            await scene.fact(CallEnded, call=calls["c"])
            assert (await scene.becomes("102", AgentState.TALKING)).call == calls["b"]
            await agrees(scene)
            await scene.fact(
                RingStarted, within_s=20, call=calls["d"]
            )  # 101 has wrapped up; who waited longest is next
            assert scene.agent_now("103").reason is BreakReason.MEAL
            await scene.until(lambda: len({fact.call for fact in scene.facts(CallJoined)}) == 5)
            rows = await scene.rows("select ani from calls where ani = '13900000009'")
            assert len(rows) == 1


async def test_a_restarted_controller_knows_everybody_as_before(house, program, folder):
    """Talking, ringing, waiting, at lunch: states, reasons and times are the same; nobody rings twice."""
    settings = settings_of(house, folder)
    async with AsyncExitStack() as people:
        async with scene_behind(None, house, program, settings, people) as first:
            calls, citizens, phones = await crowd(first)
            before = {agent.id: agent for agent in first.controller.distributor.agents.values()}
            line = [(call.id, call.joined) for call in first.controller.distributor.waiting]
        async with scene_behind(None, house, program, settings, people) as second:
            await agrees(second)
            after = {agent.id: agent for agent in second.controller.distributor.agents.values()}

            assert [(call.id, call.joined) for call in second.controller.distributor.waiting] == line
            assert {a.id: (a.state, a.reason, a.since, a.call) for a in after.values()} == {
                a.id: (a.state, a.reason, a.since, a.call) for a in before.values()
            }
            await phones["102"].answer()
            await second.fact(AgentAnswered, call=calls["b"], attempt=1)
            await citizens["a"].hang_up()
            await second.fact(CallEnded, call=calls["a"])
            await second.fact(RingStarted, call=calls["c"])
            assert len(phones["102"].calls) == 1
            query = "select outcome, agent from calls where call_id = :call and outcome is not null"
            [row] = await second.rows(query, call=calls["a"])
            assert (row.outcome, row.agent) == ("answered", "101")
            for citizen in citizens.values():
                if citizen.calls[-1].end is None:
                    await citizen.hang_up()
            await second.becomes("102", AgentState.READY)
            await second.nobody_on_the_line()


async def test_a_killed_controller_knows_everybody_when_it_is_back(house, program, folder):
    """`kill -9` while one talks and one waits: the next one carries on, and no ring is doubled."""
    settings = settings_of(house, folder)
    place = Premises(
        pbx=house.pbx,
        state_dir=settings.state_dir,
        environment={**house.environment, f"{PREFIX}STATE_DIR": str(settings.state_dir)},
    )
    async with AsyncExitStack() as people:
        async with scene_behind(None, house, program, settings, people) as before:
            phone = await before.agent("101", "8001", Manner.ANSWER)
            citizens = [await before.citizen(number) for number in ("13800000001", "13800000002")]
        async with controller_process(place, log=settings.state_dir / "said.txt") as process:
            await citizens[0].dial("12345")
            await (await phone.incoming()).established()
            await (await citizens[1].dial("12345")).established()
            await asyncio.sleep(1.0)  # greeted, and waiting by now
            process.kill()
            await process.wait()
        async with scene_behind(None, house, program, settings, people) as scene:
            await agrees(scene)

            assert scene.agent_now("101").state is AgentState.TALKING
            [waiting] = scene.controller.distributor.waiting
            rung = len(phone.calls)
            await citizens[0].hang_up()
            await scene.fact(AgentAnswered, call=waiting.id)
            assert len(phone.calls) == rung + 1
            await citizens[1].hang_up()
            await scene.becomes("101", AgentState.READY)
            await scene.nobody_on_the_line()


async def test_a_lost_hangup_is_repaired_within_ten_seconds(house, program, folder):
    """Asterisk says that the call is over, and nobody hears it: the agent is not stuck."""
    async with cable_to(house.pbx.config.ami_port) as cable:
        settings = settings_of(house, folder, ami_port=cable.port)
        async with scene_behind(cable, house, program, settings) as scene:
            await scene.agent("101", "8001", Manner.ANSWER)
            citizen = await scene.citizen()
            call = await scene.wait_in(citizen)
            await scene.fact(AgentAnswered, call=call)
            cable.swallow = lambda message: b"Event: Hangup" in message or b"DialOver" in message
            await citizen.hang_up()

            repair = await scene.fact(Repaired, within_s=10, subject=call)
            await scene.becomes("101", AgentState.READY)
            assert cable.swallowed
            assert repair.why == "CallEnded"
            assert scene.controller.lookout.sightings.repairs == 1
            assert not scene.facts(TalkEnded, call=call)
