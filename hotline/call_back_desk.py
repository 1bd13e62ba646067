"""回拨台: debts and the calls that are made for them, in one transaction each. The gate dials; this knows why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from acd.call_back_plan import Place
from acd.call_facts import CallBackOwed, CallBackSettled, Debt
from acd.callbacks import CallBackFact, after
from acd.commands import RingAgent
from acd.dial_facts import DialOutcome
from acd.engine import Engine
from acd.errors import NotNow
from acd.events import Event
from acd.journal import Journal
from acd.model import AgentId, CallId, Offer
from api.unanswered import Unknown
from city.city import City
from ivr.aloud import number_aloud
from ivr.prompts import Say
from recordings.calls import read_call
from telephony.dial_book import DialOut
from telephony.dial_rules import Wish, refuse_if
from telephony.gate import Exchange, Gate
from telephony.intents import Also
from tickets import call_backs
from tickets.call_backs import CallBack

BY_RULE: Final = "call-back"
"""Who is written down as having asked for a call that stood in the line by itself."""

UNSURE: Final = "unknown_outcome"

SAID: Final = {
    Debt.REFUSED: Say.CALL_BACK_REFUSED,
    Debt.ABANDONED: Say.CALL_BACK_ABANDONED,
    Debt.LOST: Say.CALL_BACK_LOST,
    Debt.ASKED: Say.CALL_BACK_ASKED,
}
"""What the agent hears before the citizen is dialled; the hotline's number follows."""


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
        await _follow(connection, over, engine.tell, now())

    async def due(order: RingAgent) -> tuple[Wish, Also] | None:
        debt = distributor.owed(order.call)
        if debt is None:
            return None
        try:
            async with database.connect() as connection:
                owed = await call_backs.read(connection, debt)
        except call_backs.NoSuchCallBack as error:
            raise NotNow("no call-back is owed for this call", "没有这个待回拨") from error
        return _wish(owed, order.agent, BY_RULE), _take_and_dial

    def offer(call: CallId) -> Offer | None:
        return distributor.offers.get(call) or distributor.talking.get(call)

    async def durable() -> None:
        await journal.flushed(journal.last)

    return Gate(exchange, engine, database, city, now, durable=durable, offer=offer, due=due, on_over=follow)


async def _follow(connection: AsyncConnection, over: DialOut, tell: Callable[[Event], None], at: datetime) -> None:
    """What becomes of a debt, or of all debts to a citizen who was talked with, when a call of ours is over."""
    if over.outcome is DialOutcome.ANSWERED:
        debts = {*([over.owed] if over.owed else ()), *await call_backs.open_debts_to(connection, over.call)}
        for debt in sorted(debts):
            tell(CallBackSettled(at=at, call=debt, by=over.call))
    elif over.owed and over.outcome:
        fact = after(over.outcome)
        rule = UNSURE if fact is CallBackFact.LEFT else None
        with suppress(call_backs.NoSuchCallBack, NotNow):  # the citizen rang again meanwhile
            await call_backs.change(connection, over.owed, fact, at, rule=rule)


class Line(Protocol):
    """What is needed of `hotline.call_back_line.CallBackLine`."""

    @property
    def standings(self) -> Mapping[CallId, Place]:
        """Where each debt stood at the last look."""

    def wake(self) -> None:
        """Look soon."""


class CallBackDesk:
    """What people ask for: `api.ports.Dialling`."""

    def __init__(self, gate: Gate, database: AsyncEngine, engine: Engine, line: Line) -> None:
        """`line` is woken when a person has changed something."""
        self._gate, self._database, self._engine, self._line = gate, database, engine, line

    def standings(self) -> Mapping[CallId, Place]:
        """Where each debt stands with the rules, as of a moment ago."""
        return self._line.standings

    async def dial(self, wish: Wish) -> CallId:
        """点击外呼. Raises Refused, TelephonyError."""
        return await self._gate.dial(wish)

    async def call_back(self, debt: CallId, agent: AgentId, who: str) -> CallId:
        """回拨. Raises Refused, NoSuchCallBack, TelephonyError."""
        async with self._database.connect() as connection:
            owed = await call_backs.read(connection, debt)
        call = await self._gate.dial(_wish(owed, agent, who), _take_and_dial)
        self._line.wake()
        return call

    async def take(self, debt: CallId, agent: AgentId) -> None:
        """领取. Raises Refused, NoSuchCallBack."""
        async with self._database.begin() as connection:
            await call_backs.change(connection, debt, CallBackFact.TAKEN, self._engine.now(), by=agent)
        self._line.wake()

    async def release(self, debt: CallId) -> None:
        """放回. Raises Refused, NoSuchCallBack."""
        async with self._database.begin() as connection:
            await call_backs.change(connection, debt, CallBackFact.RELEASED, self._engine.now())
        self._line.wake()

    async def owe(self, call: CallId) -> None:
        """登记回拨请求: told as a fact; the call book writes it down. Raises Unknown, NumberRefused."""
        async with self._database.connect() as connection:
            known = await read_call(connection, call)
        if known.arrived_at is None and known.ended_at is None:
            raise Unknown(call)
        if known.ani is None:
            refuse_if("not_a_number")
        self._engine.tell(CallBackOwed(at=self._engine.now(), call=call, why=Debt.ASKED))


def _wish(owed: CallBack, agent: AgentId, who: str) -> Wish:
    hotline = owed.hotline or ""
    return Wish(
        agent=agent,
        number=owed.number,
        who=who,
        why=f"call-back: {owed.why}",
        hotline=hotline,
        owed=owed.call,
        about=(SAID[owed.why], *number_aloud(hotline)),
    )


async def _take_and_dial(connection: AsyncConnection, intent: DialOut) -> None:
    if intent.owed is not None:
        await call_backs.change(connection, intent.owed, CallBackFact.DIALLED, intent.asked_at, by=intent.agent)
