"""Whether a worker can take a job, asked of the worker itself: a Unix socket that answers each question by trying.

The answer is one line, empty when all is well; otherwise what is in the way, in Chinese and English.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

PATIENCE_S = 8.0
_SOCKET = "asr.sock"

Hindrance = Callable[[], Awaitable[str | None]]
"""What is in the way of the next job; None: nothing."""


@asynccontextmanager
async def checkups(run_folder: Path | None, hindrance: Hindrance) -> AsyncIterator[None]:
    """Inside, questions are answered in this folder, if there is one. OSError where no socket can be."""
    if run_folder is None:
        yield
        return

    async def answer(_: asyncio.StreamReader, asker: asyncio.StreamWriter) -> None:
        asker.write((await hindrance() or "").encode() + b"\n")
        asker.close()

    server = await asyncio.start_unix_server(answer, run_folder / _SOCKET)
    try:
        yield
    finally:
        server.close()


async def ask(run_folder: Path) -> str | None:
    """What is in the way of the worker whose folder this is; None: nothing."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            worker, asker = await asyncio.open_unix_connection(run_folder / _SOCKET)
            told = await worker.readline()
            asker.close()
    except OSError as error:  # TimeoutError is one
        return f"转写进程没有应答 the worker does not answer: {type(error).__name__}"
    if not told:
        return "转写进程正在结束 the worker is ending"
    return told.decode().strip() or None
