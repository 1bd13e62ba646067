"""From the spool into the archive, once, whatever dies in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from asr.jobs import enqueue, jobs
from recordings import ledger
from recordings.archive import Archive
from recordings.arrival import NOBODY_CONNECTED
from recordings.intake import SET_ASIDE, Intake
from recordings.orphans import Orphans
from recordings.reconcile import reconcile
from recordings.recording import Leg, Recording, RecordingState, SpoolName, new_recording_id
from recordings.wav import header
from tests.databases import BOTH
from tests.recordings.scenes import count, hashes, leave_call, tone, tree, until, write_wav

pytestmark = BOTH

CALL, OTHER = "lx1-1732.1", "lx1-1732.2"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def intake(spool: Path, archive: Path, engine: AsyncEngine) -> Intake:
    """An intake whose recordings become jobs."""
    return Intake(spool, archive, engine, follow_up=enqueue)


async def only_recording(engine: AsyncEngine) -> Recording:
    """The one recording there is."""
    assert await count(engine, ledger.recordings) == 1
    async with engine.connect() as connection:
        return (await ledger.of_call(connection, CALL))[0]


async def test_finished_recording_is_moved_hashed_and_queued(
    intake: Intake, spool: Path, archive: Path, engine: AsyncEngine
) -> None:
    """Both legs under a generated id, their hashes, one job, an empty spool."""
    leave_call(spool, seconds=1.5)
    left = hashes(spool)

    taken = await intake.sweep()

    recording = await only_recording(engine)
    assert taken == [recording]
    assert (recording.state, recording.seconds, recording.damage) == (RecordingState.KEPT, 1.5, ())
    assert recording.caller_sha256 == left[f"{CALL}-1-caller.wav"]
    assert recording.agent_sha256 == left[f"{CALL}-1-agent.wav"]
    assert recording.ended_at - recording.started_at == timedelta(seconds=1.5)
    assert tree(archive) == sorted(path.name for path in Archive(archive).legs(recording.id).values())
    assert tree(spool) == []
    assert await count(engine, jobs) == 1


async def test_names_in_the_archive_tell_nothing_of_the_call(intake: Intake, spool: Path, archive: Path) -> None:
    """An id and a side, no call, no number."""
    leave_call(spool, call="13812340000")

    await intake.sweep()

    assert "13812340000" not in " ".join(tree(archive))


async def test_recording_of_nobody_connected_is_empty_and_makes_no_job(
    intake: Intake, spool: Path, engine: AsyncEngine
) -> None:
    """Header-only legs: kept as a fact, with the reason, and no draft can follow."""
    leave_call(spool)
    for leg in Leg:
        (spool / SpoolName(CALL, 1).leg(leg)).write_bytes(header(rate_hz=8000, channels=1, sound_bytes=0))

    await intake.sweep()

    recording = await only_recording(engine)
    assert (recording.state, recording.reason) == (RecordingState.EMPTY, NOBODY_CONNECTED)
    assert recording.damage == ("caller: header_only", "agent: header_only")
    assert await count(engine, jobs) == 0


async def test_one_broken_leg_leaves_the_other_usable(intake: Intake, spool: Path, engine: AsyncEngine) -> None:
    """The damage is a fact of the row, the good leg is transcribed."""
    leave_call(spool)
    (spool / SpoolName(CALL, 1).leg(Leg.AGENT)).write_bytes(b"junk")

    await intake.sweep()

    recording = await only_recording(engine)
    assert (recording.state, recording.damage) == (RecordingState.KEPT, ("agent: not_wav",))
    assert await count(engine, jobs) == 1


async def test_wrong_format_is_kept_named_and_not_queued(intake: Intake, spool: Path, engine: AsyncEngine) -> None:
    """Bytes that nobody can use are still evidence."""
    leave_call(spool)
    for leg in Leg:
        (spool / SpoolName(CALL, 1).leg(leg)).write_bytes(header(rate_hz=8000, channels=2, sound_bytes=4) + b"\0" * 4)

    await intake.sweep()

    recording = await only_recording(engine)
    assert recording.state is RecordingState.UNREADABLE
    assert recording.damage[0] == "caller: wrong_format (PCM, 16 bit, 2 channel(s), 8000 Hz)"
    assert await count(engine, jobs) == 0


async def test_marker_without_legs_is_a_lost_recording(intake: Intake, spool: Path, engine: AsyncEngine) -> None:
    """That something is missing is known, not forgotten."""
    (spool / f"{CALL}-1.done").touch()

    await intake.sweep()

    assert (await only_recording(engine)).state is RecordingState.LOST
    assert tree(spool) == []


async def test_unfinished_recording_is_left_alone(intake: Intake, spool: Path, engine: AsyncEngine) -> None:
    """Without its marker the talk still goes on."""
    leave_call(spool, done=False)

    assert await intake.sweep() == []
    assert await count(engine, ledger.recordings) == 0


async def test_legs_of_a_dead_recorder_are_adopted(spool: Path, archive: Path, engine: AsyncEngine) -> None:
    """No marker ever came and nothing has grown for a long time: sizes are stale, the sound is salvaged."""
    intake = Intake(spool, archive, engine, orphans=Orphans(unknown_after_s=0.0))
    leave_call(spool, done=False)
    for leg in Leg:
        path = spool / SpoolName(CALL, 1).leg(leg)
        path.write_bytes(path.read_bytes()[:40] + b"\0\0\0\0" + path.read_bytes()[44:])

    await intake.sweep()

    recording = await only_recording(engine)
    assert (recording.state, recording.seconds) == (RecordingState.KEPT, 1.0)
    assert recording.damage == ("caller: sizes_stale", "agent: sizes_stale")


async def test_second_recording_of_a_closed_attempt_is_set_aside(
    intake: Intake, spool: Path, archive: Path, engine: AsyncEngine
) -> None:
    """Nothing in the archive is ever written over."""
    leave_call(spool, seconds=1.0)
    await intake.sweep()
    before = hashes(archive)

    leave_call(spool, seconds=2.0)
    await intake.sweep()

    assert hashes(archive) == before
    assert len(tree(spool / SET_ASIDE)) == 2
    assert await count(engine, jobs) == 1


async def test_new_marker_is_noticed_at_once(spool: Path, archive: Path, engine: AsyncEngine) -> None:
    """Nobody waits for the next sweep, which here would come in an hour."""
    taken: list[Recording] = []
    intake = Intake(spool, archive, engine, announce=taken.append, sweep_every_s=3600.0)
    leave_call(spool, call="before-1.1")
    running = asyncio.ensure_future(intake.run())
    try:
        await until(lambda: len(taken) == 1)
        leave_call(spool, call="after-1.1")
        await until(lambda: len(taken) == 2)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert [recording.call_id for recording in taken] == ["before-1.1", "after-1.1"]


async def test_marker_whose_notice_was_missed_is_found_by_the_next_sweep(
    spool: Path, archive: Path, engine: AsyncEngine
) -> None:
    """Sweeps come by themselves: here a leg ages into an orphan, of which no marker gives notice."""
    taken: list[Recording] = []
    soon = Orphans(unknown_after_s=0.3)
    intake = Intake(spool, archive, engine, announce=taken.append, sweep_every_s=0.05, orphans=soon)
    running = asyncio.ensure_future(intake.run())
    try:
        leave_call(spool, done=False)
        await until(lambda: taken)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert taken[0].call_id == CALL


async def test_legs_without_a_row_are_adopted_and_rows_without_legs_reported(
    intake: Intake, spool: Path, archive: Path, engine: AsyncEngine
) -> None:
    """A database restored from yesterday, a disk that lost a file: known, and nothing is thrown away."""
    leave_call(spool, call="gone-1.1")
    leave_call(spool, call="kept-1.1")
    gone, _ = await intake.sweep()
    lost = Archive(archive)
    lost.path(gone.id, Leg.AGENT).unlink()
    stranger = new_recording_id(datetime.now(UTC))
    write_wav(lost.path(stranger, Leg.CALLER), tone(0.5))

    found = await reconcile(engine, lost, enqueue, datetime.now(UTC))
    again = await reconcile(engine, lost, enqueue, datetime.now(UTC))

    assert (found.adopted, found.missing) == ((stranger,), (gone.id,))
    assert (again.adopted, again.missing) == ((), (gone.id,))
    async with engine.connect() as connection:
        adopted = await ledger.read(connection, stranger)
    assert (adopted.call_id, adopted.state, adopted.seconds) == (f"adopted-{stranger}", RecordingState.KEPT, 0.5)
    assert await count(engine, jobs) == 3
