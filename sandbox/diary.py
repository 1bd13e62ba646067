"""A phone's diary: what happened to it and when, and waiting for what has not happened yet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

DEADLINE_S = 30.0
"""How long something is waited for unless the caller says otherwise."""


class Kind(StrEnum):
    """What can happen to a phone."""

    REGISTERED = "registered"
    REGISTRATION_FAILED = "registration_failed"
    DIALLED = "dialled"
    RINGING = "ringing"
    """The other side rings."""
    INCOMING = "incoming"
    """This phone rings."""
    ESTABLISHED = "established"
    HEARING = "hearing"
    """The first packet of sound has arrived."""
    CLOSED = "closed"
    DIGIT = "digit"
    """The other side pressed a key."""
    GONE = "gone"
    """The phone's program has ended."""


ENDS = (Kind.CLOSED, Kind.GONE)


@dataclass(frozen=True, kw_only=True)
class PhoneEvent:
    """Something happened to a phone."""

    kind: Kind
    at: datetime
    """Wall clock, UTC."""
    monotonic_s: float
    """`time.monotonic()` of the same moment."""
    call: str = ""
    """The phone's own id of the call, or empty."""
    peer: str = ""
    """The other side's SIP address, as it was sent: hostile text."""
    detail: str = ""
    """The reason of an end, the digit, the registrar's answer."""


Wanted = Callable[[PhoneEvent], bool]


class Diary:
    """Events in order. `events` may be read at any time."""

    def __init__(self) -> None:
        self.events: list[PhoneEvent] = []
        self._waiting: list[tuple[Wanted, asyncio.Future[PhoneEvent]]] = []

    def note(self, kind: Kind, *, call: str = "", peer: str = "", detail: str = "") -> PhoneEvent:
        """Write down that this happened now, and wake who waits for it."""
        event = PhoneEvent(
            kind=kind, at=datetime.now(UTC), monotonic_s=time.monotonic(), call=call, peer=peer, detail=detail
        )
        self.events.append(event)
        for wanted, future in self._waiting:
            if not future.done() and wanted(event):
                future.set_result(event)
        return event

    def find(self, wanted: Wanted, since: int = 0) -> PhoneEvent | None:
        """The first event from number `since` on that is wanted, if it has happened."""
        return next((event for event in self.events[since:] if wanted(event)), None)

    async def wait_for(self, wanted: Wanted, deadline_s: float = DEADLINE_S, *, since: int = 0) -> PhoneEvent:
        """The first event from number `since` on that is wanted, if need be in the future. Raises TimeoutError."""
        if (event := self.find(wanted, since)) is not None:
            return event
        future: asyncio.Future[PhoneEvent] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, future))
        try:
            async with asyncio.timeout(deadline_s):
                return await future
        finally:
            self._waiting.remove((wanted, future))
