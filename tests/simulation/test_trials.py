"""Small towns in which everything breaks: no law does."""

from __future__ import annotations

from simulation.suite import complaint, run
from simulation.trial import Trial


def test_no_law_breaks_whatever_else_does(trials: int) -> None:
    """Lost, late, doubled, reordered news, refused orders, deaths, clocks that step; each trial is a whole town."""
    suite = run(range(trials))

    assert not suite.broken, "\n".join(map(complaint, suite.broken))
    assert not suite.small
    if trials >= 1000:
        assert not suite.coverage.empty(), suite.coverage.table()


def test_a_seed_gives_the_same_trial_again() -> None:
    """So that one that breaks can be looked at."""
    first, again = Trial(1).run(), Trial(1).run()

    assert (first.calls, first.decisions, first.repairs) == (again.calls, again.decisions, again.repairs)
    assert first.coverage.cells == again.coverage.cells
