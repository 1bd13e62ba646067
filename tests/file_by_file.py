"""What a run that is spread over processes shows: a line for each file, when its last test has ended.

A failure is named at once and told in full at the end, by pytest itself. With `-v` or `-q` pytest shows what it likes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator, Iterable

import pytest

ENDS = frozenset({"teardown", "???"})
"""What is said last of a test; `???` of one that took its process with it."""

Status = tuple[str, str, str | tuple[str, dict[str, bool]]]


class FileByFile:
    """Counts what comes in from all processes."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal
        self._left: Counter[str] = Counter()
        self._came_to: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._tests = self._ended = 0

    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        """All processes find the same tests; the first says it."""
        if not self._tests:
            self._left.update(map(file_of, ids))
            self._tests = self._left.total()

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Generator[None, Status, Status]:
        """No dot for a test: those of several files would lie in one row."""
        category, _, word = yield
        return category, "", word

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One stage of one test has ended."""
        file = file_of(report.nodeid)
        self._seconds[file] += report.duration
        if report.failed:
            self._terminal.write_line(f"FAILED {report.nodeid}", red=True)
        if report.failed or report.when == "call":
            self._came_to[file][report.outcome] += 1
        if report.when in ENDS:
            self._ended += 1
            self._left[file] -= 1
            if not self._left[file]:
                self._show(file)

    def _show(self, file: str) -> None:
        came_to = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self._came_to[file].items()))
        share = 100 * self._ended // self._tests
        self._terminal.write_line(f"[{share:3d}%] {file}: {came_to} in {self._seconds[file]:.1f} s")


def file_of(nodeid: str) -> str:
    """The file of a test."""
    return nodeid.partition("::")[0]
