"""The witness: reads the audit trail, compares it with the seals, and seals its head while it is good.

`verify` reads everything, for whoever asks. `Witness` runs beside the controller and reads what is new: a trail that
was cut off or changed since the last seal is noticed within `every_s`, said in the health signs, and not sealed again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from heapq import merge

import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings import access
from recordings.chain import START, Broken, Check, Fault, Head
from recordings.seals import Seals

GUARDS = frozenset({"audit_is_not_changed", "audit_is_not_deleted", "audit_is_appended_to"})
_GUARDS_THERE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit'::regclass AND tgenabled IN ('O', 'A')",
}
TOLD_EVERY = timedelta(hours=1)

log = structlog.get_logger("recordings.witness")


def _nobody_watches(_: int, __: int) -> None:
    return None


async def verify(
    engine: AsyncEngine,
    seals: Seals,
    noted: Head | None = None,
    *,
    progress: Callable[[int, int], None] = _nobody_watches,
) -> Head | Broken:
    """Read the whole trail as it is now, in bounded memory: its head, or the first thing that is wrong.

    `noted`: a head that was noted in yet another place. `progress` is told how many lines were read, and of how many.
    """
    newest = await asyncio.to_thread(seals.last)  # before the head: writers may go on
    known = max((seal.seq for seal in (newest, noted) if seal), default=0)
    async with engine.connect() as connection:
        told = await access.head(connection)
        if known > told.seq:
            return Broken(told.seq + 1, Fault.CUT_OFF)
        walk = _Walk(Check(), _with(noted, seals.every()))
        broken = await walk.until(connection, told, progress)
        return broken or await _unguarded(connection, told) or told


def _with(noted: Head | None, seals: Iterator[Head]) -> Iterator[Head]:
    return merge(seals, [noted] if noted else [], key=lambda seal: seal.seq)


class _Walk:
    """From line to line, and from seal to seal."""

    def __init__(self, check: Check, seals: Iterator[Head]) -> None:
        self._check, self._seals = check, seals
        self._seal = next(seals, None)

    async def until(
        self, connection: AsyncConnection, told: Head, progress: Callable[[int, int], None] = _nobody_watches
    ) -> Broken | None:
        async with aclosing(access.pages(connection, self._check.head.seq)) as pages:
            async for page in pages:
                for line in page:
                    if line.seq > told.seq:
                        return self._check.compare(told)
                    if broken := self._check.take(line) or self._compare():
                        return broken
                progress(self._check.head.seq, told.seq)
        return self._check.compare(told)

    def _compare(self) -> Broken | None:
        while self._seal and self._seal.seq <= self._check.head.seq:
            if broken := self._check.compare(self._seal):
                return broken
            self._seal = next(self._seals, None)
        return None


async def _gone(connection: AsyncConnection, last: Head, told: Head) -> Broken | None:
    """Whether the line that was sealed last is not there any more, or another one."""
    digest = await connection.scalar(select(access.audit.c.digest).where(access.audit.c.seq == last.seq))
    if last == START or digest == last.digest:
        return None
    return Broken(last.seq, Fault.REWRITTEN) if digest else Broken(min(told.seq + 1, last.seq), Fault.CUT_OFF)


async def _unguarded(connection: AsyncConnection, told: Head) -> Broken | None:
    there = set(await connection.scalars(text(_GUARDS_THERE[connection.dialect.name])))
    return None if there >= GUARDS else Broken(told.seq, Fault.UNGUARDED)


class Witness:
    """Beside one database. `run()` until cancelled; `look()` once."""

    def __init__(
        self,
        engine: AsyncEngine,
        seals: Seals,
        *,
        every_s: float = 30.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine, self._seals, self._every_s, self._clock = engine, seals, every_s, clock
        self._told_at: datetime | None = None
        self.broken: Broken | None = None
        """What is wrong, as far as was looked; it stays until the controller is started again."""

    async def run(self) -> None:
        """Look every `every_s`."""
        while True:
            try:
                await self.look()
            except (OSError, SQLAlchemyError) as error:
                log.warning("Audit trail not sealed this time", error=type(error).__name__)
            await asyncio.sleep(self._every_s)

    async def look(self) -> Broken | None:
        """Read what is new since the last seal, and seal the head."""
        last = await asyncio.to_thread(self._seals.last) or START
        async with self._engine.connect() as connection:
            told = await access.head(connection)
            broken = await _gone(connection, last, told)
            broken = broken or await _Walk(Check(last), iter(())).until(connection, told)
            broken = broken or await _unguarded(connection, told)
        if broken:
            self._complain(broken)
        elif told.seq > last.seq:
            await asyncio.to_thread(self._seals.put, told, self._clock())
            self._tell(told)
        return broken

    def _complain(self, broken: Broken) -> None:
        if self.broken != broken:
            log.error("The audit trail is broken", line=broken.seq, fault=broken.fault)
        self.broken = broken

    def _tell(self, head: Head) -> None:
        """Now and then in the log, which goes where the database's masters may not reach."""
        now = self._clock()
        if self._told_at is None or now - self._told_at >= TOLD_EVERY:
            self._told_at = now
            log.info("Audit trail sealed", line=head.seq, digest=head.digest)
