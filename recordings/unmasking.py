"""号码: a caller's whole number, shown to one person for a reason, after it has been written down; rarely, by rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings.access import audit, note
from recordings.calls import Call

SHOWN_MOST = 20
WITHIN = timedelta(hours=1)
DEED = "number.shown"


class NoNumber(LookupError):
    """The caller's number is hidden or was never known."""


class NumberConfidential(Exception):
    """The hotline promises its callers that nobody sees their numbers."""


class TooManyShown(Exception):
    """One person may see SHOWN_MOST numbers WITHIN an hour: whoever needs more, asks somebody."""


async def show(
    engine: AsyncEngine,
    call: Call,
    *,
    who: str,
    reason: str,
    at: datetime,
    is_confidential: Callable[[str | None], bool],
) -> str:
    """The whole number of a call; on the disk first is who saw it and why.

    NumberConfidential, NoNumber, TooManyShown: then nothing is written down.
    """
    if is_confidential(call.hotline):
        raise NumberConfidential
    if call.ani is None:
        raise NoNumber
    async with engine.begin() as connection:
        await note(connection, at=at, who=who, deed=DEED, subject=call.call_id, detail=reason)
        if await _shown(connection, who, at) > SHOWN_MOST:  # counted in its turn: two at once cannot both be the last
            raise TooManyShown
    return call.ani


async def _shown(connection: AsyncConnection, who: str, at: datetime) -> int:
    c = audit.c
    recent = select(func.count()).where(c.who == who, c.deed == DEED, c.at > at - WITHIN)
    return int(await connection.scalar(recent) or 0)
