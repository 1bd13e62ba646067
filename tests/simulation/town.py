"""A small town to simulate: one queue, a few agents, whoever calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Final

from acd.model import AgentId, Queue, QueueName, SeatId
from simulation.draw import Exactly
from simulation.line import Wiring
from simulation.people import Citizen, Habits, Kind, Try, Worker
from simulation.run import Simulation
from simulation.town import Demand, Team

NINE: Final = datetime(2020, 2, 3, 1, tzinfo=UTC)  # nine in the morning in China
GENERAL: Final = QueueName("general")
KIND: Final = Kind(GENERAL)
QUICK: Final = Habits(picks_up=Exactly(2.0), hangs_up_first=0.0, comes_back=Exactly(30.0))
AT_ONCE: Final = Wiring(greeting=Exactly(0.0), order_s=0.0, phone_s=0.0)


def later(seconds: float) -> datetime:
    """So many seconds after nine."""
    return NINE + timedelta(seconds=seconds)


def call(patience: float = inf, talk: float = 60.0, writing: float = 10.0, again_after_s: float | None = None) -> Try:
    """One call of a citizen's."""
    return Try(patience, talk, writing, again_after_s)


def citizen(name: str, comes: float, *tries: Try) -> Citizen:
    """Somebody who calls so many seconds after nine."""
    return Citizen(name, later(comes), KIND, tries or (call(),))


def worker(number: int, habits: Habits = QUICK, comes: float = 0.0, leaves: float | None = None) -> Worker:
    """Somebody who serves."""
    return Worker(
        agent=AgentId(f"10{number}"),
        seat=SeatId(f"800{number}"),
        queues=frozenset({GENERAL}),
        comes=later(comes),
        leaves=None if leaves is None else later(leaves),
        habits=habits,
    )


def small(workers: Sequence[Worker], people: Iterable[Citizen], wrap_up: float = 30.0) -> Simulation:
    """A town without a greeting, whose telephones take no time."""
    queue = Queue(GENERAL, wrap_up_time=timedelta(seconds=wrap_up))
    return Simulation((queue,), workers, people, begins=NINE, wiring=AT_ONCE)


def demand(hours: float = 1.0, per_hour: float = 300.0) -> Demand:
    """So many calls, the same at all hours."""
    return Demand(begins=NINE, lasts=timedelta(hours=hours), per_hour=per_hour, kinds=(KIND,), hours=(1.0,))


def team(size: int, habits: Habits = QUICK) -> Team:
    """Agents who stay all day."""
    return Team(name="1", size=size, queues=frozenset({GENERAL}), comes=NINE, habits=habits)
