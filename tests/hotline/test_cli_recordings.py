"""Recordings on the command line: swept by the controller, verified without it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.archive import Archive
from recordings.intake import Intake
from recordings.recording import Leg
from tests.api.face import NOW, Face
from tests.hotline.typed import hotline
from tests.recordings.scenes import leave_call


async def test_recordings_are_verified_and_swept(
    face: Face, state: Path, database: AsyncEngine, tmp_path: Path
) -> None:
    """To the byte; then a changed leg and a missing one are named, and 1 is the code."""
    for number in range(2):
        leave_call(tmp_path / "spool", call=f"lx-{number}.1", seconds=0.1)
    changed, gone = await Intake(tmp_path / "spool", tmp_path / "recordings", database, clock=lambda: NOW).sweep()
    archive = Archive(tmp_path / "recordings")

    good = await hotline(state, "recordings", "verify")
    archive.path(changed.id, Leg.CALLER).write_bytes(b"something else")
    archive.path(gone.id, Leg.AGENT).unlink()
    bad = await hotline(state, "recordings", "verify")
    swept = await hotline(state, "recordings", "sweep", "--all")

    assert (good.code, "✓ 2 段录音" in good.out) == (0, True), good
    assert (bad.code, "2 腿有误" in bad.err) == (1, True), bad
    said = {row.id: next(line for line in bad.out.splitlines() if row.id in line) for row in (changed, gone)}
    assert ["SHA-256" in said[changed.id], "文件不在 gone" in said[gone.id]] == [True, True]
    assert (swept.code, gone.id in swept.out, changed.id in swept.out) == (1, True, False), swept


async def test_what_is_due_is_deleted_and_what_is_held_is_not(
    face: Face, state: Path, database: AsyncEngine, tmp_path: Path
) -> None:
    """Of two whose time is over one is held; the table says who holds it, and why."""
    for number in range(2):
        leave_call(tmp_path / "spool", call=f"lx-{number}.1", seconds=0.1)
    then = NOW - timedelta(days=1095)  # the sample's first class
    held, _ = await Intake(tmp_path / "spool", tmp_path / "recordings", database, clock=lambda: then).sweep()

    kept = await hotline(state, "recordings", "hold", held.id, "--why", "行政复议")
    looked = await hotline(state, "recordings", "retention", "--delete")
    freed = await hotline(state, "recordings", "release", held.id, "--why", "结案")

    assert [said.code for said in (kept, looked, freed)] == [0, 0, 0], (kept, looked, freed)
    assert "已删除到期录音 1 段" in looked.out
    assert next(line for line in looked.out.splitlines() if held.id in line).count("行政复议") == 1
