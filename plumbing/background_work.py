"""For a process beside another: it ends with it, and, if its work may wait, takes what processor time nobody wants.

`nice` alone does not say that. Linux shares processor time among sessions first (`sched_autogroup`, on by default), and
counts niceness only within one: a report at niceness 19 in the session of the controller has as much of the machine as
a whole PBX with its threads in another. So such a process begins a session of its own, and asks that the whole of it be
nice; within it SCHED_IDLE lets whoever wakes go first at once, and among sessions its long turns (plumbing.promptness).
Where sessions are not what is shared among (in a service's or a container's control group), the group's own weight has
to say it.
"""

from __future__ import annotations

import ctypes
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

from plumbing.promptness import be_patient

NICEST: Final = 19
_PR_SET_PDEATHSIG: Final = 1


def stand_back() -> None:
    """From now on, everybody else first. For a process that is nobody's leader; cannot be taken back."""
    begin_nice_session()
    go_last()


def begin_nice_session() -> None:
    """Leave one's session for one that has what other sessions leave: it is shared with the children to come."""
    with suppress(PermissionError):  # it leads its group already
        os.setsid()
    with suppress(OSError):  # a kernel without such sessions
        Path("/proc/self/autogroup").write_text(str(NICEST), encoding="ascii")
    be_patient()


def go_last() -> None:
    """Within one's session, everybody else first. Cannot be taken back."""
    os.nice(NICEST)
    with suppress(OSError):  # not allowed here
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def used_s(pid: int) -> float:
    """CPU seconds that a process has had."""
    return _state_and_use(pid)[1]


def ran_s(pid: int) -> float | None:
    """The same if it would use more now; None: it is waiting for something else."""
    state, used = _state_and_use(pid)
    return used if state == "R" else None


def _state_and_use(pid: int) -> tuple[str, float]:
    state, *numbers = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return state, (int(numbers[10]) + int(numbers[11])) / os.sysconf("SC_CLK_TCK")


def end_with_parent(parent: int) -> None:
    """Be killed when `parent`, who began this process, dies; end now if that has happened already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
