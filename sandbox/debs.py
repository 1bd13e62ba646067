"""Programs from Debian packages, unpacked into a cache folder and run through their own dynamic linker: no root.

A `Rootfs` is a folder of unpacked packages that is finished or absent, never half done. Only what the wanted objects
really need is downloaded: each object's NEEDED sonames are followed, and a soname's package is found among the
dependencies of the package that asks. Everything stays in the cache, so a later start needs no network and the archive
may move on.

The cache is LIANXIN_CACHE, else $XDG_CACHE_HOME/lianxin, else ~/.cache/lianxin. In it: `apt/SUITE` private apt state,
`debs/` downloaded packages, `rootfs/NAME-KEY/` finished trees, each with a `manifest.json`.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.apt import PrivateApt, run
from sandbox.errors import DiskFull, UnsupportedMachine
from sandbox.progress import Say, say_on_stderr
from sandbox.unpacking import MANIFEST, Unpacking

__all__ = ["Rootfs", "Say", "cache_folder", "machine_architecture", "say_on_stderr", "toolbox"]

LINKERS = {
    "amd64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "arm64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}
"""Debian architecture -> (multiarch triplet, name of the dynamic linker)."""


@dataclass(frozen=True, kw_only=True)
class Rootfs:
    """A finished tree of unpacked packages."""

    folder: Path
    architecture: str
    library_folders: tuple[str, ...]
    """Relative to `folder`: where the needed libraries lie."""
    packages: Mapping[str, str]
    """Package -> version."""

    def path(self, relative: str) -> Path:
        """A file of the tree; `{triplet}` stands for the multiarch folder's name, for example `x86_64-linux-gnu`."""
        return self.folder / relative.format(triplet=LINKERS[self.architecture][0])

    def command(self, program: str, *, called: str | None = None) -> list[str]:
        """The start of an argv that runs `program` (for example `usr/bin/baresip`) with the tree's own libraries.

        `called`: what the program is told to be called (argv[0]); else its file's name.
        """
        linker = self.path("usr/lib/{triplet}") / LINKERS[self.architecture][1]
        libraries = ":".join(str(self.folder / name) for name in self.library_folders)
        target = self.path(program)
        how = ["--inhibit-cache", "--library-path", libraries, "--argv0", called or target.name]
        return [str(linker), *how, str(target)]


def cache_folder() -> Path:
    """Where everything downloaded is kept, outside the clone."""
    if own := os.environ.get("LIANXIN_CACHE"):
        return Path(own).expanduser().absolute()
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path("~/.cache").expanduser()) / "lianxin"


def machine_architecture() -> str:
    """Debian's name of this machine's architecture. Raises UnsupportedMachine."""
    architecture = run("dpkg", "--print-architecture").strip()
    if architecture not in LINKERS:
        raise UnsupportedMachine(f"不支持的架构 {architecture}。 Only amd64 and arm64 are supported.")
    return architecture


def toolbox(
    name: str,
    *,
    packages: Sequence[str],
    objects: Sequence[str],
    suite: str = "sid",
    cache: Path | None = None,
    architecture: str | None = None,
    say: Say = say_on_stderr,
) -> Rootfs:
    """Unpack `packages` and what `objects` need, or take the finished tree from the cache, without any network.

    `objects` are glob patterns relative to the tree, for example `usr/bin/baresip` or `usr/lib/{triplet}/m/a.so`; each
    must match. Blocks while it downloads (some 16 MB for a PBX): call it from a thread. Raises DebsError.
    """
    architecture = architecture or machine_architecture()
    cache = cache or cache_folder()
    triplet = LINKERS[architecture][0]
    wanted = tuple(pattern.format(triplet=triplet) for pattern in objects)
    folder = cache / "rootfs" / f"{name}-{_key(suite, architecture, sorted(packages), sorted(wanted))}"
    if not (folder / MANIFEST).exists():
        with _disk_errors(), _locked(cache):
            if not (folder / MANIFEST).exists():  # another run may have finished it meanwhile
                apt = PrivateApt(
                    folder=cache / "apt" / f"{suite}-{architecture}", suite=suite, architecture=architecture
                )
                Unpacking(apt, cache / "debs", triplet, say).into(folder, packages, wanted)
    return _open(folder, architecture)


def _key(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _open(folder: Path, architecture: str) -> Rootfs:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return Rootfs(
        folder=folder,
        architecture=architecture,
        library_folders=tuple(manifest["library_folders"]),
        packages={row["package"]: row["version"] for row in manifest["packages"]},
    )


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """One unpacking at a time per cache; the lock dies with its holder."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "debs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull("磁盘已满。 The disk is full where the cache is.") from error
        raise
