"""Table `tickets`: drafts and what people made of them. The machine's own proposal stays beside what a person
confirmed.

Numbers are given out at confirming, in the same transaction, so a day's numbers have no gaps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
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
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from city.local_time import CITY_TIME
from plumbing.columns import Instant, insert_once
from plumbing.database import metadata
from recordings.access import note
from recordings.recording import Recording, new_recording_id
from tickets import kept_draft, quality_table, review
from tickets.clocks import URGENT, comes_after, ticket_clocks
from tickets.draft import CallFacts, Draft
from tickets.quality import field_edits
from tickets.states import TicketState
from tickets.ticket import (
    YES_OR_NO,
    AppealKind,
    Ticket,
    TicketChanged,
    TicketId,
    TicketNumber,
    TicketUnknown,
    ticket_number,
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("recording", String(36), ForeignKey("recordings.id"), nullable=False, unique=True),
    Column("call_id", String(120), nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("number", String(20), unique=True),
    Column("caller_number", String(21), index=True),
    Column("contact_number", String(21), index=True),
    Column("hotline", String(120)),
    Column("kind", String(4)),
    Column("place", String(200), index=True),
    Column("subject", String(100)),
    Column("summary", Text),
    Column("category", String(120)),
    Column("occurred_at", Instant),
    Column("asked_for", Text),
    Column("department", String(60)),
    Column("urgency", String(60)),
    Column("confidential", Boolean),
    Column("flow", String(40)),
    Column("flow_version", String(12)),
    Column("drafted", Text, nullable=False),
    Column("drafted_at", Instant, nullable=False),
    Column("claimed_by", String(64)),
    Column("claimed_at", Instant),
    Column("claimed_until", Instant),
    Column("returned_by", String(64)),
    Column("returned_at", Instant),
    Column("return_reason", Text),
    Column("confirmed_by", String(64)),
    Column("confirmed_at", Instant),
    Column("discarded_by", String(64)),
    Column("discarded_at", Instant),
    Column("discard_reason", Text),
)

ticket_numbers = Table(
    "ticket_numbers",
    metadata,
    Column("day", String(8), primary_key=True),
    Column("last", Integer, nullable=False),
)

_AS_PROPOSED = (
    *("hotline", "kind", "place", "subject", "summary"),
    *("category", "asked_for", "department", "urgency"),
)
"""Columns that hold what the fields of their names propose."""
TICKET_COLUMNS = [column for column in tickets.c if column.name != "drafted"]


async def draft_once(
    connection: AsyncConnection, recording: Recording, facts: CallFacts, proposed: Draft, at: datetime
) -> bool:
    """Store the draft of a recording, in the caller's transaction. False when the recording has one."""
    row = {
        "id": new_recording_id(at),
        "recording": recording.id,
        "call_id": recording.call_id,
        "state": TicketState.DRAFT,
        "version": 1,
        "caller_number": facts.ani,
        "contact_number": proposed.contact_number,
        "drafted": kept_draft.to_json(proposed),
        "drafted_at": at,
    }
    return await insert_once(connection, tickets, row | _values(proposed))


def _values(proposed: Draft) -> dict[str, object]:
    """What the draft says, by column."""
    same = {name: getattr(proposed, name).value for name in _AS_PROPOSED}
    secrecy, taken = proposed.confidential.value, proposed.taken
    return same | {
        "occurred_at": proposed.occurred_at,
        "confidential": YES_OR_NO.get(secrecy) if secrecy else None,
        "flow": taken.name if taken else None,
        "flow_version": taken.version if taken else None,
    }


async def list_tickets(
    connection: AsyncConnection,
    state: TicketState | None = None,
    *,
    limit: int = 100,
    before: TicketId | None = None,
    at: datetime | None = None,
) -> Sequence[Ticket]:
    """The newest first, of drafts and claims the urgent ones before all others.

    `before` is the last id of the page before. A claim that is over by `at` is a draft's.
    """
    clocked = tickets.outerjoin(ticket_clocks, ticket_clocks.c.ticket == tickets.c.id)
    urgent_first = (URGENT,) if state in (TicketState.DRAFT, TicketState.CLAIMED) else ()
    order = (*(rank.desc() for rank in urgent_first), tickets.c.id.desc())
    query = select(*TICKET_COLUMNS).select_from(clocked).order_by(*order).limit(limit)
    if state is not None:
        query = query.where(_stands(state, at))
    if before is not None:
        query = query.where(comes_after(before, tickets.c.id) if urgent_first else tickets.c.id < before)
    return [ticket_of(row) for row in await connection.execute(query)]


def _stands(state: TicketState, at: datetime | None) -> ColumnElement[bool]:
    is_so = tickets.c.state == state
    if at is None or state not in (TicketState.DRAFT, TicketState.CLAIMED):
        return is_so
    is_over = and_(tickets.c.state == TicketState.CLAIMED, tickets.c.claimed_until <= at)
    return or_(is_so, is_over) if state is TicketState.DRAFT else and_(is_so, tickets.c.claimed_until > at)


async def read_ticket(connection: AsyncConnection, ticket: TicketId) -> Ticket:
    """One ticket. TicketUnknown."""
    row = (await connection.execute(select(*TICKET_COLUMNS).where(tickets.c.id == ticket))).one_or_none()
    if row is None:
        raise TicketUnknown("there is no such ticket", "没有这张工单")
    return ticket_of(row)


async def read_draft(connection: AsyncConnection, ticket: TicketId) -> Draft:
    """What the machine proposed, with its evidence, whatever became of it. TicketUnknown."""
    drafted = await connection.scalar(select(tickets.c.drafted).where(tickets.c.id == ticket))
    if drafted is None:
        raise TicketUnknown("there is no such ticket", "没有这张工单")
    return kept_draft.from_json(drafted)


async def claim(engine: AsyncEngine, ticket: TicketId, *, version: int, by: str, at: datetime) -> Ticket:
    """A person begins to work on a draft, or goes on. Any TicketRefused."""
    return await _change(
        engine, ticket, "ticket.claimed", by, at, lambda found: review.claim(found, version=version, by=by, at=at)
    )


async def take_over(
    engine: AsyncEngine, ticket: TicketId, *, version: int, by: str, at: datetime, reason: str
) -> Ticket:
    """A leader goes on with what another has claimed; why is written down. Any TicketRefused."""
    why = review.reason_of(reason)

    def rule(found: Ticket) -> Ticket:
        return review.take_over(found, version=version, by=by, at=at)

    return await _change(engine, ticket, "ticket.taken_over", by, at, rule, detail=why)


async def give_back(
    engine: AsyncEngine, ticket: TicketId, *, version: int, by: str, at: datetime, reason: str
) -> Ticket:
    """A person returns a draft to the others and says why. Any TicketRefused."""

    def rule(found: Ticket) -> Ticket:
        return review.give_back(found, version=version, by=by, at=at, reason=reason)

    return await _change(engine, ticket, "ticket.returned", by, at, rule)


FollowUp = Callable[[AsyncConnection, Ticket, datetime], Awaitable[None]]


async def _nothing_follows(_: AsyncConnection, __: Ticket, ___: datetime) -> None:
    return


async def confirm(
    engine: AsyncEngine,
    ticket: TicketId,
    *,
    version: int,
    by: str,
    at: datetime,
    edits: Mapping[str, str | None],
    follow_up: FollowUp = _nothing_follows,
) -> Ticket:
    """Who has claimed a draft confirms it, corrected by `edits`; it gets its number. Any TicketRefused.

    `follow_up` happens in the same transaction.
    """
    async with engine.begin() as connection:
        number = await _next_number(connection, at)
        found = await read_ticket(connection, ticket)
        confirmed = review.confirm(found, version=version, by=by, at=at, number=number, edits=edits)
        await replace_ticket(connection, found, confirmed)
        proposed = await read_draft(connection, ticket)
        await quality_table.keep(connection, found, confirmed, field_edits(found, confirmed, proposed))
        await follow_up(connection, confirmed, at)
        await note(connection, at=at, who=by, deed="ticket.confirmed", subject=ticket, detail=",".join(sorted(edits)))
    return confirmed


async def discard(engine: AsyncEngine, ticket: TicketId, *, version: int, by: str, at: datetime, reason: str) -> Ticket:
    """Who has claimed a draft discards it and says why. Any TicketRefused."""

    def rule(found: Ticket) -> Ticket:
        return review.discard(found, version=version, by=by, at=at, reason=reason)

    return await _change(engine, ticket, "ticket.discarded", by, at, rule)


async def _change(
    engine: AsyncEngine,
    ticket: TicketId,
    deed: str,
    by: str,
    at: datetime,
    rule: Callable[[Ticket], Ticket],
    *,
    detail: str | None = None,
) -> Ticket:
    async with engine.begin() as connection:
        found = await read_ticket(connection, ticket)
        changed = rule(found)
        await replace_ticket(connection, found, changed)
        await note(connection, at=at, who=by, deed=deed, subject=ticket, detail=detail)
    return changed


async def _next_number(connection: AsyncConnection, at: datetime) -> TicketNumber:
    """The day's next number. The write comes first, so that two who confirm at once wait for each other here."""
    day = f"{at.astimezone(CITY_TIME):%Y%m%d}"
    await insert_once(connection, ticket_numbers, {"day": day, "last": 0})
    taken = await connection.scalar(
        update(ticket_numbers)
        .where(ticket_numbers.c.day == day)
        .values(last=ticket_numbers.c.last + 1)
        .returning(ticket_numbers.c.last)
    )
    return ticket_number(at, int(taken or 0))


async def replace_ticket(connection: AsyncConnection, before: Ticket, after: Ticket) -> None:
    """Write a ticket as it is now, unless it is not any more what it was before. TicketChanged."""
    unchanged = (tickets.c.id == before.id) & (tickets.c.version == before.version)
    written = await connection.execute(update(tickets).where(unchanged).values(**asdict(after)))
    if written.rowcount != 1:
        raise TicketChanged("someone changed it meanwhile: look again", "工单已被他人修改，请刷新后再操作")


def ticket_of(row: Row[Any]) -> Ticket:
    """A ticket from a row of TICKET_COLUMNS."""
    columns = row._asdict()
    columns["state"] = TicketState(columns["state"])
    columns["kind"] = AppealKind(columns["kind"]) if columns["kind"] else None
    return Ticket(**columns)
