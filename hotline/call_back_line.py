"""Keeps the line of call-backs as acd.call_back_plan has it: looks at the debts, and tells the ACD what is different.

It looks when there is news and every EVERY_S, always at everything, so whatever was missed meanwhile (a crash, a lost
database) is put right by the next look. What is true stands elsewhere: the debts in their table, the line in the ACD,
attempts in the gate's book. Numbers are compared here and go nowhere.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from acd.call_back_facts import CallBackLined, CallBackWithdrawn, PlaceInherited
from acd.call_back_plan import Place, Standing, most_promised, plan
from acd.call_facts import CallBackOwed, CallBackSettled
from acd.callbacks import CallBackFact, CallBackState
from acd.commands import Command, RingAgent
from acd.dial_facts import DialOutcome, DialOutOver
from acd.engine import Engine
from acd.errors import NotNow
from acd.events import CallArrived, CallEnded, CallJoined, Event, GapClosed
from acd.model import CallId, QueueName, is_outward
from city.city import City
from city.queue import CallsBack
from hotline.kept_places import KeptPlaces
from hotline.planned_debts import candidate, is_by_rule, policy_of
from recordings.calls import numbers_of
from telephony import dial_book
from telephony.errors import TelephonyError
from telephony.gate import new_call
from tickets import call_backs
from tickets.call_backs import CallBack

log = structlog.get_logger(__name__)

EVERY_S: Final = 15.0
PACE_S: Final = 0.2
SHARE: Final = 10
"""After a look it rests so many times as long as the look took, at most EVERY_S: however many debts there are, calls go
first; and one look that a busy machine held up for seconds keeps nobody waiting for minutes."""
RETRY_S: Final = 5.0
MOST: Final = 1000  # debts looked at
LOOK_BACK: Final = timedelta(days=2)
"""Who was missed longer ago than this is for a person to call, not for a rule."""
RESTS: Final = timedelta(minutes=1)
"""So long a debt stays out of the line that was offered but could not be dialled, so that it does not keep agents."""

NEWS: Final = (CallBackOwed, CallBackSettled, DialOutOver, CallArrived, CallJoined, CallEnded, GapClosed)
TOO_OFTEN: Final = "number_too_often"


class CallBackLine:
    """Subscribe `note` to the engine and `run` it. `standings`: where each debt stood at the last look.

    `written` waits until all that has happened so far is in the tables; `has_carrier` asks whether we can dial at all.
    """

    def __init__(
        self,
        database: AsyncEngine,
        engine: Engine,
        city: Callable[[], City],
        places: KeptPlaces,
        *,
        written: Callable[[], Awaitable[None]],
        has_carrier: Callable[[], Awaitable[bool]],
    ) -> None:
        self._database, self._engine, self._city, self._places = database, engine, city, places
        self._core = engine.distributor
        self._written, self._has_carrier = written, has_carrier
        self._news = asyncio.Event()
        self._offered: dict[CallId, CallId] = {}  # debts that agents are being rung for, by our calls
        self._rests: dict[CallId, datetime] = {}
        self._came: set[CallId] = set()  # callers who may have a place to inherit
        self._promised: Counter[QueueName] = Counter()  # call-backs that citizens asked for and are owed yet
        self.standings: Mapping[CallId, Place] = {}

    def owes(self, queue: QueueName) -> bool:
        """Whether a rule still owes a citizen of this queue the call-back that they asked for, or is making one."""
        return self._promised[queue] > 0 or self._busy()[queue] > 0

    def may_promise(self, call: CallId) -> bool:
        """Whether a caller who waits can be offered a call-back."""
        waiting = self._core.waits(call)
        return waiting is not None and self.may_promise_in(waiting.queue)

    def may_promise_in(self, name: QueueName) -> bool:
        """Whether somebody else can be promised one in this queue: only so many are as can be made in time."""
        queue = self._city().queues.get(name)
        if queue is None:
            return False
        return self._promised[name] < most_promised(queue.call_backs_at_once, self._core.handle_s(name))

    def note(self, event: Event, orders: tuple[Command, ...]) -> None:
        """The engine's watcher."""
        for order in orders:
            if isinstance(order, RingAgent) and (owed := self._core.owed(order.call)):
                self._offered[order.call] = owed
                self._rests[owed] = order.at + RESTS
        if isinstance(event, CallJoined):
            self._came.add(event.call)
        elif isinstance(event, DialOutOver):
            owed = self._offered.pop(event.call, None)
            if owed and event.outcome is DialOutcome.AGENT_MISSED:
                self._rests.pop(owed, None)  # another agent may take it at once: the place is kept
        if isinstance(event, NEWS):
            self.wake()

    def wake(self) -> None:
        """Look soon."""
        self._news.set()

    async def run(self) -> None:
        """Look, until cancelled."""
        loop = asyncio.get_running_loop()
        rest_s = PACE_S
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._news.wait()
            await asyncio.sleep(rest_s)
            self._news.clear()
            began = loop.time()
            try:
                await self.look()
                rest_s = min(EVERY_S, max(PACE_S, SHARE * (loop.time() - began)))
            except (SQLAlchemyError, OSError, TelephonyError) as error:
                log.warning("call-backs were not looked through this time", why=type(error).__name__)
                rest_s = RETRY_S

    async def look(self) -> None:
        """Look once, and tell the difference. Raises SQLAlchemyError, TelephonyError."""
        city = self._city()
        came, debts = set(self._came), await self._debts(city)
        if not debts and not self._core.lined:
            self.standings, self._promised = {}, Counter()
            self._came -= came
            return
        carrier = await self._has_carrier()
        async with self._database.connect() as connection:
            here = await numbers_of(connection, [call for call in self._core.calls if not is_outward(call)])
            begun = await call_backs.states_of(connection, self._lined())
        await self._plan(debts, set(here.values()), city, carrier=carrier)
        self._withdraw(begun)
        for call in sorted(came & here.keys()):
            self._bequeath(CallId(call), here[call], debts, city)
        self._came -= came
        await self._line_up(debts, city)
        await self._leave(debts)

    async def _debts(self, city: City) -> Sequence[CallBack]:
        """Those that a rule may dial, as they are now, each with its place."""
        policies = {name: queue.calls_back for name, queue in city.queues.items()}
        missed = [name for name, policy in policies.items() if policy is CallsBack.MISSED]
        asked = [name for name, policy in policies.items() if policy is CallsBack.ASKED]
        if not missed and not asked:
            return ()
        await self._written()
        since = self._engine.now() - LOOK_BACK
        async with self._database.connect() as connection:
            debts = await call_backs.for_rules(connection, missed=missed, asked=asked, since=since, limit=MOST)
        await self._places.learn([debt.call for debt in debts])
        unknown = [debt for debt in debts if debt.queue is None]
        if unknown:
            async with self._database.begin() as connection:
                for debt in unknown:
                    if place := self._places.of(debt, city):
                        await call_backs.note_queue(connection, debt.call, place.queue)
        return debts

    def _lined(self) -> list[CallId]:
        return [call.owed for call in self._core.lined if call.owed is not None]

    async def _plan(self, debts: Sequence[CallBack], here: set[str], city: City, *, carrier: bool) -> None:
        """Off the loop: a thousand debts take some twenty milliseconds, and whoever is to be rung goes first."""
        at = self._engine.now()
        self._rests = {owed: until for owed, until in self._rests.items() if until > at}
        self._offered = {call: owed for call, owed in self._offered.items() if owed in self._rests}
        rests, room, lined = dict(self._rests), self._room(city), self._lined()

        def planned() -> dict[CallId, Place]:
            citizens: dict[str, int] = {}
            candidates = [
                candidate(debt, place, citizens.setdefault(debt.number, len(citizens)), here, rests, city)
                for debt in debts
                if (place := self._places.of(debt, city)) and is_by_rule(debt, place, city)
            ]
            return plan(candidates, policy_of(city), at, room=room, lined=lined, carrier=carrier)

        self.standings = await asyncio.to_thread(planned)
        asked = (debt for debt in debts if debt.is_asked and self._is_coming(debt.call))
        self._promised = Counter(place.queue for debt in asked if (place := self._places.of(debt, city)))

    def _is_coming(self, owed: CallId) -> bool:
        place = self.standings.get(owed)
        return place is not None and place.standing is not Standing.LEFT

    def _room(self, city: City) -> dict[QueueName, int]:
        """How many more debts of each queue may be in the line: agents who talk with a citizen we called count."""
        busy = self._busy()
        return {
            QueueName(name): max(0, queue.call_backs_at_once - busy[QueueName(name)])
            for name, queue in city.queues.items()
        }

    def _busy(self) -> Counter[QueueName]:
        """Call-backs of each queue in the line and in progress."""
        busy = Counter(call.queue for call in self._core.lined)
        busy.update(talk.queue for talk in self._core.talking.values() if is_outward(talk.call))
        return busy

    def _withdraw(self, states: Mapping[CallId, CallBackState]) -> None:
        """What should not be in the line (any more) leaves it, but for what is being dialled for an agent just now."""
        for call in self._core.lined:
            if call.owed is None:
                continue
            place = self.standings.get(call.owed)
            is_begun = call.id in self._core.offers and states.get(call.owed) is CallBackState.DIALLING
            if not is_begun and (place is None or place.standing is not Standing.IN_LINE):
                self._engine.tell(CallBackWithdrawn(at=self._engine.now(), owed=call.owed))

    def _bequeath(self, call: CallId, number: str, debts: Iterable[CallBack], city: City) -> None:
        """A caller who is owed a call and rings by themselves waits in the place that was kept for them."""
        if city.admission.shares(number):  # many people ring by it: nobody's place is another's
            return
        for debt in debts:
            place = self._places.of(debt, city)
            if debt.number == number and debt.call != call and place and self._keeps(debt):
                at = self._engine.now()
                self._engine.tell(PlaceInherited(at=at, call=call, queue=place.queue, joined=place.joined))

    def _keeps(self, debt: CallBack) -> bool:
        place = self.standings.get(debt.call)
        return place is not None and place.standing in (Standing.CITIZEN_HERE, Standing.MERGED)

    async def _line_up(self, debts: Sequence[CallBack], city: City) -> None:
        known, lined = {debt.call: debt for debt in debts}, set(self._lined())
        for owed, place in self.standings.items():
            if place.standing is not Standing.IN_LINE or owed in lined:
                continue
            kept, at, window = self._places.of(known[owed], city), self._engine.now(), place.window
            if kept is None or window is None or await self._is_too_often(known[owed], city, at):
                continue
            fact = CallBackLined(
                at=at,
                call=new_call(),
                owed=owed,
                queue=kept.queue,
                skills=kept.skills,
                priority=kept.priority,
                joined=kept.joined,
                prefers=kept.prefers,
                not_before=window.opens if window.opens > at else None,
                lapses=window.lapses,
            )
            self._engine.tell(fact)

    async def _is_too_often(self, debt: CallBack, city: City, at: datetime) -> bool:
        limits = city.dialling
        async with self._database.begin() as connection:
            attempts = await dial_book.attempts_to(connection, debt.number, at - limits.window)
            is_too_often = attempts >= limits.attempts_per_number
            if is_too_often:
                await _leave(connection, debt.call, TOO_OFTEN, at)
        return is_too_often

    async def _leave(self, debts: Sequence[CallBack]) -> None:
        """Write down which debts are left to people from now on."""
        for debt in debts:
            place = self.standings.get(debt.call)
            if debt.state is CallBackState.OWED and place is not None and place.rule is not None:
                async with self._database.begin() as connection:
                    await _leave(connection, debt.call, place.rule, self._engine.now())


async def _leave(connection: AsyncConnection, owed: CallId, rule: str, at: datetime) -> None:
    with suppress(NotNow, call_backs.NoSuchCallBack):  # taken or settled meanwhile
        await call_backs.change(connection, owed, CallBackFact.LEFT, at, rule=rule)
        log.info("a call-back is left to people", call=owed, rule=rule)
