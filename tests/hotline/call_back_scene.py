"""A house that calls back: the real engine, journal, call book, gate and line on SQLite, beside an Asterisk that only
remembers what it was told. The clock is the test's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_back_plan import Standing
from acd.call_facts import CallBackOwed, Debt
from acd.dial_facts import CitizenAnswered, CitizenDialled, DialOutcome, DialOutOver
from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import (
    AgentAnswered,
    AgentBecameReady,
    AgentLoggedOn,
    CallArrived,
    CallEnded,
    CallJoined,
    Event,
    PhoneDialled,
    QueuesLoaded,
    RingStarted,
    SeatOpened,
)
from acd.journal import Journal
from acd.model import AgentId, CallId, QueueName, SeatId
from city.city import City
from city.load import load_city
from city.queue import CallsBack
from hotline.callbook import CallBook
from hotline.calling_back import set_up_calling_back
from hotline.fittings import acd_queues
from plumbing.lifecycle import background
from telephony.dial_rules import Wish
from telephony.message import AmiReply
from telephony.switchboard import Switchboard
from telephony.translate import Arrival
from tests.acd.scene import make_seat
from tests.city.scene import SAMPLE
from tickets import call_backs
from tickets.call_backs import CallBack

TEN = datetime(2025, 1, 6, 10, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
ANI = "13812345678"
WITHIN_S = 60.0
"""No rule says how long: a busy machine may take its time."""


def city_that(calls_back: CallsBack = CallsBack.MISSED, at_once: int = 3, **dialling: Any) -> City:
    """The sample city, whose rules call back."""
    city = load_city(SAMPLE)
    told = {"calls_back": calls_back, "call_backs_at_once": at_once}
    queues = {name: queue.model_copy(update=told) for name, queue in city.queues.items()}
    return replace(city, queues=MappingProxyType(queues), dialling=city.dialling.model_copy(update=dialling))


class Caller:
    """A line on which this key is pressed; what was heard and set, in order."""

    def __init__(self, call: str, key: str | None, *arguments: str) -> None:
        self.call_id, self.key, self.arguments = call, key, arguments
        self.noted: list[str] = []

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """At once."""
        assert wait_s
        self.noted.append(prompt)
        return self.key

    async def play(self, prompt: str) -> str | None:
        """To the end."""
        self.noted.append(prompt)
        return None

    async def set_variable(self, name: str, value: str) -> None:
        """On the channel."""
        self.noted.append(f"{name}={value}")


class House:
    """`dialled`: what Asterisk was told to originate."""

    def __init__(self, database: AsyncEngine, city: City) -> None:
        self.database, self.city, self.time = database, city, TEN
        self.told: list[Event] = []
        self.dialled: list[dict[str, Any]] = []
        self.carrier = "carrier"
        self.journal, self.core = Journal(database), Distributor()
        switchboard = Switchboard(self, self.tell, self.now, dial_out=lambda order: self.back.gate.send(order))
        self.engine = Engine(self.core, switchboard, self.journal, self.now)
        self.book = CallBook(database, lambda _: "12345", short=timedelta(seconds=10))
        self.back = set_up_calling_back(
            self, self.engine, database, lambda: self.city, self.journal, self.book, self.now
        )
        self.parts = (
            self.engine,
            switchboard,
            self.journal,
            self.book,
            self.back.gate,
            self.back.debts,
            self.back.line,
        )
        for watcher in (self.book.note, *self.back.watchers, lambda event, _: self.told.append(event)):
            self.engine.subscribe(watcher)

    def now(self) -> datetime:
        """The clock."""
        return self.time

    def later(self, minutes: float) -> None:
        """Let time pass; the line is looked at."""
        self.time += timedelta(minutes=minutes)
        self.look()

    def look(self) -> None:
        """Have the line looked at soon, as it is by itself every few seconds."""
        self.back.line.wake()

    async def action(self, name: str, deadline_s: float | None = None, /, **fields: Any) -> AmiReply:
        """Asterisk."""
        if name == "Originate":
            self.dialled.append(fields)
        return AmiReply(f"Value: {self.carrier}".encode() if self.carrier else b"Value:")

    def send(self, name: str, /, **fields: Any) -> Awaitable[AmiReply]:
        """The same."""
        return self.action(name, **fields)

    def tell(self, event: Event) -> None:
        """A fact."""
        self.engine.tell(event)

    # ---- people

    async def agent(self, agent: str = "101", queues: str = "general health") -> None:
        """Somebody at seat 8xxx, ready."""
        seat = make_seat(f"8{agent}", queues)
        self.tell(SeatOpened(at=self.time, seat=seat))
        await self.engine.ask(AgentLoggedOn(at=self.time, agent=AgentId(agent), seat=SeatId(f"8{agent}")))
        await self.ready(agent)

    async def ready(self, agent: str = "101") -> None:
        """就绪."""
        await self.engine.ask(AgentBecameReady(at=self.time, agent=AgentId(agent)))

    def rings(self, call: str, ani: str = ANI, hotline: str = "12345") -> None:
        """A citizen rings and is greeted."""
        self.book.note_arrival(Arrival(at=self.time, call=CallId(call), dnis=hotline, ani=ani))
        self.tell(CallArrived(at=self.time, call=CallId(call), hotline=hotline))

    def waits(self, call: str, ani: str = ANI, **more: Any) -> None:
        """A citizen rings and waits."""
        self.rings(call, ani, **more)
        self.tell(CallJoined(at=self.time, call=CallId(call), queue=QueueName("general")))

    def ends(self, call: str) -> None:
        """The line of a call is gone."""
        self.tell(CallEnded(at=self.time, call=CallId(call)))

    async def gives_up(self, call: str, ani: str = ANI, waited_min: float = 1) -> None:
        """A citizen waits, hangs up, and is owed a call: the debt is in its table, where it can be taken."""
        self.waits(call, ani)
        self.time += timedelta(minutes=waited_min)
        self.ends(call)
        await self.becomes(call, lambda debt: debt.call == call)

    # ---- our calls

    async def offer(self, number: int = 1) -> CallId:
        """Wait until so many calls were originated; the id of the last one."""
        await self.until(lambda: len(self.dialled) >= number)
        return CallId(self.dialled[number - 1]["ChannelId"])

    def rings_the_agent(self, call: CallId) -> None:
        """The agent's phone."""
        self.tell(PhoneDialled(at=self.time, call=call, attempt=1))
        self.tell(RingStarted(at=self.time, call=call, attempt=1))

    def picks_up(self, call: CallId) -> None:
        """The agent, after the phone has rung."""
        self.rings_the_agent(call)
        self.tell(AgentAnswered(at=self.time, call=call, attempt=1))
        self.tell(CitizenDialled(at=self.time, call=call))

    def is_over(self, call: CallId, outcome: DialOutcome) -> None:
        """What the dialplan says, and the end of the agent's leg."""
        if outcome is DialOutcome.ANSWERED:
            self.tell(CitizenAnswered(at=self.time, call=call))
        self.tell(DialOutOver(at=self.time, call=call, outcome=outcome))
        self.ends(call)

    @staticmethod
    def wish(owed: str, ani: str = ANI) -> Wish:
        """What the gate is asked for, for a debt."""
        return Wish(agent=AgentId("101"), number=ani, who="call-back", why="call-back", owed=CallId(owed))

    # ---- looking

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(WITHIN_S):
            while not true():  # noqa: ASYNC110  what is waited for is anything at all
                await asyncio.sleep(0.01)

    async def becomes(self, owed: str, true: Callable[[CallBack], object]) -> CallBack:
        """Wait until a debt is as wanted."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                async with self.database.connect() as connection:
                    debts = await call_backs.owed(connection, settled_too=True)
                for debt in debts:
                    if debt.call == owed and true(debt):
                        return debt
                await asyncio.sleep(0.01)

    async def becomes_owed(self, call: str, why: Debt) -> None:
        """Wait until a call-back is owed for this reason."""
        await self.until(lambda: (call, why) in [(it.call, it.why) for it in self.told if isinstance(it, CallBackOwed)])

    async def stands(self, owed: str, standing: Standing) -> None:
        """Wait until the rules say so of a debt."""
        await self.until(lambda: (place := self.back.line.standings.get(CallId(owed))) and place.standing is standing)

    def lined(self) -> list[str | None]:
        """The debts in the line, in order."""
        return [call.owed for call in self.core.lined]


@asynccontextmanager
async def calling_back(database: AsyncEngine, city: City) -> AsyncIterator[House]:
    """The house at work."""
    house = House(database, city)
    await house.journal.open()
    await house.back.gate.inherit()
    runs: list[Coroutine[None, None, None]] = [part.run() for part in house.parts]
    async with background(*runs):
        house.tell(QueuesLoaded(at=TEN, queues=acd_queues(city)))
        yield house
