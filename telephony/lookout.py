"""Keeps what the ACD believes equal to what the telephones do: looks after every gap, and every few seconds anyway.

After a gap (a login, a full inbox, events that came late) the look is exact: news is held back, a snapshot is taken,
the difference told, then the news. Offers wait that long (acd.finding). In quiet times the reconciler takes the same
look while news goes on, so what it sees may be a moment old: it passes over whoever moves while it looks, and believes
a difference only when it sees the same twice.

A look costs Asterisk and us something, so under load it must not feed the load. While events come late nothing is
looked at but a new session: what is listed stands in line behind them, and would be as old. When they come in time
again, nothing has been lost, and one look is taken once they have done so for CALM_S. And between two looks for lack of
breath (a full inbox, too much heard meanwhile) there is a rest of STRAIN_FACTOR times as long as they take.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import structlog

from acd.commands import Command
from acd.distributor import Distributor
from acd.events import Event, GapClosed, GapMarked, PhoneLost, PhoneRegistered, Repaired
from acd.inbox import INBOX_FULL
from acd.model import CallId, SeatId
from acd.phone_facts import PhoneFreed, PhoneTaken
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
SETTLE_S: Final = 0.25
"""Within this, news comes of what was seen: somebody who was just arriving is no difference."""
REST_FACTOR: Final = 20.0
"""Rest so many times as long as a look took, at most LOOK_EVERY_S: many suspicions do not make a flood of looks."""
RETRY_S: Final = 1.0
CALM_S: Final = 1.0
STRAIN_FACTOR: Final = 4.0
LATE_LONGEST_S: Final = 10.0
"""So long a look waits for events to come in time; acd.finding.BLIND_FOR, too, is over then."""
LATE: Final = "events came late"

OF_A_PHONE: Final = (PhoneLost, PhoneRegistered, PhoneTaken, PhoneFreed)

Subject = CallId | SeatId
Complaint = tuple[Subject, tuple[tuple[str, int], ...]]


class Brain(Protocol):
    """What is needed of the ACD's engine."""

    def tell(self, event: Event) -> None:
        """Report a fact."""

    async def look(self, facts: Callable[[], Sequence[Event]]) -> int:
        """Have facts worked out from the state in its turn, and decided at one go."""


class Telephony(Lister, Protocol):
    """The AMI connection: it answers with lists, and tells Asterisk's time."""

    async def action(self, name: str, /) -> Mapping[str, str]:
        """Send one action. Raises TelephonyError."""


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
        calm_s: float = CALM_S,
    ) -> None:
        self._brain, self._distributor, self._listener = brain, distributor, listener
        self._note_arrival, self._now = note_arrival, now
        self._look_every_s, self._calm_s = look_every_s, calm_s
        self._stirred = asyncio.Event()  # a look has become due
        self._is_gap = self._is_new = False  # facts are missing; because a session began
        self._calm_at: float | None = None  # when a look after late events is due
        self._breath_at = 0.0  # not before this, unless a session began
        self._suspected: frozenset[Complaint] = frozenset()
        self._moved: set[Subject] = set()  # since the reconciler began to look
        self.sightings = Sightings()

    # ---- gaps

    def begin(self) -> None:
        """A session with Asterisk began: whatever happened before it was not heard."""
        self._is_new = True
        self.mark("logged in to Asterisk")

    def lose(self) -> None:
        """The session ended: whatever happens now is not heard."""
        self._listener.lag.forget()
        self.sightings.blind = True
        self._brain.tell(GapMarked(at=self._now(), why="no connection to Asterisk"))

    def mark(self, why: str, lost: int = 0) -> None:
        """Facts are missing: look at the telephones."""
        self._brain.tell(GapMarked(at=self._now(), lost=lost, why=why))
        self._stir()

    def watch(self, event: Event, orders: tuple[Command, ...]) -> None:
        """Whom a fact or an order concerns is on the move. A full inbox is a gap, too; the inbox has marked it."""
        for about in (event, *orders):
            self._moved.update(name for field in ("call", "seat") if (name := getattr(about, field, None)) is not None)
        if isinstance(event, GapMarked) and event.why == INBOX_FULL:
            self._stir()

    def catch_up(self) -> None:
        """Events that had come late come in time again. None is missing, so nobody need wait for the look."""
        self._calm_at = time.monotonic() + self._calm_s
        self._stirred.set()

    def _stir(self) -> None:
        self.sightings.blind = self._is_gap = True
        self._stirred.set()

    # ---- looking

    async def run(self, ami: Telephony, eyes: Lister | None = None) -> None:
        """Look, until cancelled. The reconciler looks by `eyes`, so that no order waits behind its lists."""
        rest_s = self._look_every_s
        while True:
            await self._rest(rest_s)
            began = time.monotonic()
            try:
                if self._is_gap or self._calm_at is not None:
                    await self._resync(ami)
                    breath_s = min(STRAIN_FACTOR * self.sightings.last_resync_s, LOOK_EVERY_S)
                    self._breath_at = time.monotonic() + breath_s
                else:
                    await self._reconcile(eyes or ami)
            except AsteriskUnreachable:
                self._is_gap, self._is_new, self._calm_at = False, False, None  # the next login is a gap of its own
            except TelephonyError as error:
                log.warning("the telephones could not be looked at", because=type(error).__name__)
                await asyncio.sleep(RETRY_S)
            took_s = time.monotonic() - began
            rest_s = max(self._pause_s, min(REST_FACTOR * took_s, self._look_every_s))

    @property
    def _pause_s(self) -> float:
        return min(LOOK_AGAIN_S, self._look_every_s) if self._suspected else self._look_every_s

    async def _rest(self, seconds: float) -> None:
        """Until a look is due: after so many seconds, or sooner by what happens meanwhile."""
        began = time.monotonic()
        while (left_s := self._due_at(began, seconds) - time.monotonic()) > 0:
            self._stirred.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._stirred.wait()

    def _due_at(self, began: float, seconds: float) -> float:
        if self._is_new:
            return began
        at_last = began + max(seconds, LATE_LONGEST_S)
        if self._listener.lag.is_late:
            return at_last
        if self._is_gap:
            return self._breath_at
        if self._calm_at is not None:
            return min(max(self._calm_at, self._breath_at), at_last)
        return began + seconds

    async def _resync(self, ami: Telephony) -> None:
        began, is_gap, is_new = time.monotonic(), self._is_gap, self._is_new
        self._is_gap, self._is_new, self._calm_at = False, False, None
        self._suspected = frozenset()
        self._listener.hold_back()
        try:
            if is_new:
                await self._compare_clocks(ami)
            uses = self._uses()
            telephones = await take_snapshot(ami)
            self._listener.resume(telephones)
            self.sightings.lines = telephones.lines
            await self._brain.look(lambda: self._all_differences(telephones, uses, is_gap=is_gap, is_new=is_new))
        except TelephonyError:
            self._is_new = is_new
            self._stir()
            raise
        finally:
            lost = self._listener.let_go()
        self.sightings.resyncs += 1
        self.sightings.last_resync_s = time.monotonic() - began
        self.sightings.blind = self._is_gap
        log.info(
            "the ACD agrees with the telephones", calls=len(telephones.calls), facts=self.sightings.last_difference
        )
        if lost:
            self.mark("too much was heard while looking", lost)

    async def _compare_clocks(self, ami: Telephony) -> None:
        """Before callers are found who came before us: since when they wait is known by Asterisk's clock."""
        sent = time.monotonic()
        pong = await ami.action("Ping")
        self._listener.pong(pong.get("Timestamp", ""), sent, time.monotonic())

    def _uses(self) -> frozenset[CallId]:
        """Codes that are being dialled, as the ACD knows."""
        return frozenset(use.use for use in self._distributor.in_use.values())

    def _all_differences(
        self, telephones: Telephones, uses: frozenset[CallId], *, is_gap: bool, is_new: bool
    ) -> Sequence[Event]:
        at = self._now()
        for arrival in newcomers(telephones, self._distributor, at, known_too=is_new):
            self._note_arrival(arrival)
        missing = difference(telephones, self._distributor, at, known_uses=uses)
        facts = [self._listener.by_our_clock(fact) for fact in missing]
        self.sightings.last_difference = len(facts)
        begin = () if is_gap else (GapMarked(at=at, why=LATE),)
        return (*begin, *facts, GapClosed(at=at, differences=len(facts)))

    # ---- the reconciler

    async def _reconcile(self, ami: Lister) -> None:
        known, uses = self._distributor.calls, self._uses()
        self._moved.clear()
        telephones = await take_snapshot(ami)
        await asyncio.sleep(min(SETTLE_S, self._look_every_s))
        self.sightings.looks += 1
        self.sightings.lines = telephones.lines
        await self._brain.look(lambda: self._differences_seen_twice(telephones, known, uses))

    def _differences_seen_twice(
        self, telephones: Telephones, known: frozenset[CallId], uses: frozenset[CallId]
    ) -> Sequence[Event]:
        at = self._now()
        missing = difference(telephones, self._distributor, at, known, uses)
        found = by_subject(map(self._listener.by_our_clock, missing))
        complaints = {subject: complaint(subject, facts) for subject, facts in found.items()}
        again = {subject for subject, said in complaints.items() if said in self._suspected}
        sure = {subject: found[subject] for subject in found if subject in again - self._moved}
        doubtful = (found.keys() - again - self._moved) | (again & self._moved)
        self._suspected = frozenset(complaints[subject] for subject in doubtful)
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
        subject = fact.seat if isinstance(fact, OF_A_PHONE) else CallId(getattr(fact, "call", ""))
        found.setdefault(subject, []).append(fact)
    return found


def complaint(subject: Subject, facts: Iterable[Event]) -> Complaint:
    """What is wrong with a call or a phone, without the time: two looks that see the same give the same."""
    return subject, tuple((type(fact).__name__, getattr(fact, "attempt", 0)) for fact in facts)
