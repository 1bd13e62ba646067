"""Table `dialouts`: one row a call that we make, from the moment it is intended. The one place where its number lies.

Steps only go forwards (acd.dialling.BEFORE), each by one UPDATE that names the step before: who sends has taken the
step "sent" alone, whoever else tries, and whatever died meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Row, String, Table, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.callbacks import UNTRIED
from acd.dial_facts import DialOutcome
from acd.dialling import BEFORE, DialStep
from acd.model import AgentId, CallId, SeatId
from plumbing.columns import Instant
from plumbing.database import metadata

dialouts = Table(
    "dialouts",
    metadata,
    Column("call_id", String(120), primary_key=True),
    Column("number", String(21), nullable=False, index=True),
    Column("hotline", String(64), nullable=False),
    Column("agent", String(64), nullable=False),
    Column("seat", String(64)),
    Column("owed", String(120)),
    Column("who", String(64), nullable=False),
    Column("why", String(200), nullable=False),
    Column("step", String(16), nullable=False, index=True),
    Column("outcome", String(16)),
    Column("asked_at", Instant, nullable=False, index=True),
    Column("sent_at", Instant),
    Column("answered_at", Instant),
    Column("over_at", Instant),
)

WHEN: Final = {DialStep.SENT: "sent_at", DialStep.TALKING: "answered_at", DialStep.OVER: "over_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOut:
    """A row. `owed`: the call for which a call-back was owed; `who` asked, and `why`, in their words."""

    call: CallId
    number: str = field(repr=False)
    hotline: str
    agent: AgentId
    seat: SeatId | None = None
    owed: CallId | None = None
    who: str
    why: str
    step: DialStep = DialStep.INTENDED
    outcome: DialOutcome | None = None
    asked_at: datetime
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    over_at: datetime | None = None


async def intend(connection: AsyncConnection, dial_out: DialOut) -> None:
    """Write an intent down."""
    names = [column.name for column in dialouts.c if column.name != "call_id"]
    row = {name: getattr(dial_out, name) for name in names}
    await connection.execute(insert(dialouts).values(call_id=dial_out.call, **row))


async def take_step(connection: AsyncConnection, call: CallId, step: DialStep, at: datetime, **facts: Any) -> bool:
    """Take a step, if it can be taken from where the call is. True when this did it."""
    told = {"step": step, **facts} | ({WHEN[step]: at} if step in WHEN else {})
    here = (dialouts.c.call_id == call) & dialouts.c.step.in_(BEFORE[step])
    return (await connection.execute(update(dialouts).where(here).values(**told))).rowcount == 1


async def attempts_to(connection: AsyncConnection, number: str, since: datetime) -> int:
    """How often a number was dialled, or may have been: an intent without an outcome counts."""
    dialled = dialouts.c.outcome.is_(None) | dialouts.c.outcome.not_in([one.value for one in sorted(UNTRIED)])
    query = select(func.count()).where(dialouts.c.number == number, dialouts.c.asked_at >= since, dialled)
    return int((await connection.execute(query)).scalar_one())


async def unfinished(connection: AsyncConnection, number: str | None = None) -> Sequence[DialOut]:
    """Calls without an outcome, of one number if named."""
    query = select(dialouts).where(dialouts.c.step != DialStep.OVER).order_by(dialouts.c.asked_at)
    if number is not None:
        query = query.where(dialouts.c.number == number)
    return [_read(row) for row in (await connection.execute(query)).all()]


async def read(connection: AsyncConnection, call: CallId) -> DialOut | None:
    """One call that we made."""
    row = (await connection.execute(select(dialouts).where(dialouts.c.call_id == call))).one_or_none()
    return _read(row) if row else None


async def latest(connection: AsyncConnection, limit: int) -> Sequence[DialOut]:
    """The calls that were asked for last, newest first."""
    query = select(dialouts).order_by(dialouts.c.asked_at.desc(), dialouts.c.call_id.desc()).limit(limit)
    return [_read(row) for row in (await connection.execute(query)).all()]


def _read(row: Row[Any]) -> DialOut:
    told = row._asdict()
    told["call"], told["step"] = told.pop("call_id"), DialStep(told["step"])
    told["outcome"] = DialOutcome(told["outcome"]) if told["outcome"] else None
    return DialOut(**told)
