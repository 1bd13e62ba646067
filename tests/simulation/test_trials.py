"""Small towns in which everything breaks: no law does."""

from __future__ import annotations

import os

from simulation.suite import complaint, run
from simulation.trial import Trial


def test_no_law_breaks_whatever_else_does(trials: int) -> None:
    """Lost, late, doubled, reordered news, refused orders, deaths, clocks that step; each trial is a whole town."""
    suite = run(range(trials), processes=len(os.sched_getaffinity(0)))

    assert not suite.broken, "\n".join(map(complaint, suite.broken))
    assert not suite.small
    if trials >= 1000:
        assert not suite.coverage.empty(), suite.coverage.table()


def test_a_seed_gives_the_same_trial_again() -> None:
    """So that one that breaks can be looked at."""
    first, again = Trial(1).run(), Trial(1).run()

    assert (first.calls, first.decisions, first.repairs) == (again.calls, again.decisions, again.repairs)
    assert first.coverage.cells == again.coverage.cells


def test_trials_are_the_same_in_several_processes() -> None:
    """Only faster."""
    alone, beside = run(range(3)), run(range(3), processes=2)

    assert (alone.calls, alone.decisions, alone.repairs) == (beside.calls, beside.decisions, beside.repairs)
    assert alone.coverage.cells == beside.coverage.cells
