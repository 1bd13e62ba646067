"""Table `calls`: the few facts of a call that a recording and a ticket need. Written by the controller as they
happen, in any order.

A caller's number is stored as digits or not at all. What a phone network delivers there is hostile until `clean_ani`
has seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant, insert_once, insert_or_change
from plumbing.database import Database, metadata, transaction

calls = Table(
    "calls",
    metadata,
    Column("call_id", String(120), primary_key=True),
    Column("hotline", String(64)),
    Column("dnis", String(32)),
    Column("ani", String(21)),
    Column("withheld", Boolean),
    Column("arrived_at", Instant),
    Column("joined_at", Instant),
    Column("answered_at", Instant),
    Column("ended_at", Instant, index=True),
    Column("agent", String(64)),
    Column("seat", String(64)),
    Column("outcome", String(64)),
    Column("refusal", String(32)),
    Column("message_attempt", Integer),
    Index("ix_calls_ani_answered_at", "ani", "answered_at"),
)
"""`refusal`: why the call was refused; `message_attempt`: which recording is a message that the caller left."""

ANI_DIGITS_MAX = 20
AT_ONCE = 500  # a database takes only so many parameters
_SEPARATORS = " -().·"
_ASCII_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A row of `calls`. Times are aware UTC.

    `ani` None: hidden or unknown (隐藏/未知); `withheld`: the caller asked that it be hidden.
    """

    call_id: str
    hotline: str | None = None
    dnis: str | None = None
    ani: str | None = None
    withheld: bool | None = None
    arrived_at: datetime | None = None
    joined_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    agent: str | None = None
    seat: str | None = None
    outcome: str | None = None
    refusal: str | None = None
    message_attempt: int | None = None


def clean_ani(raw: str | None) -> str | None:
    """A caller's number as digits with at most a leading +, of at most 20 digits; None for anything that is not
    plainly a number.
    """
    if raw is None:
        return None
    bare = raw.strip(" ").translate(str.maketrans("", "", _SEPARATORS))
    digits = bare.removeprefix("+")
    if not 1 <= len(digits) <= ANI_DIGITS_MAX or not _ASCII_DIGITS.issuperset(digits):
        return None
    return bare


async def note_arrived(
    database: Database,
    call_id: str,
    *,
    dnis: str,
    hotline: str | None,
    ani: str | None,
    at: datetime,
    withheld: bool = False,
) -> None:
    """A citizen's call was answered by the PBX. `dnis` and `ani` are taken as they came."""
    numbers = {"dnis": clean_ani(dnis), "ani": clean_ani(ani), "withheld": withheld}
    await _note(database, call_id, hotline=hotline, arrived_at=at, **numbers)


async def note_numbers(connection: AsyncConnection, call_id: str, *, dnis: str, hotline: str | None, ani: str) -> None:
    """What the dialplan itself wrote down of a call, in case no controller heard of its arrival."""
    await insert_once(connection, calls, {"call_id": call_id})
    unknown = update(calls).where(calls.c.call_id == call_id, calls.c.dnis.is_(None))
    await connection.execute(unknown.values(dnis=clean_ani(dnis), hotline=hotline, ani=clean_ani(ani)))


async def note_dialled_out(
    connection: AsyncConnection, call_id: str, *, hotline: str, number: str, at: datetime
) -> None:
    """We are about to call a citizen: the number is theirs, as if they had called."""
    facts = {"hotline": hotline, "ani": clean_ani(number), "arrived_at": at}
    await insert_once(connection, calls, {"call_id": call_id, **facts})


async def note_dialled_out_over(
    connection: AsyncConnection,
    call_id: str,
    *,
    agent: str,
    seat: str | None,
    answered_at: datetime | None,
    ended_at: datetime,
) -> None:
    """A call that we made is over."""
    facts = {"agent": agent, "seat": seat, "answered_at": answered_at, "ended_at": ended_at}
    await connection.execute(update(calls).where(calls.c.call_id == call_id).values(**facts))


async def note_message(connection: AsyncConnection, call_id: str, *, attempt: int) -> None:
    """The recording of this attempt is a message that the caller left."""
    await insert_once(connection, calls, {"call_id": call_id})
    await connection.execute(update(calls).where(calls.c.call_id == call_id).values(message_attempt=attempt))


async def note_joined(database: Database, call_id: str, *, at: datetime) -> None:
    """The caller is in the waiting room."""
    await _note(database, call_id, joined_at=at)


async def note_answered(database: Database, call_id: str, *, agent: str, seat: str, at: datetime) -> None:
    """A person answered."""
    await _note(database, call_id, agent=agent, seat=seat, answered_at=at)


async def note_refused(database: Database, call_id: str, *, why: str) -> None:
    """The call was refused."""
    await _note(database, call_id, refusal=why)


async def note_outcome(
    database: Database, call_id: str, choose: Callable[[Call], str], *, ended_at: datetime | None = None
) -> None:
    """What became of the call, chosen from what is known of it so far; with `ended_at`, also that its line is gone."""
    async with transaction(database) as connection:
        await insert_once(connection, calls, {"call_id": call_id})
        known = await read_call(connection, call_id)
        facts: dict[str, Any] = {"outcome": choose(known)} | ({"ended_at": ended_at} if ended_at else {})
        await connection.execute(update(calls).where(calls.c.call_id == call_id).values(**facts))


async def _note(database: Database, call_id: str, **facts: Any) -> None:
    async with transaction(database) as connection:
        await insert_or_change(connection, calls, {"call_id": call_id}, facts)


async def read_call(connection: AsyncConnection, call_id: str) -> Call:
    """What is known of a call; all None when nothing is."""
    row = (await connection.execute(select(calls).where(calls.c.call_id == call_id))).one_or_none()
    return Call(**row._asdict()) if row else Call(call_id=call_id)


async def who_served(connection: AsyncConnection, number: str, *, since: datetime) -> str | None:
    """The agent who talked with this number last, not before `since`: the citizen called, or we did."""
    ani = clean_ani(number)
    if ani is None:  # all hidden callers are not one citizen
        return None
    query = select(calls.c.agent).where(calls.c.ani == ani, calls.c.answered_at >= since)
    found: str | None = await connection.scalar(query.order_by(calls.c.answered_at.desc()).limit(1))
    return found


async def numbers_of(connection: AsyncConnection, wanted: Sequence[str]) -> dict[str, str]:
    """The callers' numbers of these calls, where known: to compare them. Who shows one asks recordings.access."""
    found: dict[str, str] = {}
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        query = select(calls.c.call_id, calls.c.ani).where(calls.c.call_id.in_(some), calls.c.ani.is_not(None))
        found |= {row.call_id: row.ani for row in (await connection.execute(query)).all()}
    return found
