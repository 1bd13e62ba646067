"""Table `recordings`: one row a connected attempt, from the moment its files are first noticed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Float, Integer, Row, String, Table, Text, UniqueConstraint, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant, insert_once, insert_or
from plumbing.database import metadata
from recordings.recording import (
    Recording,
    RecordingId,
    RecordingState,
    SpoolName,
    first_id,
    made_at,
    new_recording_id,
)

recordings = Table(
    "recordings",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("call_id", String(120), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", Text),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("bytes", Integer, nullable=False, default=0),
    Column("caller_sha256", String(64)),
    Column("agent_sha256", String(64)),
    Column("damage", Text, nullable=False, default="[]"),
    Column("taken_in_at", Instant),
    UniqueConstraint("call_id", "attempt"),
)


_IDS_A_QUERY = 500  # a database takes only so many parameters


class RecordingUnknown(LookupError):
    """No recording has this id."""


async def open_rows(
    connection: AsyncConnection, names: Sequence[SpoolName], now: datetime
) -> Mapping[SpoolName, Recording]:
    """The rows of these attempts, in their order: those there are, else new ones in state ARRIVING."""
    if not names:
        return {}
    state = RecordingState.ARRIVING
    fresh = [
        {"id": new_recording_id(now), "call_id": name.call_id, "attempt": name.attempt, "state": state}
        for name in names
    ]
    await connection.execute(insert_or(connection, recordings).on_conflict_do_nothing(), fresh)
    calls = {name.call_id for name in names}
    rows = await connection.execute(select(recordings).where(recordings.c.call_id.in_(calls)))
    found = {SpoolName(row.call_id, row.attempt): _recording(row) for row in rows}
    return {name: found[name] for name in names}


async def close_row(connection: AsyncConnection, recording: Recording) -> bool:
    """Write what became of an ARRIVING recording. False when another has done so already."""
    written = await connection.execute(
        update(recordings)
        .where(recordings.c.id == recording.id, recordings.c.state == RecordingState.ARRIVING)
        .values(**_columns(recording))
    )
    return written.rowcount == 1


async def add_row(connection: AsyncConnection, recording: Recording) -> bool:
    """A whole row at once. False when there is one."""
    return await insert_once(connection, recordings, _columns(recording))


async def read(connection: AsyncConnection, recording: RecordingId) -> Recording:
    """One recording. RecordingUnknown."""
    row = (await connection.execute(select(recordings).where(recordings.c.id == recording))).one_or_none()
    if row is None:
        raise RecordingUnknown
    return _recording(row)


async def of_call(connection: AsyncConnection, call_id: str) -> Sequence[Recording]:
    """Every recording of one call, by attempt."""
    rows = await connection.execute(
        select(recordings).where(recordings.c.call_id == call_id).order_by(recordings.c.attempt)
    )
    return [_recording(row) for row in rows]


async def in_state(connection: AsyncConnection, state: RecordingState) -> Sequence[Recording]:
    """Every recording in one state, oldest first."""
    rows = await connection.execute(select(recordings).where(recordings.c.state == state).order_by(recordings.c.id))
    return [_recording(row) for row in rows]


async def of_day(connection: AsyncConnection, day: date, limit: int = 500) -> AsyncIterator[Sequence[Recording]]:
    """Every recording whose id was made on one day (UTC), in order, a page at a time."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    after, end = first_id(begin), first_id(begin + timedelta(days=1))
    while found := await page(connection, after, limit, end):
        yield found
        after = found[-1].id


async def taken_in_since(connection: AsyncConnection, since: datetime) -> Sequence[Recording]:
    """Every recording taken in since then, oldest first."""
    recent = select(recordings).where(recordings.c.taken_in_at >= since).order_by(recordings.c.id)
    return [_recording(row) for row in await connection.execute(recent)]


async def first_day(connection: AsyncConnection) -> date | None:
    """The day of the oldest recording."""
    oldest = await connection.scalar(select(func.min(recordings.c.id)))
    return made_at(RecordingId(oldest)).date() if oldest else None


async def page(connection: AsyncConnection, after: str, limit: int, end: str | None = None) -> Sequence[Recording]:
    """The next recordings by id, up to before `end`."""
    c = recordings.c
    query = select(recordings).where(c.id > after).order_by(c.id).limit(limit)
    if end is not None:
        query = query.where(c.id < end)
    return [_recording(row) for row in await connection.execute(query)]


async def counted(connection: AsyncConnection, after: str = "") -> int:
    """How many recordings there are behind an id."""
    query = select(func.count()).select_from(recordings).where(recordings.c.id > after)
    return int(await connection.scalar(query) or 0)


async def move(connection: AsyncConnection, row: Recording, to: RecordingState, reason: str | None) -> bool:
    """Into another state. False when it is not in the state of `row` any more."""
    c = recordings.c
    there = update(recordings).where(c.id == row.id, c.state == row.state)
    return (await connection.execute(there.values(state=to, reason=reason))).rowcount == 1


async def find_again(connection: AsyncConnection, recording: Recording) -> bool:
    """Legs of a LOST recording are there after all: write what was found. False when it is lost no more."""
    lost = update(recordings).where(recordings.c.id == recording.id, recordings.c.state == RecordingState.LOST)
    return (await connection.execute(lost.values(**_columns(recording)))).rowcount == 1


async def those_of(connection: AsyncConnection, ids: Collection[RecordingId]) -> Sequence[Recording]:
    """The rows of these ids, oldest first; ids that no row has are left out."""
    found: list[Recording] = []
    asked = sorted(ids)
    for start in range(0, len(asked), _IDS_A_QUERY):
        some = select(recordings).where(recordings.c.id.in_(asked[start : start + _IDS_A_QUERY]))
        found += map(_recording, await connection.execute(some.order_by(recordings.c.id)))
    return found


def _columns(recording: Recording) -> dict[str, Any]:
    return asdict(recording) | {"damage": json.dumps(recording.damage)}


def _recording(row: Row[Any]) -> Recording:
    columns = row._asdict()
    columns["state"] = RecordingState(columns["state"])
    columns["damage"] = tuple(json.loads(columns["damage"]))
    return Recording(**columns)
