"""What citizens were promised when they asked to be called back, and until when it is owed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_back_facts import CallBackAsked
from acd.call_back_plan import Standing
from acd.call_facts import Debt
from acd.dial_facts import DialOutcome
from acd.model import CallId, QueueName
from city.queue import CallsBack
from plumbing.database import connect, prepare
from tests.hotline.call_back_scene import calling_back, city_that

OTHER = "13900000001"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A fresh database."""
    engine = connect(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()


async def test_what_citizens_asked_for_is_owed_until_they_were_tried_or_left_to_people(database: AsyncEngine) -> None:
    """Not to who only gave up, whom nobody promised anything; and also while the citizen's phone rings."""
    general = QueueName("general")
    async with calling_back(database, city_that(CallsBack.ASKED, call_back_attempts=1)) as house:
        await house.gives_up("c1", OTHER)
        house.waits("c2")
        assert not house.back.line.owes(general)
        house.tell(CallBackAsked(at=house.time, call=CallId("c2")))
        await house.becomes_owed("c2", Debt.ASKED)
        house.ends("c2")
        await house.until(lambda: house.back.line.owes(general))
        assert not house.back.line.owes(QueueName("health"))
        await house.agent()
        call = await house.offer()
        house.picks_up(call)
        await house.until(lambda: call in house.core.talking)
        assert house.back.line.owes(general)
        house.is_over(call, DialOutcome.NO_ANSWER)
        await house.stands("c2", Standing.LEFT)
        await house.until(lambda: not house.back.line.owes(general))
