"""What lies in the archive is compared with the table to the last byte; what is wrong is named; kills cost little."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.archive import Archive
from recordings.intake import Intake
from recordings.keeper import Keeper
from recordings.proof import Fault, Proof, Wrong, prove, resume
from recordings.recording import Leg, Recording
from recordings.vault import key_file
from tests.databases import BOTH
from tests.recordings.scenes import NOON, leave_call, tree

pytestmark = BOTH
ROOT = Path(__file__).parents[2]


async def nobody(_: object, __: object) -> set:
    """No job reads any recording."""
    return set()


@pytest.fixture
async def kept(spool: Path, archive: Path, engine: AsyncEngine) -> list[Recording]:
    """Five recordings, in the vault but for the last, in the order of their ids."""
    seconds, taken = count(), []
    intake = Intake(spool, archive, engine, clock=lambda: NOON + timedelta(seconds=next(seconds)))
    for number in range(5):
        if number == 4:
            await Keeper(engine, Archive(archive), nobody).sweep()
        leave_call(spool, call=f"c-{number}.1", seconds=0.1)
        taken += await intake.sweep()
    return taken


async def read_all(engine: AsyncEngine, archive: Path, file: Path) -> tuple[Proof, list[tuple[int, int]]]:
    """Go on from where the file says; what was told meanwhile."""
    proof = resume(file)
    return proof, [told async for told in prove(engine, Archive(archive), file, proof)]


async def test_what_is_as_it_was_taken_in_is_proved(
    kept: list[Recording], archive: Path, engine: AsyncEngine, tmp_path: Path
) -> None:
    """In the vault or not; how far it came is told, and nothing is left behind."""
    proof, told = await read_all(engine, archive, tmp_path / "proof.json")

    assert (proof.read, proof.wrong, told) == (5, [], [(5, 5)])
    assert "proof.json" not in tree(tmp_path)


async def test_every_fault_is_named_with_its_leg(
    kept: list[Recording], archive: Path, engine: AsyncEngine, tmp_path: Path
) -> None:
    """Gone, does not decrypt, another's key, a plain one with other bytes, a lost master key."""
    one, two, three, four, plain = kept
    sealed = {(row.id, leg): stored.sealed for row in kept for leg, stored in Archive(archive).stored(row.id).items()}
    sealed[one.id, Leg.CALLER].unlink()
    whole = sealed[two.id, Leg.AGENT].read_bytes()
    sealed[two.id, Leg.AGENT].write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    key_file(sealed[three.id, Leg.CALLER]).write_bytes(key_file(sealed[four.id, Leg.CALLER]).read_bytes())
    wav = Archive(archive).path(plain.id, Leg.CALLER)
    wav.write_bytes(wav.read_bytes()[:-2])

    proof, _ = await read_all(engine, archive, tmp_path / "proof.json")

    assert proof.wrong == [
        Wrong(one.id, Leg.CALLER, Fault.GONE),
        Wrong(two.id, Leg.AGENT, Fault.TAMPERED),
        Wrong(three.id, Leg.CALLER, Fault.TAMPERED),
        Wrong(plain.id, Leg.CALLER, Fault.CHANGED),
    ]
    ring = Archive(archive).ring
    ring.forget(ring.newest())
    proof, _ = await read_all(engine, archive, tmp_path / "proof.json")
    assert {each.fault for each in proof.wrong if each.recording == four.id} == {Fault.KEY_LOST}


async def test_killed_it_goes_on_from_where_it_was(
    kept: list[Recording], archive: Path, engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    """What was found before is not forgotten and not found twice."""
    Archive(archive).stored(kept[0].id)[Leg.CALLER].sealed.unlink()
    file = tmp_path / "proof.json"
    command = [sys.executable, "-m", "tests.recordings.reads_all", database_url, str(archive), str(file), "2"]
    dying = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert await dying.wait() == -signal.SIGKILL

    assert (resume(file).read, resume(file).after) == (4, kept[3].id)
    proof, told = await read_all(engine, archive, file)

    assert told == [(5, 5)]
    assert proof.wrong == [Wrong(kept[0].id, Leg.CALLER, Fault.GONE)]


async def test_an_archive_that_is_not_there_is_not_read_to_the_end(
    kept: list[Recording], tmp_path: Path, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too much is wrong for single recordings; the next one begins anew. A file that is no proof counts as none."""
    monkeypatch.setattr("recordings.proof.WRONG_MOST", 4)
    monkeypatch.setattr("recordings.proof.PAGE", 2)
    (tmp_path / "proof.json").write_text("[]")

    proof, told = await read_all(engine, tmp_path / "elsewhere", tmp_path / "proof.json")

    assert (told, len(proof.wrong), resume(tmp_path / "proof.json")) == ([(2, 5)], 4, Proof(wrong=[]))
