"""Which tests see which lines of the deciding modules, and whether they notice a mutation.

Everything here runs in processes of its own. `python -m bench.mutant_tests map FILE` runs the tests once under coverage
and writes what each touches. `python -m bench.mutant_tests work` loads all tests and then forks for each mutation that
it reads (a JSON object a line): the child makes the mistake (bench.mutant_code) and runs the tests that touch the
place. With paths behind it, it loads those tests alone.

Tests that need a telephone system, a database server or half a minute are left out: they are there for other mistakes.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import coverage
import pytest

from bench.mutant_code import ROOT, Functions, load_anew

FOLDERS: Final = (
    *("tests/acd", "tests/ivr", "tests/telephony", "tests/simulation", "tests/recordings", "tests/city"),
    *("tests/wording", "tests/tickets"),
)
NEEDS_MORE: Final = frozenset({"pbx", "postgresql", "trials"})  # fixtures
SLOWEST_S: Final = 10.0
QUIET: Final = ("-x", "-q", "-n0", "-pno:cacheprovider", "-pno:warnings", "--no-header", "--hypothesis-seed=1")
"""How pytest is called: what hypothesis draws is the same with a mutation and without."""


class Map:
    """A pytest plugin: what each test took, and which lines it ran."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._coverage = coverage.Coverage(
            data_file=None, config_file=False, include=[str(ROOT / module) for module in modules]
        )
        self._modules = modules
        self._took: dict[str, float] = {}
        self._failed: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is too dear to be run thousands of times."""
        items[:] = [item for item in items if not _needs_more(item)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Its lines are noted under its name."""
        self._coverage.switch_context(item.nodeid)
        began = time.perf_counter()
        try:
            return (yield)
        finally:
            self._took[item.nodeid] = time.perf_counter() - began

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One that fails with nothing changed would be said to notice everything."""
        if report.failed:
            self._failed.append(report.nodeid)

    def run(self, tests: Sequence[str]) -> dict[str, Any]:
        """Run these; ValueError: some fail. By module and line the tests, and what each test takes in seconds."""
        self._coverage.start()
        code = pytest.main([*QUIET[1:], *tests], plugins=[self])
        self._coverage.stop()
        if self._failed or code:
            raise ValueError(f"tests fail with nothing changed: {self._failed or code}")
        data = self._coverage.get_data()
        slow = {test for test, seconds in self._took.items() if seconds > SLOWEST_S}
        lines = {
            module: {
                line: sorted(set(tests) - slow - {""})
                for line, tests in data.contexts_by_lineno(str(ROOT / module)).items()
            }
            for module in self._modules
        }
        return {"lines": lines, "took": self._took}


def _needs_more(item: pytest.Item) -> bool:
    return bool(NEEDS_MORE & set(getattr(item, "fixturenames", ()))) or "[postgresql" in item.nodeid


def work(tests: Sequence[str]) -> None:
    """Judge each mutation that is read: whether a test noticed it, one JSON line each."""
    with _silence():
        pytest.main([*QUIET, "--collect-only", *tests])
    functions = Functions()
    gc.freeze()
    for line in sys.stdin:
        job = json.loads(line)
        print(json.dumps({**job, "noticed": _judged(job, functions)}), flush=True)


def _judged(job: dict[str, Any], functions: Functions) -> str:
    """`yes`, `no`, or `time-out`: a test that never ends has noticed, too."""
    if not job["tests"]:
        return "no"
    child = os.fork()
    if child == 0:
        os.setsid()
        code = 2
        with contextlib.suppress(BaseException), _silence():
            code = _tried(job, functions)
        os._exit(code)
    watch = os.pidfd_open(child)
    is_over = bool(select.select([watch], [], [], job["most_s"])[0])
    os.close(watch)
    _end_all(child)
    _, status = os.waitpid(child, 0)
    if not is_over:
        return "time-out"
    return "no" if status == 0 else "yes"


def _tried(job: dict[str, Any], functions: Functions) -> int:
    """What pytest says of the tests, in this process."""
    module, number = job["module"], job["number"]
    if number is not None and not functions.put_in(module, number):
        load_anew(module, number)
    return int(pytest.main([*QUIET, *job["tests"]]))


def _end_all(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    kept = os.dup(1), os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)


if __name__ == "__main__":
    os.chdir(ROOT)
    paths = sys.argv[3:] if sys.argv[1] == "map" else sys.argv[2:]
    if sys.argv[1] == "map":
        touched = Map(json.loads(sys.stdin.read())).run(paths or FOLDERS)
        Path(sys.argv[2]).write_text(json.dumps(touched), encoding="utf-8")
    else:
        work(paths or FOLDERS)
