"""Carries out the ACD's orders on Asterisk; what cannot be done comes back as a fact, never as silence.

Two Redirects of one caller that overlap would both be answered "Success" while the first never dials (measured), so
orders for one caller go one after the other; orders for different callers do not wait for each other, and one that need
not wait is on its way before `carry_out` returns.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from acd.commands import Command, RingAgent
from acd.events import Event, RingFailed
from acd.model import CallId, RingFailure, is_outward
from telephony.errors import AsteriskRefused, TelephonyError
from telephony.orders import actions_for

log = structlog.get_logger(__name__)

AGAIN_AFTER_S = (0.02, 0.1, 0.3)
"""Asterisk refuses to move a channel ("not up") that has not arrived yet where the order before sent it."""


class Exchange(Protocol):
    """What the switchboard needs of the AMI connection."""

    def send(self, name: str, /, **fields: str) -> Awaitable[object]:
        """Send one action now. Raises TelephonyError if it cannot be sent; when awaited, if refused or not answered."""


class Switchboard:
    """The ACD engine's floor. `carry_out` only schedules; `run` does, until cancelled."""

    def __init__(
        self,
        exchange: Exchange,
        tell: Callable[[Event], None],
        now: Callable[[], datetime],
        *,
        dial_out: Callable[[RingAgent], Awaitable[None]],
    ) -> None:
        """`dial_out` carries out an order for a call that we make: it goes through the gate."""
        self.voices: Callable[[], Mapping[str, str]] = dict  # by which names prompts are played at this moment
        self._exchange, self._tell, self._now, self._dial_out = exchange, tell, now, dial_out
        self._orders: asyncio.Queue[tuple[Command, Awaitable[object] | None]] = asyncio.Queue()
        self._unfinished: Counter[CallId] = Counter()
        self._last: dict[CallId, asyncio.Task[None]] = {}

    def carry_out(self, command: Command) -> None:
        """Have an order carried out. Never blocks, never fails."""
        must_wait = self._unfinished[command.call] > 0 or self._is_for_the_gate(command)
        self._unfinished[command.call] += 1
        self._orders.put_nowait((command, None if must_wait else self._begun(command)))

    def _is_for_the_gate(self, command: Command) -> bool:
        return isinstance(command, RingAgent) and is_outward(command.call)

    def _begun(self, command: Command) -> Awaitable[object] | None:
        """The order's first action, on its way. None if it could not be sent: it is tried again in its turn."""
        name, fields = actions_for(command, self.voices())[0]
        try:
            return self._exchange.send(name, **fields)
        except TelephonyError:
            return None

    async def run(self) -> None:
        """Carry out orders as they come."""
        async with asyncio.TaskGroup() as group:
            while True:
                command, begun = await self._orders.get()
                call = command.call
                task = group.create_task(self._after(self._last.get(call), command, begun))
                self._last[call] = task
                task.add_done_callback(partial(self._forget, call))

    def _forget(self, call: CallId, done: asyncio.Task[None]) -> None:
        if self._last.get(call) is done:
            del self._last[call]
        self._unfinished[call] -= 1
        if not self._unfinished[call]:
            del self._unfinished[call]

    async def _send(self, name: str, fields: Mapping[str, str], again_after_s: Iterable[float]) -> None:
        """One action. It is sent again only when it was refused: then nothing of it was carried out."""
        for pause_s in again_after_s:
            try:
                await self._exchange.send(name, **fields)
            except AsteriskRefused:
                await asyncio.sleep(pause_s)
            else:
                return
        await self._exchange.send(name, **fields)

    async def _after(
        self, earlier: asyncio.Task[None] | None, command: Command, begun: Awaitable[object] | None
    ) -> None:
        if earlier is not None:
            await asyncio.wait([earlier])
        if isinstance(command, RingAgent) and self._is_for_the_gate(command):
            await self._dial_out(command)
            return
        try:
            actions = actions_for(command, self.voices())
            if begun is not None:
                await begun
            for name, fields in actions if begun is None else actions[1:]:
                await self._send(name, fields, AGAIN_AFTER_S if earlier else ())
        except TelephonyError as error:
            log.warning(
                "an order was not carried out",
                order=type(command).__name__,
                call=command.call,
                why=type(error).__name__,
            )
            if isinstance(command, RingAgent):
                self._tell(
                    RingFailed(
                        at=self._now(), call=command.call, attempt=command.attempt, failure=RingFailure.NOT_CARRIED_OUT
                    )
                )
