"""The cable between the controller and Asterisk's AMI: it can be cut, at any byte, and it can swallow messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from sandbox.ports import LOOPBACK

CHUNK_BYTES = 65536
END = b"\r\n\r\n"


class Cable:
    """A loopback TCP proxy. `swallow` is asked of each whole message from Asterisk; what it says yes to is lost."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.is_cut = False
        self.swallow: Callable[[bytes], bool] = lambda _: False
        self.swallowed = 0
        self._left_bytes: int | None = None  # before it is cut
        self._was_cut = asyncio.Event()

    async def cut_after(self, some_bytes: int) -> None:
        """Let so many bytes more of Asterisk's words through, and cut in their middle; returns when it is cut."""
        self._was_cut.clear()
        self._left_bytes = some_bytes
        await self._was_cut.wait()

    def cut(self) -> None:
        """Nothing goes through any more, in the middle of whatever is being said."""
        self.is_cut, self._left_bytes = True, None
        self._was_cut.set()
        for writer in self._ends:
            writer.transport.abort()

    def mend(self) -> None:
        """New connections are let through."""
        self.is_cut = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the controller's."""
        if self.is_cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._to_port)
        except OSError:  # nobody listens at the other end: as if there were no cable
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            async with asyncio.TaskGroup() as group:
                ways = {
                    group.create_task(_pass_on(reader, far_writer)),
                    group.create_task(self._sift(far_reader, writer)),
                }
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
        finally:
            self._ends -= ends
            for end in ends:
                end.transport.abort()

    async def _sift(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(await reader.readuntil(b"\r\n"))  # the banner is no message
            rest = b""
            while chunk := await reader.read(CHUNK_BYTES):
                *messages, rest = (rest + chunk).split(END)
                for message in messages:
                    if self.swallow(message):
                        self.swallowed += 1
                    else:
                        self._say(message + END, writer)
                await writer.drain()

    def _say(self, message: bytes, writer: asyncio.StreamWriter) -> None:
        if self._left_bytes is None or self.is_cut:
            writer.write(message)
            return
        writer.write(message[: self._left_bytes])
        self._left_bytes -= len(message)
        if self._left_bytes <= 0:
            self.cut()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()


@asynccontextmanager
async def cable_to(port: int) -> AsyncIterator[Cable]:
    """A cable to this port of the PBX."""
    cable = Cable(port)
    server = await asyncio.start_server(cable.serve, LOOPBACK, 0)
    cable.port = server.sockets[0].getsockname()[1]
    try:
        yield cable
    finally:
        server.close()
        cable.cut()
