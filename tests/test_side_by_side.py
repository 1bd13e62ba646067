"""The whole run, spread over processes: in miniature, by a real pytest in two of them."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.side_by_side import LONG_FILES

CLONE = Path(__file__).parents[1]
SETTINGS = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
TESTS = {
    "test_passes.py": "def test_one():\n    pass\n\n\ndef test_two():\n    pass\n",
    "test_fails.py": "def test_lists():\n    assert [1, 2] == [1, 3]\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One file that passes and one that fails, run under the project's own options."""
    for name, text in TESTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {' '.join(SETTINGS['addopts'])}\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, *more: str) -> tuple[int, str]:
    """Run them in two processes: the exit code and what is shown."""
    shown = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", "-n", "2", "-p", "tests.side_by_side", *more],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CLONE), "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return shown.returncode, shown.stdout


def test_a_failure_is_named_with_its_file_and_told_in_full(folder: Path) -> None:
    """Each file has its line; the exit code is 1; `--lf` runs again what failed in any of the processes, alone."""
    code, shown = run(folder)

    assert code == 1
    assert "test_passes.py: 2 passed in" in shown
    assert "test_fails.py: 1 failed in" in shown
    assert "E       assert [1, 2] == [1, 3]" in shown
    assert "1 failed, 2 passed in" in shown
    code, again = run(folder, "--lf")
    assert code == 1
    assert "1 failed in" in again
    assert "passed" not in again


def test_a_test_that_takes_its_process_along_fails_and_ends_the_run(folder: Path) -> None:
    """It is named, and the run neither waits for ever nor passes."""
    (folder / "test_dies.py").write_text("import os\n\n\ndef test_dies():\n    os._exit(3)\n", encoding="utf-8")
    code, shown = run(folder)

    assert code == 1
    assert "test_dies.py: 1 failed in" in shown
    assert "crashed while running 'test_dies.py::test_dies'" in shown


def test_what_takes_longest_is_named_once_and_exists() -> None:
    """The order in which files are begun speaks of files that there are."""
    assert len(set(LONG_FILES)) == len(LONG_FILES)
    assert [path for path in LONG_FILES if not (CLONE / path).is_file()] == []
