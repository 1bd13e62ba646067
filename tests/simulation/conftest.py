"""How many trials."""

from __future__ import annotations

import pytest

TRIALS = 60
"""By default, half a minute: what fits beside all other tests. `./dev bench trials` makes a thousand."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Seen when the suite is run by itself: `./dev test simulation --trials 1000`."""
    parser.addoption("--trials", type=int, default=TRIALS, help="how many simulations with faults")


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> int:
    """How many."""
    count: int = request.config.getoption("--trials", TRIALS)
    return count
