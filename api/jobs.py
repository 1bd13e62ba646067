"""转写任务: which recordings are not transcribed yet and why; one that was given up is tried again by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.asked import Answer, Asked, Nothing, Wish
from asr import jobs
from asr.jobs import Job, JobState
from recordings.access import note
from recordings.ledger import recordings
from recordings.recording import RecordingId

UNFINISHED = (JobState.DEAD, JobState.FAILED, JobState.RUNNING, JobState.QUEUED)
"""Those that need a person first."""


class UnknownJob(LookupError):
    """There is no job with this number."""


class JobNotDead(Exception):
    """The job waits, works or is done: there is nothing to retry."""


class JobSeen(Answer):
    """One recording to be transcribed. `reason`: why the last attempt failed, or why nothing happens."""

    number: int
    recording: RecordingId
    call: str
    state: JobState
    attempts: int
    reason: str | None
    queued_at: datetime
    not_before: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobsWanted(Wish):
    """In which state (all that are not done, when none is named), `limit` at most."""

    state: JobState | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class JobsSeen(Answer):
    """Those given up first, then those to be retried, at work, waiting; the oldest first. `counts`: of all jobs."""

    jobs: tuple[JobSeen, ...]
    counts: dict[JobState, int]


async def everything(asked: Asked[JobsWanted]) -> JobsSeen:
    """What is still to be transcribed, and what could not be."""
    wish = asked.wish
    found: list[Job] = []
    async with asked.services.database.connect() as connection:
        counts = await jobs.counted(connection)
        for state in (wish.state,) if wish.state else UNFINISHED:
            found += await jobs.listed(connection, state, limit=wish.limit - len(found))
        calls = await _calls(connection, found)
    return JobsSeen(jobs=tuple(_seen(job, calls) for job in found), counts=dict(counts))


async def retry(asked: Asked[Nothing]) -> JobSeen:
    """Try a dead job again, from its first attempt; who wanted it is written down."""
    number = asked.number("job")
    async with asked.services.database.begin() as connection:
        revived = await jobs.retry(connection, number, asked.now)
        job = await jobs.read(connection, number)
        if job is None:
            raise UnknownJob(number)
        if not revived:
            raise JobNotDead(job.state)
        await note(connection, at=asked.now, who=str(asked.by), deed="transcription.retried", subject=job.recording)
        calls = await _calls(connection, [job])
    asked.services.transcription.notice()
    return _seen(job, calls)


async def _calls(connection: AsyncConnection, found: Sequence[Job]) -> Mapping[str, str]:
    """The call of each job's recording."""
    wanted = [job.recording for job in found]
    rows = await connection.execute(select(recordings.c.id, recordings.c.call_id).where(recordings.c.id.in_(wanted)))
    return {row.id: row.call_id for row in rows}


def _seen(job: Job, calls: Mapping[str, str]) -> JobSeen:
    return JobSeen(
        number=job.id,
        recording=job.recording,
        call=calls[job.recording],
        state=job.state,
        attempts=job.attempts,
        reason=job.error,
        queued_at=job.queued_at,
        not_before=job.not_before,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )
