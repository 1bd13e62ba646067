"""Citizens are called back by rule: in the place they had, at most once an attempt, and never past the rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_back_facts import CallBackAsked, CallBackWithdrawn, PlaceInherited
from acd.call_back_plan import NOT_REACHED, Standing
from acd.call_facts import CallBackSettled, Debt
from acd.callbacks import CallBackFact, CallBackState
from acd.dial_facts import DialOutcome
from acd.events import GapClosed
from acd.ledger import DECIDING, Ledger
from acd.model import AgentId, AgentState, CallId
from acd.outcome import Outcome
from city.queue import CallsBack
from hotline.call_back_desk import UNSURE, _take_and_dial
from plumbing.database import connect, prepare
from telephony.gate import new_call
from telephony.intents import intent_of, write_intent
from tests.databases import BOTH
from tests.hotline.call_back_scene import ANI, House, calling_back, city_that
from tickets.call_backs import change

OTHER = "13900000001"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A fresh database."""
    engine = connect(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def house(database: AsyncEngine) -> AsyncIterator[House]:
    """Ten in the morning; whoever is missed is called back."""
    async with calling_back(database, city_that()) as made:
        yield made


@BOTH
async def test_who_gave_up_is_called_back_in_their_place_and_the_books_balance(house: House) -> None:
    """The agent is on a call from the first moment; the outcome of the citizen's own call stays what it was."""
    await house.gives_up("c1")
    house.waits("c2", OTHER)
    await house.stands("c1", Standing.IN_LINE)
    await house.until(lambda: house.lined() == ["c1"])
    await house.agent()
    call = await house.offer()
    assert house.dialled[0]["Exten"] == ANI
    assert "ABOUT=call-back-abandoned&digit-yao&digit-2&digit-3&digit-4&digit-5" in house.dialled[0]["Variable"]
    house.picks_up(call)
    house.is_over(call, DialOutcome.ANSWERED)
    settled = await house.becomes("c1", lambda debt: debt.state is CallBackState.SETTLED)
    await house.until(lambda: house.core.agents[AgentId("101")].state is AgentState.WRAP_UP)
    house.ends("c2")
    await house.until(lambda: not house.core.calls)
    await house.journal.flushed(house.journal.last)
    ledger = Ledger()
    async for fact in house.journal.events_of(DECIDING):
        ledger.note(fact)

    assert (settled.settled_by, settled.attempts, house.lined()) == (call, 1, [])
    assert [balance.reconciles for balance in ledger.balances()] == [True]
    assert ledger.outcome(CallId("c1")) is Outcome.CALL_BACK_OWED


async def test_who_does_not_answer_is_tried_again_later_and_in_the_end_left_to_people(house: House) -> None:
    """Each time by another call; after the third nobody dials but a person."""
    await house.gives_up("c1")
    await house.agent()
    for tries in (1, 2, 3):
        call = await house.offer(tries)
        house.picks_up(call)
        house.is_over(call, DialOutcome.NO_ANSWER)
        await house.becomes("c1", lambda debt, tries=tries: debt.tried_at and debt.attempts == tries)  # type: ignore[misc]
        if tries < 3:
            await house.stands("c1", Standing.RESTS)
            await house.ready()
            assert house.lined() == []
            house.later(30)
    left = await house.becomes("c1", lambda debt: debt.state is CallBackState.LEFT)

    assert (left.rule, left.attempts) == (NOT_REACHED, 3)
    assert len({sent["ChannelId"] for sent in house.dialled}) == len(house.dialled) == 3
    await house.ready()
    assert await house.back.desk.call_back(CallId("c1"), AgentId("101"), "101")


async def test_who_rings_again_waits_in_the_old_place_and_is_not_called(house: House) -> None:
    """From the greeting on; should they give up once more, both debts are one call, in the first place."""
    await house.gives_up("c1")
    house.waits("c2", OTHER)
    await house.until(lambda: house.lined() == ["c1"])
    house.rings("c3")
    await house.until(lambda: house.lined() == [])
    await house.stands("c1", Standing.CITIZEN_HERE)
    house.waits("c3")
    await house.until(lambda: [call.id for call in house.core.waiting] == ["c3", "c2"])
    assert [type(fact) for fact in house.told if isinstance(fact, CallBackWithdrawn | PlaceInherited)] == [
        CallBackWithdrawn,
        PlaceInherited,
    ]
    house.time += timedelta(minutes=1)
    house.ends("c3")
    await house.stands("c3", Standing.MERGED)
    await house.until(lambda: house.lined() == ["c1"])
    await house.agent()
    call = await house.offer()
    house.picks_up(call)
    house.is_over(call, DialOutcome.ANSWERED)
    for owed in ("c1", "c3"):
        await house.becomes(owed, lambda debt: debt.state is CallBackState.SETTLED)
    assert len(house.dialled) == 1


async def test_an_agent_who_does_not_pick_up_costs_the_citizen_nothing(house: House) -> None:
    """No attempt, and the next agent is rung at once, by another call."""
    await house.gives_up("c1")
    await house.agent("101")
    first = await house.offer()
    house.rings_the_agent(first)
    house.ends(first)
    await house.agent("102")
    await house.offer(2)
    debt = await house.becomes("c1", lambda debt: debt.state is CallBackState.DIALLING)

    assert (debt.attempts, debt.taken_by) == (1, "102")
    assert house.dialled[1]["Channel"] == "PJSIP/8102"


async def test_what_nobody_knows_the_outcome_of_is_not_dialled_again_by_itself(
    house: House, database: AsyncEngine
) -> None:
    """The controller died while the citizen's phone rang, say: the next one leaves the debt to people."""
    await house.gives_up("c1")
    await house.agent()
    house.is_over(await house.offer(), DialOutcome.UNKNOWN)
    left = await house.becomes("c1", lambda debt: debt.state is CallBackState.LEFT)
    assert (left.rule, left.attempts) == (UNSURE, 1)

    house.later(60)
    await house.stands("c1", Standing.LEFT)
    assert len(house.dialled) == 1


async def test_in_quiet_hours_only_who_has_just_asked_is_called(house: House) -> None:
    """Half past ten at night: one gave up, one asked; the other one's turn comes at eight."""
    house.later(12.5 * 60)
    await house.gives_up("c1", OTHER)
    await house.stands("c1", Standing.QUIET_HOURS)
    house.waits("c2")
    house.tell(CallBackAsked(at=house.time, call=CallId("c2")))
    await house.becomes_owed("c2", Debt.ASKED)
    await house.stands("c2", Standing.CITIZEN_HERE)
    house.ends("c2")
    await house.agent()
    call = await house.offer()
    assert (house.dialled[0]["Exten"], house.core.owed(call)) == (ANI, "c2")
    house.picks_up(call)
    house.is_over(call, DialOutcome.ANSWERED)
    await house.becomes("c2", lambda debt: debt.state is CallBackState.SETTLED)
    await house.ready()
    house.later(9.5 * 60)
    await house.offer(2)

    assert house.dialled[1]["Exten"] == OTHER


async def test_whom_a_rule_protects_is_left_to_people_at_once(database: AsyncEngine) -> None:
    """A crisis lane, a premium number that called us; the rule's name stands in the list."""
    city = city_that()
    lanes = {**city.hotlines, "12345": city.hotlines["12345"].model_copy(update={"crisis": True})}
    async with calling_back(database, replace(city, hotlines=MappingProxyType(lanes))) as house:
        await house.agent()
        await house.gives_up("c1")
        left = await house.becomes("c1", lambda debt: debt.state is CallBackState.LEFT)
        assert left.rule == "crisis_lane"
        house.city = city
        await house.gives_up("c2", "16812345678")
        left = await house.becomes("c2", lambda debt: debt.state is CallBackState.LEFT)

    assert (left.rule, house.dialled) == ("premium_number", [])


async def test_a_debt_that_a_person_takes_leaves_the_line(house: House, database: AsyncEngine) -> None:
    """And is back in it when they put it back."""
    await house.gives_up("c1")
    await house.until(lambda: house.lined() == ["c1"])
    await house.back.desk.take(CallId("c1"), AgentId("101"))
    await house.until(lambda: house.lined() == [])
    assert (await house.becomes("c1", lambda _: True)).taken_by == "101"
    async with database.begin() as connection:
        await change(connection, CallId("c1"), CallBackFact.RELEASED, house.time)
    house.look()
    await house.until(lambda: house.lined() == ["c1"])


async def test_where_the_queue_does_not_say_so_debts_wait_for_people(database: AsyncEngine) -> None:
    """`asked`: only who asked; and without a carrier nobody stands in the line."""
    async with calling_back(database, city_that(CallsBack.ASKED)) as house:
        house.carrier = ""
        await house.gives_up("c1")
        house.waits("c2", OTHER)
        house.tell(CallBackAsked(at=house.time, call=CallId("c2")))
        await house.becomes_owed("c2", Debt.ASKED)
        house.ends("c2")
        await house.stands("c2", Standing.NO_CARRIER)
        assert CallId("c1") not in house.back.line.standings
        house.carrier = "carrier"
        house.look()
        await house.until(lambda: house.lined() == ["c2"])


async def test_only_so_many_stand_in_the_line_at_once_the_eldest_first(database: AsyncEngine) -> None:
    """An agent who talks with a citizen we called counts."""
    async with calling_back(database, city_that(at_once=1)) as house:
        await house.gives_up("c1")
        await house.gives_up("c2", OTHER)
        await house.stands("c2", Standing.ENOUGH)
        await house.until(lambda: house.lined() == ["c1"])
        await house.agent()
        call = await house.offer()
        house.picks_up(call)
        await house.stands("c2", Standing.ENOUGH)
        house.is_over(call, DialOutcome.ANSWERED)
        await house.until(lambda: house.lined() == ["c2"])
        assert [fact.call for fact in house.told if isinstance(fact, CallBackSettled)] == ["c1"]


@BOTH
async def test_a_number_that_was_dialled_too_often_is_left_to_people(database: AsyncEngine) -> None:
    """Whoever dialled it: the citizen's phone rang that often."""
    async with calling_back(database, city_that(attempts_per_number=1)) as house:
        await house.gives_up("c1")
        await house.agent()
        call = await house.offer()
        house.picks_up(call)
        house.is_over(call, DialOutcome.BUSY)
        await house.becomes("c1", lambda debt: debt.tried_at)
        house.later(31)
        left = await house.becomes("c1", lambda debt: debt.state is CallBackState.LEFT)

    assert (left.rule, len(house.dialled)) == ("number_too_often", 1)


async def test_killed_while_the_agents_phone_rings_the_next_controller_dials_nothing(database: AsyncEngine) -> None:
    """It was sent, and is not on the telephones any more: nobody knows whether they talked."""
    async with calling_back(database, city_that()) as dead:
        await dead.gives_up("c1")
        await dead.agent()
        await dead.offer()
        await dead.becomes("c1", lambda debt: debt.state is CallBackState.DIALLING)

    async with calling_back(database, city_that()) as house:
        await house.agent()
        house.tell(GapClosed(at=house.time))
        left = await house.becomes("c1", lambda debt: debt.state is CallBackState.LEFT)
        await house.stands("c1", Standing.LEFT)

    assert (left.rule, left.attempts, house.dialled) == (UNSURE, 1, [])


async def test_killed_before_anything_was_sent_the_citizen_is_called_after_all(database: AsyncEngine) -> None:
    """The intent was on disk, Asterisk was not told: no attempt, and the place is kept."""
    async with calling_back(database, city_that()) as dead:
        await dead.gives_up("c1")
        intent = intent_of(new_call(), dead.wish("c1"), dead.city, dead.time)
        await write_intent(database, intent, dead.city, _take_and_dial)

    async with calling_back(database, city_that()) as house:
        await house.agent()
        house.tell(GapClosed(at=house.time))
        call = await house.offer()
        debt = await house.becomes("c1", lambda debt: debt.attempts == 1)

    assert call != intent.call
    assert debt.state is CallBackState.DIALLING
