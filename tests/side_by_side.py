"""How a whole run is spread over processes (`./dev test`, by pytest-xdist): file by file, what takes longest first.

The tests of a file stay together and in their order: they share a PBX, a carrier, a town. Each process has its own
PostgreSQL, its own Asterisks (`sandbox/ports.py` gives no port twice) and its own folders, so files share nothing but
the machine. Most of their time is spent waiting for telephones, hence one process more than there are processors.
"""

from __future__ import annotations

import os

import pytest

from tests.file_by_file import FileByFile

MOST = 4
"""Each process boots Asterisks of its own, and the longest file bounds the run: more would not end sooner."""
LONG_FILES = (
    "tests/simulation/test_trials.py",
    "tests/chaos/test_chaos.py",
    "tests/journeys/test_dialling_crashes.py",
    "tests/journeys/test_demo.py",
    "tests/journeys/test_outcome_table.py",
    "tests/journeys/test_failsafe.py",
    "tests/journeys/test_talk.py",
    "tests/journeys/test_codes.py",
    "tests/hotline/test_cli.py",
    "tests/hotline/test_cli_on_controller.py",
    "tests/hotline/test_what_if.py",
    "tests/hotline/test_courier_killed.py",
    "tests/simulation/test_what_if.py",
    "tests/recordings/test_intake_survives.py",
    "tests/recordings/test_vault.py",
    "tests/sandbox/test_debs.py",
)
"""What takes longest is begun first, so that no process is left alone with it at the end."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many processes `-n auto` means."""
    return min(len(os.sched_getaffinity(0)) + 1, MOST)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The order in which files are given out; a run in one process keeps that of their names."""
    if hasattr(config, "workerinput"):
        items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    path = item.path.relative_to(item.config.rootpath).as_posix()
    return LONG_FILES.index(path) if path in LONG_FILES else len(LONG_FILES)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Show progress file by file, where the tests of several files run at once."""
    if config.option.tx and not hasattr(config, "workerinput") and config.get_verbosity() == 0:
        config.pluginmanager.register(FileByFile(config.pluginmanager.getplugin("terminalreporter")))
