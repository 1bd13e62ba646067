"""The real desk and gate for calls outside, beside an Asterisk that only has a carrier."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.engine import Engine
from acd.journal import Journal
from city.city import City
from hotline.call_back_desk import CallBackDesk, open_gate
from hotline.call_back_line import CallBackLine
from hotline.kept_places import KeptPlaces
from telephony.gate import Gate
from telephony.message import AmiReply


class Exchange:
    """An Asterisk that has a carrier."""

    async def action(self, name: str, deadline_s: float | None = None, /, **fields: Any) -> AmiReply:
        """What its global variable says."""
        return AmiReply(b"Value: carrier")


def open_desk(database: AsyncEngine, engine: Engine, journal: Journal, city: City) -> tuple[Gate, CallBackDesk]:
    """The gate, which its test must run, and the desk; nothing stands in the line by itself."""
    gate = open_gate(Exchange(), engine, database, lambda: city, journal, engine.now)
    places = KeptPlaces(journal)
    line = CallBackLine(database, engine, lambda: city, places, written=gate.written, has_carrier=gate.has_carrier)
    return gate, CallBackDesk(gate, database, engine, line)
