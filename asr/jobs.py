"""Table `jobs`: which recordings are still to be transcribed. Whoever does the work may die at any moment.

    QUEUED ──claim──► RUNNING ──complete──► DONE
                         ├── give_back, attempts left ──► FAILED ──claim, after a pause──► RUNNING
                         ├── give_back, the third     ──► DEAD ──retry, by a person──► QUEUED
                         ├── take_away, return_orphans (its worker died) ──► QUEUED, or DEAD after too many deaths
                         └── hand_back (its worker ends in order; the attempt does not count) ──► QUEUED

The line is asr.order's: crisis hotlines, voice messages, talks; the oldest first. An attempt is counted before its work
begins, so a job that kills its worker is counted too: in `attempts` and in `deaths`. A worker may die of anything,
whatever it was doing, so a job is not given up before DEATHS_MAX of them; the controller's death costs callers, so that
of three it is. Workers may be on several machines: `worker` says who has a RUNNING job, and `beats` counts up while
that process lives (asr.watch).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from asr.order import Rank, rank_of
from asr.watch import Pulse
from plumbing.columns import Instant, insert_once
from plumbing.database import metadata
from recordings.calls import read_call
from recordings.recording import Recording, RecordingId, RecordingState, made_at

ATTEMPTS_MAX = 3
DEATHS_MAX = 10
CONTROLLER = "controller"  # the worker's name in the one controller; others have names of their own
LISTED_MOST = 1000
PAUSE = timedelta(seconds=5)  # before another attempt, times the attempts made
WORKER_DIED = "转写进程中断 / the worker died"
_REASON_CHARS_MAX = 1000


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"  # 待转写
    RUNNING = "running"  # 转写中
    DONE = "done"  # 已完成
    FAILED = "failed"  # 失败, 将重试: waits for its next attempt
    DEAD = "dead"  # 已放弃: three attempts failed; a person may retry it


jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("recording", String(36), ForeignKey("recordings.id"), nullable=False, unique=True),
    Column("state", String(16), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Column("queued_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("worker", String(80)),
    Column("beats", Integer, nullable=False, server_default="0"),
    Column("rank", Integer, nullable=False, server_default=str(Rank.TALK.value)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row of `jobs`. `deaths`: of workers at it. `error`: why the last attempt failed, or why nothing happens."""

    id: int
    recording: RecordingId
    state: JobState
    attempts: int
    deaths: int
    error: str | None
    queued_at: datetime
    not_before: datetime
    started_at: datetime | None
    finished_at: datetime | None
    worker: str | None
    beats: int
    rank: Rank


async def enqueue(connection: AsyncConnection, recording: Recording, *, crisis: Collection[str] = ()) -> None:
    """A job for a recording with sound, in the transaction that takes the recording in. Once.

    `crisis`: the numbers of hotlines for people in need, who are first in line.
    """
    if recording.state is not RecordingState.KEPT or recording.taken_in_at is None:
        return
    at = recording.taken_in_at
    rank = rank_of(await read_call(connection, recording.call_id), recording.attempt, crisis)
    row = {"recording": recording.id, "state": JobState.QUEUED, "attempts": 0, "queued_at": at, "not_before": at}
    await insert_once(connection, jobs, row | {"rank": int(rank)})


async def claim(
    connection: AsyncConnection, now: datetime, *, worker: str = CONTROLLER, only: RecordingId | None = None
) -> Job | None:
    """The first job in line that may begin, now RUNNING and its attempt counted; None when there is none.

    `only`: that of this recording, wherever it is in line.
    """
    meant = {"claimed_at": now, "by": worker} | ({} if only is None else {"only": only})
    row = (await connection.execute(_claiming(anyone=only is None), meant)).one_or_none()
    return _job(row._asdict()) if row else None


@cache  # written once: every job asks for it
def _claiming(*, anyone: bool) -> ReturningUpdate[Any]:
    now = bindparam("claimed_at", type_=Instant)
    waiting = or_(jobs.c.state == JobState.QUEUED, jobs.c.state == JobState.FAILED)
    # One that has not failed is due whatever the clock says: another machine's may have queued it.
    is_due = or_(jobs.c.state == JobState.QUEUED, jobs.c.not_before <= now)
    is_meant = true() if anyone else jobs.c.recording == bindparam("only")
    ripe = select(jobs.c.id).where(waiting, is_due, is_meant).order_by(jobs.c.rank, jobs.c.id).limit(1)
    first = ripe.with_for_update(skip_locked=True).scalar_subquery()  # PostgreSQL: not the one another is claiming
    begun = {"state": JobState.RUNNING, "attempts": jobs.c.attempts + 1, "started_at": now, "worker": bindparam("by")}
    unspoilt = {"finished_at": None, "error": None, "beats": 0}
    return update(jobs).where(jobs.c.id == first, waiting).values(**begun, **unspoilt).returning(*jobs.c)


async def complete(connection: AsyncConnection, job: Job, now: datetime) -> bool:
    """The transcript is stored.

    False when this attempt is not the running one (any more): then nothing may be stored.
    """
    return await _leave_running(connection, job, state=JobState.DONE, finished_at=now)


async def give_back(connection: AsyncConnection, job: Job, reason: str, now: datetime) -> JobState:
    """An attempt failed: FAILED until its pause is over, or DEAD after the last."""
    failures = job.attempts - job.deaths
    state = JobState.DEAD if failures >= ATTEMPTS_MAX else JobState.FAILED
    later = now + PAUSE * failures
    reason = reason[:_REASON_CHARS_MAX]
    await _leave_running(connection, job, state=state, error=reason, finished_at=now, not_before=later)
    return state


async def hand_back(connection: AsyncConnection, job: Job) -> bool:
    """Its worker is told to end: nothing is said against the job, and somebody else may have it at once."""
    return await _leave_running(connection, job, state=JobState.QUEUED, attempts=jobs.c.attempts - 1)


async def beat(connection: AsyncConnection, job: Job) -> bool:
    """The job's worker lives. False when the job was taken away from it."""
    return await _leave_running(connection, job, beats=jobs.c.beats + 1)


async def take_away(connection: AsyncConnection, seen: Pulse, now: datetime) -> bool:
    """Give a RUNNING job back whose worker has been silent; False when it has shown itself since it was `seen`."""
    silent = and_(jobs.c.id == seen.job, jobs.c.attempts == seen.attempts, jobs.c.beats == seen.beats)
    return await _return(connection, silent, now, deaths_max=DEATHS_MAX) == 1


async def return_orphans(connection: AsyncConnection, now: datetime, *, of: str = CONTROLLER) -> int:
    """At the start of a worker of this name: what it has RUNNING was left by its dead predecessor. How many."""
    mine = or_(jobs.c.worker == of, jobs.c.worker.is_(None))
    return await _return(connection, mine, now, deaths_max=ATTEMPTS_MAX)


async def _return(connection: AsyncConnection, which: ColumnElement[bool], now: datetime, *, deaths_max: int) -> int:
    deaths = jobs.c.deaths + 1
    state = case((deaths >= deaths_max, JobState.DEAD), else_=JobState.QUEUED)
    returned = await connection.execute(
        update(jobs)
        .where(jobs.c.state == JobState.RUNNING, which)
        .values(state=state, deaths=deaths, error=WORKER_DIED, not_before=now)
    )
    return returned.rowcount


async def unfinished(connection: AsyncConnection) -> Sequence[Job]:
    """The oldest LISTED_MOST jobs that wait or are being worked on."""
    return await listed(connection, JobState.QUEUED, JobState.RUNNING, JobState.FAILED, limit=LISTED_MOST)


async def done_by_others(connection: AsyncConnection, some: Collection[int], worker: str) -> Sequence[RecordingId]:
    """The recordings of those jobs that another worker than this one has finished."""
    done = select(jobs.c.recording).where(jobs.c.id.in_(some), jobs.c.state == JobState.DONE, jobs.c.worker != worker)
    return [RecordingId(recording) for recording in await connection.scalars(done.order_by(jobs.c.id))]


async def retry(connection: AsyncConnection, job: int, now: datetime) -> bool:
    """A person wants a DEAD job tried again, from the first attempt. False when it is not DEAD."""
    revived = await connection.execute(
        update(jobs)
        .where(jobs.c.id == job, jobs.c.state == JobState.DEAD)
        .values(state=JobState.QUEUED, attempts=0, deaths=0, not_before=now)
    )
    return revived.rowcount == 1


async def note_waiting(connection: AsyncConnection, reason: str) -> None:
    """Say on every waiting job why nothing happens to it."""
    waiting = or_(jobs.c.state == JobState.QUEUED, jobs.c.state == JobState.FAILED)
    await connection.execute(
        update(jobs).where(waiting, or_(jobs.c.error.is_(None), jobs.c.error != reason)).values(error=reason)
    )


async def listed(connection: AsyncConnection, *states: JobState, limit: int | None = None) -> Sequence[Job]:
    """Jobs in these states (all when none is named), oldest first, `limit` at most."""
    chosen = jobs.c.state.in_(states or list(JobState))
    rows = await connection.execute(select(jobs).where(chosen).order_by(jobs.c.id).limit(limit))
    return [_job(row._asdict()) for row in rows]


async def read(connection: AsyncConnection, job: int) -> Job | None:
    """One job, None when there is none with this number."""
    row = (await connection.execute(select(jobs).where(jobs.c.id == job))).one_or_none()
    return _job(row._asdict()) if row else None


async def counted(connection: AsyncConnection) -> Mapping[JobState, int]:
    """How many jobs are in each state."""
    rows = await connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
    return dict.fromkeys(JobState, 0) | {JobState(state): count for state, count in rows}


async def _leave_running(connection: AsyncConnection, job: Job, **columns: object) -> bool:
    mine = and_(jobs.c.id == job.id, jobs.c.state == JobState.RUNNING, jobs.c.attempts == job.attempts)
    left = await connection.execute(update(jobs).where(mine).values(**columns))
    return left.rowcount == 1


def _job(columns: dict[str, object]) -> Job:
    told = {"state": JobState(str(columns["state"])), "rank": Rank(int(str(columns["rank"])))}
    return Job(**columns | told)  # type: ignore[arg-type]


SOON = timedelta(minutes=10)
_IDS_A_QUERY = 500  # a database takes only so many parameters


async def reading(connection: AsyncConnection, recordings: Collection[RecordingId], now: datetime) -> set[RecordingId]:
    """Which of these are being transcribed, or are of the last SOON and will be."""
    found, asked = set(), sorted(recordings)
    for start in range(0, len(asked), _IDS_A_QUERY):
        some = jobs.c.recording.in_(asked[start : start + _IDS_A_QUERY])
        query = select(jobs.c.recording, jobs.c.state).where(some, jobs.c.state.notin_((JobState.DONE, JobState.DEAD)))
        for row in await connection.execute(query):
            if row.state == JobState.RUNNING or made_at(row.recording) > now - SOON:
                found.add(RecordingId(row.recording))
    return found
