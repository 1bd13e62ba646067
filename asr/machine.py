"""What there is to decode with: of this machine, and of the control groups (容器、systemd 的限额) that we run in.

A container sees the machine's processors and memory, and is killed for taking what its own group has not. Both kinds
of groups are read: the one tree of cgroup v2 (`memory.max`, `cpu.max`) and the trees of v1. A group's memory is what
it may have, less what it holds and cannot give back at once; files that nobody has used of late it can (the kernel's
Documentation/admin-guide/cgroup-v2.rst, `inactive_file`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from asr.admission import Machine

ROOT = Path("/")
_GROUPS = "sys/fs/cgroup"
_UNLIMITED = 1 << 60  # v1 says the largest number that it has


class _Names(NamedTuple):
    most: str
    taken: str
    idle_files: str


_V2 = _Names("memory.max", "memory.current", "inactive_file")
_V1 = _Names("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def this_machine() -> Machine:
    """As it is now."""
    return Machine(cores=cores(), free_bytes=free_bytes())


def cores(root: Path = ROOT) -> int:
    """Processors that we may run on, or as many as our group's share of time amounts to; one at least."""
    shares = [share for group in _groups(root, "cpu") if (share := _cpu_share(group)) is not None]
    return max(1, int(min([len(os.sched_getaffinity(0)), *shares])))


def free_bytes(root: Path = ROOT) -> int:
    """Memory that programs of our group may still take without others being put aside."""
    words = dict(line.split(":") for line in _text(root / "proc/meminfo").splitlines())
    machine = int(words["MemAvailable"].split()[0]) * 1024
    groups = [free for group in _groups(root, "memory") if (free := _group_free_bytes(group)) is not None]
    return max(0, min([machine, *groups]))


@cache  # a process stays in its group; the group's limits are read each time
def _groups(root: Path, controller: str) -> tuple[Path, ...]:
    """The folders of our group and of those that it is in, as far as they can be seen from here."""
    return tuple(_found(root, controller))


def _found(root: Path, controller: str) -> Iterator[Path]:
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0":
            tree = root / _GROUPS
        elif controller in controllers.split(","):
            tree = root / _GROUPS / controller
        else:
            continue
        inside = Path(path.lstrip("/"))
        yield from (tree / part for part in (inside, *inside.parents) if (tree / part).is_dir())


def _group_free_bytes(group: Path) -> int | None:
    """None: the group has no limit of its own."""
    for names in (_V2, _V1):
        most, taken = _text(group / names.most).strip(), _text(group / names.taken).strip()
        if most.isdigit() and int(most) < _UNLIMITED and taken.isdigit():
            stat = dict(line.partition(" ")[::2] for line in _text(group / "memory.stat").splitlines())
            return int(most) - max(0, int(taken) - int(stat.get(names.idle_files, "0")))
    return None


def _cpu_share(group: Path) -> float | None:
    """Processors' worth of time that the group may have; None: as much as there is."""
    quota, _, period = _text(group / "cpu.max").strip().partition(" ")
    if not period:
        quota, period = (_text(group / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period"))
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() else None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except OSError:  # another kernel, or a group that has just gone
        return ""
