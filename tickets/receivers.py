"""接收方 in force: taken anew from `webhooks.toml` while calls go on, or refused whole.

Who took them, from where to where and why is written down before they are in force; so is a refusal. The last good ones
are kept in a file of ours: a start with a spoilt `webhooks.toml` goes on with them, and no confirmed ticket is without
its message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from city.mistakes import CityInvalid
from city.source import Source
from city.webhooks import Receiver, WebhooksFile
from recordings.access import note
from recordings.keys import replace_file
from tickets.review import reason_of
from tickets.rulebook import AT_THE_START, OURSELVES, FolderRefused

FILE: Final = "webhooks.toml"

log = structlog.get_logger(__name__)


class ReceiversRefused(FolderRefused):
    """The file has mistakes; messages go where they went."""


class ReceiverBook:
    """`read`: the file as it is now; `kept`: where the last good ones are; `taken` is told of others, at once."""

    def __init__(
        self,
        database: AsyncEngine,
        read: Callable[[], Source],
        kept: Path,
        now: WebhooksFile,
        taken: Callable[[WebhooksFile], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._read, self._kept, self._clock = database, read, kept, clock
        self._turn = asyncio.Lock()
        self._now, self._taken = now, taken

    async def reload(self, *, by: str, why: str) -> bool:
        """Take the file as it is now; whether it says anything new. ReceiversRefused, tickets.review.ReasonMissing."""
        said = reason_of(why)
        async with self._turn:
            try:
                webhooks = await asyncio.to_thread(written_in, self._read)
            except CityInvalid as invalid:
                await self._refuse(by, invalid)
                raise ReceiversRefused(invalid.mistakes) from invalid
            if webhooks == self._now:
                return False
            await self.take(webhooks, before=self._now, by=by, why=said)
            return True

    async def take(self, webhooks: WebhooksFile, *, before: WebhooksFile, by: str, why: str) -> None:
        """Write it down, then let it hold."""
        detail = f"{why}: {_in_words(before)} → {_in_words(webhooks)}"
        await self._note(by, "webhooks.taken", detail)
        await asyncio.to_thread(replace_file, self._kept, webhooks.model_dump_json().encode())
        self._now = webhooks
        self._taken(webhooks)

    async def _refuse(self, by: str, invalid: CityInvalid) -> None:
        first = invalid.mistakes[0]
        await self._note(by, "webhooks.refused", f"{first.file}:{first.line} {first.rule} ({len(invalid.mistakes)})")

    async def _note(self, by: str, deed: str, detail: str) -> None:
        async with self._database.begin() as connection:
            await note(connection, at=self._clock(), who=by, deed=deed, subject=FILE, detail=detail)


async def open_receivers(
    database: AsyncEngine,
    read: Callable[[], Source],
    kept: Path,
    taken: Callable[[WebhooksFile], None],
    clock: Callable[[], datetime],
) -> ReceiverBook:
    """With what the file says; with the last good ones if it has mistakes. CityInvalid when there are none either."""
    last = await asyncio.to_thread(_kept_in, kept)
    try:
        webhooks = await asyncio.to_thread(written_in, read)
    except CityInvalid as invalid:
        if last is None:
            raise
        log.warning("webhooks.toml has mistakes: the last good receivers hold", mistakes=len(invalid.mistakes))
        webhooks = last
    book = ReceiverBook(database, read, kept, webhooks, taken, clock)
    if webhooks != last:
        await book.take(webhooks, before=last or WebhooksFile(), by=OURSELVES, why=AT_THE_START)
    else:
        taken(webhooks)
    return book


def written_in(read: Callable[[], Source]) -> WebhooksFile:
    """What the file says; one that is absent says nothing. Blocks. CityInvalid."""
    source = read()
    if source.mistakes:
        raise CityInvalid(source.mistakes)
    return source.whole(WebhooksFile) or WebhooksFile()


def _kept_in(file: Path) -> WebhooksFile | None:
    try:
        return WebhooksFile.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        log.warning("The last good receivers are of another release of the program")
        return None


def _in_words(webhooks: WebhooksFile) -> str:
    """Without what may be a password: a query."""
    named: tuple[tuple[str, Receiver | None], ...] = (
        ("tickets", webhooks.tickets),
        ("sms", webhooks.sms),
        ("ratings", webhooks.ratings),
    )
    there = [f"{name} {_place(receiver.url)}" for name, receiver in named if receiver]
    return ", ".join(there) or "-"


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
