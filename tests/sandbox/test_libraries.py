"""Following what objects need, and guessing which package has it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sandbox.apt import parse_depends
from sandbox.debs import Rootfs
from sandbox.elf import read_linkage
from sandbox.errors import MissingObject
from sandbox.libraries import Tree, policy_names, providers

GRAPH = {
    "asterisk": ("libssl3t64", "libcurl4t64", "zlib1g"),
    "libssl3t64": ("zlib1g",),
    "libssl3": (),
    "libxml2-16": (),
}


@pytest.mark.parametrize(
    ("soname", "package"),
    [
        ("libssl.so.3", "libssl3t64"),
        ("libxml2.so.16", "libxml2-16"),
        ("libsqlite3.so.0", "libsqlite3-0"),
        ("libgcc_s.so.1", "libgcc-s1"),
        ("libstdc++.so.6", "libstdc++6"),
        ("libc.so.6", "libc6"),
        ("libm.so.6", "libc6"),
        ("libcodec2.so.1.2", "libcodec2-1.2"),
    ],
)
def test_package_is_named_after_its_soname(soname: str, package: str) -> None:
    """Debian policy 8.1, as we know it, and the t64 ending."""
    assert package in policy_names(soname)


def test_named_packages_are_certain_and_the_rest_is_guessed_by_likeness() -> None:
    """libz is in zlib1g, which no rule says."""
    assert providers("libxml2.so.16", "asterisk", GRAPH)[0] == ["libxml2-16"]
    certain, guesses = providers("libz.so.1", "asterisk", GRAPH)
    assert certain == []
    assert guesses[0] == "zlib1g"


def test_dependencies_are_read_with_alternatives_and_providers() -> None:
    """apt-cache's own layout; a virtual package in angle brackets is no package, its providers are."""
    text = (
        "asterisk\n  Depends: libc6\n |Depends: asterisk-config\n  Depends: <asterisk-config-custom>\n"
        "    basic-pbx\n  PreDepends: libc6\nlibc6\n  Depends: libgcc-s1\n<virtual>\n"
    )

    graph = parse_depends(text)

    assert graph["asterisk"] == ("libc6", "asterisk-config", "basic-pbx")
    assert graph["libc6"] == ("libgcc-s1",)


def test_linkage_of_a_real_program_is_read(hello: Rootfs) -> None:
    """hello needs libc and nothing else; libc names itself."""
    program = read_linkage(hello.path("usr/bin/hello"))
    library = read_linkage(hello.path("usr/lib/{triplet}/libc.so.6"))

    assert program is not None
    assert program.needed == ("libc.so.6",)
    assert library is not None
    assert library.soname == "libc.so.6"


def test_what_is_no_program_has_no_linkage(tmp_path: Path) -> None:
    """Empty, short and text files are told apart from programs."""
    for content in (b"", b"\x7fELF", b"#!/bin/sh\n", b"\x7fELF\x01\x01" + bytes(100)):
        (tmp_path / "file").write_bytes(content)
        assert read_linkage(tmp_path / "file") is None


def test_missing_library_is_named_with_who_asked(hello: Rootfs, tmp_path: Path) -> None:
    """The owner's dependencies are the place to look."""
    program = tmp_path / "usr/bin/hello"
    program.parent.mkdir(parents=True)
    program.write_bytes(hello.path("usr/bin/hello").read_bytes())
    tree = Tree(tmp_path, "x86_64-linux-gnu")

    assert tree.missing(tree.matching(["usr/bin/*"])) == {"libc.so.6": program}


def test_object_that_no_package_has_is_named(tmp_path: Path) -> None:
    """A misspelt module is found before anything runs."""
    with pytest.raises(MissingObject, match="app_dail"):
        Tree(tmp_path, sys.platform).matching(["modules/app_dail.so"])
