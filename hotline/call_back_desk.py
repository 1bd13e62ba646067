"""回拨台: debts and the calls that are made for them, in one transaction each. The gate dials; this knows why."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from acd.call_facts import CallBackOwed, CallBackSettled, Debt
from acd.callbacks import CallBackFact
from acd.dial_facts import DialOutcome
from acd.engine import Engine
from acd.errors import NotNow
from acd.journal import Journal
from acd.model import AgentId, CallId, Offer
from api.ports import Unknown
from city.city import City
from recordings.calls import read_call
from telephony.dial_book import DialOut
from telephony.dial_rules import Wish, refuse_if
from telephony.gate import Exchange, Gate
from tickets import call_backs


def open_gate(
    exchange: Exchange,
    engine: Engine,
    database: AsyncEngine,
    city: Callable[[], City],
    journal: Journal,
    now: Callable[[], datetime],
) -> Gate:
    """The gate, with what follows for a debt when a call is over."""
    distributor = engine.distributor

    async def follow(connection: AsyncConnection, over: DialOut) -> None:
        if over.outcome is DialOutcome.ANSWERED:
            debts = {*([over.owed] if over.owed else ()), *await call_backs.open_debts_to(connection, over.call)}
            for debt in sorted(debts):
                engine.tell(CallBackSettled(at=now(), call=debt, by=over.call))
        elif over.owed:
            with suppress(call_backs.NoSuchCallBack, NotNow):  # the citizen rang again meanwhile
                await call_backs.change(connection, over.owed, CallBackFact.FAILED, now())

    def offer(call: CallId) -> Offer | None:
        return distributor.offers.get(call) or distributor.talking.get(call)

    async def durable() -> None:
        await journal.flushed(journal.last)

    return Gate(exchange, engine, database, city, now, durable=durable, offer=offer, on_over=follow)


class CallBackDesk:
    """What people ask for: `api.ports.Dialling`."""

    def __init__(self, gate: Gate, database: AsyncEngine, engine: Engine) -> None:
        self._gate, self._database, self._engine = gate, database, engine

    async def dial(self, wish: Wish) -> CallId:
        """点击外呼. Raises Refused, TelephonyError."""
        return await self._gate.dial(wish)

    async def call_back(self, debt: CallId, agent: AgentId, who: str) -> CallId:
        """回拨. Raises Refused, NoSuchCallBack, TelephonyError."""
        async with self._database.connect() as connection:
            owed = await call_backs.read(connection, debt)
        wish = Wish(
            agent=agent,
            number=owed.number,
            who=who,
            why=f"call-back: {owed.why}",
            hotline=owed.hotline or "",
            owed=debt,
        )
        return await self._gate.dial(wish, _take_and_dial)

    async def take(self, debt: CallId, agent: AgentId) -> None:
        """领取. Raises Refused, NoSuchCallBack."""
        async with self._database.begin() as connection:
            await call_backs.change(connection, debt, CallBackFact.TAKEN, self._engine.now(), by=agent)

    async def release(self, debt: CallId) -> None:
        """放回. Raises Refused, NoSuchCallBack."""
        async with self._database.begin() as connection:
            await call_backs.change(connection, debt, CallBackFact.RELEASED, self._engine.now())

    async def owe(self, call: CallId) -> None:
        """登记回拨请求: told as a fact; the call book writes it down. Raises Unknown, NumberRefused."""
        async with self._database.connect() as connection:
            known = await read_call(connection, call)
        if known.arrived_at is None and known.ended_at is None:
            raise Unknown(call)
        if known.ani is None:
            refuse_if("not_a_number")
        self._engine.tell(CallBackOwed(at=self._engine.now(), call=call, why=Debt.ASKED))


async def _take_and_dial(connection: AsyncConnection, intent: DialOut) -> None:
    if intent.owed is not None:
        await call_backs.change(connection, intent.owed, CallBackFact.DIALLED, intent.asked_at, by=intent.agent)
