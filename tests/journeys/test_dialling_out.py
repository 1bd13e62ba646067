"""We call citizens: the agent's phone first, then theirs, at most once, whoever dies; real phones count the rings."""

import asyncio
import contextlib

import pytest

from acd.call_facts import CallBackOwed, CallBackSettled
from acd.dial_facts import DialOutcome, DialOutOver
from acd.events import AgentAnswered, CallEnded
from acd.model import AgentState, BreakReason
from sandbox.ear import Ear
from sandbox.phones import Manner
from sandbox.sound import tone
from tests.journeys.api import api_of
from tests.journeys.conftest import SHORT_ABANDON_S

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def dial(api, agent, number):
    """Click."""
    asked = await api.send("POST", "/api/dialouts", agent=agent, number=number, why="回访")
    return asked["call"]


async def outcome(scene, call):
    """What became of it."""
    return (await scene.fact(DialOutOver, call=call, within_s=20)).outcome


async def test_a_click_rings_the_agent_then_the_citizen_and_the_talk_becomes_a_draft(scene, carrier, prompt):
    """Both hear each other; two legs are recorded the right way round; the agent wraps up; the number is masked."""
    desk = await scene.agent("101", "8001", Manner.ANSWER)
    async with carrier.phone("13800001111", manner=Manner.ANSWER) as citizen, api_of(scene) as api:
        call = await dial(api, "101", "138-0000-1111")
        rung = await desk.incoming()
        answered = await citizen.incoming()
        await answered.established()
        await scene.becomes("101", AgentState.TALKING)
        await citizen.play(tone(700, 0.6))
        await Ear(rung).clip([tone(700, 0.6)], 5)
        await desk.play(tone(1200, 0.6))
        await Ear(answered).clip([tone(1200, 0.6)], 5)
        (seen,) = (await api.get("/api/dialouts"))["dialouts"]
        await citizen.hang_up()
        ended = await outcome(scene, call)
        await scene.becomes("101", AgentState.READY)
        (recording,) = await scene.rows("select id, attempt, seconds from recordings where state = 'kept'")
        (book,) = await scene.rows("select agent, seat, ani, answered_at from calls where call_id = :call", call=call)
        await scene.rows("select id from tickets where call_id = :call", call=call, within_s=30)
        ledger = await api.get("/api/ledger")

    assert (seen["number"], seen["step"], seen["agent"]) == ("138****1111", "talking", "101")
    assert ended is DialOutcome.ANSWERED
    assert recording.attempt == 1
    assert (book.agent, book.seat, book.ani, bool(book.answered_at)) == ("101", "8001", "13800001111", True)
    assert ledger["total"]["offered"] == 0  # nobody offered us this call
    assert len(citizen.calls) == len(desk.calls) == 1


@pytest.mark.parametrize(
    ("manner", "became"),
    [
        (Manner.BUSY, DialOutcome.BUSY),
        (Manner.REFUSE, DialOutcome.REFUSED),
        (Manner.RING, DialOutcome.NO_ANSWER),
        (None, DialOutcome.UNREACHABLE),
    ],
)
async def test_what_the_citizens_phone_does_is_the_outcome(scene, carrier, manner, became):
    """The agent hears that nobody answered, and wraps up; the citizen is not rung again."""
    number = f"1380000200{list(DialOutcome).index(became)}"
    await scene.agent("101", "8001", Manner.ANSWER)
    async with contextlib.AsyncExitStack() as people, api_of(scene) as api:
        if manner is None:
            carrier.refuse(number, 404)
        else:
            await people.enter_async_context(carrier.phone(number, manner=manner))
        call = await dial(api, "101", number)

        assert await outcome(scene, call) is became
        await scene.becomes("101", AgentState.READY)
        assert [one.number for one in carrier.dialled].count(number) == 1


@pytest.mark.parametrize(
    ("manner", "became"), [(Manner.BUSY, DialOutcome.AGENT_MISSED), (Manner.RING, DialOutcome.AGENT_MISSED)]
)
async def test_an_agent_who_does_not_pick_up_costs_the_citizen_nothing(scene, carrier, manner, became):
    """The citizen's phone never rings; the agent has missed a call, or is engaged."""
    number = "13800003333"
    before = len(carrier.dialled)
    await scene.agent("101", "8001", manner)
    async with api_of(scene) as api:
        call = await dial(api, "101", number)

        assert await outcome(scene, call) is became
        await scene.until(lambda: scene.agent_now("101").call is None)
        agent = scene.agent_now("101")
        assert agent.missed == 1 or agent.reason is BreakReason.PHONE_BUSY
        assert len(carrier.dialled) == before


async def test_an_agent_who_hangs_up_first_stops_the_citizens_phone(scene, carrier):
    """And is heard of as such."""
    desk = await scene.agent("101", "8001", Manner.ANSWER)
    async with carrier.phone("13800004444") as citizen, api_of(scene) as api:
        call = await dial(api, "101", "13800004444")
        ringing = await citizen.incoming()
        await desk.hang_up()
        await ringing.closed()

        assert await outcome(scene, call) is DialOutcome.AGENT_GONE
        await scene.becomes("101", AgentState.READY)


async def test_who_gave_up_is_called_back_once_and_owed_nothing_then(scene, carrier):
    """Listed with a masked number, taken, dialled in vain, owed again, dialled, answered, settled."""
    citizen = await scene.citizen("13800005555")
    waits = await scene.wait_in(citizen)
    await asyncio.sleep(SHORT_ABANDON_S)  # the wait is the scene
    await citizen.hang_up()
    await scene.fact(CallBackOwed, call=waits)
    await scene.agent("101", "8001", Manner.ANSWER)
    async with carrier.phone("13800005555", manner=Manner.BUSY) as phone, api_of(scene) as api:
        (debt,) = await listed(api, "owed")
        assert (debt["call"], debt["number"], debt["why"]) == (waits, "138****5555", "abandoned")
        await api.send("POST", f"/api/callbacks/{waits}/take", agent="101")
        first = (await api.send("POST", f"/api/callbacks/{waits}/dial", agent="101"))["call"]
        assert await outcome(scene, first) is DialOutcome.BUSY
        (debt,) = await listed(api, "owed")
        assert debt["attempts"] == 1
        await scene.becomes("101", AgentState.READY)
        await phone.behave(Manner.ANSWER)
        second = (await api.send("POST", f"/api/callbacks/{waits}/dial", agent="101"))["call"]
        await scene.becomes("101", AgentState.TALKING)
        await (await phone.incoming()).closed(5)
        await (await phone.incoming()).established()
        await phone.hang_up()
        assert await outcome(scene, second) is DialOutcome.ANSWERED
        settled = await scene.fact(CallBackSettled, call=waits)
        assert await listed(api, None) == []

    assert settled.by == second


async def test_who_rings_again_and_is_answered_is_not_called_back(scene):
    """The debt is settled by their own call."""
    citizen = await scene.citizen("13800006666")
    waits = await scene.wait_in(citizen)
    await asyncio.sleep(SHORT_ABANDON_S)  # the wait is the scene
    await citizen.hang_up()
    await scene.fact(CallBackOwed, call=waits)
    await scene.agent("101", "8001", Manner.ANSWER)
    again = await scene.wait_in(citizen)
    await scene.fact(AgentAnswered, call=again)

    assert (await scene.fact(CallBackSettled, call=waits)).by == again
    await citizen.hang_up()
    await scene.fact(CallEnded, call=again)


async def listed(api, state):
    """The debts, once all are in this state."""
    async with asyncio.timeout(10):
        while True:
            debts = (await api.get("/api/callbacks"))["callbacks"]
            if all(debt["state"] == state for debt in debts):
                return debts
            await asyncio.sleep(0.05)
