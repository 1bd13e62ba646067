"""How long a process's turns of the processor are: short for who must be quick, long for who stands back.

Since 6.12 Linux lets each process say so (the `sched_runtime` of `sched_setattr(2)` for ordinary processes; otherwise
some milliseconds). Who wakes and has shorter turns goes before whoever is in the midst of a longer one, if it has not
had more than its share; shares stay as they are, and nobody needs a privilege for it. (The scheduler is EEVDF:
I. Stoica, H. Abdel-Wahab, "Earliest Eligible Virtual Deadline First", 1995.) Between two with equal turns, who wakes
waits for the other's to end, which is looked at by the clock's ticks only, each 4 ms. On the way from an agent's key to
the ringing phone a dozen threads of ours and of the PBX wake in turn, and each would wait for a report.

Threads and processes begun afterwards inherit it. Older kernels, and other processors than those named here, know
nothing of it, and everything goes on as before.
"""

from __future__ import annotations

import ctypes
import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import Final

SHORT_NS: Final = 100_000
LONG_NS: Final = 100_000_000
"""The shortest and the longest turn that Linux takes."""
_SYSCALLS: Final = {"x86_64": (314, 315), "aarch64": (274, 275)}
"""The numbers of sched_setattr and sched_getattr, by machine: the C library of Debian 12 has neither."""


class _Attributes(ctypes.Structure):
    """struct sched_attr, as it first was: 48 bytes."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def be_prompt(pid: int = 0) -> None:
    """Short turns from now on for all threads of a process of ours, this one by default; nothing where it cannot be."""
    _set_turns(SHORT_NS, pid)


def be_patient() -> None:
    """Long turns from now on for this process: whoever is prompt goes first at once."""
    _set_turns(LONG_NS, 0)


def _set_turns(ns: int, pid: int) -> None:
    numbers = _SYSCALLS.get(platform.machine())
    if numbers is None:
        return
    with suppress(OSError):  # it has ended
        for thread in Path(f"/proc/{pid or os.getpid()}/task").iterdir():
            _set(int(thread.name), ns, *numbers)


def _set(thread: int, ns: int, setting: int, getting: int) -> None:
    """Only the length of its turns: policy and niceness are read first, and written back."""
    call = ctypes.CDLL(None).syscall
    known = _Attributes()
    size = ctypes.sizeof(known)
    if call(getting, thread, ctypes.byref(known), size, 0) == 0:
        known.size, known.runtime = size, ns
        call(setting, thread, ctypes.byref(known), 0)


def turn_ns(thread: int = 0) -> int | None:
    """How long the turns of a thread are by its own wish, in nanoseconds; None where that is not known."""
    numbers, told = _SYSCALLS.get(platform.machine()), _Attributes()
    if numbers is None or ctypes.CDLL(None).syscall(numbers[1], thread, ctypes.byref(told), ctypes.sizeof(told), 0):
        return None
    return int(told.runtime)
