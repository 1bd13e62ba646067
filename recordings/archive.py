"""The archive:

where a recording's two legs lie. The place follows from the id alone, so no path is ever stored or taken from
outside.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from recordings.arrival import Examined
from recordings.recording import Leg, RecordingId, made_at
from recordings.wav import inspect

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

    def examine(self, recording: RecordingId) -> dict[Leg, Examined]:
        """Both legs as they lie here: sound, hash, time of the last byte. Reads every byte."""
        return {leg: _examine(path) for leg, path in self.legs(recording).items()}

    def held_since(self, since: datetime) -> set[RecordingId]:
        """Ids of which a leg lies here, of the day of `since` and later ones.

        Files that are not ours are passed over.
        """
        first = f"{since.astimezone(UTC):%Y/%m/%d}"
        days = [day for day in self.folder.glob("*/*/*") if day.relative_to(self.folder).as_posix() >= first]
        names = {path.stem.rpartition("-")[0] for day in days for path in day.glob("*.wav")}
        return {RecordingId(name) for name in names if _is_id(name)}


def _examine(path: Path) -> Examined:
    digest = sha256(path)
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC) if digest else None
    return Examined(sound=inspect(path), sha256=digest, written_at=written)


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


def _is_id(name: str) -> bool:
    try:
        made_at(RecordingId(name))
    except ValueError:
        return False
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
