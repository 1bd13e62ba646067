"""A worker on another machine follows the city that the controller has put in force: whose calls are confidential."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from city.city import City
from city.files import read_files
from city.load import believed
from city.snapshot import Snapshot
from hotline.beginning import read_city
from hotline.city_versions import last_in_force

LOOK_S: Final = 5.0

log = structlog.get_logger(__name__)


class CityFollower:
    """`city`: the folder's, until the controller has put one in force."""

    def __init__(self, database: AsyncEngine, city: City) -> None:
        self._database, self._city, self._number = database, city, 0

    def now(self) -> City:
        """The one in force."""
        return self._city

    async def look(self) -> None:
        """Take what is in force. SQLAlchemyError."""
        last = await last_in_force(self._database)
        if last is not None and last[0].number != self._number:
            self._city = await asyncio.to_thread(_city_of, last[1], self._city)
            self._number = last[0].number

    async def run(self, every_s: float = LOOK_S) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.look()
            except SQLAlchemyError as error:
                log.warning("the city in force cannot be looked up now", why=type(error).__name__)


async def follow_city(database: AsyncEngine, folder: Path) -> CityFollower:
    """With what is in force now. CannotStart, SQLAlchemyError."""
    follower = CityFollower(database, await asyncio.to_thread(read_city, folder))
    await follower.look()
    return follower


def _city_of(snapshot: Snapshot, here: City) -> City:
    """As it was checked when it was put in force; the folder, and what lies in it, are this machine's own."""
    with tempfile.TemporaryDirectory() as name:
        for file, text in snapshot.texts.items():
            (Path(name) / file).parent.mkdir(exist_ok=True)
            (Path(name) / file).write_bytes(text.encode())
        city = believed(read_files(Path(name), ()))
    return here if city is None else replace(city, folder=here.folder)
