"""The offer to call back, on a caller's own line: nothing is promised before it is on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_back_facts import CallBackAsked
from acd.call_back_plan import Standing
from acd.call_facts import Debt
from acd.events import AgentAnswered
from acd.model import CallId
from hotline.call_back_offer import CallBackOffer
from plumbing.database import connect, prepare
from tests.hotline.call_back_scene import ANI, Caller, House, calling_back, city_that


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """Ten in the morning; one caller waits, and there is no agent."""
    engine: AsyncEngine = connect(database_url)
    await prepare(engine)
    async with calling_back(engine, city_that()) as made:
        made.waits("c1")
        await made.until(lambda: made.core.waiting)
        yield made
    await engine.dispose()


async def test_who_presses_1_is_promised_a_call_that_is_owed_and_stands_in_their_place(house: House) -> None:
    """The promise is spoken last; when the caller has hung up, the debt has their place."""
    joined = house.core.waiting[0].joined
    caller = Caller("c1", "1", "12345", ANI)

    await house.back.offer.receive(caller)

    assert caller.noted == ["offer-call-back", "ASKED=yes", "KEPT=yes", "call-back-promised"]
    await house.becomes("c1", lambda debt: debt.is_asked)
    assert house.core.waiting == ()
    house.ends("c1")
    await house.stands("c1", Standing.IN_LINE)
    await house.until(lambda: house.lined() == ["c1"])
    assert house.core.lined[0].joined == joined


@pytest.mark.parametrize("key", [None, "0", "2", "#"])
async def test_who_presses_anything_else_waits_on(house: House, key: str | None) -> None:
    """Nothing is told, and the dialplan is not told to let them go."""
    caller = Caller("c1", key, "12345", ANI)

    await house.back.offer.receive(caller)

    assert caller.noted == ["offer-call-back"]
    assert [call.id for call in house.core.waiting] == ["c1"]
    assert not [fact for fact in house.told if isinstance(fact, CallBackAsked)]


@pytest.mark.parametrize("arguments", [("12345",), ("12345", ""), ("12345", "110"), ("12345", "16812345"), ()])
async def test_whom_no_rule_may_dial_is_offered_nothing(house: House, arguments: tuple[str, ...]) -> None:
    """A hidden number, one that is no citizen's, one that would cost them."""
    caller = Caller("c1", "1", *arguments)

    await house.back.offer.receive(caller)

    assert caller.noted == []


async def test_what_is_not_on_disk_is_not_promised(house: House) -> None:
    """The call book does not know this caller's number: no debt comes of it, and the caller waits on."""
    offer = CallBackOffer(house.engine, lambda: house.city, house.book.written, lambda _: True, within_s=0.3)
    caller = Caller("unheard-of", "1", "12345", ANI)

    await offer.receive(caller)

    assert caller.noted == ["offer-call-back", "ASKED=yes"]


async def test_who_is_being_put_through_is_owed_a_call_until_they_talk(house: House) -> None:
    """The key and the agent in the same moment: the ACD keeps the caller for the agent, and the talk settles it."""
    await house.agent()
    await house.until(lambda: house.core.offers)
    await house.back.offer.receive(Caller("c1", "1", "12345", ANI))
    await house.becomes_owed("c1", Debt.ASKED)

    house.rings_the_agent(CallId("c1"))
    house.tell(AgentAnswered(at=house.time, call=CallId("c1"), attempt=1))

    await house.becomes("c1", lambda debt: debt.settled_by == "c1")
