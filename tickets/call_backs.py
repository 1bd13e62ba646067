"""Table `call_backs`: one row a debt. The number is not repeated here: it is the call book's, behind its gate.

It is the one that the citizen called from, or another one that they keyed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Column, Integer, Select, String, Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.call_facts import Debt
from acd.callbacks import CallBackFact, CallBackState, step
from acd.errors import NotNow
from acd.model import CallId
from plumbing.columns import Instant, insert_once
from plumbing.database import metadata
from recordings.calls import calls

call_backs = Table(
    "call_backs",
    metadata,
    Column("call_id", String(120), primary_key=True),
    Column("why", String(16), nullable=False),
    Column("owed_at", Instant, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("taken_by", String(64)),
    Column("taken_at", Instant),
    Column("attempts", Integer, nullable=False, default=0),
    Column("queue", String(64)),
    Column("tried_at", Instant),
    Column("rule", String(32)),
    Column("settled_at", Instant),
    Column("settled_by", String(120)),
)

"""`queue`: where its place is, once somebody has looked; `tried_at`: when the last attempt was over; `rule`: why it is
left to people, while it is."""

OPEN = tuple(state for state in CallBackState if state is not CallBackState.SETTLED)


class NoSuchCallBack(LookupError):
    """No call-back is owed for this call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """A debt. `call`: the call for which it is owed."""

    call: CallId
    why: Debt
    owed_at: datetime
    state: CallBackState
    taken_by: str | None
    taken_at: datetime | None
    attempts: int  # how often it was dialled, the call that is on its way counted
    queue: str | None
    tried_at: datetime | None
    rule: str | None
    settled_at: datetime | None
    settled_by: str | None  # the call that was answered, or that left a message
    hotline: str | None
    arrived_at: datetime | None
    number: str = field(repr=False)

    @property
    def is_asked(self) -> bool:
        """Whether the citizen has asked for it."""
        return self.why is Debt.ASKED


def _chosen() -> Select[tuple[object, ...]]:
    columns = [column for column in call_backs.c if column.name != "call_id"]
    whose = call_backs.join(calls, calls.c.call_id == call_backs.c.call_id)
    number = func.coalesce(calls.c.call_back_number, calls.c.ani).label("number")
    chosen = select(call_backs.c.call_id.label("call"), *columns, calls.c.hotline, calls.c.arrived_at, number)
    return chosen.select_from(whose)


async def owed(connection: AsyncConnection, *, settled_too: bool = False, limit: int = 200) -> Sequence[CallBack]:
    """Debts that stand, oldest first."""
    query = _chosen().order_by(call_backs.c.owed_at, call_backs.c.call_id).limit(limit)
    if not settled_too:
        query = query.where(call_backs.c.state.in_(OPEN))
    return [_read(row) for row in (await connection.execute(query)).all()]


async def for_rules(
    connection: AsyncConnection, *, missed: Sequence[str], asked: Sequence[str], since: datetime, limit: int
) -> Sequence[CallBack]:
    """Debts since then that a rule may dial, eldest first, and those that were left lately, for comparison.

    `missed` are the queues in which it may dial any, `asked` those in which it may dial who asked. A debt whose queue
    is not known yet may be one.
    """
    column = call_backs.c
    dialled = column.queue.is_(None) | column.queue.in_(missed)
    dialled |= column.queue.in_(asked) & (column.why == Debt.ASKED)
    states = column.state.in_([CallBackState.OWED, CallBackState.LEFT])
    query = _chosen().where(dialled, states, column.owed_at >= since)
    rows = await connection.execute(query.order_by(column.state.desc(), column.owed_at, column.call_id).limit(limit))
    return [_read(row) for row in rows.all()]


async def states_of(connection: AsyncConnection, some: Sequence[CallId]) -> dict[CallId, CallBackState]:
    """How a few debts stand."""
    query = select(call_backs.c.call_id, call_backs.c.state).where(call_backs.c.call_id.in_(some))
    return {CallId(row.call_id): CallBackState(row.state) for row in (await connection.execute(query)).all()}


async def note_queue(connection: AsyncConnection, call: CallId, queue: str) -> None:
    """A debt's place is in this queue."""
    await connection.execute(update(call_backs).where(call_backs.c.call_id == call).values(queue=queue))


async def read(connection: AsyncConnection, call: CallId) -> CallBack:
    """One debt. Raises NoSuchCallBack."""
    row = (await connection.execute(_chosen().where(call_backs.c.call_id == call))).one_or_none()
    if row is None:
        raise NoSuchCallBack(call)
    return _read(row)


def _read(row: object) -> CallBack:
    told = dict(row._asdict())  # type: ignore[attr-defined]
    told["why"], told["state"] = Debt(told["why"]), CallBackState(told["state"])
    return CallBack(**told)


async def owe(connection: AsyncConnection, call: CallId, why: Debt, at: datetime) -> bool:
    """Write a debt down, once a call. True when this did it."""
    row = {"call_id": call, "why": why, "owed_at": at, "state": CallBackState.OWED, "attempts": 0}
    return await insert_once(connection, call_backs, row)


async def change(
    connection: AsyncConnection,
    call: CallId,
    fact: CallBackFact,
    at: datetime,
    *,
    by: str | None = None,
    rule: str | None = None,
) -> None:
    """Move a debt by the table. `by`: the agent, or the call that settles it; `rule`: why it is left to people.

    Raises NoSuchCallBack, NotNow.
    """
    before = await read(connection, call)
    into = step(before.state, fact)
    if fact in (CallBackFact.TAKEN, CallBackFact.DIALLED) and before.taken_by not in (None, by):
        raise NotNow(f"agent {before.taken_by} has taken this call-back", f"该回拨已由话务员 {before.taken_by} 领取")
    told: dict[str, object] = {"state": into, "rule": rule, **_tries(before, fact, at)}
    if into in (CallBackState.OWED, CallBackState.LEFT):
        told |= {"taken_by": None, "taken_at": None}
    elif into is CallBackState.SETTLED:
        told |= {"settled_at": at, "settled_by": by}
    elif before.taken_by is None:
        told |= {"taken_by": by, "taken_at": at}
    same = (call_backs.c.call_id == call) & (call_backs.c.state == before.state)
    moved = await connection.execute(update(call_backs).where(same).values(**told))
    if moved.rowcount != 1:
        raise NotNow("somebody else was faster; look again", "已被他人处理,请刷新")


def _tries(before: CallBack, fact: CallBackFact, at: datetime) -> dict[str, object]:
    """An attempt counts from the moment that it is begun, so that no crash forgets it, and stops counting if it was
    none."""
    if fact is CallBackFact.DIALLED:
        return {"attempts": before.attempts + 1}
    if fact is CallBackFact.UNTRIED:
        return {"attempts": before.attempts - 1}
    was_dialled = before.state is CallBackState.DIALLING
    return {"tried_at": at} if was_dialled else {}


async def open_debts_to(connection: AsyncConnection, call: CallId) -> Sequence[CallId]:
    """The debts to the citizen whose number this call has, the call's own among them."""
    number = select(calls.c.ani).where(calls.c.call_id == call).scalar_subquery()
    theirs = (calls.c.ani == number) | (calls.c.call_back_number == number)
    query = _chosen().where(theirs, call_backs.c.state.in_(OPEN))
    return [CallId(row.call) for row in (await connection.execute(query)).all()]
