"""留痕: who heard, saw or changed what, for leaders to read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from api.asked import Answer, Asked, Wish
from recordings.access import listed

Name = Annotated[str, Field(min_length=1, max_length=120)]


class AuditWanted(Wish):
    """Which lines: by a person, of a kind, on a thing, since a moment; the newest `limit` of those before a line."""

    who: Name | None = None  # as it stands there: name#token
    deed: Name | None = None
    subject: Name | None = None
    since: AwareDatetime | None = None
    before: Annotated[int, Field(ge=1, le=10**18)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class LineSeen(Answer):
    """One line. `digest` chains it to the line before: recordings/chain.py says how."""

    seq: int
    at: datetime
    who: str
    deed: str
    subject: str
    detail: str | None
    digest: str


class AuditSeen(Answer):
    """The newest first."""

    lines: tuple[LineSeen, ...]


async def everything(asked: Asked[AuditWanted]) -> AuditSeen:
    """Lines that answer every question asked."""
    async with asked.services.database.connect() as connection:
        lines = await listed(connection, **asked.wish.model_dump())
    return AuditSeen(lines=tuple(map(LineSeen.model_validate, lines)))
