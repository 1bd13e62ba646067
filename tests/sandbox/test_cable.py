"""The cable to the AMI: cut at the very byte that was asked for."""

import asyncio

from sandbox.cable import cable_to
from sandbox.ports import LOOPBACK

BANNER, MESSAGE = b"Asterisk Call Manager/11.0.0\r\n", b"Event: FullyBooted\r\n\r\n"


async def test_a_cable_is_cut_in_the_middle_of_what_is_being_said() -> None:
    """So many bytes arrive and not one more; then nobody is let through until it is mended."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER + 3 * MESSAGE)
        writer.close()

    server = await asyncio.start_server(talk, LOOPBACK, 0)
    async with server, cable_to(server.sockets[0].getsockname()[1]) as cable:
        cutting = asyncio.ensure_future(cable.cut_after(len(MESSAGE) + 7))
        await asyncio.sleep(0)
        heard = await _all_of(cable.port)
        await cutting

        assert heard == BANNER + MESSAGE + MESSAGE[:7]
        assert cable.is_cut
        assert await _all_of(cable.port) == b""
        cable.mend()
        assert await _all_of(cable.port, len(BANNER + 3 * MESSAGE)) == BANNER + 3 * MESSAGE


async def test_a_cable_to_nobody_is_no_cable() -> None:
    """Asterisk is being booted again: who connects is turned away, and nothing is said about it."""
    server = await asyncio.start_server(lambda *_: None, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with cable_to(port) as cable:
        assert await _all_of(cable.port) == b""


async def _all_of(port: int, most: int = -1) -> bytes:
    """What is heard until the end, or so many bytes."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    heard = b""
    try:
        while most < 0 or len(heard) < most:
            if not (more := await reader.read(1000)):
                break
            heard += more
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()
    return heard
