"""Transcription jobs by HTTP: what waits, what was given up and why, and trying again."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.people import Role
from asr.jobs import ATTEMPTS_MAX
from recordings.access import deeds_on
from recordings.recording import Recording
from tests.api.face import Face
from tests.api.job_scene import WHY, fail, record
from tests.databases import BOTH

pytestmark = BOTH


@pytest.fixture
async def dead(database: AsyncEngine) -> Recording:
    """Job 1 was given up; job 2 failed once; job 3 waits."""
    first = await record(database, "lx-1.1")
    await fail(database, ATTEMPTS_MAX)
    await record(database, "lx-1.2")
    await fail(database, 1)
    await record(database, "lx-1.3")
    return first


async def test_jobs_are_listed_with_their_reasons(face: Face, dead: Recording) -> None:
    """Those that need a person first; done ones are left out; the numbers of all."""
    _, seen = await face.call("GET /api/jobs", role=Role.OPERATOR)

    assert [(job["number"], job["call"], job["state"], job["reason"]) for job in seen["jobs"]] == [
        (1, "lx-1.1", "dead", WHY),
        (2, "lx-1.2", "failed", WHY),
        (3, "lx-1.3", "queued", None),
    ]
    assert seen["counts"] == {"queued": 1, "running": 0, "done": 0, "failed": 1, "dead": 1}


async def test_jobs_of_one_state_and_no_more_than_asked(face: Face, dead: Recording) -> None:
    """A state and a limit narrow the list, never the numbers; a state that is none is refused."""
    _, failed = await face.call("GET /api/jobs?state=failed")
    _, first = await face.call("GET /api/jobs?limit=1")

    assert [job["number"] for job in failed["jobs"]] == [2]
    assert [job["number"] for job in first["jobs"]] == [1]
    assert sum(first["counts"].values()) == 3
    assert (await face.call("GET /api/jobs?state=lost"))[0] == 422


async def test_a_dead_job_is_tried_again(face: Face, dead: Recording, database: AsyncEngine) -> None:
    """It waits anew from its first attempt, the transcriber is told, and who wanted it is written down."""
    status, job = await face.call("POST /api/jobs/1/retry", role=Role.LEADER)

    assert (status, job["state"], job["attempts"], job["call"]) == (200, "queued", 0, "lx-1.1")
    assert face.transcription.notices == 1
    async with database.connect() as connection:
        deeds = await deeds_on(connection, dead.id)
    assert [(who, deed) for _, who, deed in deeds] == [("leader#2", "transcription.retried")]


async def test_only_a_dead_job_is_tried_again(face: Face, dead: Recording, database: AsyncEngine) -> None:
    """A job that waits is not started over, one that is not there is not found; nothing is written down."""
    for job, answer in (("2", (409, "job_not_dead")), ("9", (404, "unknown_job")), ("x", (404, "unknown"))):
        status, problem = await face.call(f"POST /api/jobs/{job}/retry")
        assert (status, problem["rule"]) == answer
    assert face.transcription.notices == 0
    async with database.connect() as connection:
        assert await deeds_on(connection, dead.id) == []
