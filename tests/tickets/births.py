"""Tickets born from talks, with their clocks: recorded by hand, drafted and clocked as the transcriber does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from city.city import City
from recordings.calls import arrived, note_calls
from recordings.intake import Intake
from tests.recordings.scenes import leave_call
from tests.tickets.talks import PLACES, talk
from tickets.clocking import Clocking
from tickets.drafting import Drafting
from tickets.rules import Rules, rules_of
from tickets.store import tickets
from tickets.ticket import TicketId

HOTLINES = {"12345": "政务服务便民热线"}


def clocking(city: City, now: datetime) -> Clocking:
    """The city's, at this moment."""
    return Clocking(rules_in_force(city), clock=lambda: now)


def rules_in_force(city: City) -> Callable[[], Rules]:
    """The city's, always the same."""
    rules = rules_of(city.case_rules)
    return lambda: rules


def drafting(city: City, now: datetime) -> Drafting:
    """Who drafts by what the city's files say, at this moment; the places are the tests' own."""
    return Drafting(PLACES, HOTLINES, rules=rules_in_force(city), clock=lambda: now)


class Births:
    """A place where tickets are born."""

    def __init__(self, spool: Path, archive: Path, engine: AsyncEngine, city: City) -> None:
        self._spool, self._archive, self._engine, self._city = spool, archive, engine, city

    async def born(self, said: str, at: datetime, *, call: str = "c-1.1", again: bool = False) -> TicketId:
        """The ticket of a call that came at `at` and said this; `again`: its transcript is followed up twice."""
        leave_call(self._spool, call=call, seconds=0.02)
        await note_calls(self._engine, [arrived(call, dnis="12345", hotline="12345", ani="13812340000", at=at)])
        (recording,) = await Intake(self._spool, self._archive, self._engine).sweep()
        drafts, counts = drafting(self._city, at), clocking(self._city, at)
        for _ in range(2 if again else 1):
            async with self._engine.begin() as connection:
                await drafts.draft_of(connection, recording, talk(said))
                await counts.begin(connection, recording, talk(said))
        async with self._engine.connect() as connection:
            row = await connection.execute(tickets.select().where(tickets.c.recording == recording.id))
            return TicketId(row.one().id)
