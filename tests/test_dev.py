"""./dev, as a person at a terminal meets it, without touching the network."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[1]


def dev(*words: str, clone: Path = CLONE, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a clone's ./dev under the plainest shell there is."""
    return subprocess.run(
        ["/bin/sh", str(clone / "dev"), *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def bare_clone(folder: Path) -> Path:
    """A clone that was never prepared: only what ./dev reads."""
    for name in ("dev", "requirements.txt", "requirements-uv.txt", "pyproject.toml"):
        (folder / name).write_bytes((CLONE / name).read_bytes())
    (folder / "tests").mkdir()
    return folder


def test_help_names_every_command() -> None:
    """What can be typed is in the help, Chinese beside English."""
    shown = dev("help")

    assert shown.returncode == 0
    for command in ("demo", "serve", "hotline", "test", "check", "bench", "lock", "clean"):
        assert f"./dev {command}" in shown.stdout


def test_an_unknown_command_shows_the_help_and_fails() -> None:
    """A typing mistake is no success."""
    assert (dev("tset").returncode, "./dev test" in dev("tset").stderr) == (2, True)


def test_an_unknown_package_is_answered_with_those_there_are(tmp_path: Path) -> None:
    """`./dev test nosuch` names what can be tested, before anything is installed."""
    clone = bare_clone(tmp_path)
    (clone / "tests" / "acd").mkdir()
    (clone / "tests" / "test_lock.py").touch()
    said = dev("test", "nosuch", clone=clone)

    assert said.returncode == 1
    assert "没有这样的测试:nosuch" in said.stderr
    assert "acd lock" in said.stderr


def test_several_places_are_tested_and_every_wrong_one_is_named(tmp_path: Path) -> None:
    """The second name counts like the first: both are run, or the one that does not exist is said."""
    clone = bare_clone(tmp_path)
    (clone / "tests" / "acd").mkdir()
    counted = dev("test", "lock", "acd/test_lazyheap.py", "--collect-only", "-q")

    assert "no such tests: nosuch" in dev("test", "acd", "nosuch", clone=clone).stderr
    assert (counted.returncode, "test_lock" in counted.stdout, "test_lazyheap" in counted.stdout) == (0, True, True)


def test_an_old_python_is_named_in_both_languages(tmp_path: Path) -> None:
    """It says which version is needed and which is there."""
    clone, old = bare_clone(tmp_path), tmp_path / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" != --version ] || { echo Python 3.9.2; exit 0; }\nexit 1\n')
    old.chmod(0o755)
    said = dev("test", clone=clone, LIANXIN_PYTHON=str(old), LIANXIN_CACHE=str(tmp_path / "cache"))

    assert said.returncode == 1
    assert "需要 Python 3.11" in said.stderr
    assert "Python 3.9.2" in said.stderr


@pytest.mark.parametrize("ours", [True, False])
def test_clean_all_removes_only_a_cache_of_ours(tmp_path: Path, ours: bool) -> None:
    """A LIANXIN_CACHE that points at somebody's folder is left alone."""
    clone = bare_clone(tmp_path)
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / ("CACHEDIR.TAG" if ours else "thesis.doc")).touch()
    said = dev("clean", "--all", clone=clone, LIANXIN_CACHE=str(cache))

    assert (said.returncode == 0, cache.exists()) == (ours, not ours)


FAKE_UV = """#!/bin/sh
case "$1 $2" in
--version*) echo 'uv 0.13.9' ;;
'venv --quiet') for last; do :; done; mkdir -p "$last/bin"; ln -s /bin/true "$last/bin/python" ;;
'pip sync') echo "indexes: ${UV_INDEX:-main}" >>"$ASKED"; [ -n "${UV_INDEX:-}" ] || [ -z "${LACKS:-}" ] ;;
esac
"""


@pytest.mark.parametrize(("lacks", "asked"), [("", ["main"]), ("yes", ["main", "file:///extra"])])
def test_an_extra_index_is_asked_only_for_what_the_main_one_lacks(tmp_path: Path, lacks: str, asked: list[str]) -> None:
    """A partial mirror beside the main index would otherwise hide the rest of a release's files from uv."""
    clone, programs, log = bare_clone(tmp_path), tmp_path / "bin", tmp_path / "asked"
    programs.mkdir()
    (programs / "uv").write_text(FAKE_UV)
    (programs / "uv").chmod(0o755)
    (clone / "tests" / "acd").mkdir()
    environment = {name: "" for name in os.environ if name.startswith("UV_")}
    said = dev(
        *("test", "acd"),
        clone=clone,
        **environment,
        ASKED=str(log),
        LACKS=lacks,
        PATH=f"{programs}:{os.environ['PATH']}",
        PIP_EXTRA_INDEX_URL="file:///extra",
        XDG_CONFIG_HOME=str(tmp_path),
        LIANXIN_CACHE=str(tmp_path / "cache"),
    )

    assert said.returncode == 0, said.stderr
    assert log.read_text().splitlines() == [f"indexes: {index}" for index in asked]
