"""The cable between the controller and Asterisk's AMI: it can be cut, and it can swallow messages."""

import asyncio
from contextlib import asynccontextmanager, suppress

from sandbox.ports import LOOPBACK

END = b"\r\n\r\n"


class Cable:
    """A loopback TCP proxy. `swallow` is asked of each whole message from Asterisk; what it says yes to is lost."""

    def __init__(self, to_port):
        self._to_port = to_port
        self._ends = set()
        self.port = 0
        self.is_cut = False
        self.swallow = lambda _: False
        self.swallowed = 0

    def cut(self):
        """Nothing goes through any more, in the middle of whatever is being said."""
        self.is_cut = True
        for writer in self._ends:
            writer.transport.abort()

    def mend(self):
        """New connections are let through."""
        self.is_cut = False

    async def serve(self, reader, writer):
        """One connection of the controller's."""
        if self.is_cut:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._to_port)
        self._ends |= {writer, far_writer}
        with suppress(ConnectionError):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_on(reader, far_writer))
                group.create_task(self._sift(far_reader, writer))
        self._ends -= {writer, far_writer}
        for end in (writer, far_writer):
            end.transport.abort()

    async def _pass_on(self, reader, writer):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
        raise ConnectionResetError

    async def _sift(self, reader, writer):
        rest = await reader.readuntil(b"\r\n")  # the banner is no message
        writer.write(rest)
        rest = b""
        while chunk := await reader.read(65536):
            *messages, rest = (rest + chunk).split(END)
            for message in messages:
                if self.swallow(message):
                    self.swallowed += 1
                else:
                    writer.write(message + END)
            await writer.drain()
        raise ConnectionResetError


@asynccontextmanager
async def cable_to(port):
    """A cable to this port of the PBX."""
    cable = Cable(port)
    server = await asyncio.start_server(cable.serve, LOOPBACK, 0)
    cable.port = server.sockets[0].getsockname()[1]
    try:
        yield cable
    finally:
        server.close()
        cable.cut()
