"""The archive:

where a recording's two legs lie, as WAV or in the vault. The place follows from the id alone, so no path is ever
stored or taken from outside.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from recordings.arrival import Examined
from recordings.keys import KeyRing, flush
from recordings.recording import Leg, RecordingId, made_at
from recordings.vault import Tampered, key_file, seal, unseal
from recordings.wav import Readable, inspect

_HASH_CHUNK_BYTES = 1 << 20
SEALED = ".vault"


class StoredLeg:
    """A leg wherever it lies: the WAV while there is one, else what the vault gives back, kept in memory."""

    def __init__(self, wav: Path, sealed: Path, ring: KeyRing) -> None:
        self.wav, self.sealed, self._ring = wav, sealed, ring
        self._whole: bytes | None = None

    def exists(self) -> bool:
        """In one of the two places."""
        return self.wav.exists() or self.sealed.exists()

    def written_at(self) -> datetime:
        """When its last byte was recorded. FileNotFoundError."""
        kept = self.wav if self.wav.exists() else self.sealed
        return datetime.fromtimestamp(kept.stat().st_mtime, UTC)

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """The WAV's bytes. FileNotFoundError, Tampered, KeyLost."""
        if self._whole is None:
            try:
                return self.wav.open(mode)
            except FileNotFoundError:
                self._whole = unseal(self.sealed, self._ring)
        return io.BytesIO(self._whole)


class Archive:
    """Legs under one folder, by day of the id: `2026/11/23/<id>-caller.wav`. Every method blocks on the disk."""

    def __init__(self, folder: Path, ring: KeyRing | None = None) -> None:
        self.folder = folder
        self.ring = ring or KeyRing(folder.parent / "secrets" / "vault")

    def path(self, recording: RecordingId, leg: Leg) -> Path:
        """Where a leg lies, or would. ValueError when `recording` is no id of ours, whatever it contains."""
        return self.folder / f"{made_at(recording):%Y/%m/%d}" / f"{recording}-{leg}.wav"

    def legs(self, recording: RecordingId) -> dict[Leg, Path]:
        """Both places."""
        return {leg: self.path(recording, leg) for leg in Leg}

    def stored(self, recording: RecordingId) -> dict[Leg, StoredLeg]:
        """Both legs, wherever they lie."""
        return {leg: StoredLeg(path, path.with_suffix(SEALED), self.ring) for leg, path in self.legs(recording).items()}

    @contextmanager
    def in_the_open(self, recording: RecordingId) -> Iterator[dict[Leg, Path]]:
        """Both legs as paths for a reader that needs files; what comes from the vault lies in memory, on no disk."""
        with ExitStack() as held:
            open_legs = {}
            for leg, stored in self.stored(recording).items():
                open_legs[leg] = stored.wav
                if not stored.wav.exists() and stored.sealed.exists():
                    open_legs[leg] = held.enter_context(_in_memory(unseal(stored.sealed, self.ring)))
            yield open_legs

    def put_away(self, recording: RecordingId, leg: Leg, expected: str | None) -> bool:
        """Seal a leg, compare what comes out with what went in, delete the WAV. False when there is no WAV.

        `expected` is the hash in the table. Killed anywhere, it is done again from the WAV, which goes last. Tampered:
        the WAV is not what the table says, or the vault gives back something else; it stays.
        """
        stored = self.stored(recording)[leg]
        with self.ring.alone():
            was = sha256(stored.wav)
            if was is None:
                return False
            if expected is not None and was != expected:
                raise Tampered(stored.wav.name)
            seal(stored.wav, stored.sealed, self.ring)
            if hashlib.sha256(unseal(stored.sealed, self.ring)).hexdigest() != was:
                raise Tampered(stored.sealed.name)
            stored.wav.unlink()
            flush(stored.wav.parent)
            return True

    def delete(self, recording: RecordingId) -> None:
        """Both legs, for good: keys first, without which no copy of a sealed leg is opened again."""
        legs = self.stored(recording).values()
        for stored in legs:
            for file in (key_file(stored.sealed), stored.sealed, stored.wav):
                file.unlink(missing_ok=True)
        if (day := self.path(recording, Leg.CALLER).parent).is_dir():
            flush(day)

    def in_plain(self, days: Iterable[date]) -> set[RecordingId]:
        """Ids of these days of which a leg still lies here as WAV."""
        return ids_among(name for day in days for name in self.names_on(day) if name.endswith(".wav"))

    def sealed(self) -> Iterator[Path]:
        """Every file in the vault."""
        return self.folder.glob(f"*/*/*/*{SEALED}")

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
        return {leg: _examine(stored) for leg, stored in self.stored(recording).items()}

    def days(self) -> list[date]:
        """Days of which there is a folder, oldest first."""
        return sorted(filter(None, (_day(folder) for folder in self.folder.glob("[0-9]*/[0-9]*/[0-9]*"))))

    def names_on(self, day: date) -> set[str]:
        """Names of all files of one day."""
        try:
            with os.scandir(self._of(day)) as entries:
                return {entry.name for entry in entries}
        except FileNotFoundError:
            return set()

    def clear(self, day: date, names: Iterable[str], before: float) -> int:
        """Delete what a dead process left half written, untouched since a time stamp; how many among these names.

        It is never the only copy of anything.
        """
        gone = 0
        for half in (self._of(day) / name for name in names if name.endswith(".part")):
            with suppress(FileNotFoundError):  # finished this moment
                if half.stat().st_mtime < before:
                    half.unlink()
                    gone += 1
        return gone

    def _of(self, day: date) -> Path:
        return self.folder / f"{day:%Y/%m/%d}"


def ids_among(names: Iterable[str]) -> set[RecordingId]:
    """Ids of which a leg is among these files. What is not ours is passed over."""
    whose = {name.rpartition("-")[0] for name in names if name.endswith((".wav", SEALED))}
    return {RecordingId(name) for name in whose if _is_id(name)}


def _day(folder: Path) -> date | None:
    try:
        return date(*map(int, folder.parts[-3:]))
    except ValueError:
        return None


@contextmanager
def _in_memory(content: bytes) -> Iterator[Path]:
    """A file without a place on any disk, which processes of this user can open; gone with who has it open."""
    with os.fdopen(os.memfd_create("leg", os.MFD_CLOEXEC), "wb") as file:
        file.write(content)
        file.flush()
        yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")


def _examine(stored: StoredLeg) -> Examined:
    digest = sha256(stored)
    written = stored.written_at() if digest else None
    return Examined(sound=inspect(stored), sha256=digest, written_at=written)


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except (
        OSError
    ):  # another file system: copy beside the target first, so that a kill leaves no half leg under its name
        partial = target.with_suffix(".part")
        shutil.copy2(source, partial)
        flush(partial)
        partial.replace(target)
        source.unlink()
    flush(target.parent)


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


def sha256(path: Readable) -> str | None:
    """Hex digest of a file's bytes, None when it is not there."""
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while piece := file.read(_HASH_CHUNK_BYTES):
                digest.update(piece)
            return digest.hexdigest()
    except FileNotFoundError:
        return None
