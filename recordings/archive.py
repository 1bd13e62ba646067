"""The archive:

where a recording's two legs lie. The place follows from the id alone, so no path is ever stored or taken from
outside.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from recordings.recording import Leg, RecordingId, made_at

_HASH_CHUNK_BYTES = 1 << 20


class Archive:
    """Legs under one folder, by day of the id: `2026/11/23/<id>-caller.wav`. Every method blocks on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, recording: RecordingId, leg: Leg) -> Path:
        """Where a leg lies, or would. ValueError when `recording` is no id of ours, whatever it contains."""
        return self.folder / f"{made_at(recording):%Y/%m/%d}" / f"{recording}-{leg}.wav"

    def legs(self, recording: RecordingId) -> dict[Leg, Path]:
        """Both places."""
        return {leg: self.path(recording, leg) for leg in Leg}

    def take(self, source: Path, recording: RecordingId, leg: Leg) -> bool:
        """Move a leg in. False when there was nothing to move. Never overwrites other sound: FileExistsError."""
        target = self.path(recording, leg)
        if not source.exists():
            return False
        if target.exists():
            return _finish_move(source, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        _move(source, target)
        return True

    def held_since(self, year_month_day: str) -> Iterator[RecordingId]:
        """Ids of which a leg lies here, of days from `2026/11/23` on."""
        seen: set[str] = set()
        for leg in self.folder.glob("*/*/*/*.wav"):
            if str(leg.parent.relative_to(self.folder)) >= year_month_day:
                seen.add(leg.stem.rpartition("-")[0])
        yield from (RecordingId(recording) for recording in sorted(seen))


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except (
        OSError
    ):  # another file system: copy beside the target first, so that a kill leaves no half leg under its name
        partial = target.with_suffix(".part")
        shutil.copy2(source, partial)
        _flush(partial)
        partial.replace(target)
        source.unlink()
    _flush(target.parent)


def _finish_move(source: Path, target: Path) -> bool:
    """A copy that was killed before the source was deleted."""
    if sha256(source) != sha256(target):
        raise FileExistsError(target.name)
    source.unlink()
    return True


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256(path: Path) -> str | None:
    """Hex digest of a file's bytes, None when it is not there."""
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while piece := file.read(_HASH_CHUNK_BYTES):
                digest.update(piece)
            return digest.hexdigest()
    except FileNotFoundError:
        return None
