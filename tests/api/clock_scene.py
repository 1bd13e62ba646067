"""Tickets with clocks behind the HTTP face, as the transcriber leaves them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from asr.transcript import Transcript
from city.load import load_city
from recordings.ledger import close_row, open_rows
from recordings.recording import Recording, RecordingState, SpoolName
from tests.api.face import NOW, SAMPLE, Face
from tests.tickets.talks import KNOWS, talk
from tickets.draft import CallFacts, draft
from tickets.store import draft_once, tickets
from tickets.urgency import UrgencyTable

GAS = talk("煤气 泄漏 了 我 家 一 屋子 煤气味")
URGENT = replace(KNOWS, urgency=UrgencyTable(load_city(SAMPLE).urgency.classes))
NOISE = talk("我 要 投诉 楼下 噪音")


async def born(face: Face, database: AsyncEngine, said: Transcript, *, call: str, at: datetime = NOW) -> str:
    """The id of the draft of a talk that began then."""
    name = SpoolName(call, 1)
    async with database.begin() as connection:
        (opened,) = (await open_rows(connection, [name], at)).values()
        kept = Recording(id=opened.id, call_id=call, attempt=1, state=RecordingState.KEPT, seconds=2.0)
        await close_row(connection, kept)
        facts = CallFacts(call_id=call, hotline="12345", hotline_name=None, ani="13812340000")
        await draft_once(connection, kept, facts, draft(facts, said, URGENT), at)
        await face.services.clocking.begin(connection, kept, said)
        row = await connection.execute(tickets.select().where(tickets.c.recording == kept.id))
        return str(row.one().id)


@pytest.fixture
async def gas(face: Face, database: AsyncEngine) -> str:
    """The draft of a gas leak, from a day ago."""
    return await born(face, database, GAS, call="lx-1.1", at=NOW - timedelta(days=1))


@pytest.fixture
async def noise(face: Face, database: AsyncEngine) -> str:
    """The draft of a complaint, from just now."""
    return await born(face, database, NOISE, call="lx-2.1")
