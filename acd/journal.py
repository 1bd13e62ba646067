"""The event log: every fact the ACD was told and every order it gave, in order, append-only; table `journal`.

Written behind the decision: `append` only puts into a buffer, `run` writes it out in batches. What was appended is
durable when `flushed` returns. A database that is locked or away is tried again with longer and longer pauses; nothing
is lost and no order changes meanwhile, up to `buffer_limit` entries. Beyond that callers are still served, the newest
facts are not kept, the log says so loudly, and a GapMarked with their number stands where they are missing.

There is no personal datum in it, because there is none in the events.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any, Final

import structlog
from sqlalchemy import JSON, BigInteger, Column, Integer, Select, String, Table, func, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.codec import EVENTS, pack, unpack
from acd.commands import Command
from acd.events import Event, GapMarked
from acd.finding import JOURNAL_FULL
from acd.model import CallId, Seat
from plumbing.columns import Instant, ManyRows
from plumbing.database import metadata

log = structlog.get_logger(__name__)

GATHER_S: Final = 0.005
"""Before a batch is written: orders go out first (turning facts into rows takes a millisecond of the loop, twice what
an order takes), and under load one commit serves many."""
BATCH: Final = 200  # entries turned into rows on the loop at one go
COMMIT: Final = 5 * BATCH  # entries made durable together, when as many wait to be
BUFFER_LIMIT: Final = 100_000
KEY_LENGTH: Final = 80
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 2.0

journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("call_id", String(KEY_LENGTH), index=True),
    Column("agent_id", String(KEY_LENGTH)),
    Column("seat_id", String(KEY_LENGTH)),
    Column("payload", JSON, nullable=False),
)
"""`seq` counts up without a hole; `kind` is the class of the event or command, `payload` all its fields."""


class JournalShared(Exception):
    """Another process writes this journal. There is one brain: this one must stop."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: what was told or ordered, and where in the order of things."""

    seq: int
    fact: Event | Command


class Journal:
    """The log in a database. `open` first, then `run` for ever; `append` from the same loop."""

    def __init__(self, database: AsyncEngine, *, buffer_limit: int = BUFFER_LIMIT) -> None:
        self._database = database
        self._rows = ManyRows(journal, database.dialect)
        self._limit = buffer_limit
        self._buffer: deque[Entry] = deque()
        self._last = self._durable = 0
        self._lost = 0
        self.ended_at: datetime | None = None  # the newest entry's time when it was opened
        self.holes = 0  # times that facts were not kept
        self._news = asyncio.Event()
        self._progress = asyncio.Condition()

    @property
    def full(self) -> bool:
        """Tell whether nothing more can be kept until the database answers again."""
        return len(self._buffer) >= self._limit

    @property
    def last(self) -> int:
        """The newest sequence number; `await flushed(last)` before ending the process."""
        return self._last

    async def open(self) -> None:
        """Find out where the log ends."""
        async with self._database.connect() as connection:
            self._last = self._durable = (await connection.scalar(_END)) or 0
            self.ended_at = await connection.scalar(select(journal.c.at).where(journal.c.seq == self._last))

    def append(self, event: Event, commands: tuple[Command, ...]) -> int:
        """Keep an event and the orders that followed from it. Never blocks, never fails."""
        if self.full:
            if not self._lost:
                self.holes += 1
                log.critical("the journal cannot be written: facts are being lost", buffered=len(self._buffer))
            self._lost += 1 + len(commands)
            return self._last
        if self._lost:
            self._keep(GapMarked(at=event.at, lost=self._lost, why=JOURNAL_FULL))
            self._lost = 0
        self._keep(event)
        for command in commands:
            self._keep(command)
        return self._last

    def _keep(self, fact: Event | Command) -> None:
        self._last += 1
        self._buffer.append(Entry(self._last, fact))
        self._news.set()

    async def flushed(self, seq: int) -> None:
        """Return when everything up to `seq` is on disk."""
        async with self._progress:
            await self._progress.wait_for(lambda: self._durable >= seq)

    async def run(self) -> None:
        """Write what is appended, for ever. Raises JournalShared."""
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER_S)
            self._news.clear()
            while self._buffer:
                await self._write_surely(list(islice(self._buffer, COMMIT)))

    async def _write_surely(self, batch: Sequence[Entry]) -> None:
        pause, again = FIRST_PAUSE_S, False
        while True:
            try:
                await self._write(batch, again=again)
                break
            except IntegrityError as error:
                raise JournalShared from error
            except (SQLAlchemyError, OSError) as error:
                log.warning("the journal was not written; trying again", why=type(error).__name__, pause_s=pause)
            again = True
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        for _ in batch:
            self._buffer.popleft()
        async with self._progress:
            self._durable = batch[-1].seq
            self._progress.notify_all()

    async def _write(self, batch: Sequence[Entry], *, again: bool) -> None:
        async with self._database.begin() as connection:
            # A commit whose answer was lost may have been one: then its rows are there.
            written = ((await connection.scalar(_END)) or 0) if again else 0
            if written > batch[-1].seq:
                raise JournalShared
            fresh = [entry for entry in batch if entry.seq > written]
            for first in range(0, len(fresh), BATCH):
                await self._rows.insert(connection, map(_row, fresh[first : first + BATCH]))

    async def events_after(self, seq: int) -> AsyncIterator[Event]:
        """Read back the events behind a sequence number, in order."""
        wanted = (journal.c.seq > seq) & journal.c.kind.in_(list(EVENTS))
        query = select(journal.c.kind, journal.c.payload).where(wanted).order_by(journal.c.seq)
        async with self._database.connect() as connection, connection.stream(query) as rows:
            async for row in rows:
                fact = unpack(row.kind, row.payload)
                if isinstance(fact, Event):
                    yield fact

    async def entries(
        self, *, since: datetime | None = None, until: datetime | None = None, call: CallId | None = None
    ) -> AsyncIterator[Entry]:
        """Read back events and orders from `since` up to before `until`, of one call if named, in order."""
        query = _chosen(since, until, call)
        async with self._database.connect() as connection, connection.stream(query) as rows:
            async for row in rows:
                yield Entry(row.seq, unpack(row.kind, row.payload))

    async def events_of(
        self, kinds: Collection[type[Event]], *, since: datetime | None = None, until: datetime | None = None
    ) -> AsyncIterator[Event]:
        """Read back the events of these kinds alone from `since` up to before `until`, in order."""
        names = [kind.__name__ for kind in kinds]
        query = _chosen(since, until, None).where(journal.c.kind.in_(names))
        async with self._database.connect() as connection, connection.stream(query) as rows:
            async for row in rows:
                fact = unpack(row.kind, row.payload)
                if isinstance(fact, Event):
                    yield fact

    async def events(
        self, *, since: datetime | None = None, until: datetime | None = None, call: CallId | None = None
    ) -> AsyncIterator[Event]:
        """Read back the events alone: fed to a new Distributor they give the same orders again."""
        async for entry in self.entries(since=since, until=until, call=call):
            if isinstance(entry.fact, Event):
                yield entry.fact


_END = select(func.max(journal.c.seq))


def _chosen(since: datetime | None, until: datetime | None, call: CallId | None) -> Select[Any]:
    query = select(journal.c.seq, journal.c.kind, journal.c.payload).order_by(journal.c.seq)
    if since is not None:
        query = query.where(journal.c.at >= since)
    if until is not None:
        query = query.where(journal.c.at < until)
    return query if call is None else query.where(journal.c.call_id == fit_for_key(call))


def _row(entry: Entry) -> tuple[Any, ...]:
    """The values in the order of the table's columns."""
    fact, (kind, payload) = entry.fact, pack(entry.fact)
    shape: Any = type(fact)
    call, agent, seat = [fit_for_key(tell(fact)) for tell in _keys(shape)]
    return entry.seq, fact.at, kind, call, agent, seat, payload


@cache
def _keys(kind: type[Event | Command]) -> tuple[Callable[[Any], str | None], ...]:
    """How a fact of this kind tells whose it is: which call's, agent's, seat's."""
    told: Mapping[str, Callable[[Any], str | None]] = {
        "call": attrgetter("call"),
        "agent": attrgetter("agent"),
        "seat": _seat_id,
    }
    return tuple(tell if hasattr(kind, name) else _nothing for name, tell in told.items())


def _seat_id(fact: Any) -> str | None:
    seat: Seat | str | None = fact.seat
    return seat.id if isinstance(seat, Seat) else seat


def _nothing(_fact: object) -> None:
    return None


def fit_for_key(text: str | None) -> str | None:
    """Make an id from outside fit for a column of any database; what it really was stands in the payload."""
    if text is None or (len(text) <= KEY_LENGTH and text.isascii() and "\0" not in text):
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "")[:KEY_LENGTH]
