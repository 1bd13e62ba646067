"""The past, read from the database: journal and checkpoints, for looking at it again (acd.replay, acd.why).

Reading only, and by whoever likes, in a process of their own: never in the loop that rings phones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.codec import EVENTS, UnknownKind, unpack
from acd.commands import Command
from acd.events import AgentAnswered, CallEnded, CallJoined, Event
from acd.journal import fit_for_key, journal
from acd.measure_table import newest
from acd.measures import Measure
from acd.memory import checkpoints, read_state
from acd.model import CallId, Snapshot
from acd.replay import Replay, Step
from acd.seat_table import SeatChange, read_change, seat_changes

NEWS_IS_LATE_AT_MOST: Final = timedelta(minutes=1)
"""So much earlier a look begins: checkpoints of an earlier version do not say what only matters to news on its way."""
ORDERS_MOST: Final = 1000
"""So many measures, and changes of seats, are looked at."""

Watch = Callable[[Replay, Step, tuple[Command, ...]], None]


class Unreadable(Exception):
    """The journal holds what this version cannot read: a newer one wrote it, or it is damaged."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"journal entry {seq} cannot be read: {why}")
        self.zh = f"日志第 {seq} 条无法读取:{why}"


class NothingThen(LookupError):
    """The journal has no entry in the period, or none of the call."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the first to the last journal entry of something."""

    first: int
    last: int


class Past:
    """Reads one database."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database

    async def period(self, since: datetime, until: datetime) -> Stretch:
        """What was decided from `since` up to before `until`. NothingThen."""
        return await self._stretch((journal.c.at >= since) & (journal.c.at < until))

    async def leading_to(self, since: datetime, until: datetime) -> Stretch:
        """As `period`; if nothing was decided in it, the last entry before, for its state lasts. NothingThen."""
        before = journal.c.at < until
        try:
            return await self._stretch((journal.c.at >= since) & before)
        except NothingThen:
            last = (await self._stretch(before)).last
            return Stretch(last, last)

    async def seat_orders(self, since: datetime) -> tuple[Sequence[Measure], Sequence[SeatChange]]:
        """The newest measures, whenever they began, and what people did to seats from `since` on."""
        changed = select(seat_changes).where(seat_changes.c.at >= since).order_by(seat_changes.c.seq).limit(ORDERS_MOST)
        async with self._database.connect() as connection:
            measures = await newest(connection, ORDERS_MOST)
            return measures, [read_change(row) for row in await connection.execute(changed)]

    async def of_call(self, call: CallId) -> Stretch:
        """From the first entry of a call to its end, or to the journal's, if it goes on. NothingThen."""
        rows = await self._entries_of(call)
        goes_on = all(kind != CallEnded.__name__ for _, kind in rows)
        return Stretch(rows[0][0], await self._end() if goes_on else rows[-1][0])

    async def of_wait(self, call: CallId) -> Stretch:
        """From the first entry of a call to its answer, if it was answered; else as `of_call`. NothingThen."""
        rows = await self._entries_of(call)
        last = {kind: seq for seq, kind in rows}
        answered = last.get(AgentAnswered.__name__, 0)
        if answered > last.get(CallJoined.__name__, 0):
            return Stretch(rows[0][0], answered)
        return await self.of_call(call)

    async def _entries_of(self, call: CallId) -> list[tuple[int, str]]:
        where = journal.c.call_id == fit_for_key(call)
        async with self._database.connect() as connection:
            query = select(journal.c.seq, journal.c.kind).where(where).order_by(journal.c.seq)
            rows = [(row.seq, row.kind) for row in await connection.execute(query)]
        if not rows:
            raise NothingThen(call)
        return rows

    async def _end(self) -> int:
        async with self._database.connect() as connection:
            return (await connection.scalar(select(func.max(journal.c.seq)))) or 0

    async def last_of_agent(self, agent: str, kind: type[Command]) -> Command:
        """The newest order of a kind about an agent. NothingThen."""
        where = (journal.c.agent_id == fit_for_key(agent)) & (journal.c.kind == kind.__name__)
        query = select(journal.c.seq, journal.c.kind, journal.c.payload).where(where).order_by(journal.c.seq.desc())
        async with self._database.connect() as connection:
            row = (await connection.execute(query.limit(1))).first()
        found = None if row is None else _fact(row)
        if not isinstance(found, Command):
            raise NothingThen(agent)
        return found

    async def play(
        self,
        wanted: Stretch,
        watch: Watch,
        *,
        begin_with: Callable[[Replay], None] | None = None,
        before: Callable[[Replay], None] | None = None,
    ) -> Replay:
        """Play the journal again up to the last wanted entry, telling `watch` each step after it was decided.

        `begin_with` is called once, when the first entry that is played is next, and `before` when the first wanted one
        is. The replay begins with a checkpoint well before that, and before any with which a restart meanwhile began.
        Unreadable.
        """
        upto, is_whole = await self._last_of_step(wanted.last)
        begin, state, restarts = await self._beginning(wanted.first, upto)
        replay = Replay(state, after=begin, restarts=restarts)
        if begin_with is not None:
            begin_with(replay)
        due = await self._checkpoints(begin, upto)
        async for step in self._steps(begin, upto, is_whole=is_whole):
            if before is not None and step.last >= wanted.first:
                before(replay)
                before = None
            watch(replay, step, replay.play(step))
            if step.last in due:
                replay.meet(await self._state(step.last), due[step.last])
        return replay

    # ---- where to begin

    async def _beginning(self, first: int, upto: int) -> tuple[int, Snapshot | None, Counter[int]]:
        before = await self._before_news_of(first)
        while True:
            begin, state = await self._checkpoint_upto(before)
            restarts = await self._restarts(begin, upto)
            earliest = min(restarts, default=begin)
            if earliest >= begin:
                return begin, state, restarts
            before = earliest

    async def _before_news_of(self, first: int) -> int:
        at = select(journal.c.at).where(journal.c.seq == first)
        async with self._database.connect() as connection:
            begins = await connection.scalar(at)
            if begins is None:
                raise NothingThen(first)
            earlier = select(func.max(journal.c.seq)).where(
                (journal.c.at < begins - NEWS_IS_LATE_AT_MOST) & (journal.c.seq < first)
            )
            return (await connection.scalar(earlier)) or 0

    async def _checkpoint_upto(self, seq: int) -> tuple[int, Snapshot | None]:
        query = select(checkpoints.c.seq).where(checkpoints.c.seq <= seq).order_by(checkpoints.c.seq.desc())
        async with self._database.connect() as connection:
            found = (await connection.scalars(query)).all()
        for one in found:
            try:
                return one, await self._state(one)
            except Unreadable:
                continue
        return 0, None

    async def _state(self, seq: int) -> Snapshot:
        query = select(checkpoints.c.state).where(checkpoints.c.seq == seq)
        async with self._database.connect() as connection:
            state = await connection.scalar(query)
        try:
            return read_state(state)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise Unreadable(seq, f"checkpoint, {type(error).__name__}") from error

    async def _restarts(self, begin: int, upto: int) -> Counter[int]:
        where = (journal.c.kind == "GapMarked") & (journal.c.seq > begin) & (journal.c.seq <= upto)
        async with self._database.connect() as connection:
            marks = (await connection.scalars(select(journal.c.payload).where(where))).all()
        return Counter(mark["begun_after"] for mark in marks if mark.get("begun_after") is not None)

    async def _checkpoints(self, begin: int, upto: int) -> dict[int, datetime]:
        """Those that were taken meanwhile, and when."""
        where = (checkpoints.c.seq > begin) & (checkpoints.c.seq <= upto)
        async with self._database.connect() as connection:
            rows = await connection.execute(select(checkpoints.c.seq, checkpoints.c.at).where(where))
            return {row.seq: row.at for row in rows}

    # ---- the journal's entries

    async def _stretch(self, where: Any) -> Stretch:
        query = select(func.min(journal.c.seq), func.max(journal.c.seq)).where(where)
        async with self._database.connect() as connection:
            first, last = (await connection.execute(query)).one()
        if first is None:
            raise NothingThen
        return Stretch(first, last)

    async def _last_of_step(self, seq: int) -> tuple[int, bool]:
        """An event's orders follow it: up to before the next event. False: there is none, so more may be coming."""
        following = select(func.min(journal.c.seq)).where(journal.c.seq > seq, journal.c.kind.in_(list(EVENTS)))
        async with self._database.connect() as connection:
            following_seq = await connection.scalar(following)
            if following_seq is not None:
                return int(following_seq) - 1, True
        return await self._end(), False

    async def _steps(self, after: int, upto: int, *, is_whole: bool) -> AsyncIterator[Step]:
        where = (journal.c.seq > after) & (journal.c.seq <= upto)
        query = select(journal.c.seq, journal.c.kind, journal.c.payload).where(where).order_by(journal.c.seq)
        told: tuple[int, Event] | None = None
        orders: list[Command] = []
        async with self._database.connect() as connection, connection.stream(query) as rows:
            async for row in rows:
                fact = _fact(row)
                if isinstance(fact, Command):
                    orders.append(fact)
                    continue
                if told is not None:
                    yield Step(*told, tuple(orders))
                told, orders = (row.seq, fact), []
        if told is not None:
            yield Step(*told, tuple(orders), is_whole=is_whole)


def _fact(row: Any) -> Event | Command:
    try:
        return unpack(row.kind, row.payload)
    except UnknownKind as error:
        raise Unreadable(row.seq, f"unknown kind {error}") from error
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Unreadable(row.seq, type(error).__name__) from error
