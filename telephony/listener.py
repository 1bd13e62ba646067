"""Listens to Asterisk: every wanted AMI event becomes facts, told at once and in order.

While somebody looks at the telephones, what is heard is held back, so that the look and the news stay in order; only
so much is held. Nothing here blocks, decides or remembers more than the translator does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from acd.events import CallJoined, Event
from telephony.lag import Lag
from telephony.message import AmiEvent
from telephony.telephones import RANG, WITH_SEAT, Telephones
from telephony.translate import Arrival, Translator

HELD_MOST: Final = 5_000


class Listener:
    """Give `hear` to the AMI connection as its `on_event`, `pong` as its `on_ping`."""

    def __init__(
        self,
        tell: Callable[[Event], None],
        note_arrival: Callable[[Arrival], None],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        on_caught_up: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_caught_up` is called when events that had come late come in time again."""
        self._tell, self._note_arrival, self._now, self._monotonic = tell, note_arrival, now, monotonic
        self._on_caught_up = on_caught_up
        self._translator = Translator()
        self._held: list[AmiEvent] | None = None
        self._overheard = 0
        self.lag = Lag()

    def hear(self, message: AmiEvent) -> None:
        """One AMI event."""
        if self.lag.note(message.get("Timestamp", ""), self._monotonic()):
            self._on_caught_up()
        if self._held is None:
            self._take(message)
        elif len(self._held) < HELD_MOST:
            self._held.append(message)
        else:
            self._overheard += 1

    def pong(self, stamp: str, sent: float, arrived: float) -> None:
        """A ping was answered."""
        if self.lag.calibrate(stamp, sent, arrived):
            self._on_caught_up()

    def hold_back(self) -> None:
        """From now on keep what is heard: somebody looks at the telephones."""
        self._held, self._overheard = [], 0

    def resume(self, telephones: Telephones) -> None:
        """What was heard before may have had holes; the telephones tell which offer each caller is engaged in."""
        calls = telephones.calls.values()
        self._translator.resume(
            {live.call: live.attempt for live in calls if live.where in WITH_SEAT},
            [live.call for live in calls if live.where in RANG],
            [live.call for live in calls if live.is_outside],
            [live.call for live in calls if live.is_native],
        )

    def let_go(self) -> int:
        """Tell what was held back, in order; return how many were too many to hold and are lost."""
        held, self._held = self._held or [], None
        for message in held:
            self._take(message)
        return self._overheard

    def by_our_clock(self, fact: Event) -> Event:
        """The same fact with our time of a caller's coming; the dialplan kept Asterisk's, which may be another.

        By Asterisk's, all callers would have waited for an hour already when one of the two clocks is an hour wrong.
        """
        if not isinstance(fact, CallJoined) or fact.joined is None:
            return fact
        joined = self.lag.by_our_clock(fact.joined, fact.at, self._monotonic())
        return replace(fact, joined=min(joined, fact.at))

    def _take(self, message: AmiEvent) -> None:
        for fact in self._translator.facts(message, self._now()):
            if isinstance(fact, Arrival):
                self._note_arrival(fact)
            else:
                self._tell(self.by_our_clock(fact))
