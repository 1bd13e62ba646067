"""A process that appends to the audit trail: `writes_audit.py URL WHO TIMES [dies]`, one transaction a line.

With `dies` it is killed in the middle of the last one, its line written and not committed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from plumbing.database import connect
from recordings.access import note
from tests.recordings.scenes import NOON


async def main(url: str, who: str, times: int, *, dies: bool) -> None:
    """Append."""
    engine = connect(url)
    for number in range(times):
        async with engine.begin() as connection:
            await note(
                connection, at=NOON, who=who, deed="test.written", subject=f"{who}-{number}", detail="第一行\n二"
            )
            if dies and number == times - 1:
                os.kill(os.getpid(), signal.SIGKILL)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), dies=sys.argv[4:] == ["dies"]))
