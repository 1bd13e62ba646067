"""Each service of docker-compose.yml as a plain process, by its own command and settings; one call through all of them.

Only places are replaced: folders, ports, and the addresses of the real PostgreSQL and Redis. The controller gets no
model, so that the draft is the work of the service `asr`.
"""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.demo_watch import Api
from hotline.embedded import MODEL, phone_password
from plumbing.database import connect
from sandbox.citizens import Agent
from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from sandbox.ports import hold_ports
from sandbox.postgresql import Postgresql
from sandbox.redis_server import RedisServer
from tests.deploy.compose_file import ROOT, Service
from tests.journeys.conftest import quick_city

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHIN_S = 120.0
PIN = "2580"


@asynccontextmanager
async def running(service):
    """A service as its container would run it; when its health check is content, if it has one."""
    environment = os.environ | dict(service.environment)
    process = await asyncio.create_subprocess_exec(*ours(service.command), cwd=ROOT, env=environment)
    try:
        async with asyncio.timeout(WITHIN_S):
            while service.check and not await succeeds(ours(service.check), environment):
                assert process.returncode is None
                await asyncio.sleep(0.2)
        yield process
    finally:
        if process.returncode is None:
            os.kill(process.pid, signal.SIGTERM)
        async with asyncio.timeout(20):
            assert await process.wait() == 0


def ours(command):
    """`python` is this one."""
    assert command[0] == "python"
    return sys.executable, *command[1:]


async def succeeds(command, environment):
    """Whether a health check is content."""
    check = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stderr=asyncio.subprocess.DEVNULL)
    return await check.wait() == 0


@pytest_asyncio.fixture(loop_scope="module")
async def places(tmp_path):
    """Where things are here instead of in containers, by service."""
    city = quick_city(tmp_path / "city")
    run = tmp_path / "r"
    run.mkdir()
    async with AsyncExitStack() as stack:
        ports = stack.enter_context(hold_ports())
        database = await stack.enter_async_context(Postgresql.start(tmp_path / "postgresql"))
        redis = await stack.enter_async_context(RedisServer.start(tmp_path / "redis"))
        state = tmp_path / "state"
        both = {"/state": str(state), "/city": str(city), "5038": str(ports.ami), "4573": str(ports.agi)}
        rtp = "{}-{}".format(*ports.rtp)
        pbx = {"5060": str(ports.sip), "20000-20999": rtp, "/run/lianxin": str(run)}
        http = {"8012": str(ports.agi + 1)}
        near = {"postgresql://lianxin@127.0.0.1:5432/lianxin": database.url(), "redis://127.0.0.1:6379/0": redis.url}
        inside = {"postgresql://lianxin@postgres/lianxin": database.url(), "redis://redis:6379/0": redis.url}
        yield {
            "asterisk": both | pbx,
            "controller": both | http | near | {"/model": str(tmp_path / "none")},
            "asr": both | inside | {"/model": str(MODEL), "/run/lianxin": str(run)},
            "sip": ports.sip,
            "state": state,
            "database": database.url(),
        }


@asynccontextmanager
async def the_full_set(places):
    """In the order in which `depends_on` starts them."""
    async with AsyncExitStack() as stack:
        for name in ("asterisk", "controller", "asr"):
            await stack.enter_async_context(running(Service.of(name, places[name])))
        yield await stack.enter_async_context(Api.of(places["state"]))


async def one_call(places, api):
    """A citizen calls, an agent answers, both are heard for a while, the citizen hangs up."""
    await api.post("/api/staff", {"number": "101", "name": "王", "pin": PIN})
    seat = Line.seat(places["sip"], "8001", phone_password(places["state"], "8001"))
    citizen = Line.citizen(places["sip"], "13812345678")
    async with Phone.start(seat, manner=Manner.ANSWER) as desk, Phone.start(citizen) as caller:
        agent = Agent(desk, "101", PIN)
        await agent.log_on()
        await agent.ready()
        await caller.dial("12345")
        await (await desk.incoming(deadline_s=WITHIN_S)).established()
        await until(lambda: any(leg.stat().st_size > 8000 for leg in places["spool"].glob("*-1-agent.wav")))
        await caller.hang_up()


async def drafts_of(api):
    """The draft tickets, as soon as there are any."""
    async with asyncio.timeout(WITHIN_S):
        while not (drafts := (await api.get("/api/drafts"))["drafts"]):  # noqa: ASYNC110 (a server is asked)
            await asyncio.sleep(0.1)
    return drafts


async def until(true):
    """Ask again and again."""
    async with asyncio.timeout(WITHIN_S):
        while not true():  # noqa: ASYNC110 (files can only be looked at)
            await asyncio.sleep(0.1)


async def test_one_call_through_the_full_set_becomes_a_draft(places):
    """Asterisk, controller and asr, each by the command, environment and health check of the file."""
    places["spool"] = Path(places["state"]) / "spool"
    async with the_full_set(places) as api:
        await one_call(places, api)
        drafts = await drafts_of(api)

    assert len(drafts) == 1
    database = connect(places["database"])
    async with database.connect() as connection:
        ((worker,),) = (await connection.exec_driver_sql("select worker from jobs")).all()
    await database.dispose()
    assert worker != "controller"
