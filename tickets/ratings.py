"""Table `ratings`: one row a call with which an agent of ours talked: whether the caller was asked, and the answer.

Written from the ACD's facts (acd.rating_facts), which may be told again after a crash: what is there already stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Integer, Row, Select, String, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.rating_facts import CallRated, NotAsked, RatingAsked, RatingNotAsked
from plumbing.columns import Instant, insert_once
from plumbing.database import metadata
from recordings.calls import calls

LEVELS: Final = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
"""The five levels of 好差评, by key (State Council office 2019 No. 51, as we know it)."""

ratings = Table(
    "ratings",
    metadata,
    Column("call_id", String(120), primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("agent", String(64), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("over_at", Instant, nullable=False, index=True),
    Column("not_asked", String(16)),
    Column("score", Integer),
    Column("rated_at", Instant),
)
"""`over_at`: when the caller was asked, or when it was known that they were not; `not_asked`: why, null: they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One call. Asked and not answered: neither `not_asked` nor `score`. `hotline`: the one that was dialled."""

    call: str
    attempt: int
    agent: str
    queue: str
    hotline: str | None
    over_at: datetime
    not_asked: NotAsked | None
    score: int | None
    rated_at: datetime | None

    @property
    def is_asked(self) -> bool:
        """Whether the caller heard the question."""
        return self.not_asked is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which ratings, by the moment the talk was over; None: any."""

    since: datetime | None = None
    until: datetime | None = None
    agent: str | None = None
    queue: str | None = None
    hotline: str | None = None
    rated: bool = False  # only those with an answer
    most: int | None = None  # of so high a score, or lower


async def enter(connection: AsyncConnection, fact: RatingAsked | RatingNotAsked) -> None:
    """Write down that the caller was asked, or was not, once a call."""
    why = fact.why if isinstance(fact, RatingNotAsked) else None
    row = {"call_id": fact.call, "attempt": fact.attempt, "agent": fact.agent, "queue": fact.queue}
    await insert_once(connection, ratings, row | {"over_at": fact.at, "not_asked": why})


async def rate(connection: AsyncConnection, fact: CallRated) -> bool:
    """Write down the answer of a caller who was asked; the first stands. True when this did it."""
    c = ratings.c
    unrated = (c.call_id == fact.call) & c.not_asked.is_(None) & c.score.is_(None)
    done = await connection.execute(update(ratings).where(unrated).values(score=fact.score, rated_at=fact.at))
    return done.rowcount == 1


async def read(connection: AsyncConnection, call: str) -> Rating | None:
    """One call's; None: nothing is known of it."""
    row = (await connection.execute(_chosen().where(ratings.c.call_id == call))).one_or_none()
    return None if row is None else _read(row)


async def listed(connection: AsyncConnection, wanted: Wanted, *, limit: int | None = None) -> Sequence[Rating]:
    """Those wanted, the newest first."""
    c = ratings.c
    asked = ((c.agent, wanted.agent), (c.queue, wanted.queue), (calls.c.hotline, wanted.hotline))
    query = _chosen().where(*(column == value for column, value in asked if value is not None))
    if wanted.since is not None:
        query = query.where(c.over_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(c.over_at < wanted.until)
    if wanted.rated or wanted.most is not None:
        query = query.where(c.score.is_not(None))
    if wanted.most is not None:
        query = query.where(c.score <= wanted.most)
    rows = await connection.execute(query.order_by(c.over_at.desc(), c.call_id).limit(limit))
    return [_read(row) for row in rows.all()]


def _chosen() -> Select[tuple[Any, ...]]:
    whose = ratings.outerjoin(calls, calls.c.call_id == ratings.c.call_id)
    columns = [column for column in ratings.c if column.name != "call_id"]
    return select(ratings.c.call_id.label("call"), *columns, calls.c.hotline).select_from(whose)


def _read(row: Row[Any]) -> Rating:
    told = row._asdict()
    told["not_asked"] = NotAsked(told["not_asked"]) if told["not_asked"] else None
    return Rating(**told)
