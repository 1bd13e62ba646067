"""The transcriber around a decoder of five lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from structlog.testing import capture_logs

from asr import jobs
from asr.errors import DecodingFailed, NoModel
from asr.jobs import Job, JobState
from asr.transcriber import Transcriber
from asr.transcript import Transcript, Word, merge
from asr.transcripts import transcript_of, transcripts
from recordings.intake import Intake
from recordings.ledger import recordings
from recordings.recording import Recording
from tests.databases import BOTH, lock
from tests.recordings.scenes import count, leave_call, until

pytestmark = BOTH

SAID = merge([[Word("我要投诉", 1.0, 2.0, 0.9)]], [])


class Hears:
    """A decoder that always hears the same, after as many failures as it is given."""

    children = 2

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.broken: NoModel | None = None

    async def start(self) -> None:
        """Say whether there is a model."""
        if self.broken:
            raise self.broken

    async def close(self) -> None:
        """Nothing is open."""

    async def decode(self, legs: object) -> Transcript:
        """Fail, or hear."""
        if self.failures:
            raise self.failures.pop(0)
        return SAID


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between attempts."""
    monkeypatch.setattr(jobs, "PAUSE", jobs.PAUSE * 0)
    monkeypatch.setattr("asr.sweeper.POLL_S", 0.02)


@pytest.fixture
async def recording(spool: Path, archive: Path, engine: AsyncEngine, impatient: None) -> Recording:
    """A recording with its queued job."""
    leave_call(spool)
    (taken,) = await Intake(spool, archive, engine, follow_up=jobs.enqueue).sweep()
    return taken


@asynccontextmanager
async def at_work(transcriber: Transcriber) -> AsyncIterator[None]:
    """The transcriber runs meanwhile."""
    running = asyncio.ensure_future(transcriber.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def job_in(engine: AsyncEngine, state: JobState) -> Job:
    """The first job in this state, once there is one."""
    async with asyncio.timeout(10):
        while True:
            async with engine.connect() as connection:
                if found := await jobs.listed(connection, state):
                    return found[0]
            await asyncio.sleep(0.01)


async def eventually(engine: AsyncEngine, condition: Callable[[Job], bool]) -> Job:
    """The one job, once it is as it should be."""
    async with asyncio.timeout(10):
        while True:
            async with engine.connect() as connection:
                (job,) = await jobs.listed(connection)
            if condition(job):
                return job
            await asyncio.sleep(0.01)


async def test_transcript_job_and_what_follows_are_one_transaction(
    engine: AsyncEngine, archive: Path, recording: Recording
) -> None:
    """When the follow-up fails there is no transcript either, and the attempt is spent."""
    followed: list[int] = []

    async def fails_once(connection: AsyncConnection, _: Recording, __: Transcript) -> None:
        followed.append(1)
        if len(followed) == 1:
            assert await transcript_of(connection, recording.id) == SAID
            raise ZeroDivisionError("13812340000")

    async with at_work(Transcriber(engine, archive, Hears(), model="m", follow_up=fails_once)):
        job = await eventually(engine, lambda job: job.state is JobState.DONE)

    assert (job.attempts, len(followed), await count(engine, transcripts)) == (2, 2, 1)


async def test_reason_of_an_unforeseen_failure_holds_no_words_of_it(
    engine: AsyncEngine, archive: Path, recording: Recording
) -> None:
    """They may be a citizen's."""
    decoder = Hears(*[KeyError("13812340000")] * 3)
    async with at_work(Transcriber(engine, archive, decoder, model="m")):
        job = await eventually(engine, lambda job: job.state is JobState.DEAD)

    assert job.error is not None
    assert job.error.startswith("KeyError at test_transcriber.py:")
    assert "138" not in job.error.split(":")[0]


async def test_recording_whose_row_makes_no_sense_costs_its_own_job_alone(
    engine: AsyncEngine, archive: Path, spool: Path, recording: Recording
) -> None:
    """The attempts count, the job is given up, and the next is done."""
    broken = update(recordings).where(recordings.c.id == recording.id).values(damage="{")
    async with engine.begin() as connection:
        await connection.execute(broken)
    leave_call(spool, call="lx-2.0")
    await Intake(spool, archive, engine, follow_up=jobs.enqueue).sweep()

    async with at_work(Transcriber(engine, archive, Hears(), model="m")):
        done = await job_in(engine, JobState.DONE)
        dead = await job_in(engine, JobState.DEAD)

    assert (dead.attempts, done.attempts) == (jobs.ATTEMPTS_MAX, 1)
    assert dead.error is not None
    assert dead.error.startswith("JSONDecodeError")


async def test_third_failure_kills_the_job_and_keeps_the_recording(
    engine: AsyncEngine, archive: Path, recording: Recording
) -> None:
    """Then a retry succeeds."""
    decoder = Hears(*[DecodingFailed("signal SIGSEGV")] * 3)
    async with at_work(Transcriber(engine, archive, decoder, model="m")):
        dead = await eventually(engine, lambda job: job.state is JobState.DEAD)
        assert dead.error == "DecodingFailed: signal SIGSEGV"
        async with engine.begin() as connection:
            await jobs.retry(connection, dead.id, recording.taken_in_at)
        await eventually(engine, lambda job: job.state is JobState.DONE)


async def test_without_a_model_jobs_wait_with_the_reason_and_spend_no_attempt(
    engine: AsyncEngine, archive: Path, recording: Recording
) -> None:
    """Calls go on; when the model comes, so does the transcript."""
    decoder = Hears()
    decoder.broken = NoModel("there is no model", "没有语音模型")
    transcriber = Transcriber(engine, archive, decoder, model="m", model_check_every_s=0.02)
    async with at_work(transcriber):
        waiting = await eventually(engine, lambda job: job.error is not None)
        assert (waiting.state, waiting.attempts, transcriber.health.on) == (JobState.QUEUED, 0, False)
        assert waiting.error == transcriber.health.reason
        assert "没有语音模型" in waiting.error

        decoder.broken = None
        done = await eventually(engine, lambda job: job.state is JobState.DONE)

    assert (done.attempts, done.error, transcriber.health.on) == (1, None, True)


async def test_database_locked_while_storing_costs_neither_attempt_nor_transcript(
    engine: AsyncEngine, archive: Path, recording: Recording, database_url: str
) -> None:
    """What was decoded is stored when the other writer lets go."""
    writers = []

    class Locks(Hears):
        async def decode(self, legs: object) -> Transcript:
            writers.append(await asyncio.to_thread(lock, database_url))
            return SAID

    with capture_logs() as logs:
        async with at_work(Transcriber(engine, archive, Locks(), model="m")):
            await until(lambda: writers and any("locked" in log["event"] for log in logs))
            writers[0].close()
            job = await eventually(engine, lambda job: job.state is JobState.DONE)

    assert (job.attempts, len(writers), await count(engine, transcripts)) == (1, 1, 1)


async def test_job_of_a_dead_process_is_done_after_the_restart(
    engine: AsyncEngine, archive: Path, recording: Recording
) -> None:
    """It was RUNNING, and nobody ran it."""
    async with engine.begin() as connection:
        await jobs.claim(connection, recording.taken_in_at)

    async with at_work(Transcriber(engine, archive, Hears(), model="m")):
        job = await eventually(engine, lambda job: job.state is JobState.DONE)

    assert job.attempts == 2


async def test_who_is_told_to_end_hands_its_job_back(engine: AsyncEngine, archive: Path, recording: Recording) -> None:
    """As often as it is restarted: no attempt is spent, and nobody waits for a silence."""
    begun: list[int] = []

    class Takes(Hears):
        async def decode(self, legs: object) -> Transcript:
            begun.append(1)
            return await asyncio.Event().wait() and SAID

    for time in range(jobs.ATTEMPTS_MAX + 1):
        async with at_work(Transcriber(engine, archive, Takes(), model="m")):
            await until(lambda time=time: len(begun) > time)
        job = await eventually(engine, lambda _: True)
        assert (job.state, job.attempts) == (JobState.QUEUED, 0)


async def test_notice_is_not_waited_for_by_polling(
    engine: AsyncEngine, archive: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here a poll would come in an hour."""
    monkeypatch.setattr("asr.sweeper.POLL_S", 3600)
    transcriber = Transcriber(engine, archive, Hears(), model="m")
    async with at_work(transcriber):
        await until(lambda: transcriber.health.on)
        leave_call(spool)
        intake = Intake(spool, archive, engine, follow_up=jobs.enqueue, announce=lambda _: transcriber.notice())
        await intake.sweep()
        await eventually(engine, lambda job: job.state is JobState.DONE)
