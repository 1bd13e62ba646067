"""A citizen says something of high risk on a real call: a team leader knows of it while they still talk."""

import asyncio

import pytest

from sandbox.citizens import converse, voice
from sandbox.phones import Manner
from tests.journeys.api import api_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINES = (("agent", "您好，请问有什么可以帮您"), ("citizen", "我不想活了"))
GOING_ON = (("agent", "请问具体位置在哪里"), ("citizen", "海州区海连中路附近"))


async def test_a_team_leader_is_alerted_while_the_caller_is_still_there(scene):
    """On the live stream; the alert says risk and seconds; once, though the recording is looked through afterwards."""
    said, going_on = await voice(LINES), await voice(GOING_ON)
    desk = await scene.agent("101", "8001", Manner.ANSWER)
    citizen = await scene.citizen()
    async with api_of(scene) as api, asyncio.timeout(120):
        stream = api.news("risk")
        first = asyncio.ensure_future(anext(stream))
        call = await scene.wait_in(citizen)
        await desk.incoming()
        await converse(citizen, desk, said)
        while not first.done():
            await converse(citizen, desk, going_on)
        alert = first.result()

        assert citizen.call.end is None
        assert (alert["call"], alert["risk"]) == (call, "self-harm")
        (listed,) = (await api.get("/api/alerts"))["alerts"]
        assert (listed["number"], listed["recording"]) == (alert["alert"], None)
        assert "不想活" in listed["words"]
        assert 0 < listed["start_s"] < listed["end_s"]

        await citizen.hang_up()
        kept = "select model from transcripts t join recordings r on r.id = t.recording where r.call_id = :call"
        await scene.rows(kept, call=call)
        assert len((await api.get("/api/alerts?all=true"))["alerts"]) == 1
