"""The control connection of one baresip: commands with tokens out, answers and events in."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import cast

from sandbox.netstrings import BadNetstring, Message, Netstrings, enclose
from sandbox.phone_errors import CommandRefused, PhoneGone

Listener = Callable[[Message], None]
"""Called on the loop with each event in order, and once with {} when the connection has ended."""


class Control(asyncio.Protocol):
    """The protocol of the connection; `send` is what the phone uses."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._frames = Netstrings()
        self._tokens = itertools.count(1)
        self._unanswered: dict[str, asyncio.Future[str]] = {}
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take what has arrived; a peer that speaks something else is hung up on."""
        try:
            for message in self._frames.receive(data):
                self._take(message)
        except BadNetstring:
            self.close()

    def connection_lost(self, _: Exception | None) -> None:
        """Fail what is unanswered, and say so."""
        self._transport = None
        for answer in self._unanswered.values():
            _fail(answer, PhoneGone("话机已退出。 The phone's program has ended."))
        self._unanswered.clear()
        self._listener({})

    def send(self, command: str, parameters: str = "") -> asyncio.Future[str]:
        """Send a command. The future is its answer, CommandRefused or PhoneGone; nobody needs to await it.

        Raises PhoneGone.
        """
        if self._transport is None:
            raise PhoneGone("话机已退出。 The phone's program has ended.")
        token = str(next(self._tokens))
        message = {"command": command, "token": token} | ({"params": parameters} if parameters else {})
        self._unanswered[token] = answer = asyncio.get_running_loop().create_future()
        self._transport.write(enclose(message))
        return answer

    def close(self) -> None:
        """Break the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _take(self, message: Message) -> None:
        if not message.get("response"):
            self._listener(message)
            return
        answer = self._unanswered.pop(str(message.get("token")), None)
        if answer is None or answer.done():
            return
        if message.get("ok"):
            answer.set_result(str(message.get("data", "")))
        else:
            _fail(answer, CommandRefused(str(message.get("data", "")).strip()))


def _fail(answer: asyncio.Future[str], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
        answer.exception()  # seen: nobody needs to wait for it
