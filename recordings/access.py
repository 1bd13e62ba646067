"""留痕 the audit trail: who heard, read or changed what, and when; tables `audit` and `audit_head`.

Appended to, never changed: the database itself refuses an UPDATE or a DELETE of a line (triggers of migration 0005),
and each line is chained to the one before (`recordings.chain`). A recording is heard, and a number is seen, only after
this has been written down.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Row, String, Table, Text, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant
from plumbing.database import metadata
from recordings.chain import Head, Line, digest_of

_Seq = BigInteger().with_variant(Integer, "sqlite")

audit = Table(
    "audit",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False, index=True),
    Column("who", String(64), nullable=False, index=True),
    Column("deed", String(32), nullable=False),
    Column("subject", String(120), nullable=False, index=True),
    Column("detail", Text),
    Column("digest", String(64), nullable=False),
)
"""`deed`: `recording.played`, `ticket.confirmed`, …; `subject`: the id of what it was done to."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("seq", _Seq, nullable=False),
    Column("digest", String(64), nullable=False),
)
"""One row: the last line. Its lock makes writers, also of several processes, take turns."""

PAGE = 1000  # lines held in memory at once


async def note(
    connection: AsyncConnection, *, at: datetime, who: str, deed: str, subject: str, detail: str | None = None
) -> Head:
    """Append one line, in the caller's transaction. `who` is a person's or a token's id; an act needs one.

    From here to the end of the transaction nobody else can append: let it be the transaction's last act.
    """
    if not who.strip():
        raise ValueError("an act needs a person")
    c = audit_head.c
    turn = await connection.execute(update(audit_head).values(seq=c.seq + 1).returning(c.seq, c.digest))
    seq, previous = turn.one()
    digest = digest_of(previous, seq=seq, at=at, who=who, deed=deed, subject=subject, detail=detail)
    line = {"seq": seq, "at": at, "who": who, "deed": deed, "subject": subject, "detail": detail, "digest": digest}
    await connection.execute(insert(audit).values(line))
    await connection.execute(update(audit_head).values(digest=digest))
    return Head(seq, digest)


async def head(connection: AsyncConnection) -> Head:
    """What the database says is the last line; seq 0 before the first."""
    row = (await connection.execute(select(audit_head.c.seq, audit_head.c.digest))).one()
    return Head(row.seq, row.digest)


async def pages(connection: AsyncConnection, after: int = 0) -> AsyncGenerator[list[Line], None]:
    """The lines behind one, in order, a page at a time."""
    while True:
        query = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(PAGE)
        page = [_line(row) for row in await connection.execute(query)]
        if not page:
            return
        yield page
        after = page[-1].seq


async def listed(
    connection: AsyncConnection,
    *,
    who: str | None = None,
    deed: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    before: int | None = None,  # a line's number
    limit: int = 100,
) -> Sequence[Line]:
    """Lines that answer all questions asked, the newest first."""
    c = audit.c
    asked = ((c.who, who), (c.deed, deed), (c.subject, subject))
    query = select(audit).where(*(column == value for column, value in asked if value is not None))
    if since is not None:
        query = query.where(c.at >= since)
    if before is not None:
        query = query.where(c.seq < before)
    return [_line(row) for row in await connection.execute(query.order_by(c.seq.desc()).limit(limit))]


async def deeds_on(connection: AsyncConnection, subject: str) -> Sequence[tuple[datetime, str, str]]:
    """(at, who, deed) of everything done to one thing, oldest first."""
    rows = await connection.execute(
        select(audit.c.at, audit.c.who, audit.c.deed).where(audit.c.subject == subject).order_by(audit.c.seq)
    )
    return [(row.at, row.who, row.deed) for row in rows]


def _line(row: Row[Any]) -> Line:
    return Line(**row._asdict())
