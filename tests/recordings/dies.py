"""One sweep of the intake in a process that dies at a given point: `dies.py DATABASE SPOOL ARCHIVE POINT N`.

POINT is an audit event of the interpreter (the Nth time it happens), or `follow_up`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from asr.jobs import enqueue
from recordings.intake import Intake
from tests.databases import impatient_engine


def main(database: str, spool: str, archive: str, point: str, times: int) -> None:
    """Die there."""
    left = times

    def dies(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event == point and str(arguments[0]).startswith(spool):
            left -= 1
            if not left:
                os._exit(9)

    async def follow_up(connection, recording) -> None:
        await enqueue(connection, recording)
        if point == "follow_up":
            os._exit(9)

    async def sweep() -> None:
        await Intake(Path(spool), Path(archive), impatient_engine(database), follow_up=follow_up).sweep()

    sys.addaudithook(dies)
    asyncio.run(sweep())


if __name__ == "__main__":
    main(*sys.argv[1:5], int(sys.argv[5]))
