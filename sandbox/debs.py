"""Programs from Debian packages, unpacked into a cache folder and run through their own dynamic linker: no root, no container.

A `Rootfs` is a folder of unpacked packages that is finished or absent, never half done. Only what the wanted objects really need is
downloaded: each object's NEEDED sonames are followed, and a soname's package is found among the dependencies of the package that asks.
Everything stays in the cache, so a later start needs no network and the archive may move on.

Layout of the cache (LIANXIN_CACHE, else $XDG_CACHE_HOME/lianxin, else ~/.cache/lianxin):
`apt/SUITE` private apt state, `debs/` downloaded packages, `rootfs/NAME-KEY/` finished trees with `manifest.json`, `*.lock`.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.apt import ArchiveUnreachable, DebsError, DiskFull, PrivateApt
from sandbox.libraries import Tree, providers

Say = Callable[[str], None]
"""Receives one line of progress for a person."""

LINKERS = {
    "amd64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "arm64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}
"""Debian architecture -> (multiarch triplet, name of the dynamic linker)."""


class UnsupportedMachine(DebsError):
    """Neither amd64 nor arm64, or no dpkg."""


class MissingLibrary(DebsError):
    """An object needs a library that no package it depends on contains."""


@dataclass(frozen=True, kw_only=True)
class Rootfs:
    """A finished tree of unpacked packages."""

    folder: Path
    architecture: str
    library_folders: tuple[str, ...]
    """Relative to `folder`: where the needed libraries lie."""
    packages: Mapping[str, str]
    """Package -> version."""

    @property
    def triplet(self) -> str:
        """The multiarch folder's name, for example `x86_64-linux-gnu`."""
        return LINKERS[self.architecture][0]

    def path(self, relative: str) -> Path:
        """A file of the tree; `{triplet}` stands for the multiarch folder's name."""
        return self.folder / relative.format(triplet=self.triplet)

    def command(self, program: str) -> list[str]:
        """The start of an argv that runs `program` (for example `usr/bin/baresip`) with the tree's own libraries."""
        triplet, linker = LINKERS[self.architecture]
        libraries = ":".join(str(self.folder / name) for name in self.library_folders)
        target = self.path(program)
        return [
            str(self.folder / "usr/lib" / triplet / linker), "--inhibit-cache", "--library-path", libraries,
            "--argv0", target.name, str(target),
        ]  # fmt: skip


def say_on_stderr(line: str) -> None:
    """The progress a person sees by default."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def cache_folder() -> Path:
    """Where everything downloaded is kept, outside the clone."""
    if own := os.environ.get("LIANXIN_CACHE"):
        return Path(own).expanduser().absolute()
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path("~/.cache").expanduser()) / "lianxin"


def machine_architecture() -> str:
    """Debian's name of this machine's architecture. Raises UnsupportedMachine."""
    try:
        done = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise UnsupportedMachine("本机没有 dpkg。 There is no dpkg on this machine.") from error
    architecture = done.stdout.strip()
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
    say: Say = say_on_stderr,
) -> Rootfs:
    """Unpack `packages` and whatever `objects` need, or take the finished tree from the cache (then without any network).

    `objects` are glob patterns relative to the tree, for example `usr/bin/baresip` or `usr/lib/{triplet}/x/modules/a.so`; each must
    match. Blocks for the download (some 15 MB for a PBX): call it from a thread. Raises DebsError's children.
    """
    architecture = machine_architecture()
    cache = cache or cache_folder()
    triplet = LINKERS[architecture][0]
    wanted = tuple(pattern.format(triplet=triplet) for pattern in objects)
    key = hashlib.sha256(json.dumps([suite, architecture, sorted(packages), sorted(wanted)]).encode()).hexdigest()[:12]
    folder = cache / "rootfs" / f"{name}-{key}"
    if not (folder / "manifest.json").exists():
        with _locked(cache), _disk_errors():
            if not (folder / "manifest.json").exists():  # another run may have finished it meanwhile
                _Unpacking(cache, suite, architecture, say).into(folder, packages, wanted)
    return _open(folder, architecture)


def _open(folder: Path, architecture: str) -> Rootfs:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
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


class _Unpacking:
    """One run of downloading and unpacking into a new tree."""

    def __init__(self, cache: Path, suite: str, architecture: str, say: Say) -> None:
        self._apt = PrivateApt(folder=cache / "apt" / suite, suite=suite, architecture=architecture)
        self._debs = cache / "debs"
        self._triplet = LINKERS[architecture][0]
        self._say = say
        self._files: dict[str, Path] = {}
        self._owner: dict[str, str] = {}

    def into(self, folder: Path, packages: Sequence[str], objects: Sequence[str]) -> None:
        """Build the tree beside its place and rename it there when it is whole."""
        self._debs.mkdir(parents=True, exist_ok=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._refresh()
        growing = Path(tempfile.mkdtemp(prefix=".growing-", dir=folder.parent))
        try:
            libraries = self._grow(growing, packages, objects)
            self._write_manifest(growing, libraries)
            growing.chmod(0o755)
            growing.rename(folder)
        finally:
            shutil.rmtree(growing, ignore_errors=True)
        self._say(f"完成:{len(self._files)} 个软件包。 Unpacked {len(self._files)} packages.")

    def _refresh(self) -> None:
        self._say(
            f"正在读取 Debian {self._apt.suite} 软件包索引…… Reading the package index of Debian {self._apt.suite}…"
        )
        try:
            self._apt.refresh()
        except ArchiveUnreachable:
            if not self._apt.has_index():
                raise
            self._say("仓库无法访问,改用缓存中的索引。 The archive does not answer; using the index in the cache.")

    def _grow(self, root: Path, packages: Sequence[str], objects: Sequence[str]) -> tuple[str, ...]:
        graph = self._apt.dependencies(packages)
        tree = Tree(root, self._triplet)
        wave = list(dict.fromkeys([*packages, "libc6"]))
        while wave:
            self._add(root, wave)
            missing = tree.missing(tree.matching(objects))
            wave = self._next_wave(graph, tree, missing)
        return tree.library_folders(tree.matching(objects))

    def _next_wave(self, graph: Mapping[str, tuple[str, ...]], tree: Tree, missing: Mapping[str, Path]) -> list[str]:
        """The packages to fetch next: those named after a missing soname; only when there are none, the likeliest for each."""
        named: list[str] = []
        guessed: list[str] = []
        for soname, wanted_by in missing.items():
            owner = self._owner.get(str(wanted_by.relative_to(tree.root)), "")
            certain, likely = (
                [name for name in names if name not in self._files] for names in providers(soname, owner, graph)
            )
            if not certain and not likely:
                raise MissingLibrary(f"找不到库 {soname}。 No package that {owner} depends on contains {soname}.")
            named += certain[:1]
            guessed += likely[:1]
        return list(dict.fromkeys(named or guessed))

    def _add(self, root: Path, packages: Sequence[str]) -> None:
        self._say(f"下载并解包 Fetching and unpacking: {' '.join(packages)}")
        self._apt.fetch(packages, self._debs)
        for name, file_name in self._apt.file_names(packages).items():
            deb = self._debs / file_name
            before = _regular_files(root)
            unpack(deb, root)
            self._files[name] = deb
            for new in _regular_files(root) - before:
                self._owner[new] = name

    def _write_manifest(self, root: Path, library_folders: Sequence[str]) -> None:
        rows = [_describe(name, deb) for name, deb in sorted(self._files.items())]
        text = json.dumps({"library_folders": library_folders, "packages": rows}, indent=1)
        (root / "manifest.json").write_text(text, encoding="utf-8")


def _regular_files(root: Path) -> set[str]:
    return {
        os.path.join(folder, name)[len(str(root)) + 1 :]  # noqa: PTH118 (thousands of files: strings are ten times faster)
        for folder, _, names in os.walk(root)
        for name in names
    }


def unpack(deb: Path, into: Path) -> None:
    """Unpack one package's files (no maintainer scripts are run). Raises DiskFull or DebsError."""
    done = subprocess.run(["dpkg-deb", "-x", str(deb), str(into)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode == 0:
        return
    if "No space left" in done.stderr:
        raise DiskFull(f"磁盘已满。 The disk is full. {done.stderr.strip()}")
    raise DebsError(f"无法解包 {deb.name}。 Cannot unpack it: {done.stderr.strip()}")


def _describe(name: str, deb: Path) -> dict[str, str]:
    version = subprocess.run(  # noqa: S603
        ["dpkg-deb", "-f", str(deb), "Version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return {"package": name, "version": version, "sha256": hashlib.sha256(deb.read_bytes()).hexdigest()}
