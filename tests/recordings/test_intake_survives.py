"""What the intake survives: a kill at any step, a database that is locked, one bad recording among others."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asr.jobs import enqueue, jobs
from recordings import ledger
from recordings.archive import Archive, sha256
from recordings.intake import Intake
from recordings.recording import Leg, Recording, RecordingState
from tests.databases import BOTH, locked
from tests.recordings.scenes import count, leave_call, tree

pytestmark = BOTH

CALL, OTHER = "lx1-1732.1", "lx1-1732.2"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def intake(spool: Path, archive: Path, engine: AsyncEngine) -> Intake:
    """An intake whose recordings become jobs."""
    return Intake(spool, archive, engine, follow_up=enqueue)


@pytest.mark.parametrize(
    ("point", "times"),
    [*(("os.rename", times) for times in range(1, 5)), ("follow_up", 1), ("os.remove", 1), ("os.remove", 2)],
    ids=lambda value: str(value),
)
async def test_killed_at_any_step_nothing_is_lost_or_doubled(
    intake: Intake, spool: Path, archive: Path, database_url: str, engine: AsyncEngine, point: str, times: int
) -> None:
    """Before a leg is moved, between the legs, with the transaction open, before the marker goes:

    the next sweep ends it, for all recordings that were being taken in together.
    """
    leave_call(spool)
    leave_call(spool, call=OTHER)
    command = [sys.executable, "-m", "tests.recordings.dies", *map(str, (database_url, spool, archive, point, times))]
    dying = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert await dying.wait() == 9

    await intake.sweep()
    await intake.sweep()

    async with engine.connect() as connection:
        both = [*await ledger.of_call(connection, CALL), *await ledger.of_call(connection, OTHER)]
    assert [recording.state for recording in both] == [RecordingState.KEPT] * 2
    assert (len(tree(archive)), tree(spool)) == (4, [])
    for recording in both:
        assert recording.caller_sha256 == sha256(Archive(archive).path(recording.id, Leg.CALLER))
    assert await count(engine, jobs) == 2


async def test_the_trouble_of_one_recording_keeps_none_of_the_others(
    spool: Path, archive: Path, engine: AsyncEngine
) -> None:
    """They are taken in together, and each alone when that fails; what failed is tried again."""
    healed = False

    async def follow_up(connection: AsyncConnection, recording: Recording) -> None:
        if recording.call_id == "c-1.1" and not healed:
            raise IntegrityError("a job that the table refuses", {}, ValueError())
        await enqueue(connection, recording)

    intake = Intake(spool, archive, engine, follow_up=follow_up)
    for number in range(3):
        leave_call(spool, call=f"c-{number}.1")

    assert [recording.call_id for recording in await intake.sweep()] == ["c-0.1", "c-2.1"]
    healed = True
    assert [recording.call_id for recording in await intake.sweep()] == ["c-1.1"]
    assert await count(engine, jobs) == 3


async def test_copy_that_was_killed_before_its_source_was_deleted_is_finished(tmp_path: Path) -> None:
    """Between two file systems a move is a copy: the same bytes twice are one leg, other bytes are refused."""
    archive, source = Archive(tmp_path / "archive"), tmp_path / "leg.wav"
    target = archive.path("019abc00-0000-7000-8000-000000000000", Leg.CALLER)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"same")
    source.write_bytes(b"same")

    assert archive.take(source, "019abc00-0000-7000-8000-000000000000", Leg.CALLER)
    source.write_bytes(b"other")
    with pytest.raises(FileExistsError):
        archive.take(source, "019abc00-0000-7000-8000-000000000000", Leg.CALLER)

    assert (target.read_bytes(), source.read_bytes()) == (b"same", b"other")


async def test_locked_database_postpones_and_loses_nothing(
    intake: Intake, spool: Path, database_url: str, engine: AsyncEngine
) -> None:
    """Another writer outlasts our wait: the recording stays in the spool until the next sweep."""
    leave_call(spool)
    with locked(database_url):
        assert await intake.sweep() == []

    assert [recording.state for recording in await intake.sweep()] == [RecordingState.KEPT]
    assert await count(engine, jobs) == 1


async def test_recordings_left_overnight_are_taken_in_once_each_by_two_sweeps(
    intake: Intake, spool: Path, engine: AsyncEngine
) -> None:
    """Fifty at the start, two sweeps at once: nothing doubles, nothing stays."""
    for number in range(50):
        leave_call(spool, call=f"c-{number}.1", seconds=0.02)

    await asyncio.gather(intake.sweep(), intake.sweep())
    await intake.sweep()

    assert await count(engine, ledger.recordings) == await count(engine, jobs) == 50
    assert tree(spool) == []
