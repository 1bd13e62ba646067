"""The command, started as a person starts it: in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import NamedTuple

PATIENCE_S = 60.0


class Said(NamedTuple):
    """How a command ended."""

    code: int | None
    out: str
    err: str


async def hotline(state: Path, *words: str, typed: str = "", **environment: str) -> Said:
    """Run `hotline …` in a process of its own."""
    command = [sys.executable, "-c", "from hotline.cli import main; main()", "--state-dir", str(state), *words]
    plain = {"COLUMNS": "200", "NO_COLOR": "1", "http_proxy": "http://127.0.0.1:9"}
    running = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **plain, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        out, err = await running.communicate(typed.encode())
    return Said(running.returncode, out.decode(), err.decode())
