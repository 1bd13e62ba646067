"""城市快照: all that a city's folder said at one moment, so that it can be in force again, to the letter. Pure.

Left out are the receivers of messages (webhooks.toml), which are a book of their own and hold secrets.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from city.case_rules import VERSION_CHARS
from city.files import Files
from city.source import Source
from city.written import Written

NOT_KEPT: Final = frozenset({"webhooks.toml"})
CASE_RULES: Final = ("categories", "flows", "urgency", "high_risk", "deadlines")
"""Fields of Files and names of files: how cases are taken. They have versions of their own (tickets.rulebook)."""
AT_START: Final = ("seats", "admission", "trunks")
"""Likewise: what is read when the controller, or the PBX, starts. All else is in force as soon as it is taken."""


class Audio(Written):
    """One prompt's sound."""

    sha256: str
    """内容摘要 / of the whole WAV file"""
    synthesised: bool = False
    """是否合成 / by a machine; else somebody's recording"""
    words: str | None = None
    """录音所说的文本 / of a recording, also of one that is not played: the text it says, as far as known"""
    instead_of: str | None = None
    """文件夹中未采用的文件的摘要,空为没有文件 / not from the folder: the digest of the file there; empty: none"""

    @property
    def is_outdated(self) -> bool:
        """Whether a machine says the text, because the recording says another one."""
        return self.synthesised and self.words is not None

    @property
    def lies(self) -> str | None:
        """The digest of the file that the folder has under this name; None: it has none."""
        return self.sha256 if self.instead_of is None else self.instead_of or None


class Snapshot(Written):
    """A folder, file by file."""

    folder: str
    """城市目录 / the folder it was taken from"""
    texts: Mapping[str, str]
    """文件内容,按文件名 / what is in each file, by its name inside the folder"""
    audio: Mapping[str, Audio]
    """提示音录音 / the prompts' sounds, by slug"""

    @cached_property
    def version(self) -> str:
        """A digest of all it says but the case rules: whatever changes, this does."""
        sha = hashlib.sha256()
        for file, text in sorted(self.texts.items()):
            if not is_case_rule(file):
                sha.update(f"{file}\0{len(text)}\0{text}\0".encode("utf-8", "surrogateescape"))
        for slug, audio in sorted(self.audio.items()):
            sha.update(f"{slug}\0{audio.sha256}\0".encode())
        return sha.hexdigest()[:VERSION_CHARS]

    @property
    def voices(self) -> dict[str, str]:
        """By which name each prompt's sound is kept: another with every recording."""
        return {slug: kept_as(slug, audio.sha256) for slug, audio in self.audio.items()}


def kept_as(slug: str, sha256: str) -> str:
    """A prompt's name that means this recording and no other, now and later."""
    return f"{slug}-{sha256[:VERSION_CHARS]}"


def is_case_rule(file: str) -> bool:
    """Whether a file (its name inside the folder) is of those with versions of their own."""
    return _field(file) in CASE_RULES


def waits_for_a_start(file: str) -> bool:
    """Whether what a file says is in force only after the next start."""
    return _field(file) in AT_START


def _field(file: str) -> str:
    return file.partition("/")[0].removesuffix(".toml")


def at_work(taken: Files, at_start: Files) -> Files:
    """What is in force once `taken` is: of some files what was read at the start. Receivers have their own book.

    Seats are those that `taken` speaks of: a queue that is new has some there. Which there really are, people say.
    """
    nothing = Source(file="webhooks.toml")
    return replace(taken, webhooks=nothing, **{name: getattr(at_start, name) for name in AT_START if name != "seats"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A file that differs. `lines`: as `diff -u` shows them; none for a sound."""

    file: str
    lines: tuple[str, ...] = ()
    at_start: bool = False  # it is in force only after the next start


def changes_of(old: Snapshot, new: Snapshot) -> tuple[FileChange, ...]:
    """From the old to the new, by file; case rules are left to their own book."""
    files = sorted(file for file in old.texts.keys() | new.texts.keys() if not is_case_rule(file))
    texts = (
        FileChange(
            file=file,
            lines=_difference(file, old.texts.get(file, ""), new.texts.get(file, "")),
            at_start=waits_for_a_start(file),
        )
        for file in files
        if old.texts.get(file) != new.texts.get(file)
    )
    return (*texts, *(FileChange(file=f"prompts/{slug}.wav") for slug in _other_sounds(old.audio, new.audio)))


def _difference(file: str, old: str, new: str) -> tuple[str, ...]:
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"{file} 旧 old", f"{file} 新 new", lineterm="", n=2
    )
    return tuple(lines)


def _other_sounds(old: Mapping[str, Audio], new: Mapping[str, Audio]) -> Iterable[str]:
    def sound(of: Mapping[str, Audio], slug: str) -> str:
        return of[slug].sha256 if slug in of else ""

    return (slug for slug in sorted(old.keys() | new.keys()) if sound(old, slug) != sound(new, slug))
