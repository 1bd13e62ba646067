"""Keeps what the ACD believes equal to what the telephones do: looks after every gap, and every few seconds anyway.

After a gap (a login, a full inbox, events that came late) the look is exact: news is held back, a snapshot is taken,
the difference told, then the news. Offers wait that long (acd.finding). In quiet times the reconciler takes the same
look while news goes on, so what it sees may be a moment old: it believes a difference only when it sees the same twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import structlog

from acd.distributor import Distributor
from acd.events import Event, GapClosed, GapMarked, PhoneLost, PhoneRegistered, Repaired
from acd.inbox import INBOX_FULL
from acd.model import CallId, SeatId
from telephony.errors import AsteriskUnreachable, TelephonyError
from telephony.listener import Listener
from telephony.resync import difference, newcomers
from telephony.snapshot import Lister, take_snapshot
from telephony.telephones import Telephones
from telephony.translate import Arrival

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 4.0
LOOK_AGAIN_S: Final = 1.0
"""A suspicion is looked at again so soon: what is wrong is mended within LOOK_EVERY_S + LOOK_AGAIN_S and two looks."""
REST_FACTOR: Final = 20.0
"""Rest so many times as long as a look took, at most LOOK_EVERY_S: many suspicions do not make a flood of looks."""
RETRY_S: Final = 1.0

Subject = CallId | SeatId
Complaint = tuple[Subject, tuple[tuple[str, int], ...]]


class Brain(Protocol):
    """What is needed of the ACD's engine."""

    def tell(self, event: Event) -> None:
        """Report a fact."""

    async def look(self, facts: Callable[[], Sequence[Event]]) -> int:
        """Have facts worked out from the state in its turn, and decided at one go."""


@dataclass(slots=True)
class Sightings:
    """What was seen so far, for health and metrics."""

    resyncs: int = 0
    last_difference: int = 0  # facts that the last resync had to tell
    last_resync_s: float = 0.0
    looks: int = 0
    repairs: int = 0  # by the reconciler; each is a defect somewhere
    lines: Mapping[str, bool] = field(default_factory=dict)  # whether each carrier's peer answers
    blind: bool = True  # a resync is due and has not succeeded yet


class Lookout:
    """`begin` and `lose` are the AMI connection's `on_login` and `on_lost`; `watch` the engine's watcher; `run` it."""

    def __init__(
        self,
        brain: Brain,
        distributor: Distributor,
        listener: Listener,
        note_arrival: Callable[[Arrival], None],
        now: Callable[[], datetime],
        *,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._brain, self._distributor, self._listener = brain, distributor, listener
        self._note_arrival, self._now = note_arrival, now
        self._look_every_s = look_every_s
        self._gap = asyncio.Event()
        self._suspected: frozenset[Complaint] = frozenset()
        self.sightings = Sightings()

    # ---- gaps

    def begin(self) -> None:
        """A session with Asterisk began: whatever happened before it was not heard."""
        self.mark("logged in to Asterisk")

    def lose(self) -> None:
        """The session ended: whatever happens now is not heard."""
        self._listener.lag.forget()
        self.sightings.blind = True
        self._brain.tell(GapMarked(at=self._now(), why="no connection to Asterisk"))

    def mark(self, why: str, lost: int = 0) -> None:
        """Facts are missing: look at the telephones."""
        self.sightings.blind = True
        self._brain.tell(GapMarked(at=self._now(), lost=lost, why=why))
        self._gap.set()

    def watch(self, event: Event, _orders: object = None) -> None:
        """A full inbox is a gap, too; the inbox has marked it."""
        if isinstance(event, GapMarked) and event.why == INBOX_FULL:
            self.sightings.blind = True
            self._gap.set()

    # ---- looking

    async def run(self, ami: Lister) -> None:
        """Look, until cancelled."""
        rest_s = self._look_every_s
        while True:
            await self._rest(rest_s)
            began = time.monotonic()
            try:
                if self._gap.is_set():
                    await self._resync(ami)
                else:
                    await self._reconcile(ami)
            except AsteriskUnreachable:
                self._gap.clear()  # the next login is a gap of its own
            except TelephonyError as error:
                log.warning("the telephones could not be looked at", because=type(error).__name__)
                await asyncio.sleep(RETRY_S)
            took_s = time.monotonic() - began
            rest_s = max(self._pause_s, min(REST_FACTOR * took_s, self._look_every_s))

    @property
    def _pause_s(self) -> float:
        return min(LOOK_AGAIN_S, self._look_every_s) if self._suspected else self._look_every_s

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._gap.wait()
        except TimeoutError:
            return

    async def _resync(self, ami: Lister) -> None:
        began = time.monotonic()
        self._gap.clear()
        self._suspected = frozenset()
        self._listener.hold_back()
        try:
            telephones = await take_snapshot(ami)
            self._listener.resume(telephones)
            self.sightings.lines = telephones.lines
            told = await self._brain.look(lambda: self._all_differences(telephones)) - 1
        except TelephonyError:
            self._gap.set()
            raise
        finally:
            lost = self._listener.let_go()
        self.sightings.resyncs += 1
        self.sightings.last_difference = told
        self.sightings.last_resync_s = time.monotonic() - began
        self.sightings.blind = self._gap.is_set()
        log.info("the ACD agrees with the telephones", calls=len(telephones.calls), facts=told)
        if lost:
            self.mark("too much was heard while looking", lost)

    def _all_differences(self, telephones: Telephones) -> Sequence[Event]:
        at = self._now()
        for arrival in newcomers(telephones, self._distributor, at):
            self._note_arrival(arrival)
        facts = difference(telephones, self._distributor, at)
        return (*facts, GapClosed(at=at, differences=len(facts)))

    # ---- the reconciler

    async def _reconcile(self, ami: Lister) -> None:
        known = self._distributor.calls
        telephones = await take_snapshot(ami)
        self.sightings.looks += 1
        self.sightings.lines = telephones.lines
        await self._brain.look(lambda: self._differences_seen_twice(telephones, known))

    def _differences_seen_twice(self, telephones: Telephones, known: frozenset[CallId]) -> Sequence[Event]:
        at = self._now()
        found = by_subject(difference(telephones, self._distributor, at, known))
        complaints = {subject: complaint(subject, facts) for subject, facts in found.items()}
        sure = {subject: facts for subject, facts in found.items() if complaints[subject] in self._suspected}
        self._suspected = frozenset(complaints[subject] for subject in found.keys() - sure.keys())
        for arrival in newcomers(telephones, self._distributor, at):
            if arrival.call in sure:
                self._note_arrival(arrival)
        repairs = [fact for subject, facts in sure.items() for fact in self._repair(subject, facts, at)]
        if not repairs:
            return ()
        # Nobody is offered a call between the facts of one repair.
        return (GapMarked(at=at, why="repair"), *repairs, GapClosed(at=at, differences=len(repairs)))

    def _repair(self, subject: Subject, facts: Sequence[Event], at: datetime) -> Iterable[Event]:
        self.sightings.repairs += 1
        why = ", ".join(type(fact).__name__ for fact in facts)
        log.error("the ACD and the telephones differed; repaired", subject=subject, facts=why)
        return (Repaired(at=at, subject=subject, why=why, facts=len(facts)), *facts)


def by_subject(facts: Iterable[Event]) -> Mapping[Subject, list[Event]]:
    """The facts of each call and each phone, in their order."""
    found: dict[Subject, list[Event]] = {}
    for fact in facts:
        subject = fact.seat if isinstance(fact, PhoneLost | PhoneRegistered) else CallId(getattr(fact, "call", ""))
        found.setdefault(subject, []).append(fact)
    return found


def complaint(subject: Subject, facts: Iterable[Event]) -> Complaint:
    """What is wrong with a call or a phone, without the time: two looks that see the same give the same."""
    return subject, tuple((type(fact).__name__, getattr(fact, "attempt", 0)) for fact in facts)
