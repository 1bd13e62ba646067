"""回访: a bad rating is a task for a supervisor, claimed and settled with an outcome. Table `follow_ups`.

OPEN ──claimed by a leader──► CLAIMED ──settled with an outcome──► SETTLED
  ▲─────────given back────────┘
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, Integer, Row, Select, String, Table, Text, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant, insert_once
from plumbing.database import metadata
from recordings.access import note
from recordings.calls import calls
from tickets.deadlines import Deadline
from tickets.ratings import ratings
from tickets.store import TICKET_COLUMNS, ticket_of, tickets
from tickets.ticket import Ticket, TicketRefused


class FollowUpState(StrEnum):
    """Where a follow-up stands."""

    OPEN = "open"  # 待回访
    CLAIMED = "claimed"  # 已领取
    SETTLED = "settled"  # 已办结


class FollowUpOutcome(StrEnum):
    """What came of it."""

    SOLVED = "solved"  # 已解决
    EXPLAINED = "explained"  # 已解释
    UNREACHED = "unreached"  # 未联系上
    MISTAKEN = "mistaken"  # 误按


follow_ups = Table(
    "follow_ups",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("call_id", String(120), nullable=False, unique=True),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False, index=True),
    Column("working_days", Integer, nullable=False),
    Column("calendar_known", Boolean, nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("claimed_by", String(64)),
    Column("claimed_at", Instant),
    Column("outcome", String(16)),
    Column("remark", Text),
    Column("settled_by", String(64)),
    Column("settled_at", Instant),
    sqlite_autoincrement=True,
)
"""`calendar_known` false: the holidays of that time are not published yet, the days are counted by weekdays."""

UNSETTLED = (FollowUpState.OPEN, FollowUpState.CLAIMED)


class FollowUpUnknown(TicketRefused):
    """No follow-up has this number."""


class FollowUpNotYours(TicketRefused):
    """Another leader has claimed it, or it is settled; who settles or gives back one has claimed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One task. Times aware UTC. The score, agent and queue are the rating's, the hotline the call's."""

    number: int
    call: str
    score: int
    agent: str
    queue: str
    hotline: str | None
    opened_at: datetime
    due_at: datetime
    working_days: int
    calendar_known: bool
    state: FollowUpState
    claimed_by: str | None
    claimed_at: datetime | None
    outcome: FollowUpOutcome | None
    remark: str | None
    settled_by: str | None
    settled_at: datetime | None


async def begin(connection: AsyncConnection, call: str, at: datetime, due: Deadline) -> bool:
    """Open the follow-up of a call, in the caller's transaction, once. True when this did it."""
    row = {"call_id": call, "opened_at": at, "due_at": due.at, "working_days": due.working_days}
    known = {"calendar_known": due.calendar_known, "state": FollowUpState.OPEN}
    return await insert_once(connection, follow_ups, row | known)


async def listed(connection: AsyncConnection, *states: FollowUpState, limit: int = 200) -> Sequence[FollowUp]:
    """Those in these states, the soonest due first."""
    query = _chosen().where(follow_ups.c.state.in_(states)).order_by(follow_ups.c.due_at, follow_ups.c.number)
    return [_read(row) for row in (await connection.execute(query.limit(limit))).all()]


async def read(connection: AsyncConnection, number: int) -> FollowUp:
    """One. FollowUpUnknown."""
    row = (await connection.execute(_chosen().where(follow_ups.c.number == number))).one_or_none()
    if row is None:
        raise FollowUpUnknown("there is no such follow-up", "没有这项回访")
    return _read(row)


async def tickets_of(connection: AsyncConnection, some: Collection[str]) -> Sequence[Ticket]:
    """The drafts and tickets of a few calls, the eldest first."""
    query = select(*TICKET_COLUMNS).where(tickets.c.call_id.in_(some)).order_by(tickets.c.drafted_at, tickets.c.id)
    return [ticket_of(row) for row in (await connection.execute(query)).all()]


async def claim(connection: AsyncConnection, number: int, *, by: str, at: datetime) -> FollowUp:
    """领取; told again by the same leader it stays theirs. FollowUpUnknown, FollowUpNotYours."""
    found = await read(connection, number)
    if found.state is FollowUpState.CLAIMED and found.claimed_by == by:
        return found
    values = {"state": FollowUpState.CLAIMED, "claimed_by": by, "claimed_at": at}
    return await _move(connection, found, FollowUpState.OPEN, values, "claimed", by=by, at=at)


async def release(connection: AsyncConnection, number: int, *, by: str, at: datetime) -> FollowUp:
    """放回. FollowUpUnknown, FollowUpNotYours."""
    found = await _theirs(connection, number, by)
    values = {"state": FollowUpState.OPEN, "claimed_by": None, "claimed_at": None}
    return await _move(connection, found, FollowUpState.CLAIMED, values, "released", by=by, at=at)


async def settle(
    connection: AsyncConnection, number: int, outcome: FollowUpOutcome, remark: str, *, by: str, at: datetime
) -> FollowUp:
    """办结, by who has claimed it. FollowUpUnknown, FollowUpNotYours."""
    found = await _theirs(connection, number, by)
    values = {"state": FollowUpState.SETTLED, "outcome": outcome, "remark": remark, "settled_by": by, "settled_at": at}
    return await _move(connection, found, FollowUpState.CLAIMED, values, "settled", by=by, at=at)


async def _theirs(connection: AsyncConnection, number: int, by: str) -> FollowUp:
    found = await read(connection, number)
    if found.state is not FollowUpState.CLAIMED or found.claimed_by != by:
        raise _not_yours(found)
    return found


async def _move(
    connection: AsyncConnection,
    found: FollowUp,
    before: FollowUpState,
    values: Mapping[str, object],
    deed: str,
    *,
    by: str,
    at: datetime,
) -> FollowUp:
    """One step, unless somebody else was faster; written down."""
    c = follow_ups.c
    same = (c.number == found.number) & (c.state == before) & c.claimed_by.is_not_distinct_from(found.claimed_by)
    done = await connection.execute(update(follow_ups).where(same).values(**values))
    if done.rowcount != 1:
        raise _not_yours(await read(connection, found.number))
    outcome = values.get("outcome")
    detail = str(outcome) if outcome else None
    await note(connection, at=at, who=by, deed=f"follow_up.{deed}", subject=found.call, detail=detail)
    return await read(connection, found.number)


def _not_yours(found: FollowUp) -> FollowUpNotYours:
    if found.state is FollowUpState.SETTLED:
        return FollowUpNotYours(f"{found.settled_by} has settled it", f"已由 {found.settled_by} 办结")
    if found.claimed_by is None:
        return FollowUpNotYours("claim it first", "请先领取")
    return FollowUpNotYours(f"{found.claimed_by} has claimed it", f"已由 {found.claimed_by} 领取")


def _chosen() -> Select[tuple[Any, ...]]:
    whose = follow_ups.join(ratings, ratings.c.call_id == follow_ups.c.call_id)
    whose = whose.outerjoin(calls, calls.c.call_id == follow_ups.c.call_id)
    columns = [column for column in follow_ups.c if column.name != "call_id"]
    r = ratings.c
    call = follow_ups.c.call_id.label("call")
    return select(call, *columns, r.score, r.agent, r.queue, calls.c.hotline).select_from(whose)


def _read(row: Row[Any]) -> FollowUp:
    told = row._asdict()
    told["state"] = FollowUpState(told["state"])
    told["outcome"] = FollowUpOutcome(told["outcome"]) if told["outcome"] else None
    return FollowUp(**told)
