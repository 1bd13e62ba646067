"""What a caller in a menu is promised and told: by the rules, on disk first, and nothing to who guesses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_back_plan import Standing
from acd.call_facts import Debt
from acd.model import CallId, QueueName, Skill, SkillLevel
from city.queue import CallsBack
from hotline.counter_desk import CODES_OF_A_CALLER, CODES_OF_A_TICKET, CounterDesk
from ivr.caller import NO_NUMBER_WOULD_DO, CallBackTerms, TicketTold
from ivr.menu import Join, Need
from plumbing.database import connect, prepare
from tests.hotline.call_back_scene import ANI, House, calling_back, city_that
from tests.hotline.confirming import NUMBER, claimed
from tests.recordings.scenes import NOON
from tickets.check_codes import give
from tickets.store import confirm

OTHER = "13900000001"
GENERAL = Join("general", frozenset({Need("psychology", 1)}), 3)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A fresh database."""
    engine = connect(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()


def desk_of(house: House, spool: Path) -> CounterDesk:
    """The desk of a house."""
    return CounterDesk(lambda: house.city, house.now, spool, house.back, house.database)


async def terms(house: House, spool: Path, caller: str, number: str = "") -> CallBackTerms:
    """What 12345 says of a call-back."""
    return await desk_of(house, spool).call_back_terms(house.city.hotlines["12345"], GENERAL, caller, number)


async def test_a_call_back_keeps_the_place_where_a_rule_dials(database: AsyncEngine, tmp_path: Path) -> None:
    """Where people do, nothing is said of a place."""
    async with calling_back(database, city_that()) as house:
        assert await terms(house, tmp_path, ANI) == CallBackTerms(keeps_place=True)
    async with calling_back(database, city_that(CallsBack.NOBODY)) as house:
        assert await terms(house, tmp_path, ANI) == CallBackTerms(keeps_place=False)


@pytest.mark.parametrize(
    ("caller", "number", "rule"),
    [
        (ANI, "110", "emergency_number"),
        (ANI, "16812345", "premium_number"),
        (ANI, "0085212345678", "unlisted_number"),
        ("", "", "not_a_number"),
        ("", OTHER, ""),
        (ANI, OTHER, ""),
    ],
)
async def test_the_rules_of_dialling_hold_for_a_number_that_is_keyed_in(
    database: AsyncEngine, tmp_path: Path, caller: str, number: str, rule: str
) -> None:
    """Who hides their number may still name one."""
    async with calling_back(database, city_that()) as house:
        assert (await terms(house, tmp_path, caller, number)).refused_by == rule


async def test_in_quiet_hours_only_ones_own_telephone_is_rung(database: AsyncEngine, tmp_path: Path) -> None:
    """Ten at night: who asks is awake; who has the other number may not be."""
    async with calling_back(database, city_that()) as house:
        house.later(12 * 60)

        assert (await terms(house, tmp_path, ANI)).refused_by == ""
        assert (await terms(house, tmp_path, ANI, OTHER)).refused_by == NO_NUMBER_WOULD_DO


async def test_who_asks_in_a_menu_has_a_place_from_that_moment(database: AsyncEngine, tmp_path: Path) -> None:
    """In the queue, with the skills and the priority to which their keys led; their own number is dialled."""
    async with calling_back(database, city_that()) as house:
        house.rings("c1")
        assert await desk_of(house, tmp_path).promise_call_back(CallId("c1"), GENERAL, "")
        asked = house.time
        house.ends("c1")
        await house.stands("c1", Standing.IN_LINE)
        await house.until(lambda: house.lined() == ["c1"])
        (lined,) = house.core.lined

    assert (lined.queue, lined.priority, lined.joined) == (QueueName("general"), 3, asked)
    assert lined.skills == frozenset({SkillLevel(Skill("psychology"), 1)})


async def test_another_number_is_the_one_that_is_dialled(database: AsyncEngine, tmp_path: Path) -> None:
    """Also for who hides theirs; whoever rings from either and is answered is owed nothing more."""
    async with calling_back(database, city_that()) as house:
        house.rings("c1", "")
        assert await desk_of(house, tmp_path).promise_call_back(CallId("c1"), GENERAL, OTHER)
        await house.becomes_owed("c1", Debt.ASKED)
        debt = await house.becomes("c1", lambda debt: debt.number == OTHER)
        house.ends("c1")
        await house.stands("c1", Standing.IN_LINE)

    assert OTHER not in repr(debt)


async def test_codes_are_tried_so_often_and_then_even_the_right_one_is_not_heard(
    database: AsyncEngine, tmp_path: Path
) -> None:
    """Of one number within the hour, and for one ticket within the day, whoever tries."""
    ticket = await claimed(database, "lx-1.1")
    await confirm(database, ticket, version=2, by="101", at=NOON, edits={})
    async with database.begin() as connection:
        code = await give(connection, ticket)
    wrong = "000000" if code != "000000" else "111111"
    async with calling_back(database, city_that()) as house:
        desk = desk_of(house, tmp_path)

        async def ask(caller: str, check_code: str) -> TicketTold | None:
            return await desk.ticket_progress(caller, f"{NOON:%Y%m%d}000001", check_code)

        for _ in range(CODES_OF_A_CALLER.calls):
            assert await ask(OTHER, wrong) is None
        assert await ask(OTHER, code) is None
        for _ in range(CODES_OF_A_TICKET.calls):
            await ask("13900000002", wrong)
        assert await ask("13900000003", code) is None
        house.later(CODES_OF_A_TICKET.window.total_seconds() / 60)
        first, second = await ask(OTHER, code), await ask(NUMBER, "")

    assert first == second


async def test_a_take_that_is_not_meant_is_deleted_with_all_that_stands_beside_it(
    database: AsyncEngine, tmp_path: Path
) -> None:
    """And nothing else; one that is gone already is no error."""
    takes, kept = ("c1-9001-caller.wav", "c1-9001-agent.wav", "c1-9001.to"), "c1-9101-caller.wav"
    for name in (*takes, kept):
        (tmp_path / name).write_bytes(b"x")
    async with calling_back(database, city_that()) as house:
        desk = desk_of(house, tmp_path)
        await desk.forget_take(CallId("c1"), 9001)
        await desk.forget_take(CallId("c1"), 9001)

    assert not any((tmp_path / name).exists() for name in takes)
    assert (tmp_path / kept).exists()
