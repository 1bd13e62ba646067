"""What lives as long as the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTLED = """
import gc, sys
from plumbing.lifecycle import FULL, SWITCH_S, YOUNG, settle
before = len(gc.get_objects())
settle()
assert gc.get_freeze_count() > 0.9 * before, "what was loaded is kept apart"
assert len(gc.get_objects()) < 0.1 * before, "and is not looked at any more"
assert gc.get_threshold() == (YOUNG, 10, FULL), "and the young are looked at less often, all still more seldom"
assert sys.getswitchinterval() == SWITCH_S, "and a thread that reckons gives way soon"
class Ring: pass
ring = Ring(); ring.itself = ring; del ring
assert gc.collect() >= 1, "what comes later is"
"""


def test_what_was_loaded_is_never_looked_at_again_by_the_collector() -> None:
    """Each full look at it would hold the engine's loop for a tenth of a second."""
    done = subprocess.run([sys.executable, "-c", SETTLED], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
