"""Seat capacity: which seats there are, what they serve, and who changed that.

A change is checked, written with its audit row in one transaction, told to the running engine, and acknowledged when
the engine's journal has it on disk. Calls that wait already are looked at again at once. Every change can be undone,
and an undo is a change like any other.

Two editors cannot overwrite each other unseen: who changes a seat says which version they have read, and the version is
the number of the change that made it, so that a seat closed and opened again is not mistaken for the old one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Sequence
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.engine import Engine
from acd.errors import BadSeat, NoSuchPhone, Refused, UnknownChange, UnknownQueue, UnknownSeat
from acd.events import SeatClosed, SeatOpened
from acd.inbox import EngineStopped
from acd.model import QueueName, Seat, SeatId
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

log = structlog.get_logger(__name__)

SEAT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", re.ASCII)
SKILL_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
LEVELS: Final = range(1, 6)


class Capacity:
    """The seats in the database, kept equal to those in the running engine. One change at a time."""

    def __init__(self, database: AsyncEngine, engine: Engine, *, phones: Collection[SeatId] | None = None) -> None:
        """`phones`: the extensions that exist on the PBX; a seat elsewhere is refused. None: not known, not checked."""
        self._database, self._engine, self._phones = database, engine, phones
        self._one_at_a_time = asyncio.Lock()

    async def restore(self, queues: Collection[QueueName]) -> int:
        """Tell the engine, which has been told these queues, every stored seat; returns how many.

        A seat that it remembers and that is stored no more is closed: the last run ended between the two.
        Queues that the city has no more are left out of what a seat serves; the stored seat keeps them.
        """
        stored = await self.list_seats()
        for seat_id in sorted(self._engine.distributor.seats.keys() - {one.seat.id for one in stored}):
            self._engine.tell(SeatClosed(at=self._engine.now(), seat=seat_id, by="restore"))
        for one in stored:
            gone = one.seat.queues.difference(queues)
            if gone:
                log.warning("a seat serves queues that the city has no more", seat=one.seat.id, queues=sorted(gone))
            seat = Seat(one.seat.id, one.seat.queues - gone, one.seat.skills)
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
        self._check(seat)
        version = await self._change(Wish(seat.id, seat, who, why, _must_be_absent))
        return StoredSeat(seat, version)

    async def change_seat(self, seat: Seat, *, version: int, who: str, why: str) -> StoredSeat:
        """Change what a seat serves and adds. BadSeat, UnknownQueue, UnknownSeat, SeatChangedMeanwhile."""
        self._check(seat)
        version = await self._change(Wish(seat.id, seat, who, why, _must_be_version(seat.id, version)))
        return StoredSeat(seat, version)

    async def close_seat(self, seat: SeatId, *, version: int, who: str, why: str) -> int:
        """Remove a seat; a conversation there goes on. Returns the change. UnknownSeat, SeatChangedMeanwhile."""
        return await self._change(Wish(seat, None, who, why, _must_be_version(seat, version)))

    async def undo(self, change: int, *, who: str, why: str = "") -> int:
        """Take a change back, if nothing has changed the seat since; returns the number of the undoing change.

        UnknownChange, SeatChangedMeanwhile, UnknownQueue (a queue it served is gone).
        """
        async with self._database.connect() as connection:
            row = (await connection.execute(select(seat_changes).where(seat_changes.c.seq == change))).one_or_none()
        if row is None:
            raise UnknownChange(f"there is no change {change}", f"没有编号为 {change} 的坐席变更")
        done = read_change(row)
        if done.before is not None:
            self._check(done.before)
        return await self._change(Wish(done.seat, done.before, who, why, _must_be(done.seat, done.after), change))

    def _check(self, seat: Seat) -> None:
        if not SEAT_ID.fullmatch(seat.id):
            raise BadSeat(
                "a seat's number has 1 to 32 letters, digits, - or _", "坐席号为 1 至 32 位字母、数字、- 或 _"
            )
        if self._phones is not None and seat.id not in self._phones:
            raise NoSuchPhone(f"the PBX has no phone {seat.id}", f"电话交换机上没有分机 {seat.id}")
        names = [skill for skill, _ in seat.skills]
        if len(set(names)) < len(names) or not all(SKILL_NAME.fullmatch(name) for name in names):
            raise BadSeat("a skill is named once, in small letters", "技能名须为小写字母,且每项只出现一次")
        if not all(level in LEVELS for _, level in seat.skills):
            raise BadSeat("a skill has a level from 1 to 5", "技能等级为 1 至 5")
        unknown = sorted(seat.queues - self._engine.distributor.queues.keys())
        if unknown:
            names_of = ", ".join(unknown)
            raise UnknownQueue(f"this city has no queue {names_of}", f"本市没有队列:{names_of}")

    async def _change(self, wish: Wish) -> int:
        async with self._one_at_a_time:
            async with self._database.begin() as connection:
                before = await current(connection, wish.seat)
                wish.verify(before)
                seq = await write(connection, wish, before, self._engine.now())
            try:
                await self._tell_engine(wish)
            except (Refused, EngineStopped):  # too busy, ending, or the city's queues changed in this moment
                await self._take_back(wish, before, seq)
                raise
        return seq

    async def _tell_engine(self, wish: Wish) -> None:
        now = self._engine.now()
        if wish.after is not None:
            await self._engine.ask(SeatOpened(at=now, seat=wish.after, by=wish.who))
            return
        try:
            await self._engine.ask(SeatClosed(at=now, seat=wish.seat, by=wish.who))
        except UnknownSeat:
            log.warning("a stored seat was unknown to the engine", seat=wish.seat)

    async def _take_back(self, wish: Wish, before: StoredSeat | None, seq: int) -> None:
        """The engine did not take it: the stored seats must not promise it."""
        back = Wish(wish.seat, before.seat if before else None, wish.who, "refused by the engine", _anything, seq)
        async with self._database.begin() as connection:
            await write(connection, back, await current(connection, wish.seat), self._engine.now())


def _anything(_before: StoredSeat | None) -> None:
    return


def _must_be_absent(before: StoredSeat | None) -> None:
    if before is not None:
        raise seat_exists(before.seat.id)


def _must_be_version(seat: SeatId, version: int) -> Verify:
    def verify(before: StoredSeat | None) -> None:
        if before is None:
            raise UnknownSeat(f"there is no seat {seat}", f"没有坐席 {seat}")
        if before.version != version:
            raise changed_meanwhile(seat)

    return verify


def _must_be(seat: SeatId, now: Seat | None) -> Verify:
    def verify(before: StoredSeat | None) -> None:
        if (before.seat if before else None) != now:
            raise changed_meanwhile(seat)

    return verify
