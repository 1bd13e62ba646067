"""One run of downloading packages and unpacking them into a new tree, wave by wave, until nothing is missing."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.apt import PrivateApt, run
from sandbox.errors import ArchiveUnreachable, MissingLibrary
from sandbox.libraries import Tree, providers
from sandbox.progress import Say

MANIFEST = "manifest.json"
_MERGED = re.compile("^lib/")


class Unpacking:
    """The packages of one tree and which of them each file came from."""

    def __init__(self, apt: PrivateApt, debs: Path, triplet: str, say: Say) -> None:
        self._apt = apt
        self._debs = debs
        self._triplet = triplet
        self._say = say
        self._files: dict[str, Path] = {}
        self._owner: dict[str, str] = {}

    def into(self, folder: Path, packages: Sequence[str], objects: Sequence[str]) -> None:
        """Build the tree beside its place and rename it there when it is whole. Raises DebsError's children."""
        self._debs.mkdir(parents=True, exist_ok=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._refresh()
        growing = Path(tempfile.mkdtemp(prefix=".growing-", dir=folder.parent))
        try:
            library_folders = self._grow(growing, packages, objects)
            self._write_manifest(growing, library_folders)
            growing.chmod(0o755)
            growing.rename(folder)
        finally:
            shutil.rmtree(growing, ignore_errors=True)
        self._say(f"完成:{len(self._files)} 个软件包。 Unpacked {len(self._files)} packages.")

    def _refresh(self) -> None:
        suite = self._apt.suite
        self._say(f"正在读取 Debian {suite} 的软件包索引…… Reading the package index of Debian {suite}…")
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
            wave = self._next_wave(graph, tree, tree.missing(tree.matching(objects)))
        return tree.library_folders(tree.matching(objects))

    def _next_wave(self, graph: Mapping[str, tuple[str, ...]], tree: Tree, missing: Mapping[str, Path]) -> list[str]:
        """The packages to fetch next: those named after a missing soname; only where there are none, guesses."""
        named: list[str] = []
        guessed: list[str] = []
        for soname, wanted_by in missing.items():
            owner = self._owner.get(str(wanted_by.relative_to(tree.root)), "")
            found = providers(soname, owner, graph)
            certain, likely = ([name for name in names if name not in self._files] for names in found)
            if not certain and not likely:
                raise MissingLibrary(f"找不到库 {soname}。 No package that {owner} depends on contains {soname}.")
            named += certain[:1]
            guessed += likely[:1]
        return list(dict.fromkeys(named or guessed))

    def _add(self, root: Path, packages: Sequence[str]) -> None:
        self._say(f"下载并解包 Fetching and unpacking: {' '.join(packages)}")
        for name, deb in self._apt.fetch(packages, self._debs).items():
            listing = run("dpkg-deb", "--vextract", str(deb), str(root))
            self._files[name] = deb
            merge_usr(root)
            self._owner |= {_MERGED.sub("usr/lib/", line.removeprefix("./")): name for line in listing.splitlines()}

    def _write_manifest(self, root: Path, library_folders: Sequence[str]) -> None:
        rows = [_describe(name, deb) for name, deb in sorted(self._files.items())]
        text = json.dumps({"library_folders": library_folders, "packages": rows}, indent=1)
        (root / MANIFEST).write_text(text, encoding="utf-8")


def merge_usr(root: Path) -> None:
    """Move what packages before Debian 13 have in `/lib` to `/usr/lib`, where every later one has it."""
    for path in [path for path in (root / "lib").rglob("*") if path.is_symlink() or not path.is_dir()]:
        merged = root / "usr" / path.relative_to(root)
        merged.parent.mkdir(parents=True, exist_ok=True)
        path.rename(merged)


def _describe(name: str, deb: Path) -> dict[str, str]:
    version = run("dpkg-deb", "-f", str(deb), "Version").strip()
    return {"package": name, "version": version, "sha256": hashlib.sha256(deb.read_bytes()).hexdigest()}
