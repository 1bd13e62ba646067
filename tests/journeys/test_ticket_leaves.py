"""One call to its end: drafted by a flow that was changed meanwhile, confirmed, told to case system and citizen."""

import json
import shutil
from pathlib import Path

import pytest
import pytest_asyncio

from acd.events import AgentAnswered, CallEnded
from plumbing.settings import PREFIX
from sandbox.citizens import converse, voice
from sandbox.dialogues import load_dialogues
from sandbox.phones import Manner
from tests.hotline.receiver import SECRET, answers, receiving
from tests.journeys.api import api_of
from tests.journeys.conftest import scene_of, settings_of
from tests.recordings.scenes import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBER = "13812345678"
TEXT = "您反映的诉求已登记,工单编号{number}。"


@pytest_asyncio.fixture(loop_scope="module")
async def receivers():
    """The case system, out of order at first, and the gateway of text messages."""
    async with receiving(answers(503)) as cases, receiving() as texts:
        yield cases, texts


@pytest_asyncio.fixture(loop_scope="module")
async def city(house, tmp_path, receivers):
    """The quick city, which tells them."""
    folder = Path(shutil.copytree(house.environment[f"{PREFIX}CITY_DIR"], tmp_path / "city"))
    cases, texts = receivers
    written = f'[tickets]\nurl = "{cases.url}"\n[sms]\nurl = "{texts.url}"\ntext = "{TEXT}"\n'
    (folder / "webhooks.toml").write_text(written, encoding="utf-8")
    return folder


@pytest_asyncio.fixture(loop_scope="module")
async def scene(house, program, tmp_path, city):
    """A controller that knows the secret of both, and its people."""
    settings = settings_of(house, tmp_path, city_dir=city)
    secrets = settings.state_dir / "secrets"
    secrets.mkdir(parents=True, mode=0o700)
    (secrets / "webhook_secret").write_text(SECRET, encoding="ascii")
    async with scene_of(house, program, settings) as made:
        yield made


async def test_a_call_becomes_a_ticket_that_the_case_system_and_the_citizen_know(scene, city, receivers):
    """The draft follows the flow as it was taken during the talk; both are told once, though the first try fails."""
    cases, texts = receivers
    dialogue = load_dialogues()[0]
    turns = await voice(dialogue.turns[:2])
    agent = await scene.agent("101", "8001", Manner.ANSWER, after_s=0.3)
    citizen = await scene.citizen(NUMBER)
    call = await scene.dial(citizen)
    await scene.fact(AgentAnswered, call=call)
    await agent.calls[-1].established()
    async with api_of(scene) as api:
        flow = await _changed_while_they_talk(api, city)
        await converse(citizen, agent, turns)
        await citizen.hang_up()
        await scene.fact(CallEnded, call=call)
        (ticket,) = await scene.rows("select id from tickets where call_id = :call", call=call)
        draft = await api.get(f"/api/drafts/{ticket.id}")
        assert {key: draft["flow"][key] for key in ("name", "version")} == flow
        assert draft["clock"]["working_days"] == 2

        claimed = await api.send("POST", f"/api/drafts/{ticket.id}/claim", version=draft["ticket"]["version"])
        confirmed = await api.send("POST", f"/api/drafts/{ticket.id}/confirm", version=claimed["version"])
        await until(lambda: cases.kept and texts.kept)
        await scene.rows("select seq from outbox where delivered_at is null", until=lambda rows: not rows)
        assert (await api.get("/api/outbox"))["letters"] == []

    (told,), (text,) = (list(map(json.loads, each.kept.values())) for each in receivers)
    assert (told["type"], told["ticket"]["number"]) == ("ticket.confirmed", confirmed["number"])
    assert (told["ticket"]["caller_number"], told["ticket"]["kind"]) == (NUMBER, dialogue.kind)
    assert (text["to"], text["text"]) == (NUMBER, TEXT.format(number=confirmed["number"]))
    assert (len(cases.arrivals), len(texts.arrivals), cases.forged, texts.forged) == (2, 1, 0, 0)


async def _changed_while_they_talk(api, city):
    """The flow for noise gets another deadline, and is in force; what a draft must keep of it."""
    file = city / "flows" / "noise.toml"
    before = await api.get("/api/flows/noise")
    file.write_text(file.read_text(encoding="utf-8").replace("deadline_days = 3", "deadline_days = 2"), "utf-8")
    assert (await api.send("POST", "/api/flows/reload", why="夜间施工季"))["changed"] == ["noise"]
    flow = await api.get("/api/flows/noise")
    assert (flow["deadline_days"], flow["version"] != before["version"]) == (2, True)
    return {key: flow[key] for key in ("name", "version")}
