"""提供回拨: the offer to a caller who waits, put to them on their own line: FastAGI script `offer-call-back`.

Nothing is promised that is not on disk: whoever presses 1 hears so only when the debt is in its table. The script sets

    ASKED   before the ACD is told: who hears the promise does not wait any more (telephony.telephones)
    KEPT    once it is true: then the dialplan lets the caller go. Without it the caller waits on, in the old place

An order that is newer takes the caller away in the middle of it all: an agent is better than a call-back, and whoever
had pressed the key by then is owed a call until the talk settles it, as anybody who rings again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog

from acd.call_back_facts import CallBackAsked
from acd.call_facts import CallBackOwed
from acd.commands import Command
from acd.engine import Engine
from acd.events import Event
from acd.model import CallId
from city.city import City
from ivr.prompts import Say
from telephony.dial_rules import rule_for_call_back

log = structlog.get_logger(__name__)

YES: Final = "1"
KEY_S: Final = 3.0
WRITTEN_S: Final = 5.0
"""A debt that is not on disk by then is not promised."""


class Caller(Protocol):
    """One FastAGI connection, as this script needs it."""

    call_id: str

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """Play a prompt, which a key interrupts, and wait: the key, or None after so many seconds of silence."""

    async def play(self, prompt: str) -> str | None:
        """Play a prompt."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the dialplan passed to AGI(): the hotline and the caller's number, empty or left out if hidden."""

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable."""


class CallBackOffer:
    """Subscribe `note` to the engine, and give `receive` to the FastAGI door."""

    def __init__(
        self,
        engine: Engine,
        city: Callable[[], City],
        written: Callable[[], Awaitable[None]],
        may_promise: Callable[[CallId], bool],
        *,
        within_s: float = WRITTEN_S,
    ) -> None:
        """`written` waits until all that was told so far is in the tables; `may_promise`: hotline.call_back_line."""
        self._may_promise = may_promise
        self._engine, self._city, self._written, self._within_s = engine, city, written, within_s
        self._owed: dict[CallId, asyncio.Event] = {}

    def note(self, event: Event, _: tuple[Command, ...]) -> None:
        """The engine's watcher: what was asked for is owed."""
        if isinstance(event, CallBackOwed) and (owed := self._owed.get(event.call)):
            owed.set()

    async def receive(self, caller: Caller) -> None:
        """Offer, unless no rule may dial their number or more is promised than can be kept: they just wait on."""
        hotline, number = (*caller.arguments, "", "")[:2]
        if rule_for_call_back(number, hotline, self._city()) is not None:
            return
        if not self._may_promise(CallId(caller.call_id)):
            return
        if await caller.ask(Say.OFFER_CALL_BACK, KEY_S) != YES:
            return
        await caller.set_variable("ASKED", "yes")
        if not await self.owe(CallBackAsked(at=self._engine.now(), call=CallId(caller.call_id))):
            log.warning("a call-back was asked for and could not be promised; the caller waits on", call=caller.call_id)
            return
        await caller.set_variable("KEPT", "yes")
        await caller.play(Say.CALL_BACK_PROMISED)

    async def owe(self, asked: CallBackAsked) -> bool:
        """Tell that a caller asked for it, and wait until it is on disk that we owe it. False: nothing is promised."""
        call = asked.call
        owed = self._owed[call] = asyncio.Event()
        try:
            async with asyncio.timeout(self._within_s):
                self._engine.tell(asked)
                await owed.wait()
                await self._written()
        except TimeoutError:
            return False
        finally:
            del self._owed[call]
        return True
