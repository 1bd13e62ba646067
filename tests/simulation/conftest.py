"""How many trials."""

from __future__ import annotations

import pytest

TRIALS = 1000
"""Half a second of a processor each; fewer show no empty cells, but any broken law."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Seen when the suite is run by itself: `./dev test simulation --trials 60`."""
    parser.addoption("--trials", type=int, default=TRIALS, help="how many simulations with faults")


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> int:
    """How many."""
    count: int = request.config.getoption("--trials", TRIALS)
    return count
