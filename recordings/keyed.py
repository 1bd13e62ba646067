"""Table `keyed`: what callers have keyed in before they spoke with anybody, for who answers them. Personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, String, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant, insert_once
from plumbing.database import metadata

keyed = Table(
    "keyed",
    metadata,
    Column("call_id", String(120), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("digits", String(20), nullable=False),
    Column("at", Instant, nullable=False),
)
"""`name`: what it is, as the city's menu has it."""


class KeyedIn(NamedTuple):
    """One input."""

    name: str
    digits: str

    def __repr__(self) -> str:
        return f"KeyedIn({self.name!r}, …)"


async def note_keyed(connection: AsyncConnection, call_id: str, digits: Mapping[str, str], at: datetime) -> None:
    """What the caller keyed in, by name; each once a call."""
    for name, value in sorted(digits.items()):
        await insert_once(connection, keyed, {"call_id": call_id, "name": name, "digits": value, "at": at})


async def keyed_in(connection: AsyncConnection, call_id: str) -> Sequence[KeyedIn]:
    """All of a call, by name."""
    rows = await connection.execute(
        select(keyed.c.name, keyed.c.digits).where(keyed.c.call_id == call_id).order_by(keyed.c.name)
    )
    return [KeyedIn(*row) for row in rows]
