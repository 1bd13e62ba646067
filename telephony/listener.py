"""Listens to Asterisk: every wanted AMI event becomes facts, told at once and in order; at each login, it looks round.

Only `tell`s: nothing here blocks, decides or remembers more than the translator does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import structlog

from acd.events import Event, PhoneLost, PhoneRegistered
from acd.model import SeatId
from telephony.errors import TelephonyError
from telephony.message import AmiEvent
from telephony.translate import Arrival, Translator

log = structlog.get_logger(__name__)

PHONE = "PJSIP/"
NO_PHONE = frozenset({"UNAVAILABLE", "INVALID"})


class Lister(Protocol):
    """The part of the AMI connection that answers with lists."""

    async def listing(self, name: str, /) -> list[AmiEvent]:
        """Every item of an action's list. Raises TelephonyError."""


class Listener:
    """Give `hear` and `begin` to the AMI connection as its `on_event` and `on_login`, and `run` it."""

    def __init__(
        self, tell: Callable[[Event], None], note_arrival: Callable[[Arrival], None], now: Callable[[], datetime]
    ) -> None:
        self._tell, self._note_arrival, self._now = tell, note_arrival, now
        self._translator = Translator()
        self._logged_in = asyncio.Event()

    def hear(self, message: AmiEvent) -> None:
        """One AMI event."""
        for fact in self._translator.facts(message, self._now()):
            if isinstance(fact, Arrival):
                self._note_arrival(fact)
            else:
                self._tell(fact)

    def begin(self) -> None:
        """A session began: AMI replays nothing, so the phones must be looked at anew."""
        self._translator.forget_phones()
        self._logged_in.set()

    async def run(self, ami: Lister) -> None:
        """Look at the phones after each login, until cancelled."""
        while True:
            await self._logged_in.wait()
            self._logged_in.clear()
            try:
                for state in await ami.listing("DeviceStateList"):
                    self._tell_phone(state)
            except TelephonyError as error:
                log.warning("the phones could not be looked at", because=type(error).__name__)

    def _tell_phone(self, state: AmiEvent) -> None:
        device = state.get("Device", "")
        if not device.startswith(PHONE):
            return
        seat = SeatId(device.removeprefix(PHONE))
        kind = PhoneLost if state.get("State") in NO_PHONE else PhoneRegistered
        self._tell(kind(at=self._now(), seat=seat))
