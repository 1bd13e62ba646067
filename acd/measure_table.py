"""Measures and their audit trail as rows; tables `measures` and `measure_changes`. What they mean: acd.measures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import JSON, Column, ForeignKey, Integer, Row, String, Table, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.codec import decode, encode
from acd.measures import STANDING, Aim, Kind, Loan, Measure, MeasureState, Move, Step
from acd.model import QueueName
from acd.seat_table import WHO_LENGTH, WHY_LENGTH
from city.level import QueueChange
from city.overlay import Overlay
from city.written import Written
from plumbing.columns import Instant
from plumbing.database import metadata

log = structlog.get_logger(__name__)


measures = Table(
    "measures",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("aim", JSON, nullable=False),
    Column("who", String(WHO_LENGTH), nullable=False),
    Column("why", String(WHY_LENGTH), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant),
    Column("state", String(12), nullable=False, index=True),
    Column("over_at", Instant),
    Column("over_by", String(WHO_LENGTH), nullable=False),
    Column("over_why", String(WHY_LENGTH), nullable=False),
    Column("hidden_by", Integer),
    sqlite_autoincrement=True,  # a number is never used twice
)

measure_changes = Table(
    "measure_changes",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("who", String(WHO_LENGTH), nullable=False),
    Column("why", String(WHY_LENGTH), nullable=False),
    Column("step", String(12), nullable=False),
    Column("measure", Integer, ForeignKey("measures.number"), nullable=False, index=True),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureChange:
    """One line of the audit trail."""

    seq: int
    at: datetime
    who: str
    why: str
    step: Step
    measure: int


async def insert_measure(connection: AsyncConnection, measure: Measure) -> int:
    """A new row; returns its number."""
    number: int = (
        await connection.execute(insert(measures).values(_row(measure)).returning(measures.c.number))
    ).scalar_one()
    return number


async def write(connection: AsyncConnection, moves: Iterable[Move], *, at: datetime, who: str, why: str) -> int:
    """The rows as they are to be, each with a line in the trail; the last line's number is the new version."""
    seq = 0
    for move in moves:
        number = move.measure.number
        await connection.execute(update(measures).where(measures.c.number == number).values(_row(move.measure)))
        line = {"at": at, "who": who[:WHO_LENGTH], "why": why[:WHY_LENGTH], "step": move.step, "measure": number}
        inserted = await connection.execute(insert(measure_changes).values(line).returning(measure_changes.c.seq))
        seq = inserted.scalar_one()
    return seq


async def version(connection: AsyncConnection) -> int:
    """The number of the newest change; 0 before the first."""
    newest: int = (await connection.execute(select(func.coalesce(func.max(measure_changes.c.seq), 0)))).scalar_one()
    return newest


async def standing(connection: AsyncConnection) -> list[Measure]:
    """Those that are planned or in force, and those that may be brought back because what hides them ends."""
    lives = measures.c.state.in_(sorted(STANDING))
    hidden_by = select(measures.c.number).where(lives)
    query = select(measures).where(or_(lives, measures.c.hidden_by.in_(hidden_by))).order_by(measures.c.number)
    return [read_measure(row) for row in await connection.execute(query)]


async def one(connection: AsyncConnection, number: int) -> Measure | None:
    """A measure, whatever became of it."""
    row = (await connection.execute(select(measures).where(measures.c.number == number))).one_or_none()
    return None if row is None else read_measure(row)


async def newest(connection: AsyncConnection, limit: int) -> Sequence[Measure]:
    """The newest first."""
    query = select(measures).order_by(measures.c.number.desc()).limit(limit)
    return [read_measure(row) for row in await connection.execute(query)]


async def trail(connection: AsyncConnection, limit: int) -> Sequence[MeasureChange]:
    """The newest lines of the trail, the newest first."""
    query = select(measure_changes).order_by(measure_changes.c.seq.desc()).limit(limit)
    return [
        MeasureChange(seq=row.seq, at=row.at, who=row.who, why=row.why, step=Step(row.step), measure=row.measure)
        for row in await connection.execute(query)
    ]


def _row(measure: Measure) -> dict[str, Any]:
    return {
        "aim": _written(measure.aim),
        "who": measure.who[:WHO_LENGTH],
        "why": measure.why[:WHY_LENGTH],
        "made_at": measure.made_at,
        "starts_at": measure.starts_at,
        "ends_at": measure.ends_at,
        "state": measure.state,
        "over_at": measure.over_at,
        "over_by": measure.over_by[:WHO_LENGTH],
        "over_why": measure.over_why[:WHY_LENGTH],
        "hidden_by": measure.hidden_by,
    }


def read_measure(row: Row[Any]) -> Measure:
    """A row of `measures`."""
    return Measure(
        number=row.number,
        aim=_read_aim(row.aim),
        who=row.who,
        why=row.why,
        made_at=row.made_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=MeasureState(row.state),
        over_at=row.over_at,
        over_by=row.over_by,
        over_why=row.over_why,
        hidden_by=row.hidden_by,
    )


def _written(aim: Aim) -> dict[str, Any]:
    change = None if aim.change is None else json.loads(aim.change.model_dump_json(exclude_unset=True))
    return {
        "kind": aim.kind,
        "loans": encode(aim.loans),
        "queue": aim.queue,
        "change": change,
        "level": aim.level,
        "overlay": None if aim.overlay is None else json.loads(aim.overlay.model_dump_json(exclude_unset=True)),
    }


def _read_aim(aim: dict[str, Any]) -> Aim:
    return Aim(
        kind=Kind(aim["kind"]),
        loans=decode(tuple[Loan, ...], aim["loans"]),
        queue=None if aim["queue"] is None else QueueName(aim["queue"]),
        change=_read_change(aim["change"]),
        level=aim["level"],
        overlay=_read_overlay(aim.get("overlay")),
    )


def _read_overlay(overlay: dict[str, Any] | None) -> Overlay | None:
    """None also for rows of before there were any."""
    return None if overlay is None else Overlay.model_validate_json(json.dumps(overlay))


def _read_change(change: dict[str, Any] | None) -> Written | None:
    """What an older version's queue could be told and today's cannot is left out, and said."""
    if change is None:
        return None
    try:
        return QueueChange.model_validate_json(json.dumps(change))
    except ValidationError:
        log.exception("a change of limits of the past does not fit any more")
        return QueueChange()
