"""Table `calls`: the few facts of a call that a recording, a ticket and a dry run (the way through the menu) need.
Written by the controller as they happen, in any order.

A caller's number is stored as digits or not at all. What a phone network delivers there is hostile until `clean_ani`
has seen it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from plumbing.columns import Instant, insert_into, insert_once
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
    Column("call_back_number", String(21)),
    Column("way", Text),
    Index("ix_calls_ani_answered_at", "ani", "answered_at"),
)
"""`refusal`: why the call was refused; `message_attempt`: which recording is a message that the caller left;
`call_back_number`: where they want to be called back, if it is not the number they called from; `way`: by what they
left each node of the menu, as JSON (ivr.menu.Edge): a key that chooses, never digits that were asked for."""

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
    call_back_number: str | None = field(default=None, repr=False)
    way: str | None = None


_FACTS = tuple(each.name for each in fields(Call) if each.name != "call_id")


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


def arrived(
    call_id: str, *, dnis: str, hotline: str | None, ani: str | None, at: datetime, withheld: bool = False
) -> Call:
    """News: a citizen's call was answered by the PBX. `dnis` and `ani` are taken as they came."""
    return Call(
        call_id=call_id, hotline=hotline, dnis=clean_ani(dnis), ani=clean_ani(ani), withheld=withheld, arrived_at=at
    )


def together(known: Call, news: Call) -> Call:
    """What is known of a call once there is news of it; what the news is silent about stays. It arrived but once."""
    heard = {fact: value for fact in _FACTS if (value := getattr(news, fact)) is not None}
    return replace(known, **heard | {"arrived_at": known.arrived_at or news.arrived_at})


async def note_calls(database: Database, news: Sequence[Call]) -> None:
    """Write down what has become known of calls, one piece a call, in one statement; None leaves what is there."""
    if not news:
        return
    async with transaction(database) as connection:
        rows = [{"call_id": one.call_id} | {field: getattr(one, field) for field in _FACTS} for one in news]
        await connection.execute(_upsert(connection.dialect.name), rows)


@cache
def _upsert(dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Put together once: that takes longer than carrying it out."""
    row = insert_into(calls, dialect)
    kept = {field: func.coalesce(row.excluded[field], calls.c[field]) for field in _FACTS}
    kept["arrived_at"] = func.coalesce(calls.c.arrived_at, row.excluded.arrived_at)
    return row.on_conflict_do_update(index_elements=[calls.c.call_id], set_=kept)


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


async def note_call_back_number(connection: AsyncConnection, call_id: str, number: str) -> None:
    """The caller wants to be called back there."""
    await insert_once(connection, calls, {"call_id": call_id})
    await connection.execute(update(calls).where(calls.c.call_id == call_id).values(call_back_number=number))


async def reachable(connection: AsyncConnection, wanted: Sequence[str]) -> frozenset[str]:
    """Those of these calls whose caller we know how to call."""
    known = calls.c.ani.is_not(None) | calls.c.call_back_number.is_not(None)
    found: set[str] = set()
    for some in _a_few(wanted):
        found |= set(await connection.scalars(select(calls.c.call_id).where(calls.c.call_id.in_(some), known)))
    return frozenset(found)


async def read_call(connection: AsyncConnection, call_id: str) -> Call:
    """What is known of a call; all None when nothing is."""
    row = (await connection.execute(select(calls).where(calls.c.call_id == call_id))).one_or_none()
    return Call(**row._asdict()) if row else Call(call_id=call_id)


async def read_calls(connection: AsyncConnection, wanted: Collection[str]) -> dict[str, Call]:
    """What is known of these calls, by id; those of which nothing is are left out."""
    found: dict[str, Call] = {}
    for some in _a_few(wanted):
        rows = await connection.execute(select(calls).where(calls.c.call_id.in_(some)))
        found |= {row.call_id: Call(**row._asdict()) for row in rows.all()}
    return found


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
    for some in _a_few(wanted):
        query = select(calls.c.call_id, calls.c.ani).where(calls.c.call_id.in_(some), calls.c.ani.is_not(None))
        found |= {row.call_id: row.ani for row in (await connection.execute(query)).all()}
    return found


async def ways_of(connection: AsyncConnection, wanted: Sequence[str]) -> dict[str, str]:
    """The ways of these calls through their menus, where known."""
    found: dict[str, str] = {}
    for some in _a_few(wanted):
        query = select(calls.c.call_id, calls.c.way).where(calls.c.call_id.in_(some), calls.c.way.is_not(None))
        found |= {row.call_id: row.way for row in (await connection.execute(query)).all()}
    return found


def _a_few(wanted: Collection[str]) -> Iterator[Sequence[str]]:
    ids = tuple(wanted)
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))
