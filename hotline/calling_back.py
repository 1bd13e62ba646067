"""回拨的一切: what finds the debts, what keeps their line, and the gate that dials, fitted to each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.engine import Engine, Watcher
from acd.journal import Journal
from city.city import City
from hotline.call_back_desk import CallBackDesk, open_gate
from hotline.call_back_line import CallBackLine
from hotline.call_back_offer import CallBackOffer
from hotline.callbook import CallBook
from hotline.debts import Debts
from hotline.kept_places import KeptPlaces
from telephony.gate import Exchange, Gate


class CallingBack(NamedTuple):
    """Subscribe the `watchers` in this order, and run the three."""

    debts: Debts
    gate: Gate
    line: CallBackLine
    desk: CallBackDesk
    offer: CallBackOffer

    @property
    def watchers(self) -> tuple[Watcher, ...]:
        """Who must hear what the engine decides."""
        return self.debts.note, self.gate.note, self.line.note, self.offer.note


def set_up_calling_back(
    exchange: Exchange,
    engine: Engine,
    database: AsyncEngine,
    city: Callable[[], City],
    journal: Journal,
    callbook: CallBook,
    now: Callable[[], datetime],
) -> CallingBack:
    """Fit them together."""
    debts = Debts(
        database, engine.tell, callbook.written, now, abandoned_too=lambda: city().dialling.call_back_abandoned
    )
    gate = open_gate(exchange, engine, database, city, journal, now)

    async def written() -> None:
        await callbook.written()
        await gate.written()

    line = CallBackLine(database, engine, city, KeptPlaces(journal), written=written, has_carrier=gate.has_carrier)
    offer = CallBackOffer(engine, city, callbook.written, line.may_promise)
    return CallingBack(debts, gate, line, CallBackDesk(gate, database, engine, line), offer)
