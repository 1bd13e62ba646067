"""Real databases for tests: an SQLite file, or a database of its own in one real PostgreSQL for the whole run.

What a module marked `pytestmark = BOTH` tries on a database is tried on both. Others get SQLite.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine

from plumbing.database import connect
from sandbox.postgresql import Postgresql

BOTH = pytest.mark.on_both_databases
PREPARED = "prepared"
_numbers = count(1)


class Databases:
    """Fresh databases, as many as are asked for."""

    def __init__(self, server: Postgresql) -> None:
        self._server = server

    def new(self, *, like: str = PREPARED) -> str:
        """The URL of a new one: with today's schema, or a bare one (like `template1`)."""
        name = f"t{next(_numbers)}"
        with psycopg.connect(plain(self._server.url()), autocommit=True) as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like))
            connection.execute(statement)
        return self._server.url(name)


def plain(url: str) -> str:
    """The URL as psycopg itself takes it."""
    return url.replace("+psycopg", "")


def sqlite_url(folder: Path) -> str:
    """A database file in a folder."""
    return f"sqlite+aiosqlite:///{folder / 'hotline.db'}"


def impatient_engine(url: str, lock_wait_ms: int = 50) -> AsyncEngine:
    """A database that waits only shortly for a lock."""
    engine = connect(url)
    on_sqlite = engine.dialect.name == "sqlite"
    patience = f"PRAGMA busy_timeout={lock_wait_ms}" if on_sqlite else f"SET lock_timeout = {lock_wait_ms}"

    def tune(raw: DBAPIConnection, _: object) -> None:
        raw.autocommit = True
        cursor = raw.cursor()
        cursor.execute(patience)
        cursor.close()
        raw.autocommit = False

    def tune_sqlite(raw: DBAPIConnection, _: object) -> None:
        cursor = raw.cursor()
        cursor.execute(patience)
        cursor.close()

    event.listen(engine.sync_engine, "connect", tune_sqlite if on_sqlite else tune)
    return engine


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another process writes for so long; all may read."""
    held = lock(url)
    try:
        yield
    finally:
        held.close()


def lock(url: str) -> sqlite3.Connection | psycopg.Connection:
    """Another process's writer; close it to let go."""
    if url.startswith("sqlite"):
        writer = sqlite3.connect(make_url(url).database or "", isolation_level=None, check_same_thread=False)
        writer.execute("BEGIN IMMEDIATE")
        return writer
    other = psycopg.connect(plain(url))
    with closing(other.cursor()) as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sql.SQL(", ").join(sql.Identifier(name) for (name,) in cursor.fetchall())
        cursor.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(tables))
    return other
