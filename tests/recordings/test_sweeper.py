"""Table, archive and spool compared both ways: what can be repaired is, the rest is named, and both are counted."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from asr.jobs import enqueue, jobs
from plumbing.lifecycle import background
from recordings import ledger
from recordings.archive import Archive
from recordings.intake import SET_ASIDE, Intake
from recordings.keeper import Keeper
from recordings.reconcile import Differences
from recordings.recording import Leg, Recording, RecordingState, SpoolName, new_recording_id
from recordings.sweeper import Sweeper
from recordings.vault import key_file
from tests.databases import BOTH, lock
from tests.recordings.scenes import count, leave_call, tone, tree, until, write_wav

pytestmark = BOTH


@pytest.fixture
def vault(archive: Path) -> Archive:
    """The archive."""
    return Archive(archive)


@pytest.fixture
def sweeper(spool: Path, vault: Archive, engine: AsyncEngine) -> Sweeper:
    """What it adopts becomes a job."""
    return Sweeper(spool, vault, engine, enqueue)


@pytest.fixture
async def taken(spool: Path, archive: Path, engine: AsyncEngine) -> Recording:
    """One recording, taken in."""
    leave_call(spool)
    (recording,) = await Intake(spool, archive, engine, follow_up=enqueue).sweep()
    return recording


async def nobody(_: object, __: object) -> set:
    """No job reads any recording."""
    return set()


async def test_what_is_well_is_left_alone(taken: Recording, sweeper: Sweeper, archive: Path) -> None:
    """Nothing is repaired, nothing named, no file touched."""
    before = tree(archive)

    swept = await sweeper.sweep(everything=True)

    assert (swept.differences, swept.troubles, sweeper.repairs) == (Differences(), 0, 0)
    assert tree(archive) == before


async def test_a_row_without_its_legs_is_named_and_stays_what_it_is(
    taken: Recording, sweeper: Sweeper, vault: Archive, engine: AsyncEngine
) -> None:
    """Its disk may only not be there; when the leg is back, all is well again."""
    leg = vault.path(taken.id, Leg.AGENT)
    leg.rename(leg.with_suffix(".gone"))

    swept = await sweeper.sweep()
    async with engine.connect() as connection:
        assert (await ledger.read(connection, taken.id)).state is RecordingState.KEPT
    leg.with_suffix(".gone").rename(leg)

    assert (swept.differences.missing, swept.troubles) == ((taken.id,), 1)
    assert (await sweeper.sweep()).troubles == 0


async def test_legs_without_a_row_are_adopted_whatever_their_age(
    sweeper: Sweeper, vault: Archive, engine: AsyncEngine
) -> None:
    """Of the last week at every sweep, older ones when everything is looked at; their jobs come with them."""
    old, fresh = (new_recording_id(datetime.now(UTC) - timedelta(days=days)) for days in (40, 1))
    for stranger in (old, fresh):
        write_wav(vault.path(stranger, Leg.CALLER), tone(0.5))

    assert (await sweeper.sweep()).differences.adopted == (fresh,)
    assert (await sweeper.sweep(everything=True)).differences.adopted == (old,)
    assert (sweeper.repairs, await count(engine, jobs)) == (2, 2)


async def test_a_lost_recording_whose_legs_come_back_is_found_again(
    spool: Path, archive: Path, sweeper: Sweeper, vault: Archive, engine: AsyncEngine
) -> None:
    """It was said to be lost; it is kept after all, hashed, and transcribed."""
    (spool / SpoolName("lx-1.1", 1).marker).touch()
    (lost,) = await Intake(spool, archive, engine, follow_up=enqueue).sweep()
    write_wav(vault.path(lost.id, Leg.CALLER), tone(0.5))

    swept = await sweeper.sweep()

    async with engine.connect() as connection:
        found = await ledger.read(connection, lost.id)
    assert lost.state is RecordingState.LOST
    assert swept.differences.found_again == (lost.id,)
    assert (found.state, found.call_id, found.reason, found.seconds) == (RecordingState.KEPT, "lx-1.1", None, 0.5)
    assert await count(engine, jobs) == 1


async def test_half_written_files_of_the_dead_are_cleared_away(
    taken: Recording, sweeper: Sweeper, vault: Archive
) -> None:
    """Half moved, half sealed, half a key: once they have lain for an hour, for the living are quicker."""
    leg = vault.path(taken.id, Leg.CALLER)
    halves = [leg.with_suffix(suffix) for suffix in (".part", ".vault.part", ".vault.key.part")]
    for half in halves:
        half.write_bytes(b"half")
        os.utime(half, (1, 1))
    young = leg.with_name(f"{leg.name}.part")
    young.write_bytes(b"half")

    swept = await sweeper.sweep()

    assert (swept.differences.cleared, [half.exists() for half in (*halves, young)]) == (3, [False] * 3 + [True])
    assert leg.exists()


async def test_sealed_and_plain_of_the_same_is_no_trouble_unless_they_differ(
    taken: Recording, sweeper: Sweeper, vault: Archive, engine: AsyncEngine
) -> None:
    """Killed before the plain one was deleted: the keeper ends it. A plain one with other bytes is named and kept."""
    leg = vault.path(taken.id, Leg.CALLER)
    plain = leg.read_bytes()
    await Keeper(engine, vault, nobody).sweep()
    leg.write_bytes(plain)

    assert (await sweeper.sweep()).troubles == 0
    assert await Keeper(engine, vault, nobody).sweep() == [taken.id]
    leg.write_bytes(plain[:-2])
    assert (await sweeper.sweep()).differences.altered == (taken.id,)
    assert leg.exists()


async def test_a_sealed_leg_without_its_key_is_named(
    taken: Recording, sweeper: Sweeper, vault: Archive, engine: AsyncEngine
) -> None:
    """Nobody could read it."""
    await Keeper(engine, vault, nobody).sweep()
    key_file(vault.stored(taken.id)[Leg.AGENT].sealed).unlink()

    assert (await sweeper.sweep()).differences.keyless == (taken.id,)


async def test_what_does_not_move_on_in_the_spool_is_named(spool: Path, sweeper: Sweeper, engine: AsyncEngine) -> None:
    """Begun two hours ago and not taken in; set aside because others would have been overwritten."""
    async with engine.begin() as connection:
        (stuck,) = (
            await ledger.open_rows(connection, [SpoolName("lx-1.1", 1)], datetime.now(UTC) - timedelta(hours=2))
        ).values()
        await ledger.open_rows(connection, [SpoolName("lx-1.2", 1)], datetime.now(UTC))
    (spool / SET_ASIDE).mkdir()
    (spool / SET_ASIDE / "lx-1.1-1-caller.wav.1").touch()

    swept = await sweeper.sweep()

    assert (swept.stuck, swept.set_aside, swept.troubles) == ((stuck.id,), 1, 2)


async def test_it_sweeps_at_the_start_and_again_after_a_failure(
    spool: Path, vault: Archive, engine: AsyncEngine, database_url: str
) -> None:
    """A locked database costs a while, and who waits for new jobs is told."""
    told: list[int] = []
    stranger = new_recording_id(datetime.now(UTC))
    write_wav(vault.path(stranger, Leg.CALLER), tone(0.5))
    sweeper = Sweeper(spool, vault, engine, enqueue, announce=lambda: told.append(1), again_s=0.05)

    writer = lock(database_url)
    with capture_logs() as said:
        async with background(sweeper.run()):
            await until(lambda: "Recordings not swept this time" in [line["event"] for line in said])
            assert not told
            writer.close()
            await until(lambda: told)

    assert sweeper.last is not None
    assert sweeper.last.differences.adopted == (stranger,)
