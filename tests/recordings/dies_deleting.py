"""A process that dies while it deletes what is due: `dies_deleting.py DATABASE ARCHIVE NOW N`, at the Nth file."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path

from plumbing.database import connect
from recordings.archive import Archive
from recordings.retention import Retention
from tests.recordings.test_retention import YEAR, nobody


async def main(database: str, archive: str, now: str, times: int) -> None:
    """Die there."""
    left = times

    def dies(event: str, _: tuple[object, ...]) -> None:
        nonlocal left
        if event == "os.remove":
            left -= 1
            if not left:
                os._exit(9)

    engine = connect(database)
    sys.addaudithook(dies)
    await Retention(engine, Archive(Path(archive)), YEAR, nobody, lambda: datetime.fromisoformat(now)).sweep()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], int(sys.argv[4])))
