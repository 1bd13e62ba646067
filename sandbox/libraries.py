"""Which libraries a tree of unpacked packages still lacks, and which package most likely has one.

Knows Debian's library naming.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from sandbox.elf import Linkage, read_linkage
from sandbox.errors import MissingObject

_SONAME = re.compile(r"^(?P<stem>.+?)\.so(?:\.(?P<version>.+))?$")
_LIBC_PARTS = frozenset({"libm", "libpthread", "libdl", "librt", "libresolv", "libutil", "libanl", "libmvec"})


class Tree:
    """A folder of unpacked packages, seen as the dynamic linker will see it."""

    def __init__(self, root: Path, triplet: str) -> None:
        self.root = root
        self._libraries = root / "usr/lib" / triplet
        self._linkages: dict[Path, Linkage | None] = {}

    def matching(self, patterns: Sequence[str]) -> list[Path]:
        """The objects these patterns name, each at least one. Raises MissingObject for a pattern without a match."""
        found: list[Path] = []
        for pattern in patterns:
            paths = sorted(self.root.glob(pattern))
            if not paths:
                raise MissingObject(f"软件包中没有 {pattern}。 None of the packages contains {pattern}.")
            found += paths
        return found

    def missing(self, objects: Iterable[Path]) -> dict[str, Path]:
        """Sonames that cannot be found, each with the object that asked for it first."""
        return self._follow(objects)[1]

    def library_folders(self, objects: Iterable[Path]) -> tuple[str, ...]:
        """The folders, relative to the root, in which the objects' libraries lie; the multiarch folder first."""
        found, _ = self._follow(objects)
        folders = {str(path.parent.relative_to(self.root)) for path in found.values()}
        main = str(self._libraries.relative_to(self.root))
        return (main, *sorted(folders - {main}))

    def _follow(self, objects: Iterable[Path]) -> tuple[dict[str, Path], dict[str, Path]]:
        """Walk from object to needed library: what was found, and what was not with who asked."""
        places = self._places()
        found: dict[str, Path] = {}
        missing: dict[str, Path] = {}
        queue = list(objects)
        while queue:
            asking = queue.pop()
            for soname in self._needed(asking) - found.keys() - missing.keys():
                if soname in places:
                    found[soname] = places[soname]
                    queue.append(places[soname])
                else:
                    missing[soname] = asking
        return found, missing

    def _places(self) -> dict[str, Path]:
        """Library file name -> path; the multiarch folder itself wins over its subfolders."""
        paths = sorted(self._libraries.rglob("*.so*"), key=lambda path: len(path.parts), reverse=True)
        return {path.name: path for path in paths}

    def _needed(self, path: Path) -> set[str]:
        if path not in self._linkages:
            self._linkages[path] = read_linkage(path)
        linkage = self._linkages[path]
        return set(linkage.needed) if linkage else set()


def providers(soname: str, owner: str, graph: Mapping[str, tuple[str, ...]]) -> tuple[list[str], list[str]]:
    """The packages that may contain a soname: those named after it, and guesses, likeliest first.

    Debian policy 8.1 names `libxml2-16` after `libxml2.so.16` (with a `t64` ending since the change of time_t); such a
    name counts anywhere in the closure. The guesses are the other dependencies of the package that asks, by likeness.
    """
    names = policy_names(soname)
    guesses = sorted(graph.get(owner, ()), key=lambda name: -SequenceMatcher(None, names[0], name).ratio())
    return [name for name in names if name in graph], guesses


def policy_names(soname: str) -> list[str]:
    """The package names Debian's policy allows for a soname."""
    match = _SONAME.match(soname)
    if match is None:
        return [soname]
    stem, version = match["stem"].lower().replace("_", "-"), match["version"] or ""
    if stem in _LIBC_PARTS:
        return ["libc6"]
    dash = "-" if stem[-1:].isdigit() else ""
    plain = f"{stem}{dash}{version}" if version else stem
    return [plain, f"{plain}t64"]
