"""A gateway of the old kind between one phone and the PBX: it knows no RFC 4733, so keys travel as sound.

It passes SIP on and gives telephone-event another name, so that the PBX finds none in the offer, as with a carrier that
has none. Sound goes its own way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from sandbox.ports import LOOPBACK

EVENT, NOTHING = b"telephone-event", b"x-known-to-none"


class _Side(asyncio.DatagramProtocol):
    """One of its two sockets; what comes in at one leaves by the other."""

    def __init__(self, peer: tuple[str, int] | None) -> None:
        self.peer = peer
        self.other: _Side | None = None
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Called by asyncio."""
        self.peer = addr
        if self.other is not None:
            self.other.send(data.replace(EVENT, NOTHING))

    def send(self, data: bytes) -> None:
        """To whoever is at this side."""
        if self._transport is not None and self.peer is not None:
            self._transport.sendto(data, self.peer)


@asynccontextmanager
async def old_gateway(sip_port: int) -> AsyncIterator[int]:
    """For one phone; its value is the port to dial at instead of the PBX's."""
    loop = asyncio.get_running_loop()
    phone, pbx = _Side(None), _Side((LOOPBACK, sip_port))
    phone.other, pbx.other = pbx, phone
    here, _ = await loop.create_datagram_endpoint(lambda: phone, local_addr=(LOOPBACK, 0))
    there, _ = await loop.create_datagram_endpoint(lambda: pbx, local_addr=(LOOPBACK, 0))
    try:
        yield here.get_extra_info("sockname")[1]
    finally:
        here.close()
        there.close()
