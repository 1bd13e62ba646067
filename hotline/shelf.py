"""城市版本的书架: a folder is read at one moment, whole; every version in force is kept as a folder of its own.

`shelf/VERSION` is a city's folder like any other, to be looked at and compared with ordinary tools; nobody writes there
again. What the folder of the city itself becomes meanwhile is nothing to those who run on a version.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from city.files import Files, read_files
from city.load import find_mistakes
from city.mistakes import Mistake
from city.snapshot import NOT_KEPT, Snapshot, at_work
from city.source import Source
from hotline.proof import scripts_in, scripts_of
from hotline.sounds import Sounds
from hotline.voicing import Voicing

TEXT_BYTES_MOST: Final = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A folder as it was at one moment: as text, and read but not yet believed."""

    snapshot: Snapshot
    files: Files
    mistakes: tuple[Mistake, ...] = ()  # of what could not even be gathered, or be spoken
    scripts: Mapping[str, bytes] = field(default_factory=dict)  # its rehearsals (hotline.proof)

    def wrong_with(self, at_start: Files) -> tuple[Mistake, ...]:
        """What is wrong with the folder: within it, and together with what was read at the start."""
        mistakes = {*find_mistakes(self.files)}
        told = {mistake.file for mistake in mistakes}
        mistakes |= {mistake for mistake in self.mistakes if mistake.file not in told}
        if not mistakes:
            mistakes |= {*find_mistakes(at_work(self.files, at_start))}
        return tuple(sorted(mistakes))


class Shelf:
    """`folder`: where versions are kept; `also_spoken`: prompts that must exist besides those its files use."""

    def __init__(self, folder: Path, sounds: Sounds, voicing: Voicing, also_spoken: Collection[str]) -> None:
        self.folder, self._sounds, self._voicing, self._also_spoken = folder, sounds, voicing, also_spoken

    def gather(self, city: Path, since: Snapshot | None = None) -> Gathered:
        """Read a city's folder; texts without a recording are spoken. OSError when there is no room for it.

        `since`: the version in force. Of recordings, it knows which text they were made from.
        """
        texts, mistakes = _texts_in(city)
        folder = str(city.resolve())
        same = since if since is not None and since.folder == folder else None
        voiced = self._voicing.of_folder(city / "prompts", texts, same)
        snapshot = Snapshot(folder=folder, texts=texts, audio=voiced.audio)
        if mistakes:
            return Gathered(snapshot=snapshot, files=read_files(city, self._also_spoken), mistakes=mistakes)
        files = self.read(snapshot)
        return Gathered(snapshot=snapshot, files=files, mistakes=voiced.mistakes(files), scripts=scripts_in(city))

    def read(self, snapshot: Snapshot) -> Files:
        """The files of a snapshot, put on the shelf if they are not there. SoundLost, OSError."""
        return read_files(self.folder_of(snapshot), self._also_spoken)

    def folder_of(self, snapshot: Snapshot) -> Path:
        """Where a snapshot is a city's folder; it is put there, if need be. SoundLost, OSError."""
        place = self.folder / snapshot.version
        if not place.exists() or _says(place) != dict(snapshot.texts):
            self.folder.mkdir(parents=True, exist_ok=True)
            new = Path(tempfile.mkdtemp(dir=self.folder, prefix="."))
            try:
                self._write(snapshot, new)
                shutil.rmtree(place, ignore_errors=True)
                new.rename(place)
            finally:
                shutil.rmtree(new, ignore_errors=True)
        return place

    def _write(self, snapshot: Snapshot, folder: Path) -> None:
        (folder / "prompts").mkdir()
        for file, text in snapshot.texts.items():
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_bytes(text.encode("utf-8"))
        for slug, audio in snapshot.audio.items():
            (folder / "prompts" / f"{slug}.wav").write_bytes(self._sounds.kept(slug, audio.sha256))


def shelf_in(state_dir: Path) -> Path:
    """Where the versions of a state folder are."""
    return state_dir / "city"


def _texts_in(city: Path) -> tuple[dict[str, str], tuple[Mistake, ...]]:
    """Every TOML file, by its name inside the folder. Those that are no text are told when they are read."""
    texts: dict[str, str] = {}
    mistakes: list[Mistake] = []
    for path in _toml(city):
        file = path.relative_to(city).as_posix()
        try:
            texts[file] = path.read_bytes()[:TEXT_BYTES_MOST].decode("utf-8-sig").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError):
            zh, message = "读不出,或不是 UTF-8 文字", "cannot be read, or is no UTF-8 text"
            mistakes.append(Source(file=file).mistake((), "file_unreadable", zh, message))
    return texts, tuple(mistakes)


def _toml(city: Path) -> Iterator[Path]:
    for path in sorted((*city.glob("*.toml"), *city.glob("*/*.toml"))):
        if path.relative_to(city).as_posix() not in NOT_KEPT:
            yield path


def _says(place: Path) -> dict[str, str]:
    return _texts_in(place)[0]


def signature_of(city: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever a file of the folder is written: names, times and sizes alone are looked at."""
    seen = (*_toml(city), *scripts_of(city), *sorted((city / "prompts").glob("*.wav")))
    stats = ((path, os.stat(path)) for path in seen if path.exists())  # noqa: PTH116
    return tuple((path.relative_to(city).as_posix(), stat.st_mtime_ns, stat.st_size) for path, stat in stats)
