"""一瞥: what consoles and wallboards look at all the time, worked out once and shown to everybody who looks.

A page is worked out when somebody looks and something was decided since, and shown as the same bytes to all others. So
that looking never costs more than SHARE of the loop that rings phones, pages that are dear to work out are shown a
little late: all pages together have one purse of processor time, that fills by SHARE and holds PURSE_S; while it is
empty, and for STALEST_S at most, what was worked out last is shown. A house of usual size never empties it and sees
every change at once.

**Who changed something by this API sees it**, and so does everybody who asks after them: every request that is not a
GET makes all pages old. What a page says must not depend on who looks.

`ETag`: of a page's bytes; who sends it back in `If-None-Match` is told 304 while they are the same.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, NamedTuple

from aiohttp import hdrs, web
from pydantic import BaseModel

SHARE: Final = 0.04
PURSE_S: Final = 0.05
STALEST_S: Final = 0.5

Clock = Callable[[], float]
"""Seconds since any moment."""


class Moment(NamedTuple):
    """What a page shows is a function of this, but for the time: the engine's turns, and requests that change."""

    turns: int
    writes: int


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, encoded."""

    body: bytes
    tag: str
    of: Moment
    made_s: float  # by the monotonic clock, when it was begun


class Purse:
    """Processor time that may still be spent on pages. May be overdrawn: then it is empty until that is paid back."""

    def __init__(self, monotonic: Clock = time.monotonic) -> None:
        self._monotonic = monotonic
        self._held_s, self._filled_at = PURSE_S, monotonic()

    @property
    def is_empty(self) -> bool:
        """Whether nothing may be spent now."""
        now = self._monotonic()
        self._held_s = min(PURSE_S, self._held_s + SHARE * (now - self._filled_at))
        self._filled_at = now
        return self._held_s <= 0

    def pay(self, seconds: float) -> None:
        """So much was spent."""
        self._held_s -= seconds


class Glance:
    """One page and its readers. `monotonic` and `spent` (processor seconds of this thread) are replaced by tests."""

    def __init__(
        self,
        moment: Callable[[], Moment],
        purse: Purse,
        *,
        monotonic: Clock = time.monotonic,
        spent: Clock = time.thread_time,
    ) -> None:
        self._moment, self._purse, self._monotonic, self._spent = moment, purse, monotonic, spent
        self._page: Page | None = None
        self._one_at_a_time = asyncio.Lock()

    async def look(self, work: Callable[[], Awaitable[BaseModel]]) -> Page:
        """The page as it is now; `work` works it out. What that raises, only the one who asked for it is told."""
        if (page := self._good()) is not None:
            return page
        async with self._one_at_a_time:
            if (page := self._good()) is None:  # nobody worked it out while we stood in line
                page = self._page = await self._worked_out(work)
        return page

    def _good(self) -> Page | None:
        page, now = self._page, self._moment()
        if page is None or page.of == now:
            return page
        if page.of.writes != now.writes or self._monotonic() - page.made_s >= STALEST_S:
            return None
        return page if self._purse.is_empty else None

    async def _worked_out(self, work: Callable[[], Awaitable[BaseModel]]) -> Page:
        of, made_s, began = self._moment(), self._monotonic(), self._spent()
        body = (await work()).model_dump_json().encode()
        page = Page(body, f'"{blake2b(body, digest_size=12).hexdigest()}"', of, made_s)
        self._purse.pay(self._spent() - began)
        return page


def shown(page: Page, request: web.Request) -> web.Response:
    """The page as an answer, or that it is still the one that the client has."""
    known = request.headers.get(hdrs.IF_NONE_MATCH)
    if known is not None and page.tag in known:
        return web.Response(status=304, headers={hdrs.ETAG: page.tag})
    return web.Response(body=page.body, headers={hdrs.ETAG: page.tag}, content_type="application/json")
