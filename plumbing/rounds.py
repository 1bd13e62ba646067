"""What goes round: looked after at the start and every few hours, and sooner after a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError


async def go_round(
    look: Callable[[], Awaitable[object]], failed: Callable[[str], object], *, every_s: float, again_s: float
) -> None:
    """Look, again and again, until cancelled; `failed` is told the kind of an OSError or SQLAlchemyError."""
    while True:
        pause = every_s
        try:
            await look()
        except (OSError, SQLAlchemyError) as error:
            failed(type(error).__name__)
            pause = again_s
        await asyncio.sleep(pause)
