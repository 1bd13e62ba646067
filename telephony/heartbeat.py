"""The engine's pulse, told to the dialplan as a counter: so Asterisk knows whether anybody decides.

The engine's own loop calls `beat`; the sender only passes its latest count on, one at a time. It keeps no rhythm of
its own: an engine that stands still sends nothing, whatever else of the process may live. While Asterisk has not
answered, further beats replace each other.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from typing import Final, Protocol

from telephony.errors import TelephonyError

VARIABLE: Final = "HEARTBEAT"
ANSWER_S: Final = 1.0


class Exchange(Protocol):
    """What the heartbeat needs of the AMI connection."""

    async def action(self, name: str, deadline_s: float | None = None, /, **fields: str) -> object:
        """Send one action; raises TelephonyError when it is refused, times out or cannot be sent."""


class Heartbeat:
    """Give `beat` to the engine's `on_beat`, and `run` it beside the AMI connection."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._life = secrets.token_hex(4)  # two lives never count the same
        self._ticks = 0
        self._news = asyncio.Event()

    def beat(self, ticks: int) -> None:
        """The engine's loop turns. Never blocks."""
        self._ticks = ticks
        self._news.set()

    async def run(self) -> None:
        """Pass beats on until cancelled. One that cannot be sent is dropped: the next one follows soon."""
        while True:
            await self._news.wait()
            self._news.clear()
            with suppress(TelephonyError):
                await self._exchange.action("Setvar", ANSWER_S, Variable=VARIABLE, Value=f"{self._life}-{self._ticks}")
