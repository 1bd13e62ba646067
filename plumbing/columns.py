"""What tables need: aware moments, an insert that happens once however often it is tried, one of many rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import DateTime, Dialect, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator

COUNTED = {"preserve_rowcount": True}
"""Execution options of an insert whose `rowcount` is looked at: psycopg's would not be kept otherwise."""


class Instant(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. A naive one going in is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn an aware moment into UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def insert_or(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that may say what to do when the row is there already, in the words of this database."""
    return insert_into(table, connection.dialect.name)


def insert_into(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """The same, for who puts it together but once."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


async def insert_once(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert `row` unless a unique rule says it is there already. True when this call inserted it."""
    insert = insert_or(connection, table).values(**row).on_conflict_do_nothing()
    inserted = await connection.execute(insert, execution_options=COUNTED)
    return inserted.rowcount == 1


class ManyRows:
    """Inserts many rows of all a table's columns at one go.

    Statement and converters are worked out once, where SQLAlchemy's executemany looks at each row's columns anew: that
    took 40 % of what writing a fact costs.
    """

    def __init__(self, table: Table, dialect: Dialect) -> None:
        compiled = insert(table).compile(dialect=dialect)
        self._statement: Final = str(compiled)
        self._names: Final = None if compiled.positional else [column.name for column in table.columns]
        converters = ((i, c.type.dialect_impl(dialect).bind_processor(dialect)) for i, c in enumerate(table.columns))
        self._converters: Final = [(i, converter) for i, converter in converters if converter is not None]

    async def insert(self, connection: AsyncConnection, rows: Iterable[Sequence[Any]]) -> None:
        """Insert them; each gives its values in the order of the columns."""
        fit = [self._fit(row) for row in rows]
        if fit:
            await connection.exec_driver_sql(self._statement, fit)

    def _fit(self, row: Sequence[Any]) -> Any:
        values = list(row)
        for i, converter in self._converters:
            values[i] = converter(values[i])
        return tuple(values) if self._names is None else dict(zip(self._names, values, strict=True))
