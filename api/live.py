"""The live stream: server-sent events of the board, for whoever watches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from api.asked import Asked, Nothing

HEARTBEAT_S = 15.0  # a comment line this often, so that proxies and clients see that we live


async def stream(asked: Asked[Nothing]) -> web.StreamResponse:
    """Server-sent events of what moves, after the whole board and one `now`.

    `call` (a LiveCall), `draft` (a DraftBorn), `missed` (a RingMissed), `forced` (an
    AgentOrdered), `wrap_up` (a WrapUpLonger), `break_over` (a
    BreakOverstayed), `risk` (a AlertTold), `escalation` (a EscalationTold).
    """
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    await response.prepare(asked.request)
    with asked.services.board.watched() as watcher:
        async for lines in _until_let_go(watcher):
            try:
                await response.write(lines)
            except ConnectionError:
                break  # whoever watched is gone: that is how watching ends
    return response


async def _until_let_go(watcher: asyncio.Queue[bytes | None]) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                lines = await watcher.get()
        except TimeoutError:
            lines = b":\n\n"
        if lines is None:
            return
        yield lines
