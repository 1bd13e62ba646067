"""Doing something at the telephones, and waiting until they say that it was done."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Final

from acd.engine import Engine
from acd.events import Event
from acd.model import CallId

TOLD_WITHIN_S: Final = 4.0


async def until_told(
    engine: Engine, call: CallId, kinds: tuple[type[Event], ...], deed: Coroutine[None, None, None]
) -> None:
    """Do the deed, and return when the engine has been told one of these facts of the call.

    Raises what the deed raises, and TimeoutError when nothing was told within TOLD_WITHIN_S.
    """
    told = asyncio.Event()

    def look(event: Event, _: object) -> None:
        if isinstance(event, kinds) and getattr(event, "call", None) == call:
            told.set()

    forget = engine.subscribe(look)
    try:
        async with asyncio.timeout(TOLD_WITHIN_S):
            await deed
            await told.wait()
    finally:
        forget()
