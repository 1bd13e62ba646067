"""A receiver of messages with a city's manners and worse: it checks signatures, leaves out what it knows, and fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from tickets.webhook import EVENT, is_genuine

SECRET = "a secret of this test"

Manner = Callable[["Receiver", web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Receiver:
    """`kept`: body by event, in the order of their first arrival; `manners`: how the next requests are answered."""

    kept: dict[str, bytes] = field(default_factory=dict)
    arrivals: list[str] = field(default_factory=list)  # every one, the same event again too
    forged: int = 0
    manners: list[Manner] = field(default_factory=list)
    always: Manner | None = None
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/tickets"

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """A message comes."""
        body, now = await request.read(), int(datetime.now(UTC).timestamp())
        if not is_genuine(SECRET.encode(), request.headers, body, now):
            self.forged += 1
            return web.Response(status=401)
        self.arrivals.append(request.headers[EVENT])
        manner = self.manners.pop(0) if self.manners else self.always
        if manner:
            return await manner(self, request)
        self.keep(request.headers[EVENT], body)
        return web.Response(status=204)

    def keep(self, event: str, body: bytes) -> None:
        """Once."""
        self.kept.setdefault(event, body)


def answers(status: int, **headers: str) -> Manner:
    """Does not keep it, and says so."""

    async def answer(_: Receiver, __: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers)

    return answer


async def hangs(_: Receiver, __: web.Request) -> web.StreamResponse:
    """Never answers."""
    await asyncio.Event().wait()
    raise AssertionError


async def keeps_and_hangs(receiver: Receiver, request: web.Request) -> web.StreamResponse:
    """It has the message; nobody hears of it."""
    receiver.keep(request.headers[EVENT], await request.read())
    return await hangs(receiver, request)


async def keeps_and_dies(receiver: Receiver, request: web.Request) -> web.StreamResponse:
    """The same, by a broken line."""
    receiver.keep(request.headers[EVENT], await request.read())
    assert request.transport
    request.transport.abort()
    return web.Response(status=204)


async def talks_without_end(_: Receiver, request: web.Request) -> web.StreamResponse:
    """Answers 500, and a body that never ends."""
    return await _talk(request, 500)


async def keeps_and_talks_without_end(receiver: Receiver, request: web.Request) -> web.StreamResponse:
    """The same with 200, and it has the message."""
    receiver.keep(request.headers[EVENT], await request.read())
    return await _talk(request, 200)


async def _talk(request: web.Request, status: int) -> web.StreamResponse:
    response = web.StreamResponse(status=status)
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65536)


async def talks_nonsense(_: Receiver, request: web.Request) -> web.StreamResponse:
    """What it sends is no HTTP."""
    return await _send(request, b"SSH-2.0-OpenSSH_9.2\r\n\xff\x00\r\n\r\n")


async def boasts(_: Receiver, request: web.Request) -> web.StreamResponse:
    """A header of a megabyte."""
    return await _send(request, b"HTTP/1.1 204 No Content\r\nX-Long: " + b"x" * (1 << 20) + b"\r\n\r\n")


async def _send(request: web.Request, raw: bytes) -> web.StreamResponse:
    assert isinstance(request.transport, asyncio.WriteTransport)
    request.transport.write(raw)
    request.transport.close()
    return web.Response(status=204)


@asynccontextmanager
async def receiving(*manners: Manner, always: Manner | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver(manners=list(manners), always=always)
    app = web.Application(client_max_size=1 << 20)
    app.router.add_post("/tickets", receiver.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.port = runner.addresses[0][1]
    try:
        yield receiver
    finally:
        await runner.cleanup()
