"""The vault's master keys: files only their owner can read; they wrap the data keys of files and nothing else.

Every master key has a name of its own (`0001-9f3c…`), written beside each data key that it wraps, so a key that is
lost or was exchanged is told by its name and never confused with another.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEY_BYTES = 32
_SUFFIX = ".key"


class KeyLost(Exception):
    """The master key of this name is not there: what it protects cannot be read until it is put back."""

    def __init__(self, name: str) -> None:
        super().__init__(f"缺少录音主密钥 {name},请从备份恢复 / the recordings' master key {name} is missing")
        self.name = name


class KeyRing:
    """The master keys in one folder, the newest of which wraps. Every method blocks on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """All keys there are, oldest first."""
        return sorted(path.stem for path in self.folder.glob(f"*{_SUFFIX}"))

    def newest(self) -> str:
        """The key that wraps from now on, made on first use."""
        names = self.names()
        return names[-1] if names else self.make()

    def make(self) -> str:
        """A new key, on disk before its name is given."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        last = max((int(name.partition("-")[0]) for name in self.names()), default=0)
        name = f"{last + 1:04}-{secrets.token_hex(4)}"
        replace_file(self.folder / f"{name}{_SUFFIX}", secrets.token_bytes(KEY_BYTES).hex().encode())
        return name

    def key(self, name: str) -> bytes:
        """KeyLost, also when the file holds no key."""
        if name not in self.names():  # never a path made of outside text
            raise KeyLost(name)
        try:
            key = bytes.fromhex((self.folder / f"{name}{_SUFFIX}").read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError) as error:
            raise KeyLost(name) from error
        if len(key) != KEY_BYTES:
            raise KeyLost(name)
        return key

    def forget(self, name: str) -> None:
        """Delete a key that wraps nothing any more."""
        (self.folder / f"{name}{_SUFFIX}").unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else on this machine wraps, rotates or forgets meanwhile."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def replace_file(path: Path, content: bytes) -> None:
    """Write a whole small file, owner only: after a crash it is the old one or the new one."""
    partial = path.with_name(f"{path.name}.part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    flush(path.parent)


def flush(path: Path) -> None:
    """Bring a file or a folder to the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
