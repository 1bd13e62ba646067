"""Recipes' loans on real measures: made, kept, given back, and left to people who ended them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from acd.commands import BorrowSeats, ProposeCallBack
from acd.measures import CLOCKWORK, MeasureState
from acd.model import CallId
from hotline.recipe_loans import RecipeLoans
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from tests.acd.centre import GENERAL, HEALTH, Centre, centre_open, level
from tests.acd.running import Clock, until


@pytest.fixture
async def centre(database_url: str) -> AsyncIterator[Centre]:
    """8007 and 8008 serve health, with an agent each; nobody serves general, where one waits."""
    database = connect(database_url)
    await prepare(database)
    async with centre_open(database, Clock()) as opened:
        await opened.on_duty("8007", "8008")
        await opened.waits("c1")
        yield opened
    await database.dispose()


@pytest.fixture
def loans(centre: Centre) -> RecipeLoans:
    """On that centre."""
    return RecipeLoans(centre.floor, centre.engine.distributor, lambda: centre.measures, centre.clock)


def order(centre: Centre, call: str = "c1") -> BorrowSeats:
    """Three seats of health, of which one agent stays."""
    return BorrowSeats(
        at=centre.clock(),
        call=CallId(call),
        borrower=GENERAL,
        lender=HEALTH,
        seats=3,
        keep=1,
        lasts=timedelta(minutes=15),
        waited=timedelta(seconds=60),
    )


async def look(centre: Centre, loans: RecipeLoans, seconds: float = 0) -> int:
    """So many seconds later; return how many of health's seats serve general then."""
    await centre.later(seconds)
    await loans.look()
    return [centre.serves(seat) for seat in ("8007", "8008", "8009")].count("general")


async def test_a_recipes_order_becomes_a_loan_in_its_name(centre: Centre, loans: RecipeLoans) -> None:
    """As many as can be spared; with its reason, an end, and a line in the trail."""
    loans.carry_out(order(centre))
    assert await look(centre, loans) == 1

    [made] = await centre.measures.history(9)
    assert (made.who, made.aim.loans[0].seats, made.state) == ("recipe", ("8007",), MeasureState.IN_FORCE)
    assert made.why == "general 的溢出方案:有来电已等候 60 秒 / recipe of general: a call has waited 60 s"
    assert made.ends_at == centre.clock() + timedelta(minutes=15)
    assert [change.who for change in await centre.measures.trail(9)] == ["recipe"]
    assert centre.rung() == [("c1", "8007")]


async def test_it_is_given_back_when_the_line_has_been_empty_for_a_minute(centre: Centre, loans: RecipeLoans) -> None:
    """Not while somebody waits; not twice."""
    loans.carry_out(order(centre))
    assert await look(centre, loans) == 1
    assert await look(centre, loans, 100) == 1

    await centre.end("c1")
    assert await look(centre, loans, 1) == 1
    assert await look(centre, loans, 59) == 1
    assert await look(centre, loans, 1) == 0

    [over] = await centre.measures.history(9)
    assert (over.over_by, over.over_why) == ("recipe", "已一分钟无人等候 / nobody has waited for a minute")
    assert await look(centre, loans, 60) == 0


async def test_it_ends_by_its_time_and_is_made_again_for_who_still_waits(centre: Centre, loans: RecipeLoans) -> None:
    """Each loan is bounded; the trail has both."""
    loans.carry_out(order(centre))
    assert await look(centre, loans) == 1

    assert await look(centre, loans, 900) == 1

    second, first = await centre.measures.history(9)
    assert (first.over_by, second.state) == (CLOCKWORK, MeasureState.IN_FORCE)


async def test_a_person_who_ends_it_is_not_overruled(centre: Centre, loans: RecipeLoans) -> None:
    """For a quarter of an hour, also by callers who come to the row later."""
    loans.carry_out(order(centre))
    await look(centre, loans)
    await centre.undo((await centre.measures.history(1))[0].number)

    await centre.waits("c2")
    loans.carry_out(order(centre, "c2"))

    assert await look(centre, loans, 1) == 0
    assert await look(centre, loans, 890) == 0
    assert await look(centre, loans, 10) == 1


async def test_nobody_to_spare_is_no_loan_and_asked_for_again(centre: Centre, loans: RecipeLoans) -> None:
    """No measure that does nothing; when somebody is there, it is made."""
    loans.carry_out(order(centre))
    await centre.rest("107")
    assert await look(centre, loans) == 0
    assert await centre.measures.history(9) == []

    await centre.on_duty("8009")

    await look(centre, loans, 10)
    assert [centre.serves(seat) for seat in ("8007", "8008", "8009")] == ["health", "general", "health"]


async def test_other_orders_go_to_the_telephones_and_measures_made_meanwhile_do_not_matter(
    centre: Centre, loans: RecipeLoans
) -> None:
    """It runs: the order wakes it; a level is switched in the same moment."""
    proposal = ProposeCallBack(at=centre.clock(), call=CallId("c1"))
    async with background(loans.run()):
        loans.carry_out(proposal)
        loans.carry_out(order(centre))
        await centre.make(level("elevated"))
        await until(lambda: centre.serves("8007") == "general")

    assert proposal in list(centre.floor.orders)
