"""Who dialled again: the one thing of a period that the journal does not hold, for it has no numbers.

Numbers are read here and compared; only pairs of calls leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.model import CallId
from recordings.calls import calls

WITHIN: Final = timedelta(minutes=30)
"""Who calls again so soon after giving up tries again; later it is another matter. An assumption."""


async def redials(database: AsyncEngine, since: datetime, until: datetime) -> Mapping[CallId, CallId]:
    """Calls of the period that nobody answered, and the next one of the same number, if it came soon."""
    columns = (calls.c.call_id, calls.c.ani, calls.c.arrived_at, calls.c.answered_at, calls.c.ended_at)
    query = (
        select(*columns)
        .where(calls.c.ani.is_not(None), calls.c.joined_at.is_not(None))
        .where(calls.c.arrived_at >= since, calls.c.arrived_at < until)
        .order_by(calls.c.ani, calls.c.arrived_at)
    )
    async with database.connect() as connection:
        rows = (await connection.execute(query)).all()
    return dict(_pair(first, again) for first, again in pairwise(rows) if _tries_again(first, again))


def _tries_again(first: Any, again: Any) -> bool:
    if first.ani != again.ani or first.answered_at is not None or first.ended_at is None:
        return False
    pause: timedelta = again.arrived_at - first.ended_at
    return timedelta() <= pause <= WITHIN


def _pair(first: Any, again: Any) -> tuple[CallId, CallId]:
    return CallId(first.call_id), CallId(again.call_id)
