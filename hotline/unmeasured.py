"""The seats as they would have been without the measures that were in force at a moment of the past."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from acd import measure_table
from acd.measures import NEVER_BEGAN, Measure
from acd.model import Seat, SeatId
from acd.seat_table import read_change, seat_changes

LOOKED_AT_MOST: Final = 10_000


async def seats_unmeasured(database: AsyncEngine, at: datetime, known: Collection[SeatId]) -> dict[SeatId, Seat | None]:
    """Those of the seats that a measure had lent or added at that moment, as people had left them; None: not there."""
    async with database.connect() as connection:
        measures = await measure_table.newest(connection, LOOKED_AT_MOST)
        lent = {seat for one in measures if _held(one, at) for loan in one.aim.loans for seat in loan.seats}
        rows = await connection.execute(
            select(seat_changes).where(seat_changes.c.at <= at).order_by(seat_changes.c.seq)
        )
        stored = {change.seat: change.after for change in map(read_change, rows)}
    return {seat: stored.get(seat) for seat in sorted(lent & set(known))}


def _held(measure: Measure, at: datetime) -> bool:
    began = measure.state not in NEVER_BEGAN and measure.starts_at <= at
    return began and (measure.over_at is None or measure.over_at > at)
