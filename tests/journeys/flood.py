"""A flood: SIPp dials from one number at a steady rate, and takes whatever answer it gets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from sandbox.crowd import impatient
from sandbox.ports import LOOPBACK
from sandbox.sipp import find_sipp, sipp

PATIENCE_MS = 1500


@asynccontextmanager
async def flood(folder, port, number, hotline="12345", *, rate=10, calls=100):
    """SIPp, dialling `calls` times; yields the process: it ends by itself with 0 if every call ended as it should."""
    program = await asyncio.to_thread(find_sipp)
    options = f"-s {hotline} -r {rate} -m {calls} {LOOPBACK}:{port}".split()
    async with sipp(program, folder, impatient(number, PATIENCE_MS), options) as process:
        yield process
