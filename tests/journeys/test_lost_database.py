"""A whole house on PostgreSQL, which is killed, or frozen, while calls run: calls go on, all is written afterwards."""

import pytest
import pytest_asyncio

from acd.events import AgentAnswered, CallEnded
from acd.model import AgentState
from sandbox.phones import Manner
from sandbox.postgresql import Postgresql
from tests.journeys.api import api_of
from tests.journeys.conftest import scene_of, settings_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def server(tmp_path):
    """A PostgreSQL of the test's own, to be killed."""
    async with Postgresql.start(tmp_path / "postgresql") as server:
        yield server


@pytest.mark.parametrize("lost", ["killed", "frozen"])
async def test_calls_are_answered_while_the_database_is_lost(house, program, server, tmp_path, lost):
    """One call is in conversation then; another comes, is answered and ends meanwhile. Both become drafts."""
    settings = settings_of(house, tmp_path, database_url=server.url())
    async with scene_of(house, program, settings) as scene:
        for number, seat in (("101", "8001"), ("102", "8002")):
            await scene.agent(number, seat, Manner.ANSWER)
        talks, comes = await scene.citizen("13800000001"), await scene.citizen("13800000002")
        talking = await scene.dial(talks)
        await scene.fact(AgentAnswered, call=talking)

        if lost == "killed":
            await server.kill()
        else:
            server.freeze()
        came = await scene.dial(comes)
        await scene.fact(AgentAnswered, call=came)
        for call in (talking, came):
            await scene.sound_of(call)
        await comes.hang_up()
        await talks.hang_up()
        for call in (talking, came):
            await scene.fact(CallEnded, call=call)
        if lost == "killed":
            await server.boot()
        else:
            server.thaw()

        drafts = await scene.rows("select call_id from tickets", lambda rows: len(rows) >= 2, within_s=20.0)
        assert sorted(row.call_id for row in drafts) == sorted((talking, came))
        await scene.controller.callbook.written()  # drafts may be there before the call book has caught up
        await scene.rows("select seq from journal where kind = 'CallEnded'", lambda rows: len(rows) == 2)
        kept = await scene.rows("select call_id, outcome, ani from calls order by ani")
        assert [tuple(row) for row in kept] == [
            (talking, "answered", "13800000001"),
            (came, "answered", "13800000002"),
        ]
        await scene.becomes("101", AgentState.READY)
        async with api_of(scene) as api:
            health, ledger = await api.get("/api/health"), await api.get("/api/ledger")
        assert ("database", True) in [(sign["name"], sign["well"]) for sign in health["signs"]]
        assert (ledger["reconciles"], ledger["total"]["outcomes"]["answered"]) == (True, 2)
