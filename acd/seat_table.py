"""Seats and their audit trail as rows; tables `seats` and `seat_changes`. What may be changed, acd.capacity knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Column,
    Delete,
    ForeignKey,
    Insert,
    Integer,
    Row,
    String,
    Table,
    Update,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.codec import decode, encode
from acd.errors import SeatChangedMeanwhile, SeatExists
from acd.model import Seat, SeatId
from plumbing.columns import COUNTED, Instant
from plumbing.database import metadata

WHO_LENGTH: Final = 80
WHY_LENGTH: Final = 400


class Action(StrEnum):
    """What was done to a seat."""

    OPEN = "open"  # 开通
    CHANGE = "change"  # 调整
    CLOSE = "close"  # 关闭


seats = Table(
    "seats",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("queues", JSON, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("version", Integer, nullable=False),
)

seat_changes = Table(
    "seat_changes",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("who", String(WHO_LENGTH), nullable=False),
    Column("why", String(WHY_LENGTH), nullable=False),
    Column("action", String(10), nullable=False),
    Column("seat", String(32), nullable=False, index=True),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("undoes", Integer, ForeignKey("seat_changes.seq")),
    sqlite_autoincrement=True,  # a number is never used twice
)


@dataclass(frozen=True, slots=True)
class StoredSeat:
    """A seat and the version that whoever changes it must name."""

    seat: Seat
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChange:
    """One line of the audit trail. `before` is None for an opening, `after` for a closing."""

    seq: int
    at: datetime
    who: str
    why: str
    action: Action
    seat: SeatId
    before: Seat | None
    after: Seat | None
    undoes: int | None = None  # the change that this one took back


Verify = Callable[[StoredSeat | None], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a seat is to become (None: gone), by whom, and what must be true of it before."""

    seat: SeatId
    after: Seat | None
    who: str
    why: str
    verify: Verify
    undoes: int | None = None


async def current(connection: AsyncConnection, seat: SeatId) -> StoredSeat | None:
    """Return the seat as it is stored now."""
    row = (await connection.execute(select(seats).where(seats.c.id == seat))).one_or_none()
    return None if row is None else read_seat(row)


async def write(connection: AsyncConnection, wish: Wish, before: StoredSeat | None, at: datetime) -> int:
    """Write the audit row and the seat; its number is the seat's new version."""
    line = {
        "at": at,
        "who": wish.who[:WHO_LENGTH],
        "why": wish.why[:WHY_LENGTH],
        "action": _action(before, wish.after),
        "seat": wish.seat,
        "before": encode(before.seat) if before else None,
        "after": encode(wish.after),
        "undoes": wish.undoes,
    }
    inserted = await connection.execute(insert(seat_changes).values(line).returning(seat_changes.c.seq))
    seq: int = inserted.scalar_one()
    try:
        written = await connection.execute(_statement(wish, before, seq), execution_options=COUNTED)
    except IntegrityError:
        raise seat_exists(wish.seat) from None
    if written.rowcount != 1:
        raise changed_meanwhile(wish.seat)
    return seq


def _statement(wish: Wish, before: StoredSeat | None, seq: int) -> Insert | Update | Delete:
    """Change exactly the row that was read: another process may have been faster."""
    row = {**encode(wish.after), "version": seq} if wish.after is not None else {}
    if before is None:
        return insert(seats).values(row)
    mine = (seats.c.id == wish.seat) & (seats.c.version == before.version)
    return update(seats).where(mine).values(row) if row else delete(seats).where(mine)


def _action(before: StoredSeat | None, after: Seat | None) -> Action:
    if before is None:
        return Action.OPEN
    return Action.CLOSE if after is None else Action.CHANGE


def read_seat(row: Row[Any]) -> StoredSeat:
    """A row of `seats`."""
    return StoredSeat(decode(Seat, {"id": row.id, "queues": row.queues, "skills": row.skills}), row.version)


def read_change(row: Row[Any]) -> SeatChange:
    """A row of `seat_changes`."""
    return SeatChange(
        seq=row.seq,
        at=row.at,
        who=row.who,
        why=row.why,
        action=Action(row.action),
        seat=row.seat,
        before=decode(Seat | None, row.before),
        after=decode(Seat | None, row.after),
        undoes=row.undoes,
    )


def seat_exists(seat: SeatId) -> SeatExists:
    """Build the refusal to open what is open."""
    return SeatExists(f"there is a seat {seat}", f"坐席 {seat} 已存在")


def changed_meanwhile(seat: SeatId) -> SeatChangedMeanwhile:
    """Build the refusal to overwrite unseen."""
    return SeatChangedMeanwhile(f"seat {seat} was changed meanwhile; read it again", f"坐席 {seat} 已被他人修改,请刷新")
