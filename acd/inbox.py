"""The engine's inbox: facts that are told, requests that are asked, in one order.

Policy. It holds `limit` entries, many seconds of work at full speed. Beyond that a request is refused (TooBusy; the
person asks again), and a fact is dropped and counted, and so is every further one until half of the inbox is free.
Then a GapMarked with the count stands where they are missing, also when nothing more is told: the journal shows the
hole, and whoever watches for it resyncs with the telephones.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import structlog

from acd.errors import TooBusy
from acd.events import Event, GapMarked, Request

log = structlog.get_logger(__name__)

INBOX_FULL: Final = "inbox full"
"""Why the gap is there, in its GapMarked."""


class EngineStopped(Exception):
    """The engine ended before it could decide a request; nothing has changed."""


class Asked:
    """A request, and the answer somebody waits for: the journal's sequence number, or the reason why not."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def settle(self, seq: int) -> None:
        """It was decided, and is number `seq` in the journal."""
        if not self.answer.done():
            self.answer.set_result(seq)

    def fail(self, error: Exception) -> None:
        """It was refused."""
        if not self.answer.done():
            self.answer.set_exception(error)


class Look:
    """A look at the state in its turn: `facts` works out, from the state alone, what is decided next, at one go."""

    def __init__(self, facts: Callable[[], Sequence[Event]]) -> None:
        self.facts = facts
        self.taken: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def settle(self, told: int) -> None:
        """So many facts were found and decided."""
        if not self.taken.done():
            self.taken.set_result(told)

    def fail(self, error: Exception) -> None:
        """It could not be looked."""
        if not self.taken.done():
            self.taken.set_exception(error)
            self.taken.exception()  # whoever asked may be gone


class Inbox:
    """First in, first out; belongs to one event loop."""

    def __init__(self, limit: int, now: Callable[[], datetime]) -> None:
        self.news = asyncio.Event()  # set when something is put in
        self._limit, self._now = limit, now
        self._entries: deque[Event | Asked | Look] = deque()
        self._lost = 0
        self.lost_ever = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, event: Event) -> None:
        """Put a fact in, or count it as lost."""
        if self._lost or len(self._entries) >= self._limit:
            if not self._lost:
                log.error("the inbox is full: facts are being dropped", limit=self._limit)
            self._lost += 1
            self.lost_ever += 1
            return
        self._add(event)

    def look(self, facts: Callable[[], Sequence[Event]]) -> Look:
        """Put a look in, also when facts are being dropped: it is what mends that. Raises EngineStopped."""
        if self._closed:
            raise EngineStopped
        look = Look(facts)
        self._entries.append(look)
        self.news.set()
        return look

    def ask(self, request: Request) -> Asked:
        """Put a request in; raises TooBusy, EngineStopped."""
        if self._closed:
            raise EngineStopped
        if len(self._entries) >= self._limit:
            raise too_busy()
        asked = Asked(request)
        self._add(asked)
        return asked

    def take(self) -> Event | Asked | Look:
        """Take the oldest entry out."""
        entry = self._entries.popleft()
        if self._lost and len(self._entries) <= self._limit // 2:
            log.error("the inbox takes facts again; some are missing", lost=self._lost)
            self._add(GapMarked(at=self._now(), lost=self._lost, why=INBOX_FULL))
            self._lost = 0
        return entry

    def close(self) -> None:
        """Nobody will decide any more: whoever asked is told so."""
        self._closed = True
        while self._entries:
            entry = self._entries.popleft()
            if isinstance(entry, Asked | Look):
                entry.fail(EngineStopped())

    def _add(self, entry: Event | Asked) -> None:
        self._entries.append(entry)
        self.news.set()


def too_busy() -> TooBusy:
    """Build the refusal of a request that cannot be taken in now."""
    return TooBusy("too much is waiting to be decided or recorded; ask again", "系统繁忙,请稍后再试")
