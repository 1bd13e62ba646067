"""Recordings on the command line: swept by the controller, verified without it."""

from __future__ import annotations

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
