"""What became of every call: on a real PBX, in a flood, and after the controller was killed in the middle."""

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from types import SimpleNamespace

import pytest

from acd.events import AgentAnswered, CallArrived, CallEnded, CallRefused
from acd.model import AgentState
from hotline.client import LOOKING_BACK_S, find_controller
from hotline.embedded import Premises, controller_process
from plumbing.settings import PREFIX
from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from tests.hotline.typed import hotline
from tests.journeys.api import api_of
from tests.journeys.conftest import SHORT_ABANDON_S
from tests.journeys.flood import flood
from tests.journeys.test_without_controller import controller_to_kill

pytestmark = pytest.mark.asyncio(loop_scope="module")

FLOODER = "13900009999"
WITHIN_S = 60.0
"""The ledger is folded by a process that stands back behind everything else; its first page loads that process."""


async def test_every_outcome_of_an_ordinary_day_is_in_the_balance(scene):
    """Answered; gone in the greeting; gone after waiting, and owed a call-back."""
    patient, hasty, lucky = [await scene.citizen(f"1381000000{n}") for n in range(3)]
    in_greeting = await scene.dial(hasty)
    await hasty.hang_up()
    await scene.fact(CallEnded, call=in_greeting)
    waits = await scene.wait_in(patient)
    await asyncio.sleep(SHORT_ABANDON_S)  # the wait is the scene
    await patient.hang_up()
    await scene.fact(CallEnded, call=waits)
    await scene.agent("101", "8001", Manner.ANSWER)
    answered = await scene.wait_in(lucky)
    await scene.fact(AgentAnswered, call=answered)
    async with api_of(scene) as api:
        talking = await balance(api, lambda seen: seen["total"]["outcomes"]["answered"] == 1)
        await lucky.hang_up()
        await scene.fact(CallEnded, call=answered)
        await scene.becomes("101", AgentState.READY)
        over = await balance(api, lambda seen: happened(seen).get("call_back_owed"))
        (row,) = await scene.rows("select outcome from calls where call_id = :call", call=waits)

    assert row.outcome == "call_back_owed"
    assert talking["reconciles"]
    assert over["reconciles"]
    assert happened(over) == {"answered": 1, "call_back_owed": 1, "short_abandoned": 1}


async def test_a_flood_from_one_number_leaves_other_citizens_their_service(scene, tmp_path):
    """Ten seconds of ten calls a second; an ordinary citizen is answered in the middle of it, and all is counted."""
    await scene.agent("101", "8001", Manner.ANSWER)
    citizen = await scene.citizen("13812345678")
    port = scene.house.pbx.config.sip_port
    async with flood(tmp_path / "flood", port, FLOODER, "12320") as flooding:
        await scene.until(lambda: len(scene.facts(CallRefused)) >= 5)
        since = len(scene.told)
        await citizen.dial("12345")
        call = (await scene.fact(CallArrived, since=since, hotline="12345")).call
        await scene.fact(AgentAnswered, call=call, within_s=5)
        assert flooding.returncode is None
        await citizen.hang_up()
        await flooding.wait()
    refused = scene.facts(CallRefused)
    async with api_of(scene) as api:
        seen = await balance(api, lambda seen: seen["total"]["in_progress"] == 0 and seen["total"]["offered"] == 101)

    assert flooding.returncode == 0
    assert seen["reconciles"]
    assert happened(seen)["refused"] == len({fact.call for fact in refused}) > 50
    kept = await scene.rows("select distinct ani from calls where outcome = 'refused'")
    assert [row.ani for row in kept] == [FLOODER]


async def test_the_balance_is_right_after_the_controller_was_killed_in_the_middle(house, settings, program):
    """One talks and one waits when it dies; both hang up when another one runs: answered, and not answered."""
    port, state = house.pbx.config.sip_port, settings.state_dir
    seat = Line.seat(port, "8011", house.phone_password("8011"))
    async with (
        Phone.start(seat, manner=Manner.ANSWER, program=program) as phone,
        Phone.start(Line.citizen(port, "13810000001"), program=program) as talker,
        Phone.start(Line.citizen(port, "13810000002"), program=program) as waiter,
    ):
        async with controller_to_kill(house, settings) as process:
            seat = {"seat": "8011", "queues": ["general"], "agent": "101", "why": "结账"}
            await asyncio.to_thread(find_controller(state).ask, "POST /api/seats", seat)
            await talker.dial("12345")
            await (await phone.incoming()).established()
            await waiter.dial("12345")
            await balance(books(state), lambda seen: (len(seen["in_progress"]), happened(seen)) == (1, {"answered": 1}))
            process.kill()
            await process.wait()
        async with controller_again(house, settings):
            before = await books(state).get("/api/ledger")
            await talker.hang_up()
            await waiter.hang_up()
            after = await balance(books(state), lambda seen: not seen["in_progress"])
            printed = await hotline(state, "ledger")

    assert before["reconciles"]
    assert (before["total"]["offered"], len(before["in_progress"]), happened(before)) == (2, 1, {"answered": 1})
    outcomes = happened(after)
    assert after["reconciles"]
    assert (after["total"]["offered"], outcomes.pop("answered"), sum(outcomes.values())) == (2, 1, 1)
    assert set(outcomes) <= {"abandoned", "short_abandoned", "call_back_owed"}
    assert (printed.code, "账平:呼入 = 结局 + 进行中,2 = 2 + 0" in printed.out) == (0, True), printed


@asynccontextmanager
async def controller_again(house, settings):
    """The next controller, in the state folder of the one that died."""
    own = Premises(
        pbx=house.pbx,
        state_dir=settings.state_dir,
        environment={**house.environment, f"{PREFIX}STATE_DIR": str(settings.state_dir)},
    )
    async with controller_process(own, log=settings.state_dir / "said-again.txt") as process:
        yield process


def books(state):
    """The API of the controller that runs now."""
    controller = find_controller(state)
    ask = partial(controller.ask, within_s=LOOKING_BACK_S)
    return SimpleNamespace(get=lambda path: asyncio.to_thread(ask, f"GET {path}"))


async def balance(api, right):
    """The ledger, when what was told last is in it."""
    async with asyncio.timeout(WITHIN_S):
        while not right(seen := await api.get("/api/ledger")):  # noqa: ASYNC110 (the API has no bell)
            await asyncio.sleep(0.05)
    return seen


def happened(seen):
    """The outcomes that there were."""
    return {outcome: count for outcome, count in seen["total"]["outcomes"].items() if count}
