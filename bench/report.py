"""One measured figure, one JSON object a line on standard output."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path


def report(name: str, value: float, unit: str, baseline: float | None = None) -> None:
    """Print a figure. `baseline` is what the same run measured for the thing compared with, in the same unit."""
    figure = {"name": name, "value": value, "unit": unit, "baseline": baseline, "machine": machine()}
    print(json.dumps(figure, ensure_ascii=False), flush=True)


def machine() -> str:
    """What it was measured on, without naming the machine: processors, system, Python."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = models[0] if models else platform.machine()
    return f"{os.cpu_count()} x {processor}, {platform.system()}, Python {platform.python_version()}"
