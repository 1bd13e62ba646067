"""提示音的存放: the folder from which Asterisk plays. Every recording is kept under a name that means its content.

A caller hears a menu to its end as it was when they came, whatever has been put in force meanwhile: what is kept is
never written again. Beside it lie the prompts under their plain names, for the dialplan itself and for numbers said
digit by digit; one of those is replaced in one step, and whoever is hearing it hears the old one out.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from city.snapshot import Audio, kept_as

READABLE: Final = 0o644


class SoundLost(LookupError):
    """A recording that a version names is not here any more."""


class Sounds:
    """`folder`: where Asterisk looks for prompts (telephony.asterisk.config.PbxConfig.sounds)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, slug: str, wav: bytes) -> str:
        """Keep a recording; its digest (SHA-256)."""
        sha256 = hashlib.sha256(wav).hexdigest()
        path = self._kept(slug, sha256)
        if not path.exists() or path.stat().st_size != len(wav):  # a power cut may have left a name without its content
            replace_file(path, wav, lasting=False)
        return sha256

    def kept(self, slug: str, sha256: str) -> bytes:
        """A recording that was kept, by its digest. SoundLost."""
        try:
            wav = self._kept(slug, sha256).read_bytes()
        except OSError as error:
            raise SoundLost(slug) from error
        if hashlib.sha256(wav).hexdigest() != sha256:
            raise SoundLost(slug)
        return wav

    def lay(self, audio: Mapping[str, Audio]) -> None:
        """Have every prompt under its plain name as it is in these. SoundLost."""
        for slug, sound in audio.items():
            self.lay_one(slug, self.kept(slug, sound.sha256))

    def fill(self, prompts: Path) -> None:
        """Before anything is in force: the prompts of a folder whose names are not here yet."""
        for wav in sorted(prompts.glob("*.wav")):
            if not (self.folder / wav.name).exists():
                self.lay_one(wav.stem, wav.read_bytes())

    def lay_one(self, slug: str, wav: bytes) -> None:
        """Have a sound under this very name."""
        path = self.path_of(slug)
        if not (path.exists() and path.read_bytes() == wav):
            replace_file(path, wav, lasting=False)

    def path_of(self, slug: str) -> Path:
        """Where the sound of this very name is, or would be."""
        return self.folder / f"{slug}.wav"

    def _kept(self, slug: str, sha256: str) -> Path:
        return self.path_of(kept_as(slug, sha256))


def replace_file(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write a whole file in one step: a reader has the old one or the new one; if `lasting`, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        os.chmod(name, READABLE)  # noqa: PTH101 - Asterisk may run as another user
        os.replace(name, path)  # noqa: PTH105
    finally:
        Path(name).unlink(missing_ok=True)  # it was not to be
