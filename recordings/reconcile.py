"""Table and archive compared, both ways, a day at a time; what can be repaired is, the rest is named.

Repaired: legs that no row knows are adopted, a lost recording whose legs are there is found again, half-written files
of a dead process are cleared away. Named: rows whose legs are gone, sealed legs without their key, a plain leg beside
its sealed one that is not the recording. A row is never turned into a lost one here: an archive whose disk is not
mounted must not lose every recording.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings import ledger
from recordings.archive import Archive, StoredLeg, sha256
from recordings.arrival import judge
from recordings.recording import Leg, Recording, RecordingId, RecordingState
from recordings.vault import key_file

LOOKED_BACK = timedelta(days=7)
CLOCKS_DIFFER = timedelta(days=1)  # an id may be of tomorrow: clocks are set back
HALF_FOR = timedelta(hours=1)  # no copying and no sealing of one leg takes so long

FollowUp = Callable[[AsyncConnection, Recording], Awaitable[None]]
"""What is written together with a recording's row, for example its transcription job."""

log = structlog.get_logger("recordings.reconcile")


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What was found: first what is right again, then what a person must look at."""

    adopted: tuple[RecordingId, ...] = ()  # 补登记: legs without a row
    found_again: tuple[RecordingId, ...] = ()  # 失而复得: said to be lost, and there
    cleared: int = 0  # 半截文件: left by a dead process
    missing: tuple[RecordingId, ...] = ()  # 文件缺失: a leg that was there is gone
    keyless: tuple[RecordingId, ...] = ()  # 缺密钥: a sealed leg without its key file
    altered: tuple[RecordingId, ...] = ()  # 被改: a plain leg beside the sealed one, and not what was taken in

    @property
    def repairs(self) -> int:
        """How many are right again."""
        return len(self.adopted) + len(self.found_again) + self.cleared

    @property
    def troubles(self) -> int:
        """How many are not."""
        return len(self.missing) + len(self.keyless) + len(self.altered)

    def __add__(self, other: Differences) -> Differences:
        both = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        return Differences(**both)


async def reconcile(
    engine: AsyncEngine, archive: Archive, follow_up: FollowUp, now: datetime, *, since: date | None = None
) -> Differences:
    """Compare day by day, from `since` (LOOKED_BACK before `now`) on."""
    found, day = Differences(), since or (now - LOOKED_BACK).date()
    while day <= (now + CLOCKS_DIFFER).date():
        found += await _compare(engine, archive, follow_up, now, day)
        day += timedelta(days=1)
    if found != Differences():
        log.error(
            "Archive and table differed",
            adopted=len(found.adopted),
            found_again=len(found.found_again),
            cleared=found.cleared,
            missing=found.missing[:20],
            keyless=found.keyless[:20],
            altered=found.altered[:20],
        )
    return found


async def first_day(engine: AsyncEngine, archive: Archive, now: datetime) -> date:
    """From when on there is anything, in the table or in the archive."""
    async with engine.connect() as connection:
        first = await ledger.first_day(connection)
    days = [*(await asyncio.to_thread(archive.days))[:1], *([first] if first else []), now.date()]
    return min(days)


async def _compare(engine: AsyncEngine, archive: Archive, follow_up: FollowUp, now: datetime, day: date) -> Differences:
    held = await asyncio.to_thread(archive.held_on, day)
    async with engine.connect() as connection:
        rows = await ledger.of_day(connection, day)
        unknown = sorted(await ledger.without_row(connection, held))
    back = [row for row in rows if row.state is RecordingState.LOST and row.id in held]
    for recording in unknown:
        await _adopt(engine, archive, recording, follow_up, now)
    for row in back:
        await _find_again(engine, archive, row, follow_up, now)
    seen = await asyncio.to_thread(_look, archive, rows)
    cleared = await asyncio.to_thread(_clear, archive, day, now)
    return replace(seen, adopted=tuple(unknown), found_again=tuple(row.id for row in back), cleared=cleared)


def _look(archive: Archive, rows: Sequence[Recording]) -> Differences:
    missing: dict[RecordingId, None] = {}
    keyless, altered = missing.copy(), missing.copy()
    for row in rows:
        for leg, stored in archive.stored(row.id).items():
            hashed = row.caller_sha256 if leg is Leg.CALLER else row.agent_sha256
            if hashed and not stored.exists():
                missing[row.id] = None
            elif stored.sealed.exists() and not key_file(stored.sealed).exists():
                keyless[row.id] = None
            elif hashed and _is_altered(stored, hashed):
                altered[row.id] = None
    return Differences(missing=tuple(missing), keyless=tuple(keyless), altered=tuple(altered))


def _is_altered(stored: StoredLeg, hashed: str) -> bool:
    """Beside a sealed leg a plain one lies only while it is put away; then it is what was taken in."""
    if not (stored.sealed.exists() and stored.wav.exists()):
        return False
    return sha256(stored.wav) not in {hashed, None}


def _clear(archive: Archive, day: date, now: datetime) -> int:
    halves = archive.halves(day, (now - HALF_FOR).timestamp())
    for half in halves:
        half.unlink(missing_ok=True)
    return len(halves)


async def _adopt(
    engine: AsyncEngine, archive: Archive, recording: RecordingId, follow_up: FollowUp, now: datetime
) -> None:
    """It belongs to no call that is known: `adopted-<id>`."""
    legs = await asyncio.to_thread(archive.examine, recording)
    orphan = Recording(id=recording, call_id=f"adopted-{recording}", attempt=1, state=RecordingState.ARRIVING)
    async with engine.begin() as connection:
        found = judge(orphan, legs, now)
        if await ledger.add_row(connection, found):
            await follow_up(connection, found)


async def _find_again(
    engine: AsyncEngine, archive: Archive, lost: Recording, follow_up: FollowUp, now: datetime
) -> None:
    legs = await asyncio.to_thread(archive.examine, lost.id)
    async with engine.begin() as connection:
        found = judge(lost, legs, now)
        if await ledger.find_again(connection, found):
            await follow_up(connection, found)
