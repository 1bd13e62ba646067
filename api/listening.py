"""Answers that take long: nobody works on one any more when who asked has hung up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

from aiohttp import web

from plumbing.lifecycle import background

LOOK_EVERY_S: Final = 0.25
"""aiohttp does not say when a client hangs up, so one looks."""

T = TypeVar("T")


class Gone(Exception):
    """Who asked has hung up: there is nobody to answer."""


async def while_heard(request: web.Request, work: Awaitable[T]) -> T:
    """What `work` gives, or raises. Gone, after `work` was cancelled."""
    async with background(_until_gone(request)):
        return await work


async def _until_gone(request: web.Request) -> None:
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - see LOOK_EVERY_S
        await asyncio.sleep(LOOK_EVERY_S)
    raise Gone
