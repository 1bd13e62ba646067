"""Receivers in force over a start: of a good file at once, of a spoilt one the last good ones, of nothing none."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from city.mistakes import CityInvalid
from city.source import read_if_there
from city.webhooks import WebhooksFile
from recordings.access import deeds_on
from tests.api.face import NOW, database
from tickets.receivers import ReceiverBook, open_receivers

__all__ = ["database"]

GOOD = '[tickets]\nurl = "https://cases.example.com/a?key=secret"\n'
OTHER = '[tickets]\nurl = "https://cases.example.com/b"\n'
SPOILT = '[tickets]\nurl = "https://cases.example.com/c"\ntimeout_s = 0\n'


class Town:
    """A folder with a file of receivers, and starts with it."""

    def __init__(self, folder: Path, database: AsyncEngine) -> None:
        self.file, self.kept = folder / "webhooks.toml", folder / "state" / "webhooks.json"
        self.kept.parent.mkdir()
        self.database = database
        self.in_force: list[str | None] = []

    async def start(self, written: str | None) -> ReceiverBook:
        """With this in the file; None: without a file."""
        self.file.unlink(missing_ok=True)
        if written is not None:
            self.file.write_text(written, encoding="utf-8")
        read = partial(read_if_there, self.file.parent, self.file.name, WebhooksFile)
        return await open_receivers(self.database, read, self.kept, self._take, lambda: NOW)

    def _take(self, webhooks: WebhooksFile) -> None:
        self.in_force.append(webhooks.tickets.url if webhooks.tickets else None)

    async def deeds(self) -> list[tuple[str, str]]:
        """Who did what."""
        async with self.database.connect() as connection:
            return [(who, deed) for _, who, deed in await deeds_on(connection, "webhooks.toml")]


@pytest.fixture
def town(tmp_path: Path, database: AsyncEngine) -> Town:
    """Where nothing has been started."""
    return Town(tmp_path, database)


async def test_start_with_a_spoilt_file_goes_on_with_the_last_good_receivers(town: Town) -> None:
    """Each change is written down once, a start that changes nothing is not; who reads our file is its owner."""
    for written in (GOOD, GOOD, OTHER, SPOILT, SPOILT):
        await town.start(written)

    a, b = "https://cases.example.com/a?key=secret", "https://cases.example.com/b"
    assert town.in_force == [a, a, b, b, b]
    assert await town.deeds() == [("lianxin", "webhooks.taken")] * 2
    assert town.kept.stat().st_mode & 0o077 == 0


async def test_first_start_with_a_spoilt_file_is_refused(town: Town) -> None:
    """There is nothing to go on with."""
    with pytest.raises(CityInvalid, match=r"webhooks\.toml:3"):
        await town.start(SPOILT)

    assert town.in_force == []


async def test_without_a_file_nothing_leaves(town: Town) -> None:
    """Also after there was one; a file of ours from another release is no receiver."""
    await town.start(GOOD)
    await town.start(None)
    town.kept.write_text('{"another": "shape"}', encoding="utf-8")
    await town.start(None)

    assert town.in_force == ["https://cases.example.com/a?key=secret", None, None]
