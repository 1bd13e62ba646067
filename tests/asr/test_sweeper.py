"""Several processes on one table of jobs: the silent lose theirs, the living keep them, nobody waits for a message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from asr import jobs
from asr.bell import Bell
from asr.errors import NoModel
from asr.jobs import JobState
from asr.transcriber import Broker, Transcriber
from asr.transcript import Transcript
from asr.transcripts import transcripts
from recordings.intake import Intake
from recordings.recording import Recording
from sandbox.redis_server import RedisServer
from tests.asr.test_transcriber import SAID, Hears, at_work, eventually
from tests.databases import BOTH
from tests.recordings.scenes import count, leave_call, until

pytestmark = BOTH


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks come soon."""
    monkeypatch.setattr("asr.sweeper.POLL_S", 0.05)


@pytest.fixture
async def recording(spool: Path, archive: Path, engine: AsyncEngine) -> Recording:
    """A recording with its queued job."""
    leave_call(spool)
    (taken,) = await Intake(spool, archive, engine, follow_up=jobs.enqueue).sweep()
    return taken


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A Redis of the test's own, to be killed."""
    async with RedisServer.start(tmp_path / "redis") as server:
        yield server


class Slow(Hears):
    """A decoder that takes its time."""

    async def decode(self, legs: object) -> Transcript:
        """Hear, slowly."""
        await asyncio.sleep(1.0)
        return SAID


async def test_job_of_a_silent_worker_is_given_back_without_a_restart(
    engine: AsyncEngine, archive: Path, recording: Recording
) -> None:
    """It was RUNNING on a machine that is gone."""
    async with engine.begin() as connection:
        await jobs.claim(connection, recording.taken_in_at, worker="gone")

    async with at_work(Transcriber(engine, archive, Hears(), model="m", silence_s=0.3)):
        job = await eventually(engine, lambda job: job.state is JobState.DONE)

    assert (job.attempts, job.worker) == (2, jobs.CONTROLLER)


async def test_worker_that_lives_keeps_its_job_however_long_it_takes(
    engine: AsyncEngine, archive: Path, recording: Recording, redis: RedisServer
) -> None:
    """Longer than the silence that would cost it the job; the other has free hands."""
    one, two = (
        Transcriber(engine, archive, Slow(), model="m", bell=Bell(redis.url), worker=name, silence_s=0.5)
        for name in ("one", "two")
    )
    async with at_work(one), at_work(two):
        job = await eventually(engine, lambda job: job.state is JobState.DONE)

    assert (job.attempts, await count(engine, transcripts)) == (1, 1)


async def test_what_another_process_transcribed_is_announced_here(
    engine: AsyncEngine, archive: Path, recording: Recording, redis: RedisServer
) -> None:
    """The controller without a model hears of the drafts that workers make, each once; no job says "no model"."""
    deaf, heard, elsewhere = Hears(), [], []
    deaf.broken = NoModel("no model", "没有语音模型")
    controller = Transcriber(engine, archive, deaf, model="m", bell=Bell(redis.url), announce=heard.append)
    async with at_work(controller):
        await until(lambda: controller.health.reason and "没有语音模型" in controller.health.reason)
        worker = Transcriber(
            engine, archive, Hears(), model="m", bell=Bell(redis.url), worker="w", announce=elsewhere.append
        )
        async with at_work(worker):
            job = await eventually(engine, lambda job: job.state is JobState.DONE)
            await until(lambda: heard)
            await asyncio.sleep(0.2)

    assert ([made.id for made in heard], [made.id for made in elsewhere]) == ([recording.id], [recording.id])
    assert job.error is None


async def test_redis_that_is_away_costs_time_only(
    engine: AsyncEngine, archive: Path, spool: Path, redis: RedisServer
) -> None:
    """It is said; when Redis is back, with nothing in it, the job is done at its first attempt."""
    transcriber = Transcriber(engine, archive, Hears(), model="m", bell=Bell(redis.url))
    async with at_work(transcriber):
        await until(lambda: transcriber.health.on)
        await redis.kill()
        leave_call(spool)
        await Intake(spool, archive, engine, follow_up=jobs.enqueue).sweep()
        await until(lambda: transcriber.broker is Broker.AWAY)

        await redis.boot()
        job = await eventually(engine, lambda job: job.state is JobState.DONE)
        await until(lambda: transcriber.broker is Broker.REDIS)

    assert job.attempts == 1
