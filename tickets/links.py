"""Table `ticket_links`: which tickets are one matter (合并), who said so and why; looked for, offered, made, undone.

A link that was undone stays, with who and why: nothing that was known is lost. A ticket's `version` counts its links,
too, so that two people never merge one ticket twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Float, ForeignKey, Integer, Row, String, Table, Text, insert, or_, select
from sqlalchemy import update as changing
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from plumbing.columns import Instant
from plumbing.database import metadata
from recordings.access import note
from recordings.recording import first_id
from tickets import repeat
from tickets.repeat import Likeness, MergeRefused
from tickets.review import reason_of
from tickets.states import TicketState
from tickets.store import TICKET_COLUMNS, read_ticket, replace_ticket, ticket_of, tickets
from tickets.ticket import Ticket, TicketChanged, TicketId

EACH_WAY_MOST = 100  # candidates of one kind: the newest

ticket_links = Table(
    "ticket_links",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("ticket", String(36), ForeignKey("tickets.id"), nullable=False, index=True),
    Column("first", String(36), ForeignKey("tickets.id"), nullable=False, index=True),
    Column("score", Float, nullable=False),
    Column("merged_by", String(64), nullable=False),
    Column("merged_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("undone_by", String(64)),
    Column("undone_at", Instant),
    Column("undone_why", Text),
    sqlite_autoincrement=True,
)

FollowUp = Callable[[AsyncConnection, Ticket, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A row: `ticket` is a repeat of `first`. `score`: what the machine thought of it, offered or not."""

    number: int
    ticket: TicketId
    first: TicketId
    score: float
    merged_by: str
    merged_at: datetime
    reason: str
    undone_by: str | None
    undone_at: datetime | None
    undone_why: str | None


async def likely(connection: AsyncConnection, ticket: Ticket, window: timedelta) -> Sequence[Likeness]:
    """Earlier tickets, drafted within the window before it, that are likely the same matter."""
    earlier: dict[TicketId, Ticket] = {}
    if ticket.is_secret:  # that somebody has called before, too, would tell who it is
        return ()
    for way in _ways(ticket):
        query = (
            select(*TICKET_COLUMNS)
            .where(way, tickets.c.id < ticket.id, tickets.c.id >= first_id(ticket.drafted_at - window))
            .where(tickets.c.state != TicketState.DISCARDED, tickets.c.confidential.is_not(True))
            .order_by(tickets.c.id.desc())
            .limit(EACH_WAY_MOST)
        )
        found = [ticket_of(row) for row in await connection.execute(query)]
        earlier |= {each.id: each for each in found if not each.is_secret}
    return repeat.offered(ticket, earlier.values())


def _ways(ticket: Ticket) -> Sequence[ColumnElement[bool]]:
    """How a repeat may be found: who is offered shares a number or a place with it."""
    column, numbers = tickets.c, [number for number in (ticket.caller_number, ticket.contact_number) if number]
    ways = [column.caller_number.in_(numbers), column.contact_number.in_(numbers)] if numbers else []
    return [*ways, column.place == ticket.place] if ticket.place else ways


async def standing(connection: AsyncConnection, *some: TicketId) -> Sequence[Link]:
    """The links that stand, from and to these tickets."""
    link = ticket_links.c
    query = select(ticket_links).where(or_(link.ticket.in_(some), link.first.in_(some)), link.undone_at.is_(None))
    return [_link(row) for row in await connection.execute(query.order_by(link.number))]


async def history(connection: AsyncConnection, ticket: TicketId) -> Sequence[Link]:
    """Every link of a ticket, also those that were undone, oldest first."""
    link = ticket_links.c
    query = select(ticket_links).where(or_(link.ticket == ticket, link.first == ticket)).order_by(link.number)
    return [_link(row) for row in await connection.execute(query)]


async def merge(
    engine: AsyncEngine,
    ticket: TicketId,
    into: TicketId,
    *,
    version: int,
    by: str,
    at: datetime,
    reason: str,
    follow_up: FollowUp,
) -> Ticket:
    """A person says that a ticket repeats another. Any TicketRefused."""
    why = reason_of(reason)
    async with engine.begin() as connection:
        await _hold(connection, ticket, into)
        found, other = await read_ticket(connection, ticket), await read_ticket(connection, into)
        links = {link.ticket: link.first for link in await standing(connection, ticket, into)}
        first = repeat.may_merge(found, other, version=version, by=by, merged_into=links)
        after = await _next_version(connection, found)
        score = repeat.likeness(found, other).score
        link = {"ticket": ticket, "first": first, "score": score, "merged_by": by, "merged_at": at, "reason": why}
        await connection.execute(insert(ticket_links).values(link))
        await follow_up(connection, after, at)
        await note(connection, at=at, who=by, deed="ticket.merged", subject=ticket, detail=f"{first}: {why}")
    return after


async def undo(
    engine: AsyncEngine, ticket: TicketId, *, version: int, by: str, at: datetime, reason: str, follow_up: FollowUp
) -> Ticket:
    """It is a matter of its own after all. Any TicketRefused."""
    why = reason_of(reason)
    async with engine.begin() as connection:
        found = await read_ticket(connection, ticket)
        links = [link for link in await standing(connection, ticket) if link.ticket == ticket]
        if not links:
            raise MergeRefused("it is not merged", "该工单没有合并")
        if found.version != version:
            raise TicketChanged("someone changed it meanwhile: look again", "工单已被他人修改，请刷新后再操作")
        after = await _next_version(connection, found)
        undone = {"undone_by": by, "undone_at": at, "undone_why": why}
        await connection.execute(changing(ticket_links).where(ticket_links.c.number == links[0].number).values(undone))
        await follow_up(connection, after, at)
        await note(connection, at=at, who=by, deed="ticket.unmerged", subject=ticket, detail=f"{links[0].first}: {why}")
    return after


async def _hold(connection: AsyncConnection, *some: TicketId) -> None:
    """Until the transaction's end nobody else changes these: two people may merge two tickets both ways at once."""
    for one in sorted(some):
        await connection.execute(changing(tickets).where(tickets.c.id == one).values(version=tickets.c.version))


async def _next_version(connection: AsyncConnection, found: Ticket) -> Ticket:
    after = replace(found, version=found.version + 1)
    await replace_ticket(connection, found, after)
    return after


async def first_of(connection: AsyncConnection, ticket: TicketId) -> Ticket | None:
    """The first ticket of its matter, when it is merged into one."""
    for link in await standing(connection, ticket):
        if link.ticket == ticket:
            return await read_ticket(connection, link.first)
    return None


def _link(row: Row[Any]) -> Link:
    return Link(**row._asdict())
