"""Table `case_rules`, and the rules in force: taken anew from the city's folder while calls go on, or refused whole.

What was taken is written down with who and why before it is in force, so that a worker on another machine follows and
a start with a spoilt folder has the last good rules. A draft that is being made ends with the rules it began with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from city.case_rules import CaseRules
from city.files import Files
from city.mistakes import CityInvalid, Mistake
from plumbing.versions import Version, newest, put_in_force, table_of_versions
from recordings.access import note
from tickets.review import reason_of
from tickets.rules import Changes, Rules, changes_between, checked_rules, rules_of
from tickets.ticket import TicketRefused

case_rules = table_of_versions("case_rules")
"""`written`: city.case_rules.CaseRules as JSON. The last row is in force."""

OURSELVES, AT_THE_START = "lianxin", "启动 start"
LOOK_S = 5.0

log = structlog.get_logger(__name__)


class FolderRefused(TicketRefused):
    """The folder has mistakes; the rules that were in force still are."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes; nothing has changed", f"{len(mistakes)} 处有误,一切未变")
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Rules that were taken: which, when, by whom and why. Times aware UTC."""

    version: str
    taken_at: datetime
    taken_by: str
    why: str
    written: CaseRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The last attempt, if it failed: the mistakes are in the folder, not in force."""

    at: datetime
    by: str
    mistakes: tuple[Mistake, ...]


class Rulebook:
    """`read`: the city's files as they are now; it may take its time."""

    def __init__(
        self,
        database: AsyncEngine,
        taken: Taken,
        read: Callable[[], Files],
        *,
        refusal: Refusal | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._read, self._clock = database, read, clock
        self._turn = asyncio.Lock()
        self.taken, self.refusal = taken, refusal
        self._rules = rules_of(taken.written)

    def now(self) -> Rules:
        """Those in force."""
        return self._rules

    async def reload(self, *, by: str, why: str) -> Changes:
        """Take the folder as it is now. FolderRefused, tickets.review.ReasonMissing."""
        said = reason_of(why)
        async with self._turn:
            try:
                written, rules = await asyncio.to_thread(_read_and_check, self._read)
            except CityInvalid as invalid:
                await self._refuse(by, invalid.mistakes)
                raise FolderRefused(invalid.mistakes) from invalid
            changes = await asyncio.to_thread(changes_between, self.taken.written, written)
            self.refusal = None
            if written.version != self.taken.version:
                taken = _taken(written, at=self._clock(), by=by, why=said)
                await _take(self._database, taken)
                self.taken, self._rules = taken, rules
        return changes

    async def _refuse(self, by: str, mistakes: tuple[Mistake, ...]) -> None:
        at, version = self._clock(), self.taken.version
        self.refusal = Refusal(at=at, by=by, mistakes=mistakes)
        detail = f"{mistakes[0].file}:{mistakes[0].line} {mistakes[0].rule} ({len(mistakes)})"
        async with self._database.begin() as connection:
            await note(connection, at=at, who=by, deed="rules.refused", subject=version, detail=detail)

    async def follow(self, every_s: float = LOOK_S) -> None:
        """For a worker, until cancelled: take what the controller has taken."""
        while True:
            await asyncio.sleep(every_s)
            try:
                other = await last_taken(self._database, other_than=self.taken.version)
            except SQLAlchemyError as error:
                log.warning("The rules in force cannot be looked up now", why=type(error).__name__)
                continue
            if other is not None:
                self.taken, self._rules = other, await asyncio.to_thread(rules_of, other.written)
                log.info("other rules are in force", version=other.version)


async def open_rulebook(
    database: AsyncEngine, read: Callable[[], Files], clock: Callable[[], datetime], *, following: bool = False
) -> Rulebook:
    """With what the folder says; with the last good rules if it has mistakes. CityInvalid when there are none either.

    `following`: a worker's, with the controller's rules as soon as there are any; it writes nothing down.
    """
    last = await last_taken(database)
    if following and last is not None:
        return Rulebook(database, last, read, clock=clock)
    try:
        written, _ = await asyncio.to_thread(_read_and_check, read)
    except CityInvalid as invalid:
        if last is None:
            raise
        log.warning("The rules in the folder have mistakes: the last good ones hold", mistakes=len(invalid.mistakes))
        refusal = Refusal(at=clock(), by=OURSELVES, mistakes=invalid.mistakes)
        return Rulebook(database, last, read, refusal=refusal, clock=clock)
    if last is not None and last.version == written.version:
        return Rulebook(database, last, read, clock=clock)
    taken = _taken(written, at=clock(), by=OURSELVES, why=AT_THE_START)
    if not following:
        await _take(database, taken)
    return Rulebook(database, taken, read, clock=clock)


async def last_taken(database: AsyncEngine, *, other_than: str | None = None) -> Taken | None:
    """The rules in force, unless they are of this version; None: they are, or there are none that can be read."""
    row = await newest(database, case_rules, other_than=other_than)
    if row is None:
        return None
    try:
        written = await asyncio.to_thread(CaseRules.model_validate_json, row.written)
    except ValidationError:
        log.warning("The last rules are of another release of the program", version=row.version)
        return None
    return Taken(version=row.version, taken_at=row.taken_at, taken_by=row.taken_by, why=row.why, written=written)


def _read_and_check(read: Callable[[], Files]) -> tuple[CaseRules, Rules]:
    return checked_rules(read())


def _taken(written: CaseRules, *, at: datetime, by: str, why: str) -> Taken:
    return Taken(version=written.version, taken_at=at, taken_by=by, why=why, written=written)


async def _take(database: AsyncEngine, taken: Taken) -> None:
    row = Version(
        version=taken.version,
        taken_at=taken.taken_at,
        taken_by=taken.taken_by,
        why=taken.why,
        written=await asyncio.to_thread(taken.written.model_dump_json),
    )
    async with database.begin() as connection:
        await put_in_force(connection, case_rules, row)
        detail = {"deed": "rules.taken", "subject": taken.version, "detail": taken.why}
        await note(connection, at=taken.taken_at, who=taken.taken_by, **detail)
