"""Table and archive compared, both ways, a day at a time; what can be repaired is, the rest is named.

Repaired: legs that no row knows are adopted, a lost recording whose legs are there is found again, half-written files
of a dead process are cleared away. Named: rows whose legs are gone, sealed legs without their key, a plain leg beside
its sealed one that is not the recording. A row is never turned into a lost one here: an archive whose disk is not
mounted must not lose every recording.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings import ledger
from recordings.archive import SEALED, Archive, StoredLeg, ids_among, sha256
from recordings.arrival import judge
from recordings.recording import GOING, Leg, Recording, RecordingId, RecordingState
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
    """One day. The files are listed first: whatever has a name there then, has had its row before."""
    names, held = await asyncio.to_thread(_list, archive, day)
    found, lost = Differences(), []
    async with engine.connect() as connection:
        async for rows in ledger.of_day(connection, day):
            lost += [row for row in rows if row.state is RecordingState.LOST and row.id in held]
            held -= {row.id for row in rows}
            found += await asyncio.to_thread(_look, archive, rows, names)
    for recording in sorted(held):
        await _adopt(engine, archive, recording, follow_up, now)
    for row in lost:
        await _find_again(engine, archive, row, follow_up, now)
    cleared = await asyncio.to_thread(archive.clear, day, names, (now - HALF_FOR).timestamp())
    back = tuple(row.id for row in lost)
    return found + Differences(adopted=tuple(sorted(held)), found_again=back, cleared=cleared)


def _list(archive: Archive, day: date) -> tuple[set[str], set[RecordingId]]:
    names = archive.names_on(day)
    return names, ids_among(names)


def _look(archive: Archive, rows: Sequence[Recording], names: Collection[str]) -> Differences:
    """By the names alone where they leave no doubt; a leg in doubt is looked at."""
    found = Differences()
    for row in rows:
        if row.state not in GOING and not all(_is_in_order(f"{row.id}-{leg}", names) for leg in Leg):
            found += _differs(row, archive.stored(row.id))
    return found


def _is_in_order(stem: str, names: Collection[str]) -> bool:
    plain, sealed = f"{stem}.wav" in names, f"{stem}{SEALED}" in names
    return plain != sealed and (plain or f"{stem}{SEALED}.key" in names)


def _differs(row: Recording, legs: Mapping[Leg, StoredLeg]) -> Differences:
    hashes = {Leg.CALLER: row.caller_sha256, Leg.AGENT: row.agent_sha256}
    had = {leg: stored for leg, stored in legs.items() if hashes[leg]}
    if not all(stored.exists() for stored in had.values()):
        return Differences(missing=(row.id,))
    if any(stored.sealed.exists() and not key_file(stored.sealed).exists() for stored in legs.values()):
        return Differences(keyless=(row.id,))
    if any(_is_altered(stored, hashes[leg]) for leg, stored in had.items()):
        return Differences(altered=(row.id,))
    return Differences()


def _is_altered(stored: StoredLeg, hashed: str | None) -> bool:
    """Beside a sealed leg a plain one lies only while it is put away; then it is what was taken in."""
    if not (stored.sealed.exists() and stored.wav.exists()):
        return False
    return sha256(stored.wav) not in {hashed, None}


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
