"""Just enough AMI to learn whether an Asterisk has finished booting; the product's own AMI edge is telephony.ami."""

from __future__ import annotations

import asyncio
from contextlib import suppress

BANNER_DEADLINE_S = 1.0
"""From connection to banner. A listener that stays silent is no Asterisk, or too busy to be asked yet."""
ANSWER_DEADLINE_S = 30.0
"""From login to FullyBooted."""


class LoginRefused(Exception):
    """Somebody answers on the port and does not know our secret: not the Asterisk that was just started."""


async def fully_booted(host: str, port: int, user: str, secret: str) -> bool:
    """Log in and wait for `Event: FullyBooted`; False if nobody listens yet or the connection ends before it.

    Raises LoginRefused.
    """
    with suppress(OSError, EOFError, TimeoutError):
        async with asyncio.timeout(BANNER_DEADLINE_S) as deadline:
            reader, writer = await asyncio.open_connection(host, port)
            try:
                await reader.readuntil(b"\r\n")  # the banner
                deadline.reschedule(asyncio.get_running_loop().time() + ANSWER_DEADLINE_S)
                writer.write(f"Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\n\r\n".encode())
                return await _until_booted(reader)
            finally:
                writer.close()
    return False


async def _until_booted(reader: asyncio.StreamReader) -> bool:
    while True:
        block = await reader.readuntil(b"\r\n\r\n")
        if b"Response: Error" in block:
            raise LoginRefused(block.decode(errors="replace").strip())
        if b"Event: FullyBooted" in block:
            return True
