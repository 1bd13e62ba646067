"""查询码: six digits, texted to a citizen with the ticket's number, by which they may hear how it stands."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from sqlalchemy import Column, ForeignKey, String, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import insert_once
from plumbing.database import metadata
from tickets.ticket import TicketId

DIGITS: Final = 6

check_codes = Table(
    "check_codes",
    metadata,
    Column("ticket", String(36), ForeignKey("tickets.id"), primary_key=True),
    Column("code", String(DIGITS), nullable=False),
)


async def give(connection: AsyncConnection, ticket: TicketId) -> str:
    """The ticket's code, drawn by chance the first time."""
    drawn = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    if await insert_once(connection, check_codes, {"ticket": ticket, "code": drawn}):
        return drawn
    return str(await connection.scalar(select(check_codes.c.code).where(check_codes.c.ticket == ticket)))


async def fits(connection: AsyncConnection, ticket: TicketId, code: str) -> bool:
    """Whether this is the ticket's code. One that was never given out has none."""
    known = await connection.scalar(select(check_codes.c.code).where(check_codes.c.ticket == ticket))
    return known is not None and hmac.compare_digest(known.encode(), code.encode())
