"""A process that is killed while it compares every recording: `reads_all.py URL ARCHIVE FILE PAGES`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from plumbing.database import connect
from recordings import proof
from recordings.archive import Archive


async def main(url: str, archive: str, file: str, pages: int) -> None:
    """Die after so many pages of two."""
    proof.PAGE = 2
    begun = proof.resume(Path(file))
    async for _ in proof.prove(connect(url), Archive(Path(archive)), Path(file), begun):
        pages -= 1
        if not pages:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], int(sys.argv[4])))
