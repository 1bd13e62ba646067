"""The one place where the ACD's state changes: one inbox, one loop, one order of events.

Everybody tells (facts) or asks (requests); the loop decides, journals, has the orders carried out and lets watchers
look, one event at a time. Between any two events a deadline that is due gets its turn and the other way round, so that
neither a flood of events nor a flood of deadlines starves the other; after SLICE of them the rest of the process gets
its turn.
What the inbox does when it is full: see acd.inbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

import structlog

from acd.commands import Command, RingAgent
from acd.distributor import Distributor
from acd.errors import Refused
from acd.events import Event, Request, RingFailed, TimePassed
from acd.inbox import Asked, Inbox, Look, too_busy
from acd.model import RingFailure

log = structlog.get_logger(__name__)

INBOX_LIMIT: Final = 100_000
SLICE: Final = 64
BEAT_S: Final = 0.5
"""The loop turns at least this often, also when nothing happens: `ticks` is the process's heartbeat."""

Watcher = Callable[[Event, tuple[Command, ...]], None]


class Floor(Protocol):
    """What the engine needs done in the real world (`telephony` does it)."""

    def carry_out(self, command: Command) -> None:
        """Schedule an order; never blocks. What cannot be done comes back as a fact."""


class Record(Protocol):
    """What the engine needs of the journal."""

    @property
    def full(self) -> bool:
        """Tell whether nothing more can be kept for now."""

    def append(self, event: Event, commands: tuple[Command, ...]) -> int:
        """Keep an event and its orders; never blocks. Returns the last sequence number."""

    async def flushed(self, seq: int) -> None:
        """Return when everything up to `seq` is durable."""


class Engine:
    """Runs a distributor. `tell`, `ask` and `watch` belong to the event loop's own thread."""

    def __init__(
        self,
        distributor: Distributor,
        floor: Floor,
        journal: Record,
        now: Callable[[], datetime],
        *,
        inbox_limit: int = INBOX_LIMIT,
    ) -> None:
        self.distributor = distributor
        self.now = now
        self.ticks = 0  # turns of the loop so far
        self._floor, self._journal = floor, journal
        self._inbox = Inbox(inbox_limit, now)
        self._watchers: list[Watcher] = []
        self._beats: list[Callable[[int], None]] = []

    # ---- for everybody else

    def tell(self, event: Event) -> None:
        """Report a fact. Never blocks, never fails: safe in any callback of the loop."""
        self._inbox.put(event)

    async def ask(self, request: Request) -> None:
        """Have a person's request decided, and return when it is durable in the journal.

        Raises a Refused that names the broken rule (TooBusy among them), or acd.inbox.EngineStopped.
        """
        await self._journal.flushed(await self._inbox.ask(request).answer)

    async def look(self, facts: Callable[[], Sequence[Event]]) -> int:
        """Have `facts` work out, from the state as it is in its turn, what is decided next; return how many.

        Nothing comes between the look and the decisions: this is how a snapshot of the telephones becomes facts.
        Raises acd.inbox.EngineStopped, and what `facts` raises.
        """
        return await self._inbox.look(facts).taken

    @property
    def facts_lost(self) -> int:
        """Facts dropped so far because the inbox was full; each such hole is marked and mended by a resync."""
        return self._inbox.lost_ever

    @property
    def backlog(self) -> int:
        """How much is waiting to be decided."""
        return len(self._inbox)

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """Have `watcher` called after each event with its orders; it must not block. Returns how to end that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def on_beat(self, beat: Callable[[int], None]) -> None:
        """Have `beat` called by the loop itself with `ticks`, about every BEAT_S, and only while it lives."""
        self._beats.append(beat)

    # ---- the loop

    async def run(self) -> None:
        """Decide, until cancelled. Whoever is still asking then gets EngineStopped."""
        try:
            await self._decide_for_ever()
        finally:
            self._inbox.close()

    async def _decide_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        next_beat = loop.time()
        while True:
            self.ticks += 1
            if loop.time() >= next_beat:
                next_beat = loop.time() + BEAT_S
                self._beat()
            self._take_a_slice()
            if self._inbox or self._is_due():
                await asyncio.sleep(0)
            else:
                await self._wait(next_beat - loop.time())

    async def _wait(self, seconds: float) -> None:
        """Wait for news, the next deadline or the next beat, whichever is first."""
        self._inbox.news.clear()
        deadline = self.distributor.next_deadline()
        if deadline is not None:
            seconds = min(seconds, (deadline - self.now()).total_seconds())
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._inbox.news.wait()
        except TimeoutError:
            return

    def _take_a_slice(self) -> None:
        for _ in range(SLICE):
            if self._is_due():
                self._decide(TimePassed(at=self.now()))
            if self._inbox:
                self._take(self._inbox.take())
            elif not self._is_due():
                return

    def _is_due(self) -> bool:
        deadline = self.distributor.next_deadline()
        return deadline is not None and deadline <= self.now()

    def _take(self, entry: Event | Asked | Look) -> None:
        if isinstance(entry, Asked):
            self._answer(entry)
        elif isinstance(entry, Look):
            self._look(entry)
        else:
            self._decide(entry)

    def _look(self, look: Look) -> None:
        try:
            facts = look.facts()
        except Exception as error:
            log.exception("a look at the state failed")
            look.fail(error)
            return
        for fact in facts:
            self._decide(fact)
        look.settle(len(facts))

    def _answer(self, asked: Asked) -> None:
        if asked.answer.cancelled():  # nobody waits any more, so nothing was promised
            return
        if self._journal.full:
            asked.fail(too_busy())
            return
        try:
            asked.settle(self._apply(asked.request))
        except Refused as refusal:
            asked.fail(refusal)
        except Exception as error:
            log.exception("a request failed in the distributor", kind=type(asked.request).__name__)
            asked.fail(error)

    def _decide(self, event: Event) -> None:
        try:
            self._apply(event)
        except Refused as refusal:
            log.warning("a request that nobody waits for was refused", kind=type(event).__name__, rule=refusal.rule)
        except Exception:
            log.exception("an event failed in the distributor", kind=type(event).__name__)

    def _apply(self, event: Event) -> int:
        commands = self.distributor.receive(event)
        seq = self._journal.append(event, commands)
        for command in commands:
            self._carry_out(command)
        for watcher in tuple(self._watchers):
            self._show(watcher, event, commands)
        return seq

    def _carry_out(self, command: Command) -> None:
        try:
            self._floor.carry_out(command)
        except Exception:
            log.exception("the floor failed to take an order", kind=type(command).__name__, call=command.call)
            if isinstance(command, RingAgent):
                failure = RingFailure.NOT_CARRIED_OUT
                self.tell(RingFailed(at=self.now(), call=command.call, attempt=command.attempt, failure=failure))

    def _show(self, watcher: Watcher, event: Event, commands: tuple[Command, ...]) -> None:
        try:
            watcher(event, commands)
        except Exception:
            log.exception("a watcher failed")

    def _beat(self) -> None:
        for beat in self._beats:
            try:
                beat(self.ticks)
            except Exception:
                log.exception("a beat failed")
