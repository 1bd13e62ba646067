"""Table `ticket_clocks`: until when a ticket is to be settled, by which rule and version, and how it was settled."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    and_,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant, insert_once
from plumbing.database import metadata
from tickets.deadlines import Deadline
from tickets.ticket import TicketId

ticket_clocks = Table(
    "ticket_clocks",
    metadata,
    Column("ticket", String(36), ForeignKey("tickets.id"), primary_key=True),
    Column("urgency", String(60)),
    Column("urgency_by", String(64)),
    Column("received_at", Instant, nullable=False),
    Column("deadline_at", Instant, nullable=False, index=True),
    Column("working_days", Integer, nullable=False),
    Column("every_day", Boolean, nullable=False),
    Column("policy_version", String(40), nullable=False),
    Column("rule", String(60), nullable=False),
    Column("calendar_known", Boolean, nullable=False),
    Column("settled_at", Instant),
    Column("settled_by", String(64)),
    Column("outcome", Text),
)
"""`urgency_by`: the person who set the class; null: it was heard, or is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClock:
    """How long a ticket has. Times aware UTC."""

    ticket: TicketId
    urgency: str | None
    urgency_by: str | None
    received_at: datetime
    deadline: Deadline
    settled_at: datetime | None
    settled_by: str | None
    outcome: str | None


URGENT = case((ticket_clocks.c.urgency.is_not(None), 1), else_=0)
"""1: of an urgent class."""


def comes_after(last: TicketId, ids: ColumnElement[str]) -> ColumnElement[bool]:
    """In a list that has the urgent tickets first, then the newest: whether a row of these ids stands behind `last`."""
    rank = select(URGENT).where(ticket_clocks.c.ticket == last).correlate(None).scalar_subquery()
    before = func.coalesce(rank, 0)
    return or_(before > URGENT, and_(before == URGENT, ids < last))


async def start(
    connection: AsyncConnection, ticket: TicketId, *, urgency: str | None, received_at: datetime, deadline: Deadline
) -> bool:
    """Give a ticket its clock, in the caller's transaction. False when it has one."""
    row = {"ticket": ticket, "urgency": urgency, "received_at": received_at, **_columns(deadline)}
    return await insert_once(connection, ticket_clocks, row)


async def set_anew(
    connection: AsyncConnection, ticket: TicketId, *, urgency: str | None, by: str | None, deadline: Deadline
) -> None:
    """It counts anew; `by`: the person who set the class, if one did."""
    told = {"urgency": urgency, "urgency_by": by, **_columns(deadline)}
    await connection.execute(update(ticket_clocks).where(ticket_clocks.c.ticket == ticket).values(**told))


async def stop(connection: AsyncConnection, ticket: TicketId, *, by: str, at: datetime, outcome: str) -> bool:
    """办结. False when there is no clock that runs."""
    c = ticket_clocks.c
    runs = update(ticket_clocks).where(c.ticket == ticket, c.settled_at.is_(None))
    stopped = await connection.execute(runs.values(settled_at=at, settled_by=by, outcome=outcome))
    return stopped.rowcount == 1


async def clocks_of(connection: AsyncConnection, some: Collection[TicketId]) -> Mapping[TicketId, TicketClock]:
    """The clocks of those that have one."""
    rows = await connection.execute(select(ticket_clocks).where(ticket_clocks.c.ticket.in_(some)))
    return {TicketId(row.ticket): clock(row) for row in rows}


def _columns(deadline: Deadline) -> dict[str, Any]:
    return {
        "deadline_at": deadline.at,
        "working_days": deadline.working_days,
        "every_day": deadline.every_day,
        "policy_version": deadline.policy_version,
        "rule": deadline.rule,
        "calendar_known": deadline.calendar_known,
    }


def clock(row: Row[Any]) -> TicketClock:
    """A whole row."""
    deadline = Deadline(
        at=row.deadline_at,
        working_days=row.working_days,
        every_day=row.every_day,
        policy_version=row.policy_version,
        rule=row.rule,
        calendar_known=row.calendar_known,
    )
    return TicketClock(
        ticket=TicketId(row.ticket),
        urgency=row.urgency,
        urgency_by=row.urgency_by,
        received_at=row.received_at,
        deadline=deadline,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        outcome=row.outcome,
    )
