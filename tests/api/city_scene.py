"""A book of the city's versions on a copy of the sample, for tests that edit the folder while the face is there."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from api.city_port import CityVersions
from hotline.city_start import open_city
from hotline.city_swap import CitySwap
from plumbing.settings import read_settings
from tests.api.face import NOW, SAMPLE, OpenBook
from tests.city.scene import Copy


def copied(folder: Path) -> Copy:
    """The sample with its sounds, in a folder of its own."""
    shutil.copytree(SAMPLE, folder)
    return Copy(folder)


def book_on(copy: Copy, database: AsyncEngine, state: Path) -> OpenBook:
    """The real book on the copy."""
    settings = read_settings(state_dir=state, city_dir=copy.folder, spool_dir=state / "spool")

    async def book(swap: CitySwap) -> CityVersions:
        return await open_city(settings, database, swap, lambda: NOW)

    return book
