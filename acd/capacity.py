"""Seat capacity: which seats there are, what they serve, and who changed that.

A change is checked, written with its audit row in one transaction, told to the running engine, and acknowledged when
the engine's journal has it on disk. Calls that wait already are looked at again at once. Every change can be undone,
and an undo is a change like any other.

Two editors cannot overwrite each other unseen: who changes a seat says which version they have read, and the version is
the number of the change that made it, so that a seat closed and opened again is not mistaken for the old one.

What the engine is told is the stored seat as the measures in force have it (acd.measures): lent ones serve others.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Sequence
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.crisis import must_stay_staffed
from acd.engine import Engine
from acd.errors import (
    BadSeat,
    NoSuchPhone,
    Refused,
    SeatInTalk,
    SeatOfMeasure,
    UnknownChange,
    UnknownQueue,
    UnknownSeat,
)
from acd.events import Request, SeatClosed, SeatOpened
from acd.foresight import Effect, foresee
from acd.inbox import EngineStopped
from acd.matching import Ask
from acd.measures import Loan, seat_under
from acd.model import QueueName, Seat, SeatId, Skill
from acd.seat_table import (
    SeatChange,
    StoredSeat,
    Verify,
    Wish,
    changed_meanwhile,
    current,
    read_change,
    read_seat,
    seat_changes,
    seat_exists,
    seats,
    write,
)
from acd.skills import must_be_known

log = structlog.get_logger(__name__)

SEAT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", re.ASCII)
SKILL_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
LEVELS: Final = range(1, 6)


class Capacity:
    """The seats in the database, kept equal to those in the running engine. One change at a time."""

    def __init__(
        self,
        database: AsyncEngine,
        engine: Engine,
        *,
        phones: Collection[SeatId] | None = None,
        skills: Collection[Skill] | None = None,
    ) -> None:
        """`phones`: the extensions that exist on the PBX; a seat elsewhere is refused. None: not known, not checked.

        `skills`: those of the city, likewise.
        """
        self._database, self._engine, self.phones, self.skills = database, engine, phones, skills
        self.one_at_a_time = asyncio.Lock()  # acd.arrangement takes it, too
        self.loans: tuple[Loan, ...] = ()  # in force now: acd.arrangement knows
        self.lanes: frozenset[Ask] = frozenset()  # crisis lanes: it knows, too

    def rehearsal(self) -> Rehearsal:
        """The same to ask, but nothing is changed."""
        return Rehearsal(self)

    def under(self, seat: SeatId, stored: Seat | None) -> Seat | None:
        """What a seat is now, if it is stored so."""
        return seat_under(seat, stored, self.loans)

    async def restore(self, queues: Collection[QueueName]) -> int:
        """Tell the engine, which has been told these queues, every stored seat; returns how many.

        A seat that it remembers and that is stored no more is closed: the last run ended between the two.
        Queues that the city has no more are left out of what a seat serves; the stored seat keeps them.
        """
        stored = {one.seat.id: one.seat for one in await self.list_seats()}
        added = {seat for loan in self.loans for seat in loan.seats if loan.lender is None}
        there = {seat: now for seat in sorted(stored.keys() | added) if (now := self.under(seat, stored.get(seat)))}
        for seat_id in sorted(self._engine.distributor.seats.keys() - there.keys()):
            self._engine.tell(SeatClosed(at=self._engine.now(), seat=seat_id, by="restore"))
        for now in there.values():
            gone = now.queues.difference(queues)
            if gone:
                log.warning("a seat serves queues that the city has no more", seat=now.id, queues=sorted(gone))
            seat = Seat(now.id, now.queues - gone, now.skills)
            self._engine.tell(SeatOpened(at=self._engine.now(), seat=seat, by="restore"))
        return len(stored)

    async def list_seats(self) -> Sequence[StoredSeat]:
        """Return all seats, by id."""
        async with self._database.connect() as connection:
            return [read_seat(row) for row in await connection.execute(select(seats).order_by(seats.c.id))]

    async def history(self, *, seat: SeatId | None = None, limit: int = 100) -> Sequence[SeatChange]:
        """Return the newest changes, of one seat if named, newest first."""
        query = select(seat_changes).order_by(seat_changes.c.seq.desc()).limit(limit)
        if seat is not None:
            query = query.where(seat_changes.c.seat == seat)
        async with self._database.connect() as connection:
            return [read_change(row) for row in await connection.execute(query)]

    async def open_seat(self, seat: Seat, *, who: str, why: str) -> StoredSeat:
        """Add a seat. BadSeat, NoSuchPhone, UnknownQueue, SeatExists."""
        self.check(seat)
        version = await self._change(Wish(seat.id, seat, who, why, _must_be_absent))
        return StoredSeat(seat, version)

    async def change_seat(
        self, seat: Seat, *, version: int, who: str, why: str, while_talking: bool = False
    ) -> StoredSeat:
        """Change what a seat serves and adds. `while_talking`: also if a caller of a queue that it leaves talks there.

        That talk goes on, and the next call is another queue's. BadSeat, UnknownSkill, UnknownQueue, UnknownSeat,
        SeatInTalk, SeatChangedMeanwhile, CrisisLaneNeedsAgents.
        """
        self.check(seat)
        if not while_talking:
            self._must_not_talk(seat)
        version = await self._change(Wish(seat.id, seat, who, why, self._must_be_version(seat.id, version)))
        return StoredSeat(seat, version)

    def _must_not_talk(self, seat: Seat) -> None:
        after = self.under(seat.id, seat)
        for talk in self._engine.distributor.talking.values():
            if talk.seat == seat.id and (after is None or talk.queue not in after.queues):
                raise SeatInTalk(
                    f"{talk.agent} talks at seat {seat.id} with a caller of {talk.queue}; "
                    "move it from the next call on, or later",
                    f"话务员 {talk.agent} 正在坐席 {seat.id} 与 {talk.queue} 的来电通话;可注明自下一通起,或稍后再移",
                )

    async def close_seat(self, seat: SeatId, *, version: int, who: str, why: str) -> int:
        """Remove a seat; a conversation there goes on. Returns the change.

        UnknownSeat, SeatChangedMeanwhile, CrisisLaneNeedsAgents.
        """
        return await self._change(Wish(seat, None, who, why, self._must_be_version(seat, version)))

    async def undo(self, change: int, *, who: str, why: str = "") -> int:
        """Take a change back, if nothing has changed the seat since; returns the number of the undoing change.

        UnknownChange, SeatChangedMeanwhile, UnknownQueue (a queue it served is gone), CrisisLaneNeedsAgents.
        """
        async with self._database.connect() as connection:
            row = (await connection.execute(select(seat_changes).where(seat_changes.c.seq == change))).one_or_none()
        if row is None:
            raise UnknownChange(f"there is no change {change}", f"没有编号为 {change} 的坐席变更")
        done = read_change(row)
        if done.before is not None:
            self.check(done.before)
        return await self._change(Wish(done.seat, done.before, who, why, _must_be(done.seat, done.after), change))

    def check(self, seat: Seat) -> None:
        """Refuse what can be no seat here. BadSeat, NoSuchPhone, UnknownSkill, UnknownQueue."""
        if not SEAT_ID.fullmatch(seat.id):
            raise BadSeat(
                "a seat's number has 1 to 32 letters, digits, - or _", "坐席号为 1 至 32 位字母、数字、- 或 _"
            )
        if self.phones is not None and seat.id not in self.phones:
            raise NoSuchPhone(f"the PBX has no phone {seat.id}", f"电话交换机上没有分机 {seat.id}")
        names = [skill for skill, _ in seat.skills]
        if len(set(names)) < len(names) or not all(SKILL_NAME.fullmatch(name) for name in names):
            raise BadSeat("a skill is named once, in small letters", "技能名须为小写字母,且每项只出现一次")
        if not all(level in LEVELS for _, level in seat.skills):
            raise BadSeat("a skill has a level from 1 to 5", "技能等级为 1 至 5")
        must_be_known(seat.skills, self.skills)
        unknown = sorted(seat.queues - self._engine.distributor.queues.keys())
        if unknown:
            names_of = ", ".join(unknown)
            raise UnknownQueue(f"this city has no queue {names_of}", f"本市没有队列:{names_of}")

    async def _change(self, wish: Wish) -> int:
        async with self.one_at_a_time:
            async with self._database.begin() as connection:
                before = await current(connection, wish.seat)
                wish.verify(before)
                request = self._request(wish)
                seq = await write(connection, wish, before, self._engine.now())
            try:
                await self._tell_engine(request)
            except (Refused, EngineStopped):  # too busy, ending, or the city's queues changed in this moment
                await self._take_back(wish, before, seq)
                raise
        return seq

    def _request(self, wish: Wish) -> SeatOpened | SeatClosed:
        """What the engine is asked. SeatOfMeasure, if the seat would still be there; CrisisLaneNeedsAgents."""
        now = self._engine.now()
        after = self.under(wish.seat, wish.after)
        must_stay_staffed(self._engine.distributor, {wish.seat: after}, self.lanes)
        if after is None:
            return SeatClosed(at=now, seat=wish.seat, by=wish.who)
        if wish.after is None:
            raise seat_of_measure(wish.seat)
        return SeatOpened(at=now, seat=after, by=wish.who)

    async def _tell_engine(self, request: Request) -> None:
        try:
            await self._engine.ask(request)
        except UnknownSeat as unknown:
            log.warning("a stored seat was unknown to the engine", why=str(unknown))

    async def _take_back(self, wish: Wish, before: StoredSeat | None, seq: int) -> None:
        """The engine did not take it: the stored seats must not promise it."""
        back = Wish(wish.seat, before.seat if before else None, wish.who, "refused by the engine", _anything, seq)
        async with self._database.begin() as connection:
            await write(connection, back, await current(connection, wish.seat), self._engine.now())

    def _must_be_version(self, seat: SeatId, version: int) -> Verify:
        def verify(before: StoredSeat | None) -> None:
            if before is None and self.under(seat, None):
                raise seat_of_measure(seat)
            if before is None:
                raise UnknownSeat(f"there is no seat {seat}", f"没有坐席 {seat}")
            if before.version != version:
                raise changed_meanwhile(seat)

        return verify


class Rehearsal(Capacity):
    """预演: asked like the real one and refusing what that refuses; nothing is changed, `effect` says what would be."""

    def __init__(self, real: Capacity) -> None:
        super().__init__(real._database, real._engine, phones=real.phones, skills=real.skills)  # noqa: SLF001 - its own kind
        self.one_at_a_time, self.loans, self.lanes = real.one_at_a_time, real.loans, real.lanes
        self.then: tuple[Request, ...] = ()  # what would be asked right after the change
        self.effect: Effect | None = None

    async def _change(self, wish: Wish) -> int:
        async with self.one_at_a_time:
            async with self._database.connect() as connection:
                before = await current(connection, wish.seat)
            wish.verify(before)
            past = self._engine.distributor.snapshot()
            self.effect = await asyncio.to_thread(foresee, past, [self._request(wish), *self.then])
        return before.version if before else 0


def seat_of_measure(seat: SeatId) -> SeatOfMeasure:
    """Build the refusal to change what only a measure has put there."""
    return SeatOfMeasure(f"seat {seat} is there by a measure; end that", f"坐席 {seat} 由措施增设,请结束该措施")


def _anything(_before: StoredSeat | None) -> None:
    return


def _must_be_absent(before: StoredSeat | None) -> None:
    if before is not None:
        raise seat_exists(before.seat.id)


def _must_be(seat: SeatId, now: Seat | None) -> Verify:
    def verify(before: StoredSeat | None) -> None:
        if (before.seat if before else None) != now:
            raise changed_meanwhile(seat)

    return verify
