"""Keeps Asterisk's own queues a mirror of who serves, and fetches back the callers who were moved there without us.

It looks at what is (QueueStatus) after each login, when a caller is heard to have fallen back, after a refusal, and now
and then; between looks it sends what the ACD's facts changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from acd.commands import Command
from acd.events import (
    AgentAnswered,
    CallArrived,
    CallEnded,
    CallJoined,
    Event,
    GapClosed,
    PhoneDialled,
    RingStarted,
    TalkEnded,
)
from acd.model import CallId
from acd.phone_facts import PhoneFreed, PhoneTaken
from telephony.errors import AsteriskUnreachable, TelephonyError
from telephony.message import AmiEvent
from telephony.mirror import Action, Member, callers_found, difference, members_found, way_back

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 10.0
PACE_S: Final = 0.1
"""Changes within this time are sent together."""
CHANGE_NOBODY: Final = (
    *(AgentAnswered, CallArrived, CallEnded, CallJoined, PhoneDialled, RingStarted, TalkEnded),
    *(PhoneTaken, PhoneFreed),
)
"""Facts of an ordinary call or code: they begin or end nobody's break, but one that passes."""


class Exchange(Protocol):
    """What the mirror needs of the AMI connection."""

    @property
    def is_connected(self) -> bool:
        """Whether an action would be sent now."""

    async def action(self, name: str, /, **fields: str) -> object:
        """Send one action. Raises TelephonyError."""

    async def listing(self, name: str, /) -> list[AmiEvent]:
        """Every item of an action's list. Raises TelephonyError."""


class Mirror:
    """Give `note` to the engine's watchers and `hear` every AMI event, call `look` at each login, and `run` it.

    `wanted` says who should be there, or None while that is not known yet: then nothing is changed. `is_offered` tells
    whether an order for a call is on its way, or Asterisk's own queue rings somebody, or may for all we know: then
    nobody fetches the caller here.
    """

    def __init__(
        self,
        exchange: Exchange,
        wanted: Callable[[], frozenset[Member] | None],
        is_offered: Callable[[CallId], bool],
    ) -> None:
        self._exchange, self._wanted, self._is_offered = exchange, wanted, is_offered
        self._known: frozenset[Member] = frozenset()  # what is, as far as we know
        self._must_look = True
        self._news = asyncio.Event()

    def note(self, event: Event, _: tuple[Command, ...]) -> None:
        """Something happened; whoever it concerns may have changed. Who could not be fetched while blind can be now."""
        if isinstance(event, GapClosed):
            self.look()
        elif not isinstance(event, CHANGE_NOBODY):
            self._news.set()

    def hear(self, message: AmiEvent) -> None:
        """A caller who fell back while we live is fetched at once."""
        if message.get("UserEvent") == "CallFallback":
            self.look()

    def look(self) -> None:
        """What we know of Asterisk's queues may be wrong."""
        self._must_look = True
        self._news.set()

    async def run(self) -> None:
        """Mirror until cancelled."""
        while True:
            await self._rest()
            if not self._exchange.is_connected:
                continue
            try:
                await self._reflect()
            except AsteriskUnreachable:
                self._must_look = True  # the next login looks
            except TelephonyError as error:
                self._must_look = True
                log.warning("the fallback's members could not be mirrored", because=type(error).__name__)

    async def _rest(self) -> None:
        await asyncio.sleep(PACE_S)
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._news.wait()
        except TimeoutError:
            self._must_look = True
        self._news.clear()

    async def _reflect(self) -> None:
        if self._must_look:
            self._must_look = False  # before we look: what happens from here on is a reason to look again
            status = await self._exchange.listing("QueueStatus")
            self._known = members_found(status)
            for call in callers_found(status):
                if not self._is_offered(call):
                    await self._try(way_back(call))
        wanted = self._wanted()
        if wanted is None or wanted == self._known:
            return
        for action in difference(wanted, self._known):
            await self._try(action)
        self._known = wanted

    async def _try(self, action: Action) -> None:
        """A refusal (the caller hung up, the member is gone) keeps nothing else from being done."""
        name, fields = action
        try:
            await self._exchange.action(name, **fields)
        except AsteriskUnreachable:
            raise
        except TelephonyError as error:
            log.info("the fallback's queues had changed meanwhile", order=name, because=type(error).__name__)
