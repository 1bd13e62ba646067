"""A centre that runs on the sample city: its engine, its seats and its measures; and short names for measures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.arrangement import Arrangement, Outcome, Wanted
from acd.capacity import Capacity
from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import AgentBecameReady, AgentLoggedOn, AgentWentOnBreak, CallEnded, CallJoined, QueuesLoaded
from acd.journal import Journal
from acd.measures import Aim, Kind, Loan
from acd.model import AgentId, BreakReason, CallId, QueueName, RecipeStep, SeatId
from city.city import City
from city.level import QueueChange
from city.load import load_city
from city.overlay import Overlay
from hotline.fittings import acd_queues
from tests.acd.running import Clock, Floor, running, until
from tests.acd.scene import NINE, make_seat

GENERAL, HEALTH = QueueName("general"), QueueName("health")
SAMPLE = load_city(Path(__file__).parents[2] / "cities" / "sample")
CITY = replace(
    SAMPLE,
    hotlines={number: SAMPLE.hotlines[number] for number in ("12345", "12320")},
    queues={name: SAMPLE.queues[name] for name in ("general", "health")},
)
"""The sample, of which two hotlines and their queues are enough here."""
PHONES = frozenset(SeatId(f"{number}") for number in range(8001, 8021))


def lend(count: int = 0, *seats: str, keep: int = 0, lender: str = HEALTH, borrower: str = GENERAL) -> Aim:
    """Seats serve another queue."""
    named = tuple(map(SeatId, seats))
    loan = Loan(QueueName(borrower), QueueName(lender), named, count, keep)
    return Aim(kind=Kind.LEND, loans=(loan,))


def add(count: int = 0, *seats: str, borrower: str = HEALTH) -> Aim:
    """More seats."""
    return Aim(kind=Kind.ADD, loans=(Loan(QueueName(borrower), None, tuple(map(SeatId, seats)), count),))


def limits(queue: str = GENERAL, **change: Any) -> Aim:
    """Other times."""
    return Aim(kind=Kind.LIMITS, queue=QueueName(queue), change=QueueChange(**change))


def level(name: str) -> Aim:
    """A response level."""
    return Aim(kind=Kind.LEVEL, level=name)


def overlay(**said: Any) -> Aim:
    """Something said on top of hotlines."""
    return Aim(kind=Kind.OVERLAY, overlay=Overlay(**said))


@dataclass
class Centre:
    """A running engine, its seats and measures in a database: 8001 and 8002 serve general, 8007 to 8009 health."""

    database: AsyncEngine
    clock: Clock
    engine: Engine
    journal: Journal
    floor: Floor
    capacity: Capacity
    measures: Arrangement

    def reborn(self, city: City = CITY) -> Arrangement:
        """The measures, as another process knows them; its city may have been edited."""
        return Arrangement(self.database, self.engine, self.capacity, city, acd_queues)

    async def make(
        self, aim: Aim, *, dry_run: bool = False, begins: float | None = None, ends: float | None = None
    ) -> Outcome:
        """A measure, so many seconds from now."""
        now = self.clock()
        starts_at = None if begins is None else now + timedelta(seconds=begins)
        ends_at = None if ends is None else now + timedelta(seconds=ends)
        wanted = Wanted(
            aim=aim, who="ops", why="surge", version=self.measures.version, starts_at=starts_at, ends_at=ends_at
        )
        return await self.measures.make(wanted, dry_run=dry_run)

    async def undo(self, outcome: Outcome | int, *, dry_run: bool = False) -> Outcome:
        """Take it back."""
        number = outcome if isinstance(outcome, int) else outcome.measure.number
        return await self.measures.undo(
            number, version=self.measures.version, who="chief", why="enough", dry_run=dry_run
        )

    async def later(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.move(seconds)
        await self.measures.keep_time()

    async def on_duty(self, *seats: str) -> None:
        """The agent 1xx of seat 80xx is ready, one second after the one before."""
        for seat in seats:
            agent = AgentId(f"1{seat[2:]}")
            self.clock.move(1)
            await self.engine.ask(AgentLoggedOn(at=self.clock(), agent=agent, seat=SeatId(seat)))
            await self.engine.ask(AgentBecameReady(at=self.clock(), agent=agent))

    async def waits(self, *calls: str, queue: str = GENERAL) -> None:
        """Callers wait."""
        for call in calls:
            self.engine.tell(CallJoined(at=self.clock(), call=CallId(call), queue=QueueName(queue)))
        await until(lambda: calls[-1] in self.engine.distributor.calls)

    async def end(self, call: str) -> None:
        """The caller is gone."""
        self.engine.tell(CallEnded(at=self.clock(), call=CallId(call)))
        await until(lambda: call not in self.engine.distributor.calls)

    async def rest(self, agent: str) -> None:
        """小休."""
        await self.engine.ask(AgentWentOnBreak(at=self.clock(), agent=AgentId(agent), reason=BreakReason.REST))

    def serves(self, seat: str) -> str:
        """The queues of a seat, as the engine knows it; "-": it is not there."""
        found = self.engine.distributor.seats.get(SeatId(seat))
        return " ".join(sorted(found.queues)) if found else "-"

    def times(self, queue: str = GENERAL) -> tuple[float, float]:
        """Ring time and wrap-up time, as the engine knows them."""
        rules = self.engine.distributor.queues[QueueName(queue)]
        return rules.ring_time.total_seconds(), rules.wrap_up_time.total_seconds()

    def steps(self, queue: str = GENERAL) -> dict[float, type[RecipeStep]]:
        """Which steps the engine takes with a call of this queue, and after how many seconds."""
        rows = self.engine.distributor.queues[QueueName(queue)].recipe
        return {row.after.total_seconds(): type(row.step) for row in rows}

    def rung(self) -> list[tuple[str, str]]:
        """Calls and the seats that were rung."""
        return [(order.call, order.seat) for order in self.floor.orders]


@asynccontextmanager
async def centre_open(database: AsyncEngine, clock: Clock) -> AsyncIterator[Centre]:
    """Nobody is logged on."""
    journal, floor = Journal(database), Floor()
    await journal.open()
    engine = Engine(Distributor(), floor, journal, clock)
    engine.tell(QueuesLoaded(at=NINE, queues=acd_queues(CITY)))
    capacity = Capacity(database, engine, phones=PHONES)
    async with running(journal, engine):
        await until(lambda: engine.distributor.queues)
        for seat, queue in (("8001", "general"), ("8002", "general"), *((f"800{n}", "health") for n in (7, 8, 9))):
            await capacity.open_seat(make_seat(seat, queue), who="ops", why="day")
        yield Centre(
            database, clock, engine, journal, floor, capacity, Arrangement(database, engine, capacity, CITY, acd_queues)
        )
