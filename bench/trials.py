"""A thousand simulated towns in which everything breaks: `trials.violations` must be 0, and no reachable cell empty.

Each is a trial of simulation.trial: 24 agents, more than 200 calls, news lost, late, doubled and reordered, orders
refused, controller and PBX dying, clocks stepping. Prints the table agent state x fact x fault to the error stream,
and what broke with its seed. `./dev bench trials 100` runs fewer.
"""

from __future__ import annotations

import os
import sys
import time

from sandbox.figures import report
from simulation.suite import complaint, run
from simulation.trial import Ended

TRIALS = 1000


def measure(trials: int) -> int:
    """Print every figure; 1 if one is not as promised."""
    began = time.perf_counter()
    suite = run(range(trials), _show, processes=len(os.sched_getaffinity(0)))
    empty = suite.coverage.empty()
    sys.stderr.write(suite.coverage.table() + "\n")
    for state, kind, fault in empty:
        sys.stderr.write(f"empty: {state} x {kind.__name__} x {fault}\n")
    report("trials.run", suite.trials, "1")
    report("trials.violations", len(suite.broken) + len(suite.small), "1", 0)
    report("trials.empty_cells", len(empty), "1", 0)
    report("trials.calls", suite.calls, "1")
    report("trials.decisions", suite.decisions, "1")
    report("trials.repairs", suite.repairs, "1")
    report("trials.torn_talks", suite.torn, "1")
    report("trials.seconds", round(time.perf_counter() - began, 1), "s")
    return int(bool(suite.broken or suite.small or empty))


def _show(ended: Ended) -> None:
    if ended.broken is not None:
        sys.stderr.write(complaint(ended) + "\n")


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS))
