"""城市版本: the city in force, taken anew from its folder while calls go on, or refused whole; and the way back.

Table `city_versions` has every version that was ever in force, to the letter, with who put it there and why. A change
is written down before it is in force. Callers who are in a menu finish on the version they came in on: nobody asks the
city twice for one call, and a recording is never written over (hotline.sounds).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.errors import Refused
from acd.inbox import EngineStopped
from city.city import City
from city.files import Files
from city.load import find_mistakes
from city.mistakes import Mistake
from city.refusals import (
    CityChangedMeanwhile,
    CityRefused,
    FolderChangedMeanwhile,
    UnknownVersion,
    VersionLost,
    refused,
)
from city.snapshot import FileChange, Snapshot, at_work, changes_of
from city.taking import Offer, Outcome, Proof, Waived
from hotline.city_versions import OURSELVES, CityVersion, city_on, city_versions, row_of, snapshot_in, write
from hotline.following import follow_in_folder
from hotline.proof import let_pass, prove
from hotline.shelf import Gathered, Shelf
from hotline.sounds import SoundLost, Sounds
from hotline.voicing import Voicing
from plumbing.versions import Version, history, numbered
from recordings.access import note
from tickets.review import reason_of

NOT_IN_FORCE: Final = "未能生效,仍为上一版本 could not be put in force: the one before it still is"
NOTHING_WAIVED: Final = Waived()

log = structlog.get_logger(__name__)


class House(Protocol):
    """Who lives by the city: hotline.city_swap.CitySwap."""

    def begin(self, city: City) -> None:
        """What the house is built with."""

    async def put(self, city: City, *, by: str, written: Callable[[], Awaitable[None]]) -> None:
        """Take another, `written` awaited just before. acd.errors.Refused, EngineStopped: it takes none."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """`folder`: the city's, which people edit. `shelf`, `sounds`: where versions and recordings are kept.

    `voicing`: what speaks texts.
    """

    folder: Path
    shelf: Shelf
    sounds: Sounds
    voicing: Voicing


class CityBook:
    """The versions. `at_start`: the files of which a part is read at the start alone.

    `takes`: a changed folder that is right is put in force without being asked.
    """

    def __init__(
        self,
        database: AsyncEngine,
        places: Places,
        at_start: Files,
        in_force: CityVersion,
        house: House,
        clock: Callable[[], datetime],
        *,
        takes: bool = False,
    ) -> None:
        self._database, self._places, self._at_start = database, places, at_start
        self._house, self._clock = house, clock
        self._turn, self.takes = asyncio.Lock(), takes
        self.in_force = in_force
        self.offer: Offer | None = None
        """As the folder was looked at last; None: it says what is in force."""

    @property
    def folder(self) -> Path:
        """The city's, which people edit."""
        return self._places.folder

    @property
    def row(self) -> Version:
        """The version in force."""
        return self.in_force.row

    @property
    def city(self) -> City:
        """As it is written: response levels and measures are not in it (acd.arrangement)."""
        return self.in_force.city

    async def versions(self, limit: int) -> Sequence[Version]:
        """The newest first, without what is written in them."""
        return await history(self._database, city_versions, limit)

    async def changes_to(self, number: int) -> tuple[FileChange, ...]:
        """What would change if an older version were in force again. UnknownVersion, VersionLost."""
        _, snapshot = await self._numbered(number)
        return await asyncio.to_thread(changes_of, self.in_force.snapshot, snapshot)

    async def check(self) -> Offer:
        """Look at the folder as it is now; nothing changes."""
        _, offer = await self._look()
        self.offer = offer if offer.changes or offer.mistakes else None
        return offer

    async def offered(self) -> tuple[City, Offer]:
        """The city that the folder describes. CityRefused with all its mistakes."""
        gathered, offer = await self._look()
        if offer.mistakes:
            raise refused(offer.mistakes)
        return await asyncio.to_thread(self._city, gathered.snapshot, gathered.files), offer

    def folder_in_force(self) -> Path:
        """Where the version in force lies on the shelf, to be read. SoundLost, OSError."""
        return self._places.shelf.folder_of(self.in_force.snapshot)

    async def shelved(self, number: int | None) -> tuple[Path, Path]:
        """The folders of the version in force and of another; None: of what the city's folder says now, if it is right.

        UnknownVersion, VersionLost, CityRefused with all mistakes.
        """
        if number is None:
            gathered, offer = await self._look()
            if offer.mistakes:
                raise refused(offer.mistakes)
            snapshot = gathered.snapshot
        else:
            _, snapshot = await self._numbered(number)
        try:
            folders = (self.folder_in_force, lambda: self._places.shelf.folder_of(snapshot))
            old, new = [await asyncio.to_thread(folder) for folder in folders]
        except SoundLost as error:
            raise _lost(error) from error
        return old, new

    # ---- changes

    async def take(
        self, *, by: str, why: str, expected: int, offered: str | None = None, waived: Waived = NOTHING_WAIVED
    ) -> Outcome:
        """Put in force what the folder says now. `expected`: the number in force that was read, `offered`: the version.

        CityRefused and its kinds, acd.errors.Refused, tickets.review.ReasonMissing: nothing has changed then.
        """
        if waived.rehearsals:
            waived = replace(waived, rehearsals=reason_of(waived.rehearsals))
        said = reason_of(why)
        async with self._turn:
            self._must_be(expected)
            gathered, offer = await self._look()
            if offered is not None and offered != offer.version:
                raise FolderChangedMeanwhile(
                    "the folder has changed meanwhile; look again", "文件夹又有改动,请重新查看"
                )
            if offer.mistakes:
                await self._write_refusal(by, offer.mistakes)
                raise refused(offer.mistakes)
            if offer.version == self.in_force.row.version:
                return Outcome(row=self.in_force.row, changes=())
            said += await self._let_pass(offer.proof or Proof(), waived, by)
            return await self._change(gathered.snapshot, gathered.files, by=by, why=said)

    async def roll_back(self, number: int, *, by: str, why: str, expected: int) -> Outcome:
        """Put an older version in force again, as a new one. The same refusals; UnknownVersion, VersionLost.

        The folder follows, file by file, where it says what is left now; what somebody edits there is left alone.
        """
        said = reason_of(why)
        async with self._turn:
            self._must_be(expected)
            _, snapshot = await self._numbered(number)
            return await self.put_snapshot(snapshot, by=by, why=said)

    async def alter(
        self, edit: Callable[[Snapshot], Snapshot], *, by: str, why: str, expected: int | None = None
    ) -> Outcome:
        """Put in force what is there with one thing changed. `edit` may block, and refuse. The same refusals."""
        said = reason_of(why)
        async with self._turn:
            if expected is not None:
                self._must_be(expected)
            return await self.put_snapshot(await asyncio.to_thread(edit, self.in_force.snapshot), by=by, why=said)

    async def put_snapshot(self, snapshot: Snapshot, *, by: str, why: str) -> Outcome:
        """Put in force what is not in the folder yet, and have the folder follow. To be called by one at a time."""
        try:
            files = await asyncio.to_thread(self._places.shelf.read, snapshot)
        except SoundLost as error:
            raise _lost(error) from error
        mistakes = find_mistakes(at_work(files, self._at_start))
        if mistakes:
            raise refused(mistakes)
        leaving = self.in_force.snapshot
        outcome = await self._change(snapshot, files, by=by, why=why)
        left = await asyncio.to_thread(follow_in_folder, self._places.folder, self._places.sounds, leaving, snapshot)
        return replace(outcome, left_alone=left)

    async def _change(self, snapshot: Snapshot, files: Files, *, by: str, why: str) -> Outcome:
        old, city = self.in_force, await asyncio.to_thread(self._city, snapshot, files)
        changes = await asyncio.to_thread(changes_of, old.snapshot, snapshot)
        row = row_of(snapshot, at=self._clock(), by=by, why=why)
        number = 0

        async def written() -> None:
            nonlocal number
            number = await write(self._database, row)

        try:
            await self._house.put(city, by=by, written=written)
        except (Refused, EngineStopped):
            if number:
                again = replace(old.row, taken_at=self._clock(), taken_by=OURSELVES, why=NOT_IN_FORCE)
                self.in_force = replace(old, row=replace(again, number=await write(self._database, again)))
            raise
        self.in_force = CityVersion(row=replace(row, number=number), snapshot=snapshot, city=city)
        self.offer = None
        await asyncio.to_thread(self._places.sounds.lay, snapshot.audio)
        log.info("another version of the city is in force", version=row.version, number=number)
        return Outcome(row=self.in_force.row, changes=changes)

    def _must_be(self, expected: int) -> None:
        if expected != self.in_force.row.number:
            raise CityChangedMeanwhile(
                f"version {self.in_force.row.number} is in force meanwhile; read it again",
                f"生效的已是版本 {self.in_force.row.number},请重新查看",
            )

    async def _let_pass(self, proof: Proof, waived: Waived, by: str) -> str:
        try:
            return let_pass(proof, waived)
        except CityRefused as refusal:
            await self._write_refusal(by, refusal.mistakes)
            raise

    async def _look(self) -> tuple[Gathered, Offer]:
        return await asyncio.to_thread(self._looked)

    def _looked(self) -> tuple[Gathered, Offer]:
        gathered = self._places.shelf.gather(self._places.folder, self.in_force.snapshot)
        mistakes = gathered.wrong_with(self._at_start)
        return gathered, Offer(
            at=self._clock(),
            version=gathered.snapshot.version,
            changes=changes_of(self.in_force.snapshot, gathered.snapshot),
            mistakes=mistakes,
            proof=None if mistakes else prove(at_work(gathered.files, self._at_start), gathered.scripts),
        )

    def _city(self, snapshot: Snapshot, files: Files) -> City:
        return city_on(snapshot, at_work(files, self._at_start))

    async def _numbered(self, number: int) -> tuple[Version, Snapshot]:
        row = await numbered(self._database, city_versions, number)
        if row is None:
            raise UnknownVersion(f"there is no version {number}", f"没有版本 {number}")
        snapshot = snapshot_in(row)
        if snapshot is None:
            raise VersionLost("written by another release of the program", "由程序的其他版本写下,无法读出")
        return row, snapshot

    async def _write_refusal(self, by: str, mistakes: Sequence[Mistake]) -> None:
        detail = f"{mistakes[0].file}:{mistakes[0].line} {mistakes[0].rule} ({len(mistakes)})"
        subject = self.in_force.row.version
        async with self._database.begin() as connection:
            await note(connection, at=self._clock(), who=by, deed="city.refused", subject=subject, detail=detail)


def _lost(error: SoundLost) -> VersionLost:
    return VersionLost(f"the sound of {error} is gone", f"提示音 {error} 的录音已不在")
