"""A year that is over, in the journal of a database: for who measures a house that also reports on it.

One day is simulated (simulation.town: a city's curve, talks, patience, redials), written by the real journal, and
copied to every other day by SQL, its dates changed. Behind it stands a checkpoint of an empty house, as a year that has
ended leaves it, so that nobody plays it again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import insert, text

from acd.codec import encode
from acd.commands import Command
from acd.distributor import Distributor
from acd.events import Event
from acd.journal import Journal
from acd.memory import checkpoints
from acd.model import Queue, QueueName
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from simulation.people import Kind
from simulation.run import Simulation
from simulation.town import Demand, Team, citizens, workers

DAYS: Final = 365
CALLS_A_DAY: Final = 300
GENERAL: Final = QueueName("general")
OPEN: Final = timedelta(hours=21)  # a day's facts all bear its date
COPY: Final = """
INSERT INTO journal (seq, at, kind, call_id, agent_id, seat_id, payload)
SELECT seq + :ahead, replace(at, :old, :new), kind, replace(call_id, :old, :new), agent_id, seat_id,
       replace(payload, :old, :new)
FROM journal WHERE seq <= :rows ORDER BY seq
"""


async def write_year(url: str, ends: date, *, days: int = DAYS) -> int:
    """Fill a new SQLite database with so many days up to before `ends`; returns how many entries that makes."""
    database, first = connect(url), ends - timedelta(days=days)
    await prepare(database)
    journal = Journal(database)
    await journal.open()
    async with background(journal.run()):
        day = a_day(first, journal)
        await journal.flushed(journal.last)
    rows = journal.last
    async with database.begin() as connection:
        for number in range(1, days):
            new = first + timedelta(days=number)
            values = {"ahead": number * rows, "rows": rows, "old": str(first), "new": str(new)}
            await connection.execute(text(COPY), values)
        state = encode(Distributor().snapshot())
        last = {"seq": days * rows, "at": day.now + timedelta(days=days - 1), "state": state}
        await connection.execute(insert(checkpoints).values(last))
    await database.dispose()
    return days * rows


def a_day(day: date, journal: Journal) -> Simulation:
    """One day into the journal; its calls are named after it."""
    begins = datetime.combine(day, time(), UTC)
    demand = Demand(begins=begins, lasts=OPEN, per_hour=CALLS_A_DAY / 24, kinds=(Kind(GENERAL),))
    people = (replace(citizen, name=f"{day}-{citizen.name}") for citizen in citizens(demand, seed=1))
    team = Team(name="y", size=8, queues=frozenset({GENERAL}), comes=begins, leaves=begins + OPEN)

    def keep(event: Event, orders: tuple[Command, ...]) -> None:
        journal.append(event, orders)

    run = Simulation((Queue(GENERAL),), workers([team]), people, begins=begins, watchers=(keep,))
    run.run()
    return run
