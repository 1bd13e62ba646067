"""What outlives the process: after a restart the ACD is again what it was, from a checkpoint and the journal since.

The journal is the truth; a checkpoint only spares reading it from its beginning. One is taken after every EVERY journal
entries, written behind the decisions, and the one before it is kept in case the newest cannot be read. Older ones are
where a look at the past begins (acd.past): the first of each hour for HOURLY_FOR, then the first of each day. What the
ACD then still does not know (the last moments before a crash, everything since) the telephones tell:
`telephony.lookout`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import JSON, BigInteger, Column, Integer, Table, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.codec import decode, encode
from acd.commands import Command
from acd.dial_facts import AgentDialsOut
from acd.distributor import Distributor
from acd.events import AgentAnswered, CallJoined, Event, GapMarked, OfferFound, RingStarted
from acd.journal import Journal
from acd.model import AgentState, Snapshot, is_outward
from plumbing.columns import Instant
from plumbing.database import metadata

log = structlog.get_logger(__name__)

EVERY: Final = 2_000
KEPT: Final = 2
HOURLY_FOR: Final = timedelta(days=3)
HOUR: Final = "%Y-%m-%d %H"
DAY: Final = "%Y-%m-%d"

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("state", JSON, nullable=False),
)
"""`state`: all that decides what happens next (acd.model.Snapshot), as it was when the journal ended with `seq`."""


Retold = Callable[[Event, tuple[Command, ...]], None]


def _to_nobody(_: Event, __: tuple[Command, ...]) -> None:
    return None


class Memory:
    """`recover` first, before anything is decided; then subscribe `note` to the engine and `run`."""

    def __init__(
        self,
        database: AsyncEngine,
        journal: Journal,
        distributor: Distributor,
        now: Callable[[], datetime],
        *,
        every: int = EVERY,
        written: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """`written` waits until those who write behind the journal, too, have written what was decided so far.

        No checkpoint is written before: what they lack after a crash lies behind the newest one.
        """
        self._database, self._journal, self._distributor, self._now = database, journal, distributor, now
        self._every, self._written = every, written
        self._holes = 0
        self._taken = 0  # the newest checkpoint's seq
        self._next: tuple[int, datetime, Snapshot] | None = None
        self._due = asyncio.Event()

    async def recover(self, retell: Retold = _to_nobody) -> int:
        """Make the new distributor what it was, mark the gap, and return how many events were played again.

        Each is retold to `retell`, with its orders: it may have been written behind it, or not any more.
        """
        await self._begin_with_a_checkpoint()
        played = 0
        async for event in self._journal.events_after(self._taken):
            self._play(event, retell)
            played += 1
        gap = GapMarked(at=self._now(), why="the controller started", begun_after=self._taken)
        self._journal.append(gap, self._distributor.receive(gap))
        return played

    def _play(self, event: Event, retell: Retold) -> None:
        """What was decided then is decided again; the orders were given then."""
        try:
            retell(event, self._distributor.receive(event))
        except Exception:  # another version's rules: better to begin with most of it than not at all
            log.exception("a fact of the past does not fit any more", kind=type(event).__name__)

    async def _begin_with_a_checkpoint(self) -> None:
        async with self._database.connect() as connection:
            newest = select(checkpoints).order_by(checkpoints.c.seq.desc()).limit(KEPT + 1)
            rows = (await connection.execute(newest)).all()
        for row in rows:
            try:
                past = read_state(row.state)
            except (TypeError, ValueError, KeyError, AttributeError):
                log.exception("a checkpoint cannot be read; trying the one before", seq=row.seq)
                continue
            self._distributor.restore(past)
            self._taken = row.seq
            return

    def note(self, event: Event, _orders: tuple[Command, ...]) -> None:
        """The engine's watcher: the journal ends with what has just been decided, or could not keep it.

        After a hole the journal alone would not lead here, so a checkpoint is taken as soon as it keeps facts again.
        """
        has_hole = self._journal.holes > self._holes and not self._journal.full
        if self._next is None and (has_hole or self._journal.last - self._taken >= self._every):
            self._holes = self._journal.holes
            self._next = self._journal.last, event.at, self._distributor.snapshot()
            self._due.set()

    async def run(self) -> None:
        """Write checkpoints, until cancelled. One that cannot be written now is left out; the journal has it all."""
        while True:
            await self._due.wait()
            self._due.clear()
            if self._next is None:
                continue
            seq, at, past = self._next
            await self._journal.flushed(seq)
            if self._written is not None:
                await self._written()
            state = await asyncio.to_thread(encode, past)
            try:
                await self._write({"seq": seq, "at": at, "state": state})
            except (SQLAlchemyError, OSError) as error:
                log.warning("a checkpoint was not written", why=type(error).__name__)
            self._taken, self._next = seq, None

    async def _write(self, row: Mapping[str, Any]) -> None:
        async with self._database.begin() as connection:
            await connection.execute(insert(checkpoints).values(row))
            taken = [(one.seq, one.at) for one in await connection.execute(_TAKEN)]
            idle = [seq for seq, _ in taken if seq not in worth_keeping(taken)]
            if idle:
                await connection.execute(delete(checkpoints).where(checkpoints.c.seq.in_(idle)))


_TAKEN: Final = select(checkpoints.c.seq, checkpoints.c.at).order_by(checkpoints.c.seq)


def worth_keeping(taken: Sequence[tuple[int, datetime]]) -> frozenset[int]:
    """Which checkpoints, given in order, stay: the newest ones, the first of each recent hour, of each earlier day."""
    hourly_from = max(at for _, at in taken) - HOURLY_FOR
    first: dict[str, int] = {}
    for seq, at in taken:
        first.setdefault(at.strftime(HOUR if at >= hourly_from else DAY), seq)
    return frozenset([*first.values(), *(seq for seq, _ in taken[-KEPT:])])


def retold(distributor: Distributor) -> Iterator[Event]:
    """What has happened to the calls that are here, for those who only watch and have not seen it."""
    agents = distributor.agents
    for waiting in distributor.waiting:
        yield CallJoined(at=waiting.joined, call=waiting.id, queue=waiting.queue, joined=waiting.joined)
    for offer in (*distributor.offers.values(), *distributor.talking.values()):
        since, is_talking = agents[offer.agent].since, offer.call in distributor.talking
        if since is None:
            continue
        call, attempt = offer.call, offer.attempt
        if is_outward(call):
            yield AgentDialsOut(at=since, call=call, agent=offer.agent, queue=offer.queue)
        elif is_talking:
            yield CallJoined(at=since, call=call, queue=offer.queue)
        yield OfferFound(
            at=since,
            call=call,
            attempt=attempt,
            agent=offer.agent,
            seat=offer.seat,
            queue=offer.queue,
            talking=is_talking,
        )
        if is_talking:
            yield AgentAnswered(at=since, call=call, attempt=attempt)
        elif agents[offer.agent].state is AgentState.RINGING:
            yield RingStarted(at=since, call=call, attempt=attempt)


def read_state(state: Any) -> Snapshot:
    """What a checkpoint says. TypeError, ValueError, KeyError, AttributeError: it cannot be read."""
    past: Snapshot = decode(Snapshot, state)
    return past
