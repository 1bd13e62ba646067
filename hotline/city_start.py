"""Which version of the city a run begins with: the one that was in force, whatever has become of the folder since.

Of the folder only what is read at a start alone (city.snapshot.AT_START) counts then, as it does for the PBX; if that
is spoilt, it is taken from the version, too. The first start of all, and one with another folder, take the folder.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from city.files import Files
from city.mistakes import CityInvalid
from city.refusals import CityRefused
from city.snapshot import Snapshot, at_work
from city.taking import Waived
from hotline.beginning import cannot_start
from hotline.city_book import CityBook, House, Places
from hotline.city_versions import OURSELVES, CityVersion, city_on, last_in_force, row_of, write
from hotline.proof import let_pass, prove
from hotline.shelf import Gathered, Shelf, shelf_in
from hotline.sounds import SoundLost, Sounds
from hotline.speaker import Speaker
from hotline.voicing import Voicing
from ivr.prompts import SPOKEN
from plumbing.settings import Settings
from plumbing.steady import Clock
from plumbing.versions import Version

AT_THE_START: Final = "启动 start"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What a run begins with, and the files of which a part is read only now."""

    version: CityVersion
    at_start: Files


def places_of(settings: Settings) -> Places:
    """Where the city of these settings is, and where its versions are kept."""
    sounds = Sounds(settings.sounds)
    voicing = Voicing(sounds, Speaker(settings.state_dir / "spoken"))
    shelf = Shelf(shelf_in(settings.state_dir), sounds, voicing, SPOKEN)
    return Places(folder=settings.city_dir, shelf=shelf, sounds=sounds, voicing=voicing)


async def open_city(settings: Settings, database: AsyncEngine, house: House, now: Clock) -> CityBook:
    """The book, with a city in force and written down. CannotStart."""
    places = places_of(settings)
    began = await begin_with(settings, places, database, now)
    version = began.version
    if not version.row.number:
        number = await write(database, version.row)
        version = replace(version, row=replace(version.row, number=number))
    await asyncio.to_thread(places.sounds.lay, version.snapshot.audio)
    house.begin(version.city)
    takes = settings.city_takes == "always"
    return CityBook(database, places, began.at_start, version, house, now, takes=takes)


async def begin_with(settings: Settings, places: Places, database: AsyncEngine, now: Clock) -> Beginning:
    """Choose; nothing is written down. CannotStart."""
    last = await last_in_force(database)
    gathered = await asyncio.to_thread(places.shelf.gather, places.folder, last[1] if last else None)
    if last is None or last[1].folder != gathered.snapshot.folder:
        return await _only_from_folder(gathered, now)
    if settings.city_takes != "asked" and last[1].version != gathered.snapshot.version:
        try:
            return await asyncio.to_thread(_proven, gathered, now)
        except (CityInvalid, CityRefused) as wrong:
            log.warning("The city's folder has mistakes: the version in force holds", mistakes=len(wrong.mistakes))
    try:
        return await asyncio.to_thread(_as_it_was, places, *last, gathered)
    except (CityInvalid, SoundLost):
        log.warning("The version in force cannot be put together any more: the folder is taken")
        return await _only_from_folder(gathered, now)


async def _only_from_folder(gathered: Gathered, now: Clock) -> Beginning:
    try:
        return await asyncio.to_thread(_from_folder, gathered, now)
    except CityInvalid as invalid:
        raise cannot_start(invalid) from invalid


def _from_folder(gathered: Gathered, now: Clock) -> Beginning:
    files = at_work(gathered.files, gathered.files)
    if gathered.mistakes:
        raise CityInvalid(gathered.wrong_with(gathered.files))
    city = city_on(gathered.snapshot, files)
    row = row_of(gathered.snapshot, at=now(), by=OURSELVES, why=AT_THE_START)
    return Beginning(version=CityVersion(row=row, snapshot=gathered.snapshot, city=city), at_start=gathered.files)


def _proven(gathered: Gathered, now: Clock) -> Beginning:
    """As whoever takes it while calls go on (hotline.proof). CityInvalid, CityRefused."""
    beginning = _from_folder(gathered, now)
    let_pass(prove(at_work(gathered.files, gathered.files), gathered.scripts), Waived())
    return beginning


def _as_it_was(places: Places, row: Version, snapshot: Snapshot, gathered: Gathered) -> Beginning:
    same = snapshot.version == gathered.snapshot.version and not gathered.mistakes
    taken = gathered.files if same else places.shelf.read(snapshot)
    try:
        files = replace(at_work(taken, gathered.files), seats=gathered.files.seats)  # the PBX's phones
        at_start, city = gathered.files, city_on(snapshot, files)
    except CityInvalid:
        at_start, city = taken, city_on(snapshot, at_work(taken, taken))
        log.warning("The city's folder has mistakes: all of the version in force holds")
    if not same:
        log.warning("The city's folder differs from what is in force; it can be taken (hotline city diff)")
    return Beginning(version=CityVersion(row=row, snapshot=snapshot, city=city), at_start=at_start)
