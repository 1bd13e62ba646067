"""Agents' figures of a town's morning, read from its journal, against a recount that knows nothing of the core: SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.agent_kpi import Period, Row
from acd.commands import Command
from acd.events import Event
from acd.journal import Journal
from acd.model import Queue, QueueName
from acd.past import Past
from hotline.looking_back import agent_kpis
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from simulation.people import Habits, Kind
from simulation.run import Simulation
from simulation.town import Demand, Team, citizens, workers
from tests.databases import sqlite_url
from tests.simulation.town import NINE, later

QUARTER: Final = 900
WRITES: Final = {"general": 20, "health": 45}
"""The queues' limits of the wrap-up, in seconds: agents need 25 s or so, thus both ends of it happen."""
UNTIL_S: Final = 3600

OFFERS: Final = """
with offered as (
  select o.seq, o.call_id, o.agent_id agent, json_extract(o.payload, '$.attempt') attempt,
    json_extract(o.payload, '$.at') began,
    (select json_extract(j.payload, '$.queue') from journal j
     where j.call_id = o.call_id and j.kind = 'CallJoined' order by j.seq limit 1) queue,
    (select json_extract(j.payload, '$.hotline') from journal j
     where j.call_id = o.call_id and j.kind = 'CallArrived') hotline,
    (select min(e.seq) from journal e where e.call_id = o.call_id and e.seq > o.seq and (e.kind = 'CallEnded'
       or e.kind in ('AgentAnswered', 'RingFailed') and json_extract(e.payload, '$.attempt')
          = json_extract(o.payload, '$.attempt'))) rung_seq
  from journal o where o.kind = 'RingAgent'),
talked as (
  select offered.*, (select min(e.seq) from journal e where e.call_id = offered.call_id and e.seq > rung_seq
    and (e.kind = 'CallEnded' or e.kind = 'TalkEnded' and json_extract(e.payload, '$.attempt') = attempt)) over_seq
  from offered)
select agent, queue, hotline, began, json_extract(r.payload, '$.at') rung, r.kind, json_extract(o.payload, '$.at') over,
  (select json_extract(e.payload, '$.at') from journal e where e.seq > over_seq and e.agent_id = talked.agent
   and e.kind in ('AgentBecameReady', 'AgentWentOnBreak', 'AgentLoggedOff') order by e.seq limit 1) pressed
from talked left join journal r on r.seq = rung_seq left join journal o on o.seq = over_seq order by talked.seq
"""
"""Each offer: rung until somebody answered or not, over, and the agent's next key after that."""

DUTY: Final = """
select seq, kind, agent_id agent, json_extract(payload, '$.at') at from journal
where kind in ('AgentBecameReady', 'AgentWentOnBreak', 'AgentLoggedOff')
union all
select f.seq, f.kind, o.agent_id, json_extract(f.payload, '$.at') from journal f join journal o
  on o.kind = 'RingAgent' and o.call_id = f.call_id
  and json_extract(o.payload, '$.attempt') = json_extract(f.payload, '$.attempt')
where f.kind = 'RingFailed'
order by 1
"""
"""Who missed or refused a ring is on a break, too: by the rule of these queues at once."""

Key = tuple[int, str]


@pytest.fixture
async def morning(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An hour and a half of two queues, 24 agents with breaks who miss a ring now and then, in a real journal."""
    told: list[tuple[Event, tuple[Command, ...]]] = []
    kinds = Kind(QueueName("general"), share=2.0), Kind(QueueName("health"), hotline="12320")
    demand = Demand(begins=NINE, lasts=timedelta(minutes=90), per_hour=330, kinds=kinds, hours=(1.0,))
    team = Team(
        name="a",
        size=24,
        queues=frozenset(kind.queue for kind in kinds),
        comes=NINE,
        leaves=later(5000),
        rest_every=timedelta(minutes=20),
        rest=timedelta(minutes=4),
        habits=Habits(misses=0.03, refuses=0.02),
    )
    queues = [
        Queue(QueueName(name), wrap_up_time=timedelta(seconds=limit), break_after_missed=1)
        for name, limit in WRITES.items()
    ]
    Simulation(
        queues,
        workers([team]),
        citizens(demand, 4),
        begins=NINE,
        seed=4,
        watchers=(lambda event, orders: told.append((event, orders)),),
    ).run()
    database = connect(sqlite_url(tmp_path))
    await prepare(database)
    journal = Journal(database)
    await journal.open()
    async with background(journal.run()):
        for event, orders in told:
            journal.append(event, orders)
        await journal.flushed(journal.last)
    yield database
    await database.dispose()


def cut(begun: datetime, over: datetime) -> Iterator[tuple[int, float]]:
    """Which quarter of an hour has how many seconds of it."""
    first, last = ((at - NINE).total_seconds() for at in (begun, over))
    for number in range(UNTIL_S // QUARTER):
        lasts = min(last, (number + 1) * QUARTER) - max(first, number * QUARTER)
        if lasts > 0:
            yield number, lasts


class Recount:
    """Seconds busy and on duty by quarter and agent; conversations by quarter and agent, queue or hotline."""

    def __init__(self) -> None:
        self.busy: defaultdict[Key, float] = defaultdict(float)
        self.on_duty: defaultdict[Key, float] = defaultdict(float)
        self.done: defaultdict[Key, list[tuple[float, float]]] = defaultdict(list)  # talk, wrap-up
        self.by_key = 0

    def offer(self, row: Any) -> None:
        """An offer, as OFFERS found it."""
        rang, answered = datetime.fromisoformat(row.began), datetime.fromisoformat(row.rung)
        if row.kind != "AgentAnswered":
            self._spend(self.busy, row.agent, rang, answered)
            return
        ended = datetime.fromisoformat(row.over)
        ready = limit = ended + timedelta(seconds=WRITES[row.queue])
        if row.pressed and datetime.fromisoformat(row.pressed) < limit:
            ready = datetime.fromisoformat(row.pressed)
            self.by_key += 1
        self._spend(self.busy, row.agent, rang, ready)
        for name in (row.agent, row.queue, row.hotline):
            talked, wrote = (ended - answered).total_seconds(), (ready - ended).total_seconds()
            self.done[int((ready - NINE).total_seconds() // QUARTER), name].append((talked, wrote))

    def duty(self, rows: Iterable[Any]) -> None:
        """What begins or ends an agent's being on duty, as DUTY found it."""
        since: dict[str, datetime] = {}
        for row in rows:
            at = datetime.fromisoformat(row.at)
            if row.agent in since and row.kind != "AgentBecameReady":
                self._spend(self.on_duty, row.agent, since.pop(row.agent), at)
            elif row.kind == "AgentBecameReady":
                since.setdefault(row.agent, at)

    def _spend(self, where: defaultdict[Key, float], agent: str, begun: datetime, over: datetime) -> None:
        for number, lasts in cut(begun, over):
            where[number, agent] += lasts


async def test_figures_equal_a_recount_by_sql_in_every_interval(morning: AsyncEngine) -> None:
    """AHT, talk, ACW by agent, queue, hotline, occupancy by agent, quarter by quarter; from facts and orders alone."""
    recount = Recount()
    async with morning.connect() as connection:
        for offer in await connection.execute(text(OFFERS)):
            recount.offer(offer)
        recount.duty(await connection.execute(text(DUTY)))
    period = Period(since=NINE, until=later(UNTIL_S), every=timedelta(seconds=QUARTER))

    seen = await agent_kpis(Past(morning), period)

    assert seen.agrees
    assert (len(seen.agents), len(seen.queues), len(seen.hotlines)) == (24 * 4, 2 * 4, 2 * 4)
    for row in (*seen.agents, *seen.queues, *seen.hotlines):
        again, done = recount.done[key(row)], row.handled
        talked, wrote = (sum(times) for times in zip(*again, strict=True)) if again else (0, 0)
        assert (done.handled, done.unseen) == (len(again), 0)
        assert done.talked.total_seconds() == pytest.approx(talked, abs=1e-3)
        assert done.average_wrap_up_s == (pytest.approx(wrote / len(again)) if again else None)
        assert done.average_handle_s == (pytest.approx((talked + wrote) / len(again)) if again else None)
    for agent in seen.agents:
        assert agent.spent.occupancy == pytest.approx(recount.busy[key(agent)] / recount.on_duty[key(agent)])
    assert (seen.total.handled.handled > 200, recount.by_key > 50) == (True, True)


def key(row: Row) -> Key:
    """Which quarter, and whose."""
    return int((row.since - NINE).total_seconds() // QUARTER), row.name
