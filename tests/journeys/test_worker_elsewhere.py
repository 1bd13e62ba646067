"""A controller without a model, and a worker process that has one, on one PostgreSQL and one Redis."""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from acd.events import AgentAnswered, CallEnded
from hotline.embedded import MODEL
from plumbing.settings import PREFIX
from sandbox.phones import Manner
from sandbox.postgresql import Postgresql
from sandbox.redis_server import RedisServer
from tests.journeys.api import api_of
from tests.journeys.conftest import scene_of, settings_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[2]


@pytest_asyncio.fixture(loop_scope="module")
async def shared(tmp_path):
    """What controller and worker share: a database and a broker."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Postgresql.start(tmp_path / "postgresql"))
        redis = await stack.enter_async_context(RedisServer.start(tmp_path / "redis"))
        yield {"database_url": database.url(), "redis_url": redis.url}


@asynccontextmanager
async def worker(house, settings, shared):
    """`python -m hotline.asr`, as it is started on another machine."""
    told = shared | {"state_dir": str(settings.state_dir), "asr_model": str(MODEL)}
    environment = os.environ | house.environment | {f"{PREFIX}{name}".upper(): value for name, value in told.items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hotline.asr"), cwd=ROOT, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0


async def test_call_becomes_a_draft_that_another_process_makes(house, program, tmp_path, shared):
    """The controller's health says that it has no model, and that Redis answers; its board is told of the draft."""
    settings = settings_of(house, tmp_path, asr_model=tmp_path / "none", **shared)
    async with scene_of(house, program, settings) as scene:
        await scene.agent("101", "8001", Manner.ANSWER)
        citizen = await scene.citizen()
        call = await scene.dial(citizen)
        await scene.fact(AgentAnswered, call=call)
        await scene.sound_of(call)
        await citizen.hang_up()
        await scene.fact(CallEnded, call=call)
        async with api_of(scene) as api:
            health = await api.get("/api/health")
        assert {sign["name"]: sign["well"] for sign in health["signs"]}.items() >= {
            ("transcription", False),
            ("broker", True),
        }

        async with worker(house, settings, shared):
            with scene.controller.board.watched() as told:
                async with asyncio.timeout(30):
                    while b"draft" not in await told.get():
                        pass
            await scene.rows("select id from tickets where call_id = :call", call=call, within_s=30.0)
            (job,) = await scene.rows("select worker, attempts, error from jobs")
        assert (job.worker != "controller", job.attempts, job.error) == (True, 1, None)
