"""The form of a figure's line is a promise to whoever compares them."""

from __future__ import annotations

import json
import platform
import socket
from pathlib import Path

import pytest

from bench.report import machine, report


def test_figure_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With exactly the promised keys; no baseline is null."""
    report("ring.ratio", 0.01, "1", baseline=0.5)
    report("boot.pbx_s", 0.6, "s")

    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert list(first) == ["name", "value", "unit", "baseline", "machine"]
    assert (first["name"], first["value"], first["unit"], first["baseline"]) == ("ring.ratio", 0.01, "1", 0.5)
    assert second["baseline"] is None


def test_machine_is_described_and_not_named() -> None:
    """Cores, processor, memory, Python; no host, no path, no person."""
    described = machine()

    assert set(described) == {"cores", "processor", "memory_gib", "python"}
    assert described["python"] == platform.python_version()
    text = json.dumps(described)
    assert socket.gethostname() not in text
    assert str(Path.home()) not in text
