"""How the ACD's tables keep a moment, so that it comes back aware and in UTC from any database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    _Moments = TypeDecorator[datetime]
else:
    _Moments = TypeDecorator


class Moment(_Moments):
    """An aware datetime; SQLite keeps no zone, so what goes in is turned to UTC and what comes out is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To the database: in UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment must say its time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database: aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
