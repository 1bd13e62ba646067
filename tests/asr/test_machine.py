"""What there is to decode with: a container's own share, not the machine's. The files are as kernels write them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from asr.machine import cores, free_bytes, this_machine

GIB = 1 << 30
MEMINFO = "MemTotal:       16384000 kB\nMemFree:          500000 kB\nMemAvailable:    8388608 kB"
UNLIMITED_V1 = "9223372036854771712"


class Kernel:
    """A /proc and a /sys of our own."""

    def __init__(self, root: Path, groups: str) -> None:
        self.root = root
        self.write("proc/meminfo", MEMINFO)
        self.write("proc/self/cgroup", groups)

    def write(self, file: str, text: str | int) -> None:
        """One file, with its line's end."""
        (self.root / file).parent.mkdir(parents=True, exist_ok=True)
        (self.root / file).write_text(f"{text}\n")

    def group(self, folder: str, **files: str | int) -> None:
        """A group's files; `__` stands for a dot."""
        for name, text in files.items():
            self.write(f"sys/fs/cgroup/{folder}/{name.replace('__', '.')}", text)


def test_a_machine_without_groups_has_what_it_says(tmp_path: Path) -> None:
    """Nothing limits us."""
    kernel = Kernel(tmp_path, "0::/")
    assert (free_bytes(kernel.root), cores(kernel.root)) == (8 * GIB, len(os.sched_getaffinity(0)))


def test_a_container_has_its_own_memory_whatever_the_machine_has(tmp_path: Path) -> None:
    """Files that nobody has used of late can be given back, so they count as free."""
    kernel = Kernel(tmp_path, "0::/")
    kernel.group("", memory__max=2 * GIB, memory__current=GIB, memory__stat=f"anon 5\ninactive_file {GIB // 2}")

    assert free_bytes(kernel.root) == 2 * GIB - GIB // 2


def test_the_narrowest_group_around_us_counts(tmp_path: Path) -> None:
    """A service in a slice: the slice may have less than the service."""
    kernel = Kernel(tmp_path, "0::/centre.slice/lianxin.service")
    kernel.group("centre.slice/lianxin.service", memory__max="max", memory__current=GIB, cpu__max="max 100000")
    kernel.group("centre.slice", memory__max=3 * GIB, memory__current=2 * GIB, cpu__max="100000 100000")

    assert (free_bytes(kernel.root), cores(kernel.root)) == (GIB, 1)


def test_groups_of_the_older_kind_are_read(tmp_path: Path) -> None:
    """In a container the path in /proc is the host's, and the tree that is seen begins at the container."""
    kernel = Kernel(tmp_path, "4:memory:/docker/0123\n2:cpu,cpuacct:/docker/0123\n1:name=systemd:/docker/0123")
    kernel.group(
        "memory",
        memory__limit_in_bytes=4 * GIB,
        memory__usage_in_bytes=GIB,
        memory__stat="inactive_file 1\ntotal_inactive_file 0",
    )
    kernel.group("cpu", cpu__cfs_quota_us=50000, cpu__cfs_period_us=100000)

    assert (free_bytes(kernel.root), cores(kernel.root)) == (3 * GIB, 1)


@pytest.mark.parametrize(("most", "taken"), [(UNLIMITED_V1, 0), ("", ""), ("max", "nonsense")])
def test_no_limit_is_none(tmp_path: Path, most: str, taken: str | int) -> None:
    """Nor is a file that cannot be understood."""
    kernel = Kernel(tmp_path, "4:memory:/\n0::/")
    kernel.group("memory", memory__limit_in_bytes=most, memory__usage_in_bytes=taken)
    kernel.group("", memory__max=most, memory__current=taken, cpu__max="max 100000")

    assert (free_bytes(kernel.root), cores(kernel.root)) == (8 * GIB, len(os.sched_getaffinity(0)))


def test_a_group_that_has_taken_all_has_nothing_left(tmp_path: Path) -> None:
    """Never less than nothing."""
    kernel = Kernel(tmp_path, "0::/")
    kernel.group("", memory__max=GIB, memory__current=2 * GIB, memory__stat="")

    assert free_bytes(kernel.root) == 0


def test_this_machine_can_be_read() -> None:
    """By whatever kernel the tests run on."""
    machine = this_machine()

    assert 1 <= machine.cores <= (os.cpu_count() or 1)
    assert machine.free_bytes > 0
