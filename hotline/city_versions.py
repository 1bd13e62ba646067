"""Table `city_versions`: every version of the city that was ever in force, with who put it there and why."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from city.city import City
from city.files import Files
from city.load import city_of, without_case_rules
from city.mistakes import CityInvalid
from city.snapshot import Snapshot
from hotline.shelf import shelf_in
from plumbing.versions import Version, newest, put_in_force, table_of_versions
from recordings.access import note

city_versions = table_of_versions("city_versions")
"""`written`: city.snapshot.Snapshot as JSON. The last row is in force."""

OURSELVES: Final = "lianxin"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CityVersion:
    """A version that is or could be in force. `row.number` 0: not written down."""

    row: Version
    snapshot: Snapshot
    city: City


def city_on(snapshot: Snapshot, files: Files) -> City:
    """The city, each prompt by the name of its recording; without case rules if these alone are wrong. CityInvalid."""
    try:
        city = city_of(files)
    except CityInvalid as whole:
        try:
            city = city_of(without_case_rules(files))
        except CityInvalid:
            raise whole from None
    voices, sounds = MappingProxyType(snapshot.voices), files.folder / "prompts"
    return replace(city, folder=Path(snapshot.folder), voices=voices, sounds=sounds)


def snapshot_in(row: Version) -> Snapshot | None:
    """What a row holds; None: another release of the program wrote it."""
    try:
        return Snapshot.model_validate_json(row.written)
    except ValidationError:
        log.warning("a version of the city is of another release of the program", number=row.number)
        return None


async def last_in_force(database: AsyncEngine) -> tuple[Version, Snapshot] | None:
    """The version that was in force last, if there is one that can be read."""
    row = await newest(database, city_versions)
    snapshot = None if row is None else snapshot_in(row)
    return None if row is None or snapshot is None else (row, snapshot)


async def folder_in_force(database: AsyncEngine, state_dir: Path, folder: Path) -> Path:
    """Where what was taken from a city's folder, and is in force, lies to be read; the folder, if nothing was."""
    last = await last_in_force(database)
    return folder if last is None else await asyncio.to_thread(_shelved, last[1], state_dir, folder)


def _shelved(snapshot: Snapshot, state_dir: Path, folder: Path) -> Path:
    place = shelf_in(state_dir) / snapshot.version
    return place if snapshot.folder == str(folder.resolve()) and place.is_dir() else folder


async def write(database: AsyncEngine, row: Version) -> int:
    """Write a version and its audit line down; its number."""
    async with database.begin() as connection:
        number = await put_in_force(connection, city_versions, row)
        await note(
            connection, at=row.taken_at, who=row.taken_by, deed="city.taken", subject=row.version, detail=row.why
        )
    return number


def row_of(snapshot: Snapshot, *, at: datetime, by: str, why: str) -> Version:
    """A version, before it is written down."""
    return Version(version=snapshot.version, taken_at=at, taken_by=by, why=why, written=snapshot.model_dump_json())
