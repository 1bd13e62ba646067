"""Jobs: counted before they begin, three attempts, never doubled."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from asr import jobs
from asr.jobs import ATTEMPTS_MAX, DEATHS_MAX, Job, JobState
from asr.watch import Pulse
from plumbing.database import connect
from recordings import ledger
from recordings.intake import Intake
from tests.databases import BOTH
from tests.recordings.scenes import NOON, count, leave_call

pytestmark = BOTH

LATER = NOON + timedelta(days=400)  # after any recording taken in by this test


@pytest.fixture
async def queued(spool: Path, archive: Path, engine: AsyncEngine) -> AsyncEngine:
    """A database with one queued job."""
    leave_call(spool)
    await Intake(spool, archive, engine, follow_up=jobs.enqueue).sweep()
    return engine


async def claim(engine: AsyncEngine, now=LATER) -> Job | None:
    """Claim in a transaction of its own."""
    async with engine.begin() as connection:
        return await jobs.claim(connection, now)


async def only_job(engine: AsyncEngine) -> Job:
    """The one job."""
    async with engine.connect() as connection:
        (job,) = await jobs.listed(connection)
        return job


async def test_attempt_is_counted_before_its_work(queued: AsyncEngine) -> None:
    """What kills its worker is counted too."""
    await claim(queued)

    job = await only_job(queued)
    assert (job.state, job.attempts, job.started_at) == (JobState.RUNNING, 1, LATER)


async def test_running_job_is_claimed_by_nobody_else(queued: AsyncEngine, database_url: str) -> None:
    """Ten at once: one gets it."""
    patient = connect(database_url)
    claimed = await asyncio.gather(*(claim(patient) for _ in range(10)))
    await patient.dispose()

    assert len([job for job in claimed if job]) == 1


async def test_who_claim_at_once_get_a_job_each(
    engine: AsyncEngine, spool: Path, archive: Path, database_url: str
) -> None:
    """As many jobs as claims: nobody goes away without one because another was faster."""
    for number in range(5):
        leave_call(spool, call=f"lx1-{number}.1")
    await Intake(spool, archive, engine, follow_up=jobs.enqueue).sweep()
    patient = connect(database_url)
    claimed = await asyncio.gather(*(claim(patient) for _ in range(5)))
    await patient.dispose()

    assert len({job.id for job in claimed if job}) == 5


async def test_crisis_hotlines_and_then_messages_are_first_in_line(
    engine: AsyncEngine, spool: Path, archive: Path
) -> None:
    """Whatever came before them; within a rank the oldest. A message in a crisis is a crisis."""
    dialled = {"lx1-1.1": "12345", "lx1-2.1": "12345", "lx1-3.1": "12355", "lx1-4.1": "12345", "lx1-5.1": "12355"}
    messages = {"lx1-2.1", "lx1-4.1", "lx1-5.1"}
    in_line = partial(jobs.enqueue, crisis={"12355"})
    for call, dnis in dialled.items():
        (spool / f"{call}-1.to").write_text(f"{dnis} 13812340000{' message' if call in messages else ''}\n")
        leave_call(spool, call)
    await Intake(spool, archive, engine, follow_up=in_line, hotline_of=lambda dnis: dnis).sweep()

    claimed = [await claim(engine) for _ in dialled]

    async with engine.connect() as connection:
        calls = [(await ledger.read(connection, job.recording)).call_id for job in claimed if job]
    assert calls == ["lx1-3.1", "lx1-5.1", "lx1-2.1", "lx1-4.1", "lx1-1.1"]


async def test_only_who_has_been_silent_loses_the_job(queued: AsyncEngine) -> None:
    """A sign of life between the look and the taking saves it."""
    job = await claim(queued)
    assert job is not None
    seen = Pulse(job.id, job.attempts, job.beats)
    async with queued.begin() as connection:
        assert await jobs.beat(connection, job)
        assert not await jobs.take_away(connection, seen, LATER)
        assert await jobs.take_away(connection, seen._replace(beats=1), LATER)
        assert not await jobs.beat(connection, job)

    assert (await only_job(queued)).state is JobState.QUEUED


async def test_failed_job_pauses_and_dies_after_its_third_attempt(queued: AsyncEngine) -> None:
    """Dead, with the reason, and listed."""
    now = LATER
    for attempt in range(1, ATTEMPTS_MAX + 1):
        job = await claim(queued, now)
        assert job is not None
        assert job.attempts == attempt
        async with queued.begin() as connection:
            await jobs.give_back(connection, job, "signal SIGSEGV", now)
        assert await claim(queued, now) is None
        now += timedelta(minutes=1)

    async with queued.connect() as connection:
        (dead,) = await jobs.listed(connection, JobState.DEAD)
    assert (dead.error, await claim(queued, now)) == ("signal SIGSEGV", None)


async def test_dead_job_is_retried_by_a_person_from_the_first_attempt(queued: AsyncEngine) -> None:
    """Only a dead one."""
    for _ in range(ATTEMPTS_MAX):
        await claim(queued)
        async with queued.begin() as connection:
            await jobs.return_orphans(connection, LATER)
    dead = await only_job(queued)
    assert (dead.state, dead.error) == (JobState.DEAD, jobs.WORKER_DIED)

    async with queued.begin() as connection:
        assert await jobs.retry(connection, dead.id, LATER)
        assert not await jobs.retry(connection, dead.id, LATER)

    job = await claim(queued)
    assert job is not None
    assert job.attempts == 1


async def die(engine: AsyncEngine) -> None:
    """Somebody claims the job, and is killed."""
    job = await claim(engine)
    assert job is not None
    async with engine.begin() as connection:
        assert await jobs.take_away(connection, Pulse(job.id, job.attempts, job.beats), LATER)


async def test_death_of_a_worker_is_no_failure_of_its_job(queued: AsyncEngine) -> None:
    """Whatever killed three workers, the job has its three attempts all the same."""
    for _ in range(ATTEMPTS_MAX):
        await die(queued)
    now = LATER
    for _ in range(ATTEMPTS_MAX):
        assert (await only_job(queued)).state in {JobState.QUEUED, JobState.FAILED}
        job = await claim(queued, now)
        assert job is not None
        async with queued.begin() as connection:
            await jobs.give_back(connection, job, "signal SIGSEGV", now)
        now += timedelta(minutes=1)

    dead = await only_job(queued)
    assert (dead.state, dead.attempts, dead.deaths) == (JobState.DEAD, 2 * ATTEMPTS_MAX, ATTEMPTS_MAX)


async def test_job_at_which_workers_die_and_die_is_given_up(queued: AsyncEngine) -> None:
    """It may be the job after all. A person may want it tried again, from the first."""
    for _ in range(DEATHS_MAX):
        assert (await only_job(queued)).state is JobState.QUEUED
        await die(queued)

    dead = await only_job(queued)
    assert (dead.state, dead.error, await claim(queued)) == (JobState.DEAD, jobs.WORKER_DIED, None)
    async with queued.begin() as connection:
        assert await jobs.retry(connection, dead.id, LATER)
    assert (await only_job(queued)).deaths == 0


async def test_job_that_is_handed_back_has_lost_nothing(queued: AsyncEngine) -> None:
    """By who has it, once."""
    job = await claim(queued)
    assert job is not None
    async with queued.begin() as connection:
        assert await jobs.hand_back(connection, job)
        assert not await jobs.hand_back(connection, job)

    waiting = await only_job(queued)
    assert (waiting.state, waiting.attempts, waiting.deaths) == (JobState.QUEUED, 0, 0)


async def test_attempt_that_was_taken_away_can_neither_complete_nor_fail(queued: AsyncEngine) -> None:
    """A worker thought dead that comes back changes nothing."""
    late = await claim(queued)
    assert late is not None
    async with queued.begin() as connection:
        await jobs.return_orphans(connection, LATER)
    await claim(queued)

    async with queued.begin() as connection:
        assert not await jobs.complete(connection, late, LATER)
        await jobs.give_back(connection, late, "late", LATER)

    job = await only_job(queued)
    assert (job.state, job.attempts, job.error) == (JobState.RUNNING, 2, None)


async def test_recording_has_one_job(queued: AsyncEngine, spool: Path, archive: Path) -> None:
    """However often it is asked for."""
    recording = (await only_job(queued)).recording
    async with queued.begin() as connection:
        found = await ledger.read(connection, recording)
        await jobs.enqueue(connection, found)

    assert await count(queued, jobs.jobs) == 1


async def test_a_fresh_job_is_due_whatever_the_clock_says(queued: AsyncEngine) -> None:
    """Whoever queued it may be ahead by an hour; only who has failed rests."""
    job = await only_job(queued)
    claimed = await claim(queued, job.queued_at - timedelta(hours=1))

    assert claimed is not None
    assert claimed.id == job.id
