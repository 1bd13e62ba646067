"""A day of 80,000 calls and 750 agents, through the core, the journal, the checkpoints, the KPIs and the ledger.

First the day is simulated (simulation.town: a city's curve, lognormal talks, patience, redials, three shifts with
breaks, rings missed); that is not timed. Then its facts are decided anew, in order: each goes through the distributor,
into the journal of a real SQLite as it is really written, checkpoints behind it as the controller takes them, and to
KPIs and ledger. `day.seconds` is all of that on the clock, until the last row is on disk. Python's garbage collector
runs as it does in the controller (plumbing.lifecycle.settle).

Then another process, with another hash seed, reads the journal back and decides it again: `day.hash_equal` is 1 if it
comes to the very same state.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from acd.codec import digest
from acd.commands import Command
from acd.distributor import Distributor
from acd.events import Event
from acd.journal import Journal
from acd.kpi import Kpis
from acd.memory import Memory
from acd.model import Queue, QueueName, Skill, SkillLevel, Skills
from plumbing.database import connect, prepare
from plumbing.lifecycle import background, settle
from sandbox.figures import report
from simulation.people import Habits, Kind
from simulation.run import Simulation
from simulation.town import Demand, Team, citizens, workers

SEED, CALLS, AGENTS, MOST_S = 12345, 80_000, 750, 30
MIDNIGHT: Final = datetime(2022, 4, 5, 16, tzinfo=UTC)  # in China
QUEUES: Final = tuple(Queue(QueueName(name)) for name in ("general", "health", "enterprise", "traffic", "housing"))
EVERYTHING: Final = frozenset(queue.name for queue in QUEUES)
HABITS: Final = Habits(misses=0.02, refuses=0.01)
SLICE: Final = 500  # facts between two turns of the loop


def skills(**levels: int) -> Skills:
    """By name and level."""
    return frozenset(SkillLevel(Skill(name), level) for name, level in levels.items())


KINDS: Final = (
    *(Kind(queue.name, share=share) for queue, share in zip(QUEUES, (50.0, 20.0, 5.0, 15.0, 8.0), strict=True)),
    Kind(QueueName("general"), share=1.0, skills=skills(english=2)),
    Kind(QueueName("health"), share=1.0, skills=skills(psychology=2), priority=3),
)


def teams() -> tuple[Team, ...]:
    """750 people in three shifts."""

    def shift(name: str, size: int, comes_h: int, leaves_h: int, has: Skills = frozenset()) -> Team:
        return Team(
            name=name,
            size=size,
            queues=EVERYTHING,
            skills=has,
            comes=MIDNIGHT + timedelta(hours=comes_h),
            leaves=MIDNIGHT + timedelta(hours=leaves_h),
            spread=timedelta(minutes=20),
            rest_every=timedelta(hours=2),
            rest=timedelta(minutes=12),
            habits=HABITS,
        )

    able = skills(english=3, psychology=3)
    return (
        *(shift("n", 100, 0, 8), shift("m", 10, 0, 8, able)),
        *(shift("d", 370, 8, 17), shift("e", 30, 8, 17, able)),
        *(shift("v", 220, 15, 24), shift("w", 20, 15, 24, able)),
    )


@dataclass(frozen=True, slots=True)
class Day:
    """What was simulated: its facts in order, and the state that they led to."""

    facts: list[Event]
    calls: int
    agents: int
    took_s: float
    state: str


def simulate() -> Day:
    """80,000 calls, redials among them."""
    began = time.perf_counter()
    demand = Demand(begins=MIDNIGHT, lasts=timedelta(hours=24), per_hour=CALLS / 24 * 1.02, kinds=KINDS)
    facts: list[Event] = []

    def keep(event: Event, _orders: tuple[Command, ...]) -> None:
        facts.append(event)

    day = Simulation(QUEUES, workers(teams()), citizens(demand, SEED), begins=MIDNIGHT, seed=SEED, watchers=(keep,))
    day.run()
    state = digest(day.core.snapshot())
    return Day(facts, len(day.visits), len(day.core.agents), time.perf_counter() - began, state)


async def decide(day: Day, url: str) -> tuple[float, float, str, Kpis]:
    """Seconds on the clock and of the processor, and what it came to."""
    database = connect(url)
    await prepare(database)
    journal, core = Journal(database), Distributor()
    await journal.open()
    memory = Memory(database, journal, core, lambda: MIDNIGHT)
    kpis = Kpis(since=MIDNIGHT)
    settle()
    async with background(journal.run()), background(memory.run()):
        began, began_cpu = time.perf_counter(), time.process_time()
        for first in range(0, len(day.facts), SLICE):
            for event in day.facts[first : first + SLICE]:
                orders = core.receive(event)
                journal.append(event, orders)
                memory.note(event, orders)
                kpis.note(event)
            await asyncio.sleep(0)  # as the engine does: the journal and the checkpoints are written meanwhile
            await journal.flushed(max(0, journal.last - 20 * SLICE))
        figures = kpis.total()
        balances = kpis.ledger.balances()
        await journal.flushed(journal.last)
        took_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    await database.dispose()
    if not figures.offered or not all(balance.reconciles for balance in balances):
        raise RuntimeError("the day's ledger does not balance")
    return took_s, cpu_s, digest(core.snapshot()), kpis


async def again(url: str) -> str:
    """Read the journal and decide it all again."""
    database, core = connect(url), Distributor()
    journal = Journal(database)
    async for event in journal.events():
        core.receive(event)
    await database.dispose()
    return digest(core.snapshot())


def elsewhere(url: str) -> str:
    """`again` in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-m", "bench.day", "again", url]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return done.stdout.strip()


def measure() -> int:
    """Print every figure of this bench; 1 if one is not as promised."""
    day = simulate()
    with tempfile.TemporaryDirectory(prefix="lx-") as folder:
        url = f"sqlite+aiosqlite:///{folder}/hotline.db"
        seconds, cpu_s, state, kpis = asyncio.run(decide(day, url))
        is_equal = day.state == state == elsewhere(url)
        size_mb = sum(file.stat().st_size for file in Path(folder).iterdir()) >> 20
    figures = kpis.total()
    report("day.calls", day.calls, "1", CALLS)
    report("day.agents", day.agents, "1", AGENTS)
    report("day.facts", len(day.facts), "1")
    report("day.simulated_s", round(day.took_s, 1), "s")
    report("day.seconds", round(seconds, 1), "s", MOST_S)
    report("day.cpu_s", round(cpu_s, 1), "s")
    report("day.database_mb", size_mb, "MB")
    report("day.connected", round(figures.connected_rate or 0.0, 4), "1")
    report("day.within15", round(figures.service_level or 0.0, 4), "1")
    report("day.hash_equal", int(is_equal), "1", 1)
    return int(seconds > MOST_S or not is_equal or day.calls < CALLS or day.agents < AGENTS)


if __name__ == "__main__":
    if sys.argv[1:2] == ["again"]:
        sys.stdout.write(asyncio.run(again(sys.argv[2])) + "\n")
    else:
        sys.exit(measure())
