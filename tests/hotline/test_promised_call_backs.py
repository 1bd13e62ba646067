"""What citizens are promised when they asked to be called back, and until when it is owed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_back_facts import CallBackAsked
from acd.call_back_plan import Standing, most_promised
from acd.call_facts import Debt
from acd.dial_facts import DialOutcome
from acd.model import CallId, QueueName
from city.queue import CallsBack
from plumbing.database import connect, prepare
from tests.hotline.call_back_scene import ANI, Caller, calling_back, city_that

OTHER = "13900000001"
HOURLY = most_promised(1, None)


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


async def test_no_more_is_promised_than_can_be_kept_within_the_hour(database: AsyncEngine) -> None:
    """One at a time, of five minutes: twelve. The thirteenth hears nothing and waits on, until one is reached."""
    async with calling_back(database, city_that(CallsBack.ASKED, at_once=1)) as house:
        for number in range(HOURLY):
            ani = f"1390000{number:04}"
            house.waits(f"c{number}", ani)
            await house.until(lambda number=number: house.core.waits(CallId(f"c{number}")))  # type: ignore[misc]
            await house.back.offer.receive(Caller(f"c{number}", "1", "12345", ani))
            house.ends(f"c{number}")
        await house.until(lambda: len(house.back.line.standings) == HOURLY and house.lined())
        house.later(1)
        house.waits("late")
        await house.until(lambda: house.core.waits(CallId("late")))

        late = Caller("late", "1", "12345", ANI)
        await house.back.offer.receive(late)

        assert late.noted == []
        assert [call.id for call in house.core.waiting] == ["late"]
        await house.agent()
        call = await house.offer()
        house.picks_up(call)
        house.is_over(call, DialOutcome.ANSWERED)
        await house.until(lambda: house.back.line.may_promise(CallId("late")))
