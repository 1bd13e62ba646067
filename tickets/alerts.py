"""Table `risk_alerts`: high-risk words of calls, each risk once a call, and the leader who saw to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Float, Integer, Row, String, Table, Text, UniqueConstraint, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant, insert_once
from plumbing.database import metadata
from recordings.access import note
from tickets.high_risk import RiskFound
from tickets.phrases import Manner
from tickets.ticket import TicketRefused

risk_alerts = Table(
    "risk_alerts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("call_id", String(120), nullable=False),
    Column("risk", String(40), nullable=False),
    Column("manner", String(12), nullable=False),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("words", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("recording", String(36)),
    Column("raised_at", Instant, nullable=False),
    Column("announced_at", Instant, index=True),
    Column("acknowledged_at", Instant, index=True),
    Column("acknowledged_by", String(64)),
    Column("remark", Text),
    UniqueConstraint("call_id", "risk"),
)
"""`recording` null: heard while the caller spoke. Seconds from the start of that leg."""

OURSELVES = "lianxin"


class AlertUnknown(TicketRefused):
    """No alert has this number."""


class AlertAcknowledged(TicketRefused):
    """A leader has seen to it already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """高危提醒. Times aware UTC."""

    number: int
    call: str
    risk: str
    manner: Manner
    start_s: float
    end_s: float
    words: str
    confidence: float
    recording: str | None
    raised_at: datetime
    announced_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    remark: str | None


async def raise_alert(
    connection: AsyncConnection, call: str, found: RiskFound, *, at: datetime, recording: str | None = None
) -> bool:
    """Write an alert down, in the caller's transaction. False when this call's leader has heard of this risk."""
    row = {
        "call_id": call,
        "risk": found.risk,
        "manner": found.manner,
        "start_s": found.start_s,
        "end_s": found.end_s,
        "words": found.words,
        "confidence": found.confidence,
        "recording": recording,
        "raised_at": at,
    }
    fresh = await insert_once(connection, risk_alerts, row)
    if fresh:
        await note(connection, at=at, who=OURSELVES, deed="alert.raised", subject=call, detail=found.risk)
    return fresh


async def take_unannounced(connection: AsyncConnection, at: datetime) -> Sequence[Alert]:
    """Those that nobody has announced, oldest first; from now on they are."""
    c = risk_alerts.c
    waiting = select(risk_alerts).where(c.announced_at.is_(None)).order_by(c.number)
    taken = []
    for row in (await connection.execute(waiting)).all():
        mine = update(risk_alerts).where(c.number == row.number, c.announced_at.is_(None)).values(announced_at=at)
        if (await connection.execute(mine)).rowcount == 1:
            taken.append(_read(row))
    return taken


async def listed(
    connection: AsyncConnection, *, acknowledged_too: bool = False, before: int | None = None, limit: int = 100
) -> Sequence[Alert]:
    """The newest first; unless all are asked for, those that no leader has seen to."""
    query = select(risk_alerts).order_by(risk_alerts.c.number.desc()).limit(limit)
    if not acknowledged_too:
        query = query.where(risk_alerts.c.acknowledged_at.is_(None))
    if before is not None:
        query = query.where(risk_alerts.c.number < before)
    return [_read(row) for row in await connection.execute(query)]


async def acknowledge(connection: AsyncConnection, number: int, *, by: str, at: datetime, remark: str | None) -> Alert:
    """A leader sees to it. AlertUnknown, AlertAcknowledged."""
    found = await _one(connection, number)
    c = risk_alerts.c
    open_one = update(risk_alerts).where(c.number == number, c.acknowledged_at.is_(None))
    done = await connection.execute(open_one.values(acknowledged_at=at, acknowledged_by=by, remark=remark))
    if done.rowcount != 1:
        raise AlertAcknowledged(f"{found.acknowledged_by} has acknowledged it", f"已由 {found.acknowledged_by} 签收")
    await note(connection, at=at, who=by, deed="alert.acknowledged", subject=found.call, detail=found.risk)
    return await _one(connection, number)


async def _one(connection: AsyncConnection, number: int) -> Alert:
    row = (await connection.execute(select(risk_alerts).where(risk_alerts.c.number == number))).one_or_none()
    if row is None:
        raise AlertUnknown("there is no such alert", "没有这条提醒")
    return _read(row)


def _read(row: Row[Any]) -> Alert:
    told = dict(row._mapping)  # noqa: SLF001 - public, whatever its name says
    told["call"], told["manner"] = told.pop("call_id"), Manner(told["manner"])
    return Alert(**told)
