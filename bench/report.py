"""A figure is one line of JSON: `{"name", "value", "unit", "baseline", "machine"}`. Knows machines, not owners."""

from __future__ import annotations

import json
import os
import platform
from functools import cache
from pathlib import Path


def report(name: str, value: float, unit: str, baseline: float | None = None) -> None:
    """Print a figure. `baseline` is what it is to be compared with, in the same unit, measured in the same run."""
    line = {"name": name, "value": value, "unit": unit, "baseline": baseline, "machine": machine()}
    print(json.dumps(line, ensure_ascii=False), flush=True)


@cache
def machine() -> dict[str, str | int | float]:
    """What the figures were measured on: cores this process may use, processor, memory in GiB, Python. No names."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _first_value(Path("/proc/cpuinfo"), "model name") or platform.machine(),
        "memory_gib": round(int((_first_value(Path("/proc/meminfo"), "MemTotal") or "0 kB").split()[0]) / 2**20, 1),
        "python": platform.python_version(),
    }


def _first_value(table: Path, key: str) -> str | None:
    lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.split(":", 1)[0].strip() == key), None)
