"""Versions of something that people write, kept in a table: who put each in force, when and why. The last row holds.

Nothing is ever taken out: going back to an older version is a row of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Row, String, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from plumbing.columns import Instant
from plumbing.database import metadata

VERSION_CHARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One row. `number` grows with every change, also back; `version` is a digest of `written`, the same if that is.

    `taken_at`: aware UTC. `number` 0: not written down.
    """

    number: int = 0
    version: str
    taken_at: datetime
    taken_by: str
    why: str
    written: str = ""


def table_of_versions(name: str) -> Table:
    """A table for one kind of thing; a migration makes it."""
    return Table(
        name,
        metadata,
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("version", String(VERSION_CHARS), nullable=False),
        Column("taken_at", Instant, nullable=False),
        Column("taken_by", String(64), nullable=False),
        Column("why", Text, nullable=False),
        Column("written", Text, nullable=False),
    )


async def newest(database: AsyncEngine, table: Table, *, other_than: str | None = None) -> Version | None:
    """The version in force; None: it is `other_than`, or there is none."""
    c = table.c
    last = select(c.number, c.version).order_by(c.number.desc()).limit(1)
    async with database.connect() as connection:
        found = (await connection.execute(last)).one_or_none()
        if found is None or found.version == other_than:
            return None
        return _version((await connection.execute(select(table).where(c.number == found.number))).one())


async def numbered(database: AsyncEngine, table: Table, number: int) -> Version | None:
    """One version, whole; None: there is no such number."""
    async with database.connect() as connection:
        row = (await connection.execute(select(table).where(table.c.number == number))).one_or_none()
    return None if row is None else _version(row)


async def history(database: AsyncEngine, table: Table, limit: int) -> Sequence[Version]:
    """The newest versions, the newest first, without what is written in them."""
    c = table.c
    query = select(c.number, c.version, c.taken_at, c.taken_by, c.why).order_by(c.number.desc()).limit(limit)
    async with database.connect() as connection:
        return [_version(row) for row in (await connection.execute(query)).all()]


async def put_in_force(connection: AsyncConnection, table: Table, version: Version) -> int:
    """Write a version down, in the caller's transaction; returns its number."""
    row = {
        "version": version.version,
        "taken_at": version.taken_at,
        "taken_by": version.taken_by,
        "why": version.why,
        "written": version.written,
    }
    return int((await connection.execute(insert(table).values(row).returning(table.c.number))).scalar_one())


def _version(row: Row[*tuple[Any, ...]]) -> Version:
    return Version(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
