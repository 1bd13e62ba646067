"""Consoles and wallboards that look: `python -m bench.busy_readers STATE_DIR SECONDS` reads, then prints JSON.

READS_PER_S evenly through every second, whether the last ones are answered or not. A process of its own: the readers of
a city sit at machines of their own, and none of them keeps an agent from pressing a key.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import Final

from hotline.demo_watch import Api

READS_PER_S: Final = 300
READS: Final = (*(("/api/queues", "/api/agents") * 147), *("/api/calls", "/api/health") * 3)
"""In a second. The calls of this moment are 300 lines: boards follow them by `/api/live` and read them once."""


async def read(state_dir: Path, seconds: float) -> list[float]:
    """How long each read took that was answered in this time, in seconds."""
    taken: list[float] = []

    async def one(path: str) -> None:
        began = time.monotonic()
        await api.get(path)
        taken.append(time.monotonic() - began)

    async with Api.of(state_dir) as api:
        paths, began, sent = cycle(READS), time.monotonic(), 0
        try:
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                while True:
                    due = int((time.monotonic() - began) * READS_PER_S)
                    for path, _ in zip(paths, range(due - sent), strict=False):
                        group.create_task(one(path))
                    sent = due
                    await asyncio.sleep(1 / READS_PER_S)
        except TimeoutError:
            return taken


def main(state_dir: str, seconds: str) -> None:
    """Read, then say what it took: the reads and this process's own seconds of processor time."""
    taken = asyncio.run(read(Path(state_dir), float(seconds)))
    sys.stdout.write(json.dumps({"read_s": taken, "cpu_s": time.process_time()}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
