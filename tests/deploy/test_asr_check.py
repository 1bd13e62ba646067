"""The health check of service `asr`, by the command of docker-compose.yml, against real PostgreSQL and Redis."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox.postgresql import Postgresql
from sandbox.redis_server import RedisServer
from tests.asr.conftest import MODEL
from tests.deploy.compose_file import ROOT, Service

WITHIN_S = 120.0


@pytest.fixture
async def postgresql(tmp_path: Path) -> AsyncIterator[Postgresql]:
    """One of the test's own, to be killed."""
    async with Postgresql.start(tmp_path / "postgresql") as server:
        yield server


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """The same."""
    async with RedisServer.start(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Where the worker's model is, in a place of the test's own."""
    place = tmp_path / "model"
    place.symlink_to(MODEL)
    return place


@pytest.fixture
def service(tmp_path: Path, postgresql: Postgresql, redis: RedisServer, model: Path) -> Service:
    """The service, here."""
    run = tmp_path / "r"
    run.mkdir()
    return Service.of(
        "asr",
        {
            "/state": str(tmp_path / "state"),
            "/city": str(ROOT / "cities/sample"),
            "/model": str(model),
            "/run/lianxin": str(run),
            "postgresql://lianxin@postgres/lianxin": postgresql.url(),
            "redis://redis:6379/0": redis.url,
        },
    )


async def begin(service: Service, command: Sequence[str]) -> asyncio.subprocess.Process:
    """`python` is this one."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, *command[1:]),
        cwd=ROOT,
        env=os.environ | dict(service.environment),
        stdout=asyncio.subprocess.PIPE,
    )


async def checked(service: Service) -> tuple[int | None, str]:
    """Exit code of the check, and what it tells."""
    check = await begin(service, service.check)
    told, _ = await check.communicate()
    return check.returncode, told.decode()


async def until_told(service: Service, code: int, words: str = "") -> None:
    """Check again and again until it says this."""
    async with asyncio.timeout(WITHIN_S):
        while (told := await checked(service))[0] != code or words not in told[1]:  # noqa: ASYNC110 (it can only be asked)
            await asyncio.sleep(0.1)


@asynccontextmanager
async def worker(service: Service) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service's process, ended in order."""
    process = await begin(service, service.command)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()


async def test_worker_is_healthy_while_it_can_take_a_job_and_says_what_is_in_the_way(
    service: Service, postgresql: Postgresql, redis: RedisServer
) -> None:
    """Redis is killed and comes back, then PostgreSQL; the worker lives through both. Ended, it is not healthy."""
    async with worker(service) as process:
        await until_told(service, 0)
        await redis.kill()
        assert await checked(service) == (1, "Redis 不应答 / Redis does not answer\n")
        await redis.boot()
        await until_told(service, 0)
        await postgresql.kill()
        await until_told(service, 1, "数据库")
        await postgresql.boot()
        await until_told(service, 0)
        assert process.returncode is None

    assert (await checked(service))[0] == 1


async def test_worker_without_a_model_is_not_healthy(service: Service, model: Path) -> None:
    """It runs, and could do nothing with a job."""
    await asyncio.to_thread(model.unlink)
    async with worker(service) as process:
        await until_told(service, 1, "HOTLINE_ASR_MODEL")
        assert process.returncode is None
