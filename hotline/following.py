"""A city's folder follows what is in force: where it says what was in force before, it is brought to what is now.

What somebody has edited there is left alone, and told. A folder that may not be written is left as it is.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from city.snapshot import Snapshot, is_case_rule
from hotline.sounds import Sounds, replace_file


def follow_in_folder(folder: Path, sounds: Sounds, leaving: Snapshot, to: Snapshot) -> tuple[str, ...]:
    """Bring the files that differ between two versions from the one to the other; those that were left alone."""
    left: list[str] = []
    for file in sorted(_files(leaving) | _files(to)):
        now, then = _digest(leaving, file), _digest(to, file)
        found = _found(folder / file)
        if now == then or found == then:
            continue
        if found != now or not _write(folder / file, _content(to, sounds, file)):
            left.append(file)
    return tuple(left)


def _files(snapshot: Snapshot) -> set[str]:
    texts = {file for file in snapshot.texts if not is_case_rule(file)}
    return texts | {f"prompts/{slug}.wav" for slug, audio in snapshot.audio.items() if audio.lies}


def _digest(snapshot: Snapshot, file: str) -> str | None:
    if file in snapshot.texts:
        return hashlib.sha256(snapshot.texts[file].encode()).hexdigest()
    audio = snapshot.audio.get(_slug(file))
    return audio.lies if audio and file.endswith(".wav") else None


def _content(snapshot: Snapshot, sounds: Sounds, file: str) -> bytes | None:
    if file in snapshot.texts:
        return snapshot.texts[file].encode()
    audio = snapshot.audio.get(_slug(file))
    lies = audio.lies if audio and file.endswith(".wav") else None
    return None if lies is None else sounds.kept(_slug(file), lies)


def _slug(file: str) -> str:
    return file.removeprefix("prompts/").removesuffix(".wav")


def _found(path: Path) -> str | None:
    """The digest of what is there, in the words of `_digest`."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if path.suffix == ".toml":
        content = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes | None) -> bool:
    try:
        if content is None:
            path.unlink()
        else:
            replace_file(path, content)
    except OSError:
        return False
    return True
