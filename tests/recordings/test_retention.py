"""Recordings whose time is over: what is deleted and what stays, its proof, and who dies in between."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asr.jobs import enqueue
from recordings import ledger
from recordings.access import listed
from recordings.archive import Archive
from recordings.calls import arrived, note_calls
from recordings.grants import NothingToHear
from recordings.holds import Hold, hold, let_go
from recordings.intake import Intake
from recordings.keeper import Keeper
from recordings.proof import Proof, prove
from recordings.recording import Recording, RecordingId, RecordingState
from recordings.retention import Retention, Term
from recordings.sweeper import Sweeper
from tests.databases import BOTH
from tests.recordings.scenes import NOON, leave_call, tree

pytestmark = BOTH

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Kept:
    """Terms by hotline; any other's is the first."""

    terms: dict[str, Term]

    def classes(self) -> Sequence[Term]:
        """All."""
        return list(self.terms.values())

    def of(self, hotline: str | None) -> Term | None:
        """Of one."""
        return self.terms.get(hotline or "", next(iter(self.terms.values()), None))


YEAR = Kept({"12345": Term("ordinary", 365 * DAY), "12356": Term("crisis", 3650 * DAY)})


async def nobody(_: AsyncConnection, __: Collection[RecordingId]) -> set[RecordingId]:
    """Nobody needs any."""
    return set()


@pytest.fixture
async def rows(spool: Path, archive: Path, engine: AsyncEngine) -> dict[str, Recording]:
    """One recording of each hotline, sealed; made at NOON."""
    for hotline in ("12345", "12356"):
        leave_call(spool, f"lx-{hotline}.1")
        call = arrived(f"lx-{hotline}.1", dnis=hotline, hotline=hotline, ani="13800001111", at=NOON)
        await note_calls(engine, [call])
    taken = await Intake(spool, archive, engine, follow_up=enqueue, clock=lambda: NOON).sweep()
    await Keeper(engine, Archive(archive), nobody).sweep()
    return {row.call_id[3:8]: row for row in taken}


def retention(engine: AsyncEngine, archive: Path, now: datetime, terms: Kept = YEAR) -> Retention:
    """At some moment."""
    return Retention(engine, Archive(archive), terms, nobody, lambda: now)


async def state(engine: AsyncEngine, row: Recording) -> RecordingState:
    """What the table says."""
    async with engine.connect() as connection:
        return (await ledger.read(connection, row.id)).state


async def deleted_lines(engine: AsyncEngine, row: Recording) -> list[str | None]:
    """The proofs in the audit trail."""
    async with engine.connect() as connection:
        lines = await listed(connection, deed="recording.deleted", subject=row.id)
    return [line.detail for line in lines]


async def test_what_is_due_is_deleted_with_proof_and_nothing_else(
    rows: dict[str, Recording], archive: Path, engine: AsyncEngine
) -> None:
    """Not a second before its time, and only of its class; files and keys go, row and hashes stay."""
    ordinary, crisis = rows["12345"], rows["12356"]
    assert await retention(engine, archive, NOON + 365 * DAY - timedelta(seconds=1)).sweep() == 0

    assert await retention(engine, archive, NOON + 365 * DAY).sweep() == 1

    assert (await state(engine, ordinary), await state(engine, crisis)) == ("deleted", "kept")
    names = [Path(name).name for name in tree(archive)]
    assert not [name for name in names if name.startswith(ordinary.id)]
    assert len([name for name in names if name.startswith(crisis.id)]) == 4
    (proof,) = await deleted_lines(engine, ordinary)
    assert proof is not None
    assert "ordinary 级,365 天" in proof
    assert str(ordinary.caller_sha256) in proof
    assert str(ordinary.agent_sha256) in proof
    assert await retention(engine, archive, NOON + 366 * DAY).sweep() == 0


async def test_deleted_recordings_are_missed_by_nobody(
    rows: dict[str, Recording], spool: Path, archive: Path, engine: AsyncEngine, tmp_path: Path
) -> None:
    """Neither the sweeper nor the proof of all hashes names them."""
    await retention(engine, archive, NOON + 365 * DAY).sweep()

    swept = await Sweeper(spool, Archive(archive), engine, enqueue).sweep(everything=True)
    proof = Proof(wrong=[])
    async for _ in prove(engine, Archive(archive), tmp_path / "proof.json", proof):
        pass

    assert (swept.troubles, proof.read, proof.wrong) == (0, 2, [])


async def test_a_city_without_classes_keeps_everything(
    rows: dict[str, Recording], archive: Path, engine: AsyncEngine
) -> None:
    """For good."""
    assert await retention(engine, archive, NOON + 40_000 * DAY, Kept({})).sweep() == 0


async def test_who_is_held_or_needed_stays_until_that_is_over(
    rows: dict[str, Recording], archive: Path, engine: AsyncEngine
) -> None:
    """And the outlook says so before."""
    row, late = rows["12345"], NOON + 400 * DAY

    async def needed(_: AsyncConnection, asked: Collection[RecordingId]) -> set[RecordingId]:
        return {row.id} & set(asked)

    async with engine.begin() as connection:
        assert await hold(connection, Hold(row.id, "leader#2", NOON, "诉讼"))
        assert not await hold(connection, Hold(row.id, "leader#3", NOON, "再次"))
    seen = await retention(engine, archive, late).outlook()
    assert (dict(seen.due), seen.held, seen.needed) == ({}, 1, 0)
    assert await retention(engine, archive, late).sweep() == 0

    async with engine.begin() as connection:
        assert await let_go(connection, row.id, by="leader#2", at=NOON, why="结案")
        assert not await let_go(connection, row.id, by="leader#2", at=NOON, why="结案")
    busy = Retention(engine, Archive(archive), YEAR, needed, lambda: late)
    assert (await busy.outlook()).needed == 1
    assert await busy.sweep() == 0

    seen = await retention(engine, archive, NOON + 340 * DAY).outlook()
    assert (dict(seen.due), dict(seen.soon)) == ({}, {"ordinary": 1})
    assert dict((await retention(engine, archive, late).outlook()).due) == {"ordinary": 1}
    assert await retention(engine, archive, late).sweep() == 1


async def test_what_is_deleted_cannot_be_held(rows: dict[str, Recording], archive: Path, engine: AsyncEngine) -> None:
    """There is nothing left; the reason says why."""
    await retention(engine, archive, NOON + 365 * DAY).sweep()

    async with engine.begin() as connection:
        with pytest.raises(NothingToHear, match="保存期满"):
            await hold(connection, Hold(rows["12345"].id, "leader#2", NOON, "诉讼"))


@pytest.mark.parametrize("at", [1, 5])
async def test_who_is_killed_while_deleting_is_followed_by_one_who_finishes(
    rows: dict[str, Recording], archive: Path, engine: AsyncEngine, at: int
) -> None:
    """At the first file, or in the midst of them; the proof is written once, when nothing is left."""
    row, moment = rows["12345"], NOON + 365 * DAY
    url = engine.url.render_as_string(hide_password=False)
    told = (sys.executable, "-m", "tests.recordings.dies_deleting", url, str(archive), moment.isoformat(), str(at))
    died = await asyncio.create_subprocess_exec(*told)

    assert await died.wait() == 9
    assert (await state(engine, row), await deleted_lines(engine, row)) == ("deleting", [])
    assert await retention(engine, archive, moment).sweep() == 1
    assert (await state(engine, row), len(await deleted_lines(engine, row))) == ("deleted", 1)
    assert not [name for name in tree(archive) if row.id in name]
