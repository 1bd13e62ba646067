"""熟人坐席: who served a citizen last, looked up in the call book while the caller is on the line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.model import AgentId
from recordings.calls import who_served

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 0.3
"""Being known is worth no more of a caller's time than this."""


def acquaintance(database: AsyncEngine) -> Callable[[str, datetime], Awaitable[AgentId | None]]:
    """Ask for a number and the earliest moment that counts. A database that is slow or away knows nobody."""

    async def look(number: str, since: datetime) -> AgentId | None:
        try:
            async with asyncio.timeout(PATIENCE_S), database.connect() as connection:
                agent = await who_served(connection, number, since=since)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("who served a caller last could not be looked up", why=type(error).__name__)
            return None
        return AgentId(agent) if agent else None

    return look
