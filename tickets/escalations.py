"""Table `escalations`: who is to be told when, and when they were. Each is written when its ticket is born, so that
neither a restart nor a clock that jumps forgets or repeats one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, Row, Select, String, Table, UniqueConstraint, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant, insert_or
from plumbing.database import metadata
from recordings.access import note
from tickets.clocks import TicketClock, clock, ticket_clocks
from tickets.deadlines import PlannedEscalation
from tickets.states import TicketState
from tickets.store import tickets
from tickets.ticket import TicketId, TicketRefused

escalations = Table(
    "escalations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("ticket", String(36), ForeignKey("tickets.id"), nullable=False),
    Column("percent", Integer, nullable=False),
    Column("due_at", Instant, nullable=False, index=True),
    Column("tells", String(80), nullable=False),
    Column("raised_at", Instant, index=True),
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", String(64)),
    UniqueConstraint("ticket", "percent"),
)
"""`tells`: parted by commas. `raised_at` null: not due yet."""

AT_ONCE_MOST = 200


class EscalationUnknown(TicketRefused):
    """No escalation that was raised has this number."""


class EscalationAcknowledged(TicketRefused):
    """Somebody has acknowledged it already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """催办, as it was raised. Times aware UTC."""

    number: int
    ticket: TicketId
    ticket_number: str | None
    subject: str | None
    urgency: str | None
    percent: int
    tells: tuple[str, ...]
    due_at: datetime
    deadline_at: datetime
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None


async def plan(connection: AsyncConnection, ticket: TicketId, several: Iterable[PlannedEscalation]) -> None:
    """Write down when who is to be told, in the caller's transaction. What was raised already stays as it is."""
    for each in several:
        row = {"ticket": ticket, "percent": each.percent, "due_at": each.at, "tells": ",".join(each.tells)}
        insert = insert_or(connection, escalations).values(**row)
        anew = insert.on_conflict_do_update(
            index_elements=["ticket", "percent"],
            set_={"due_at": each.at, "tells": row["tells"]},
            where=escalations.c.raised_at.is_(None),
        )
        await connection.execute(anew)


def _with_tickets(*what: Any) -> Select[Any]:
    whose = escalations.join(tickets, tickets.c.id == escalations.c.ticket)
    return select(*what).select_from(whose.join(ticket_clocks, ticket_clocks.c.ticket == escalations.c.ticket))


_STILL_OPEN = (ticket_clocks.c.settled_at.is_(None), tickets.c.state != TicketState.DISCARDED)
_PENDING = (escalations.c.raised_at.is_(None), *_STILL_OPEN)
_SHOWN = (
    *escalations.c,
    tickets.c.number.label("ticket_number"),
    tickets.c.subject,
    ticket_clocks.c.urgency,
    ticket_clocks.c.deadline_at,
)


async def next_due(connection: AsyncConnection) -> datetime | None:
    """When somebody is to be told next."""
    earliest = _with_tickets(escalations.c.due_at).where(*_PENDING).order_by(escalations.c.due_at).limit(1)
    moment: datetime | None = await connection.scalar(earliest)
    return moment


async def raise_due(connection: AsyncConnection, at: datetime) -> Sequence[Escalation]:
    """Raise what is due, AT_ONCE_MOST at most, each once, in the caller's transaction."""
    due = _with_tickets(*_SHOWN).where(*_PENDING, escalations.c.due_at <= at).order_by(escalations.c.due_at)
    raised = []
    for row in (await connection.execute(due.limit(AT_ONCE_MOST))).all():
        mine = update(escalations).where(escalations.c.number == row.number, escalations.c.raised_at.is_(None))
        if (await connection.execute(mine.values(raised_at=at))).rowcount == 1:
            raised.append(_read(row, raised_at=at))
    return raised


async def listed(
    connection: AsyncConnection, *, acknowledged_too: bool = False, before: int | None = None, limit: int = 100
) -> Sequence[Escalation]:
    """Those that were raised, the newest first; unless all are asked for, those that nobody has acknowledged and that
    still matter."""
    query = _with_tickets(*_SHOWN).where(escalations.c.raised_at.is_not(None)).order_by(escalations.c.number.desc())
    if not acknowledged_too:
        query = query.where(escalations.c.acknowledged_at.is_(None), *_STILL_OPEN)
    if before is not None:
        query = query.where(escalations.c.number < before)
    return [_read(row) for row in await connection.execute(query.limit(limit))]


async def running(connection: AsyncConnection, *, due_by: datetime | None, limit: int) -> Sequence[TicketClock]:
    """The clocks that run, the soonest due first; with `due_by` those whose deadline is over by then."""
    whose = ticket_clocks.join(tickets, tickets.c.id == ticket_clocks.c.ticket)
    query = select(ticket_clocks).select_from(whose).where(*_STILL_OPEN).order_by(ticket_clocks.c.deadline_at)
    if due_by is not None:
        query = query.where(ticket_clocks.c.deadline_at <= due_by)
    return [clock(row) for row in await connection.execute(query.limit(limit))]


async def unacknowledged(connection: AsyncConnection) -> int:
    """How many wait for somebody."""
    c = escalations.c
    query = _with_tickets(func.count()).where(c.raised_at.is_not(None), c.acknowledged_at.is_(None), *_STILL_OPEN)
    return int(await connection.scalar(query) or 0)


async def read(connection: AsyncConnection, number: int) -> Escalation:
    """One. EscalationUnknown."""
    query = _with_tickets(*_SHOWN).where(escalations.c.number == number, escalations.c.raised_at.is_not(None))
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise EscalationUnknown("there is no such escalation", "没有这条催办")
    return _read(row)


async def acknowledge(connection: AsyncConnection, number: int, *, by: str, at: datetime) -> Escalation:
    """Somebody has seen it and sees to it. EscalationUnknown, EscalationAcknowledged."""
    found = await read(connection, number)
    open_one = update(escalations).where(escalations.c.number == number, escalations.c.acknowledged_at.is_(None))
    done = await connection.execute(open_one.values(acknowledged_at=at, acknowledged_by=by))
    if done.rowcount != 1:
        raise EscalationAcknowledged(
            f"{found.acknowledged_by} has acknowledged it", f"已由 {found.acknowledged_by} 签收"
        )
    detail = f"{found.percent} %"
    await note(connection, at=at, who=by, deed="escalation.acknowledged", subject=found.ticket, detail=detail)
    return await read(connection, number)


def _read(row: Row[Any], *, raised_at: datetime | None = None) -> Escalation:
    told = dict(row._mapping)  # noqa: SLF001 - public, whatever its name says
    told["tells"] = tuple(told["tells"].split(","))
    told["raised_at"] = raised_at or told["raised_at"]
    return Escalation(**told)
