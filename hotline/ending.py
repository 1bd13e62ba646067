"""How a run ends: what was decided last is on disk before the database is closed."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from acd.journal import Journal
from hotline.callbook import CallBook
from telephony.gate import Gate

log = structlog.get_logger(__name__)

WRITE_OUT_S: Final = 5.0


async def write_out(journal: Journal, callbook: CallBook, gate: Gate) -> None:
    """What was decided last is on disk before the end."""
    try:
        async with asyncio.timeout(WRITE_OUT_S):
            await journal.flushed(journal.last)
            await callbook.written()
            await gate.written()
    except TimeoutError:
        log.error("the database did not take the last facts in time")  # noqa: TRY400 - the time-out says it all
