"""How long one fact takes the ACD while a whole province waits: the core alone, and with the journal's append.

10,000 calls wait beside 5,000 agents, who have 200 different sets of queues and skills; calls ask for 1 to 3 of a dozen
skills at levels, in 200 different ways; the recipes of their queues relax two of the skills as they wait, so that some
30 % ask for less than they came with (`acd.relaxed` is the share as it was in the end). Phones ring, one in ten in vain
until the deadline; people talk and wrap up, half of them until the deadline; some callers hang up, and for each that
leaves the line another comes. All happens at its own virtual time, by a fixed seed. Each fact (an expired deadline is
one) is timed by itself with whatever the core decides because of it, on one core. `acd.p99_us` is over all facts,
`acd.offer_p99_us` over those alone that made an offer, `acd.expiry_p99_us` over deadlines (rings in vain,
wrap-ups, rows of recipes). `acd.growth` is the first over the same at a tenth of the size.

Python's garbage collector runs as it does in the controller (plumbing.lifecycle.settle): its pauses are in the figures.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from acd.commands import Command, RingAgent
from acd.distributor import Distributor
from acd.errors import Refused
from acd.events import (
    AgentAnswered,
    AgentBecameReady,
    AgentLoggedOn,
    CallEnded,
    CallJoined,
    Event,
    PhoneDialled,
    QueuesLoaded,
    RingStarted,
    SeatOpened,
    TimePassed,
)
from acd.journal import Journal
from acd.model import AgentId, CallId, Queue, QueueName, RecipeRow, Seat, SeatId, Skill, SkillLevel, Skills
from acd.steps import Relax
from plumbing.database import connect, prepare
from plumbing.lifecycle import background, settle
from sandbox.figures import report

CALLS, AGENTS, SETS = 10_000, 5_000, 200
WARM_UP, FACTS, JOURNAL_FACTS, BATCH = 20_000, 60_000, 20_000, 200
MOST_US, MOST_JOURNAL_US, MOST_GROWTH = 50, 1000, 2
QUEUES: Final = tuple(QueueName(f"queue-{number}") for number in range(5))
SKILLS: Final = tuple(Skill(f"skill-{number}") for number in range(12))
RECIPE: Final = (
    RecipeRow(timedelta(seconds=30), Relax(SKILLS[0], 1)),
    RecipeRow(timedelta(seconds=60), Relax(SKILLS[1])),
    RecipeRow(timedelta(seconds=120), Relax(SKILLS[0])),
)
LONGEST_WAIT_S: Final = 420.0  # about what 10,000 wait for 5,000 agents
NINE: Final = datetime(2025, 1, 6, 1, tzinfo=UTC)
TALK_S, WRAP_UP_S = 180.0, 30.0
IN_VAIN, GIVES_UP, SAYS_READY = 0.1, 0.1, 0.5
Told = Callable[[Event, tuple[Command, ...]], object]


class Crowd:
    """Everybody who calls and answers. Seeded: the same facts in the same order every time."""

    def __init__(self, calls: int, agents: int) -> None:
        self._dice = random.Random(12345)  # noqa: S311 - to be repeated, not to be secret
        self.core = Distributor()
        self._due: list[tuple[datetime, int, Event]] = []
        self._number = self._calls = 0
        self._asks = [(self._dice.choice(QUEUES), self._skills(self._dice.randint(1, 3), 3)) for _ in range(SETS)]
        self.core.receive(QueuesLoaded(at=NINE, queues=tuple(Queue(name, recipe=RECIPE) for name in QUEUES)))
        self._staff(agents)
        for _ in range(calls):
            self.core.receive(self._call(NINE, waited_s=self._dice.uniform(0, LONGEST_WAIT_S)))

    def _staff(self, agents: int) -> None:
        """Agents of 200 kinds, who come to work spread over one call's length, so that they do not act in step."""
        sets = [(frozenset(self._dice.sample(QUEUES, 2)), self._skills(6, 5)) for _ in range(SETS)]
        for number in range(agents):
            agent, seat, (queues, skills) = AgentId(f"a{number}"), SeatId(f"s{number}"), sets[number % SETS]
            self.core.receive(SeatOpened(at=NINE, seat=Seat(seat, queues)))
            self.core.receive(AgentLoggedOn(at=NINE, agent=agent, seat=seat, skills=skills))
            at = _after(NINE, self._dice.uniform(0, TALK_S + WRAP_UP_S))
            self._will(AgentBecameReady(at=at, agent=agent))

    def _skills(self, count: int, most: int) -> Skills:
        chosen = self._dice.sample(SKILLS, count)
        return frozenset(SkillLevel(skill, self._dice.randint(1, most)) for skill in chosen)

    def _call(self, at: datetime, waited_s: float = 0) -> CallJoined:
        self._calls += 1
        queue, skills = self._dice.choice(self._asks)
        return CallJoined(
            at=at,
            call=CallId(f"c{self._calls}"),
            queue=queue,
            skills=skills,
            priority=self._dice.choice((0, 0, 0, 1, 2)),
            joined=_after(at, -waited_s),
        )

    @property
    def relaxed(self) -> float:
        """The share of those who wait that ask for less by now than they came with."""
        waiting = self.core.waiting
        return sum(call.relaxed is not None for call in waiting) / len(waiting)

    def _will(self, event: Event) -> None:
        self._number += 1
        heapq.heappush(self._due, (event.at, self._number, event))

    def next(self) -> Event:
        """What happens next, by itself or because a deadline is due."""
        deadline = self.core.next_deadline()
        if deadline is not None and deadline < self._due[0][0]:
            return TimePassed(at=deadline)
        return heapq.heappop(self._due)[-1]

    def hear(self, event: Event, orders: tuple[Command, ...]) -> None:
        """Act on what was decided, and go on."""
        for order in orders:
            if isinstance(order, RingAgent):
                self._ring(order)
        if isinstance(event, AgentAnswered):  # one leaves the line, one comes
            self._will(self._call(event.at))
            if self._dice.random() < GIVES_UP:
                self._will(self._call(event.at))
                self._will(CallEnded(at=event.at, call=CallId(f"c{self._dice.randint(1, self._calls)}")))

    def _ring(self, order: RingAgent) -> None:
        at, call, attempt = order.at, order.call, order.attempt
        self._will(PhoneDialled(at=_after(at, 0.05), call=call, attempt=attempt))
        self._will(RingStarted(at=_after(at, 0.1), call=call, attempt=attempt))
        if self._dice.random() < IN_VAIN:
            self._will(AgentBecameReady(at=_after(at, WRAP_UP_S), agent=order.agent))
            return
        answered = _after(at, self._dice.uniform(1, 5))
        over = _after(answered, self._dice.expovariate(1 / TALK_S))
        self._will(AgentAnswered(at=answered, call=call, attempt=attempt))
        self._will(CallEnded(at=over, call=call))
        if self._dice.random() < SAYS_READY:
            self._will(AgentBecameReady(at=_after(over, WRAP_UP_S / 2), agent=order.agent))


def _after(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)


class Took(NamedTuple):
    """One fact: microseconds, and what it did."""

    us: float
    offered: bool
    expired: bool


def play(crowd: Crowd, told: Told) -> Took:
    """Let one thing happen, and time it. What `told` does counts."""
    event = crowd.next()
    began = time.perf_counter_ns()
    try:
        orders = crowd.core.receive(event)
        told(event, orders)
    except Refused:  # who says ready while a phone rings
        orders = ()
    took = time.perf_counter_ns() - began
    crowd.hear(event, orders)
    return Took(took / 1000, any(isinstance(order, RingAgent) for order in orders), isinstance(event, TimePassed))


class Alone(NamedTuple):
    """What the core alone took, in microseconds, ascending; and the share of the calls that were relaxed."""

    every: list[float]
    offers: list[float]
    expiries: list[float]
    relaxed: float


def core_alone(calls: int, agents: int) -> Alone:
    """Play, and sort what it took."""
    crowd = Crowd(calls, agents)
    for _ in range(WARM_UP):
        play(crowd, _nobody)
    took = [play(crowd, _nobody) for _ in range(FACTS)]
    return Alone(
        every=sorted(one.us for one in took),
        offers=sorted(one.us for one in took if one.offered),
        expiries=sorted(one.us for one in took if one.expired),
        relaxed=crowd.relaxed,
    )


def _nobody(_event: Event, _orders: tuple[Command, ...]) -> None:
    """The core alone has no journal."""


async def with_journal(folder: Path) -> list[float]:
    """The same with the journal's append in the time; it writes to a real SQLite in between, on this loop."""
    crowd = Crowd(CALLS, AGENTS)
    database = connect(f"sqlite+aiosqlite:///{folder}/hotline.db")
    await prepare(database)
    journal = Journal(database)
    await journal.open()
    took: list[float] = []
    async with background(journal.run()):
        for _ in range(JOURNAL_FACTS // BATCH):
            took += [play(crowd, journal.append).us for _ in range(BATCH)]
            await journal.flushed(journal.last)
    await database.dispose()
    return sorted(took)


def median(ascending: list[float]) -> float:
    """The value in the middle."""
    return ascending[len(ascending) // 2]


def p99(ascending: list[float]) -> float:
    """The value that one in a hundred exceeds."""
    return ascending[len(ascending) * 99 // 100]


def measure() -> int:
    """Print every figure of this bench; 1 if one is not as promised."""
    settle()
    full, tenth = core_alone(CALLS, AGENTS), core_alone(CALLS // 10, AGENTS // 10)
    with tempfile.TemporaryDirectory(prefix="lx-") as folder:
        kept = asyncio.run(with_journal(Path(folder)))
    every = p99(full.every)
    growth = every / p99(tenth.every)
    report("acd.p50_us", round(median(full.every), 1), "us")
    report("acd.p99_us", round(every, 1), "us", MOST_US)
    report("acd.offer_p50_us", round(median(full.offers), 1), "us")
    report("acd.offer_p99_us", round(p99(full.offers), 1), "us")
    report("acd.expiry_p50_us", round(median(full.expiries), 1), "us")
    report("acd.expiry_p99_us", round(p99(full.expiries), 1), "us")
    report("acd.worst_us", round(full.every[-1]), "us")
    report("acd.relaxed", round(full.relaxed, 3), "1")
    report("acd.journal_p99_us", round(p99(kept), 1), "us", MOST_JOURNAL_US)
    report("acd.growth", round(growth, 2), "1", MOST_GROWTH)
    report("acd.rss_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB")
    return int(every > MOST_US or p99(kept) > MOST_JOURNAL_US or growth > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(measure())
