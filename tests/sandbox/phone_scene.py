"""Two seats' phones, and what is to be seen of them: the setting of the phones' tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.lines import Line
from sandbox.pbx import Pbx
from sandbox.phones import Manner, Phone
from sandbox.sound import Samples, stretches


def seat(pbx: Pbx, extension: str) -> Line:
    """The line of a seat of this PBX."""
    return Line.seat(pbx.config.sip_port, extension, f"secret-{extension}")


@asynccontextmanager
async def two_seats(pbx: Pbx, manner: Manner = Manner.RING, after_s: float = 0.0) -> AsyncIterator[tuple[Phone, Phone]]:
    """Phones 8001 and 8002; the second has this manner."""
    async with (
        Phone.start(seat(pbx, "8001")) as first,
        Phone.start(seat(pbx, "8002"), manner=manner, after_s=after_s) as second,
    ):
        yield first, second


async def logged(pbx: Pbx, words: str) -> str:
    """The line of the PBX's log that contains these words, once it is there."""
    async with asyncio.timeout(10):
        while True:
            for line in pbx.config.log.read_text(encoding="utf-8", errors="replace").splitlines():
                if words in line:
                    return line
            await asyncio.sleep(0.02)


def loudest(heard: Samples) -> tuple[float, Samples]:
    """The longest loud stretch: its length in seconds and its samples."""
    best = max((one for one in stretches(heard) if one.loud), key=lambda one: one.length_s)
    return best.length_s, heard[int(best.start_s * 8000) : int(best.end_s * 8000)]
