"""Workers on a shared PostgreSQL, a shared Redis and a shared folder: killed, again and again, with Redis, too."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from asr import jobs
from asr.jobs import ATTEMPTS_MAX, JobState
from asr.transcripts import transcripts
from plumbing.database import connect
from plumbing.settings import PREFIX
from recordings.archive import Archive
from recordings.intake import Intake
from recordings.recording import Leg
from sandbox.redis_server import RedisServer
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, record_talk
from tests.databases import Databases
from tests.hotline.typed import hotline
from tickets.store import tickets

ROOT = Path(__file__).parents[2]
RECORDINGS, TIMES = 6, 3
WITHIN_S = 120.0


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A Redis of the test's own, to be killed."""
    async with RedisServer.start(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def environment(postgresql: Databases, redis: RedisServer, tmp_path: Path) -> dict[str, str]:
    """What every worker is told."""
    told: dict[str, object] = {
        "STATE_DIR": tmp_path,
        "CITY_DIR": ROOT / "cities/sample",
        "SPOOL_DIR": tmp_path / "spool",
        "DATABASE_URL": postgresql.new(),
        "REDIS_URL": redis.url,
        "ASR_MODEL": MODEL,
        "ASR_CHILDREN": 1,
        "ASR_SILENCE_S": 1.0,
    }
    return {f"{PREFIX}{name}": str(value) for name, value in told.items()}


@pytest.fixture
async def database(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """The shared database, with recordings to be transcribed."""
    engine = connect(environment[f"{PREFIX}DATABASE_URL"])
    (tmp_path / "spool").mkdir()
    for number in range(RECORDINGS):
        _leave_talk(tmp_path / "spool", f"lx1-{number}.1")
    await Intake(tmp_path / "spool", tmp_path / "recordings", engine, follow_up=jobs.enqueue).sweep()
    yield engine
    await engine.dispose()


def _leave_talk(spool: Path, call: str) -> None:
    """Half a minute of speech: it takes a decoder a while, as tones and silence do not."""
    for leg, file in record_talk(spool, TALK, TIMES).items():
        file.rename(spool / f"{call}-1-{leg}.wav")
    (spool / f"{call}-1.done").touch()


async def started(environment: dict[str, str]) -> asyncio.subprocess.Process:
    """One worker process."""
    program, surroundings = (sys.executable, "-m", "hotline.asr"), os.environ | environment
    quiet = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(*program, cwd=ROOT, env=surroundings, stderr=quiet)


@asynccontextmanager
async def workers(environment: dict[str, str]) -> AsyncIterator[None]:
    """Two worker processes, killed with -9 in the end."""
    both = [await started(environment) for _ in range(2)]
    try:
        yield
        assert [worker.returncode for worker in both] == [None, None]
    finally:
        for worker in both:
            if worker.returncode is None:
                os.kill(worker.pid, signal.SIGKILL)
            await worker.wait()


async def states(database: AsyncEngine) -> Counter[JobState]:
    """How many jobs are in each state."""
    async with database.connect() as connection:
        return Counter(await jobs.counted(connection))


async def until_states(database: AsyncEngine, wanted: Mapping[JobState, int]) -> None:
    """Wait until exactly so many are in each."""
    async with asyncio.timeout(WITHIN_S):
        while +(await states(database)) != wanted:  # noqa: ASYNC110 (other processes do it)
            await asyncio.sleep(0.1)


async def two_are_at_work(database: AsyncEngine) -> None:
    """Wait until each worker has a job."""
    async with asyncio.timeout(WITHIN_S), database.connect() as connection:
        alive = select(jobs.jobs.c.worker).where(jobs.jobs.c.state == JobState.RUNNING, jobs.jobs.c.beats >= 1)
        while len(set(await connection.scalars(alive))) < 2:
            await connection.rollback()
            await asyncio.sleep(0.05)


async def test_no_job_is_lost_doubled_or_stuck_when_workers_and_redis_die(
    database: AsyncEngine, environment: dict[str, str], redis: RedisServer
) -> None:
    """Both workers are killed at their work, twice; Redis is killed, then emptied. Every recording has one draft."""
    async with workers(environment):
        await two_are_at_work(database)
    await redis.kill()
    await redis.boot()
    async with workers(environment):
        await two_are_at_work(database)
        await redis.empty()
    async with workers(environment):
        await until_states(database, {JobState.DONE: RECORDINGS})

    async with database.connect() as connection:
        recordings = set(await connection.scalars(select(jobs.jobs.c.recording)))
        attempts = sorted(await connection.scalars(select(jobs.jobs.c.attempts)))
        told = list(await connection.scalars(select(transcripts.c.recording)))
        drafts = list(await connection.scalars(select(tickets.c.recording)))
    assert sorted(told) == sorted(drafts) == sorted(recordings)
    assert len(recordings) == RECORDINGS
    assert 2 <= sum(attempts) - RECORDINGS <= 4  # exactly those that were killed at their work
    assert attempts[-1] <= ATTEMPTS_MAX


async def test_worker_told_to_end_hands_its_job_back(database: AsyncEngine, environment: dict[str, str]) -> None:
    """SIGTERM in the middle of a job: it waits again at once, and no attempt was spent."""
    worker = await started(environment)
    async with asyncio.timeout(WITHIN_S):
        while not (await states(database))[JobState.RUNNING]:  # noqa: ASYNC110 (another process does it)
            await asyncio.sleep(0.02)
    worker.terminate()

    assert await worker.wait() == 0
    async with database.connect() as connection:
        listed = await jobs.listed(connection)
    assert {(job.state, job.attempts) for job in listed} <= {(JobState.QUEUED, 0), (JobState.DONE, 1)}
    assert JobState.QUEUED in {job.state for job in listed}


async def test_dead_letter_is_listed_and_tried_again_by_a_person(
    database: AsyncEngine, environment: dict[str, str], redis: RedisServer, state: Path, tmp_path: Path
) -> None:
    """A leg that cannot be read is given up with its reason; mended, it is transcribed, though Redis died meanwhile."""
    async with database.connect() as connection:
        bad = (await jobs.listed(connection))[0]
    leg = Archive(tmp_path / "recordings").path(bad.recording, Leg.CALLER)
    whole = leg.rename(tmp_path / "whole.wav")
    leg.mkdir()
    async with workers(environment):
        await until_states(database, {JobState.DONE: RECORDINGS - 1, JobState.DEAD: 1})
        listed = await hotline(state, "jobs", "list", "--state", "dead")
        leg.rmdir()
        whole.rename(leg)
        await redis.kill()
        retried = await hotline(state, "jobs", "retry", str(bad.id))
        await redis.boot()
        await until_states(database, {JobState.DONE: RECORDINGS})

    assert (listed.code, "IsADirectoryError" in listed.out, retried.code) == (0, True, 0), (listed, retried)
    async with database.connect() as connection:
        drafts = list(await connection.scalars(select(tickets.c.recording)))
    assert (len(drafts), len(set(drafts))) == (RECORDINGS, RECORDINGS)


async def test_worker_alone_with_its_database_says_what_is_missing(environment: dict[str, str]) -> None:
    """It cannot share what it has not."""
    alone = os.environ | environment | {f"{PREFIX}REDIS_URL": ""}
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hotline.asr"), cwd=ROOT, env=alone, stderr=asyncio.subprocess.PIPE
    )
    _, told = await worker.communicate()

    assert (worker.returncode, "HOTLINE_REDIS_URL" in told.decode()) == (2, True)
