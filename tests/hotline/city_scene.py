"""A city's folder that somebody edits, a database, and runs of the book of its versions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from city.city import City
from hotline.city_book import CityBook
from hotline.city_start import open_city
from plumbing.settings import Settings, read_settings
from recordings.access import pages

SAMPLE = Path(__file__).parents[2] / "cities/sample"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOTLINES, MENU, GREETING = "hotlines.toml", "menus/health.toml", "prompts/greeting-12345.wav"


class House:
    """Takes a city, or refuses: what the running controller does of it is acd.arrangement's matter."""

    def __init__(self) -> None:
        self.city: City | None = None
        self.refuses: Exception | None = None

    def begin(self, city: City) -> None:
        """Built with anything."""

    async def put(self, city: City, *, by: str, written: Callable[[], Awaitable[None]]) -> None:
        """As CitySwap.put, refusing after it was written down as a busy engine does."""
        await written()
        if self.refuses:
            raise self.refuses
        self.city = city


class Scene:
    """A folder, a database, and a run of the book."""

    def __init__(self, database: AsyncEngine, folder: Path, state: Path) -> None:
        self.database, self.folder, self.house = database, folder, House()
        self.settings: Settings = read_settings(state_dir=state, city_dir=folder, spool_dir=state / "spool")

    async def start(self, **given: object) -> CityBook:
        """Begin a run."""
        settings = self.settings.model_copy(update=given)
        return await open_city(settings, self.database, self.house, lambda: NOON)

    def write(self, file: str, old: str, new: str) -> None:
        """Somebody edits a file."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert old in text
        (self.folder / file).write_text(text.replace(old, new), encoding="utf-8")

    def says(self, file: str) -> str:
        """What is in a file of the folder."""
        return (self.folder / file).read_text(encoding="utf-8")

    async def trail(self) -> list[tuple[str, str]]:
        """Who did what to the city."""
        async with self.database.connect() as connection:
            return [(line.who, line.deed) async for page in pages(connection) for line in page if "city." in line.deed]


async def take(book: CityBook, why: str = "改名") -> int:
    """Put the folder in force; the number."""
    return (await book.take(by="ops", why=why, expected=book.row.number)).row.number
