"""Table `outbox`: what must leave, written in the transaction of what it tells of, and sent by `hotline.courier`.

    WAITING ──the receiver has it──► DELIVERED (its body is wiped: it held personal data)
       ├── failed, attempts left ──► WAITING, after a pause (tickets.webhook.Schedule)
       └── failed for the last time ──► STUCK ──retry, by a person──► WAITING

An attempt is counted, and its pause begun, before it is made: a sender that dies between sending and marking sends the
same message again, with the same id, so that a receiver that leaves out what it knows has it exactly once. The
messages of one ticket leave one after the other: what is stuck keeps back the later ones of its ticket, no others. One
that is about no ticket keeps back none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Row, String, Table, Text, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant, insert_once
from plumbing.database import metadata
from tickets.ticket import TicketId
from tickets.webhook import BODY_BYTES_MOST, Destination

_REASON_CHARS_MAX = 300


class LetterState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"  # 待发
    DELIVERED = "delivered"  # 已送达
    STUCK = "stuck"  # 受阻: given up; a person may have it tried again


outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("event", String(36), nullable=False, unique=True),
    Column("destination", String(16), nullable=False),
    Column("ticket", String(36), ForeignKey("tickets.id"), index=True),
    Column("body", Text),
    Column("made_at", Instant, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("tried_at", Instant),
    Column("delivered_at", Instant),
    Column("reason", Text),
    Index("ix_outbox_state_destination", "state", "destination"),
    sqlite_autoincrement=True,
)


class UnknownLetter(LookupError):
    """There is no message with this number."""


class LetterDelivered(Exception):
    """The receiver has it: there is nothing to retry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A row of `outbox`. `reason`: why the last attempt failed; `body`: None once it is delivered."""

    seq: int
    event: str
    destination: Destination
    ticket: TicketId | None
    body: str | None = field(repr=False)
    made_at: datetime
    state: LetterState
    attempts: int
    not_before: datetime
    tried_at: datetime | None
    delivered_at: datetime | None
    reason: str | None


async def enclose(
    connection: AsyncConnection, destination: Destination, event: str, ticket: TicketId | None, body: str, at: datetime
) -> bool:
    """Put a message into the outbox, in the caller's transaction, once an event. True when this did it."""
    if len(body.encode()) > BODY_BYTES_MOST:
        raise ValueError("no ticket is so long")
    row = {"event": event, "destination": destination, "ticket": ticket, "body": body, "made_at": at}
    fresh = {"state": LetterState.WAITING, "attempts": 0, "not_before": at}
    return await insert_once(connection, outbox, row | fresh)


async def due(connection: AsyncConnection, destination: Destination, now: datetime, *, limit: int) -> Sequence[Letter]:
    """What may be sent now, the oldest first: of each ticket only the first that the receiver does not have."""
    c, other = outbox.c, outbox.alias()
    earlier = select(other.c.seq).where(
        other.c.ticket == c.ticket,
        other.c.destination == c.destination,
        other.c.state != LetterState.DELIVERED,
        other.c.seq < c.seq,
    )
    ripe = (c.state == LetterState.WAITING) & (c.destination == destination) & (c.not_before <= now)
    query = select(outbox).where(ripe, ~earlier.exists()).order_by(c.seq).limit(limit)
    return [_letter(row) for row in await connection.execute(query)]


async def begin(connection: AsyncConnection, letter: Letter, now: datetime, again: datetime) -> bool:
    """Count an attempt that is about to be made; if nothing is heard of it, the next is not before `again`.

    False when somebody else has begun it meanwhile.
    """
    values = {"attempts": letter.attempts + 1, "tried_at": now, "not_before": again}
    return await _change(connection, letter.seq, LetterState.WAITING, letter.attempts, values)


async def deliver(connection: AsyncConnection, letter: Letter, now: datetime) -> bool:
    """The receiver has it."""
    values = {"state": LetterState.DELIVERED, "delivered_at": now, "reason": None, "body": None}
    return await _change(connection, letter.seq, LetterState.WAITING, letter.attempts + 1, values)


async def fail(connection: AsyncConnection, letter: Letter, reason: str, *, last: bool) -> bool:
    """The attempt came to nothing, and why; `last`: there will be no other by itself."""
    values: dict[str, object] = {"reason": reason[:_REASON_CHARS_MAX]}
    if last:
        values["state"] = LetterState.STUCK
    return await _change(connection, letter.seq, LetterState.WAITING, letter.attempts + 1, values)


async def _change(
    connection: AsyncConnection, seq: int, state: LetterState, attempts: int, values: Mapping[str, object]
) -> bool:
    same = (outbox.c.seq == seq) & (outbox.c.state == state) & (outbox.c.attempts == attempts)
    changed = await connection.execute(update(outbox).where(same).values(**values))
    return changed.rowcount == 1


async def retry(connection: AsyncConnection, seq: int, now: datetime) -> Letter:
    """A person wants it sent now, from its first attempt. UnknownLetter, LetterDelivered."""
    undelivered = (outbox.c.seq == seq) & (outbox.c.state != LetterState.DELIVERED)
    values = {"state": LetterState.WAITING, "attempts": 0, "not_before": now}
    await connection.execute(update(outbox).where(undelivered).values(**values))
    letter = await read(connection, seq)
    if letter.state is LetterState.DELIVERED:
        raise LetterDelivered(seq)
    return letter


async def read(connection: AsyncConnection, seq: int) -> Letter:
    """One message. UnknownLetter."""
    row = (await connection.execute(select(outbox).where(outbox.c.seq == seq))).one_or_none()
    if row is None:
        raise UnknownLetter(seq)
    return _letter(row)


async def listed(connection: AsyncConnection, *states: LetterState, limit: int) -> Sequence[Letter]:
    """Messages in these states, oldest first."""
    query = select(outbox).where(outbox.c.state.in_(states)).order_by(outbox.c.seq).limit(limit)
    return [_letter(row) for row in await connection.execute(query)]


async def counted(connection: AsyncConnection) -> Mapping[LetterState, int]:
    """How many are in each state."""
    rows = await connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return dict.fromkeys(LetterState, 0) | {LetterState(state): count for state, count in rows}


async def undelivered(connection: AsyncConnection) -> Mapping[LetterState, int]:
    """How many wait, and how many are stuck; what was delivered, in years, is not looked at."""
    still = outbox.c.state.in_([LetterState.WAITING, LetterState.STUCK])
    rows = await connection.execute(select(outbox.c.state, func.count()).where(still).group_by(outbox.c.state))
    return {LetterState(state): count for state, count in rows}


def _letter(row: Row[Any]) -> Letter:
    columns = row._asdict()
    columns["state"], columns["destination"] = LetterState(columns["state"]), Destination(columns["destination"])
    return Letter(**columns)
