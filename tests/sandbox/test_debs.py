"""Unpacking real packages: offline from the cache, once for two who ask at once, refused when not signed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.apt import PrivateApt, explain
from sandbox.debs import LINKERS, Rootfs, cache_folder, machine_architecture, toolbox
from sandbox.errors import (
    ArchiveUnreachable,
    BadSignature,
    DebsError,
    DiskFull,
    MissingObject,
    NoDebianSource,
    NoSuchPackage,
)

HELLO, OBJECTS = ("hello",), ("usr/bin/hello",)
GONE = "deb file:/nonexistent/debian bookworm main\n"
Sources = Callable[[str], None]


def silent(_: str) -> None:
    """No progress."""


@pytest.fixture
def stocked_cache(hello: Rootfs, tmp_path: Path) -> Path:
    """A cache with the index and the packages of the ordinary one, but no finished tree."""
    cache = tmp_path / "cache"
    for name in ("apt", "debs"):
        shutil.copytree(cache_folder() / name, cache / name, copy_function=os.link)
    for configured in (cache / "apt").glob("*/apt.conf"):
        text = configured.read_text(encoding="utf-8").replace(str(cache_folder()), str(cache))
        configured.unlink()
        configured.write_text(text, encoding="utf-8")
    for named in (cache / "apt").glob("*/archive.sources"):
        text = named.read_text(encoding="utf-8")
        named.unlink()
        named.write_text(text, encoding="utf-8")
    return cache


def tree(cache: Path, say: Callable[[str], None] = silent) -> Rootfs:
    """Ask this cache for hello."""
    return toolbox("hello", packages=HELLO, objects=OBJECTS, cache=cache, say=say)


def test_unpacked_program_runs_with_its_own_libraries(hello: Rootfs) -> None:
    """Through the tree's own dynamic linker."""
    done = subprocess.run(hello.command("usr/bin/hello"), capture_output=True, text=True, check=True)

    assert done.stdout == "Hello, world!\n"
    assert hello.packages.keys() == {"hello", "libc6"}


def test_finished_tree_needs_no_apt_and_no_network(hello: Rootfs, machine_sources: Sources) -> None:
    """The second start, on a train."""
    machine_sources("")
    said: list[str] = []

    again = toolbox("hello", packages=HELLO, objects=OBJECTS, say=said.append)

    assert again == hello
    assert said == []


def test_tree_is_rebuilt_from_cached_packages_when_the_archive_is_away(
    stocked_cache: Path, machine_sources: Sources
) -> None:
    """The archive moves on; our copy stays."""
    machine_sources(GONE)
    said: list[str] = []

    rootfs = tree(stocked_cache, said.append)

    assert any("using the index in the cache" in line for line in said)
    assert subprocess.run(rootfs.command("usr/bin/hello"), capture_output=True, check=True).stdout


def test_manifest_names_every_package_with_version_and_checksum(stocked_cache: Path, machine_sources: Sources) -> None:
    """What runs here can be told afterwards."""
    machine_sources(GONE)

    rows = json.loads((tree(stocked_cache).folder / "manifest.json").read_text(encoding="utf-8"))["packages"]

    sums = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (stocked_cache / "debs").iterdir()}
    assert [row["package"] for row in rows] == ["hello", "libc6"]
    assert all(row["version"] and row["sha256"] in sums for row in rows)


def test_two_who_ask_at_once_unpack_once(stocked_cache: Path, machine_sources: Sources) -> None:
    """The second waits for the lock and finds the tree."""
    machine_sources(GONE)
    said: list[str] = []

    with ThreadPoolExecutor(3) as pool:
        trees = list(pool.map(lambda _: tree(stocked_cache, said.append), range(3)))

    assert len({rootfs.folder for rootfs in trees}) == 1
    assert len([line for line in said if line.startswith("完成")]) == 1


def test_failed_unpacking_leaves_no_tree(stocked_cache: Path, machine_sources: Sources) -> None:
    """Half a tree would be taken for a whole one."""
    machine_sources(GONE)

    with pytest.raises(MissingObject):
        toolbox("hello", packages=HELLO, objects=("usr/bin/hallo",), cache=stocked_cache, say=silent)

    assert list((stocked_cache / "rootfs").iterdir()) == []


def test_no_network_and_nothing_cached_is_said_so(tmp_path: Path, machine_sources: Sources) -> None:
    """The first start, on a train."""
    machine_sources("deb http://127.0.0.1:9/debian bookworm main\n")

    with pytest.raises(ArchiveUnreachable, match=r"无法访问 Debian 仓库"):
        tree(tmp_path / "cache")


def test_no_debian_source_is_said_so(tmp_path: Path, machine_sources: Sources) -> None:
    """A machine without Debian's archive."""
    machine_sources("deb https://vendor.example/apt vendor main\n")

    with pytest.raises(NoDebianSource, match=r"没有 Debian 主仓库"):
        tree(tmp_path / "cache")


@pytest.mark.parametrize("fault", ["changed", "unsigned"])
def test_index_that_debian_did_not_sign_is_refused(
    stocked_cache: Path, tmp_path: Path, machine_sources: Sources, fault: str
) -> None:
    """Even from the machine's own archive, and though an older good index is there."""
    release = next((stocked_cache / "apt").glob("sid-*/lists/*InRelease")).read_text(encoding="utf-8")
    wrong = (
        release.replace("Codename: sid", "Codename: six") if fault == "changed" else "Suite: unstable\nCodename: sid\n"
    )
    archive = tmp_path / "debian/dists/sid"
    archive.mkdir(parents=True)
    (archive / "InRelease").write_text(wrong, encoding="utf-8")
    machine_sources(f"deb file:{tmp_path}/debian bookworm main\n")

    with pytest.raises(BadSignature):
        tree(stocked_cache)


def test_unknown_package_is_said_so(stocked_cache: Path, machine_sources: Sources) -> None:
    """A misspelt name."""
    machine_sources(GONE)

    with pytest.raises(NoSuchPackage):
        toolbox("x", packages=("no-such-package-here",), objects=(), cache=stocked_cache, say=silent)


def test_machines_own_apt_is_untouched(stocked_cache: Path, machine_sources: Sources) -> None:
    """Lists, caches and hooks of the machine are none of our business."""
    machine_sources(GONE)
    places = [Path("/var/lib/apt/lists"), Path("/var/cache/apt"), Path("/var/lib/dpkg")]
    before = [place.stat().st_mtime_ns for place in places if place.exists()]

    tree(stocked_cache)

    assert [place.stat().st_mtime_ns for place in places if place.exists()] == before


def test_hooks_of_the_machine_are_not_run(stocked_cache: Path, tmp_path: Path, machine_sources: Sources) -> None:
    """Container images delete apt's archives after every update; ours must not trigger that."""
    machine_sources(GONE)
    hooked = tmp_path / "hooked"
    with (tmp_path / "apt.conf").open("a", encoding="utf-8") as config:
        config.write(f'APT::Update::Pre-Invoke {{ "touch {hooked}"; }};\n')

    tree(stocked_cache)

    assert not hooked.exists()


@pytest.mark.parametrize(
    ("complaint", "error"),
    [
        ("E: Failed to fetch x  No space left on device", DiskFull),
        ("dpkg-deb: error: failed to write (No space left on device)", DiskFull),
        ("W: GPG error: x sid InRelease: The following signatures couldn't be verified: NO_PUBKEY 1", BadSignature),
        ("E: Failed to fetch x  Hash Sum mismatch", BadSignature),
        ("E: Unable to locate package asterix", NoSuchPackage),
        ("dpkg-deb: error: 'x.deb' is not a Debian format archive", DebsError),
        ("E: Failed to fetch x  Could not connect to x:80", ArchiveUnreachable),
    ],
)
def test_complaint_is_named_by_its_situation(complaint: str, error: type[DebsError]) -> None:
    """What a person can do about it differs."""
    assert type(explain(complaint)) is error


def test_private_apt_names_only_its_own_folder(tmp_path: Path, machine_sources: Sources) -> None:
    """Nothing in its configuration points at the machine's state."""
    machine_sources(GONE)
    apt = PrivateApt(folder=tmp_path / "apt", suite="sid", architecture=machine_architecture())

    with pytest.raises(ArchiveUnreachable):
        apt.refresh()

    config = (tmp_path / "apt/apt.conf").read_text(encoding="utf-8")
    places = [line.split('"')[1] for line in config.splitlines() if line.startswith("Dir::")]
    assert {place for place in places if place.startswith("/")} <= {
        str(path) for path in (tmp_path / "apt").rglob("*")
    } | {str(tmp_path / "apt/cache"), str(tmp_path / "apt/log")}


def test_command_names_the_linker_of_the_architecture(tmp_path: Path) -> None:
    """On arm64 the linker has another name."""
    rootfs = Rootfs(folder=tmp_path, architecture="arm64", library_folders=("usr/lib/a", "usr/lib/a/b"), packages={})

    argv = rootfs.command("usr/bin/baresip")

    assert argv[0] == str(tmp_path / "usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1")
    assert f"{tmp_path}/usr/lib/a:{tmp_path}/usr/lib/a/b" in argv
    assert argv[-3:] == ["--argv0", "baresip", str(tmp_path / "usr/bin/baresip")]
    assert set(LINKERS) == {"amd64", "arm64"}


def test_cache_folder_follows_its_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """LIANXIN_CACHE, then XDG_CACHE_HOME, then the home."""
    monkeypatch.setenv("LIANXIN_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "own"

    monkeypatch.delenv("LIANXIN_CACHE")
    assert cache_folder() == tmp_path / "xdg/lianxin"

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache/lianxin"
