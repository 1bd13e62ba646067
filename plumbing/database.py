"""The one database: engine, schema, migrations. Each package owns its own tables."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, MetaData, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the project hangs here; `plumbing.migrations` brings a database to this shape."""

LOCK_WAIT_S = 10.0
CONNECT_S = 5
SILENCE_S = 10
MIGRATIONS = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = 0x6C69616E78696E  # any number, the same for all who migrate


def connect(url: str) -> AsyncEngine:
    """Open the engine for an SQLAlchemy URL, for example `sqlite+aiosqlite:////var/lib/lianxin/hotline.db`.

    SQLite gets write-ahead logging, foreign keys and a wait of LOCK_WAIT_S for a locked file. `postgresql://…` is
    opened with psycopg; a connection is tried before it is used, so that a server that is back is in use at once, and
    a host that is gone is noticed after SILENCE_S.
    """
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        silence = {"keepalives_idle": SILENCE_S, "keepalives_interval": 2, "tcp_user_timeout": SILENCE_S * 1000}
        return create_async_engine(
            address.set(drivername="postgresql+psycopg"),
            json_serializer=_written,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_S, "application_name": "lianxin"} | silence,
        )
    engine = create_async_engine(address, json_serializer=_written, json_deserializer=_read)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _tune_sqlite)
    return engine


def _written(value: Any) -> str:
    """JSON, several times as fast as the standard library's, which does what orjson refuses: half a surrogate pair."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value)


def _read(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)


Database = AsyncEngine | AsyncConnection
"""Where something is written: on its own, or with all else that a connection's transaction holds."""


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction of its own, or the one that the connection is in, whose end is its owner's."""
    if isinstance(database, AsyncConnection):
        yield database
        return
    async with database.begin() as connection:
        yield connection


def will_pass(error: SQLAlchemyError) -> bool:
    """Whether the database was locked, away, or busy: the same may go well later, as it is."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError | NoConnectionFree)


def _tune_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={int(LOCK_WAIT_S * 1000)}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


async def prepare(engine: AsyncEngine) -> None:
    """Bring the database to today's schema, step by step; one that is there already is left as it is."""
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # who starts beside us waits
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a fifth of what a process that only reads would load
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
