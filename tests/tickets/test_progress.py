"""How a ticket stands is told to whom it concerns; everybody else hears the same as of a ticket that is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from city.city import City
from ivr.caller import State, TicketTold
from tests.databases import BOTH
from tests.tickets.births import Births
from tickets.check_codes import fits, give
from tickets.clocks import clocks_of
from tickets.progress import told_of
from tickets.store import claim, confirm
from tickets.ticket import TicketId

pytestmark = BOTH

MONDAY = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)  # 10:00 in the city
CALLER = "13812340000"  # of every call in these scenes
OTHER = "13900000001"


@pytest.fixture
def births(spool: Path, archive: Path, engine: AsyncEngine, sample: City) -> Births:
    """Where tickets are born."""
    return Births(spool, archive, engine, sample)


@pytest.fixture
async def ticket(births: Births, engine: AsyncEngine) -> TicketId:
    """A confirmed one, with a category."""
    born = await births.born("我 要 投诉 公交车 拒载", MONDAY)
    await claim(engine, born, version=1, by="operator#1", at=MONDAY)
    await confirm(engine, born, version=2, by="operator#1", at=MONDAY, edits={"category": "交通出行/公交"})
    return born


async def ask(
    engine: AsyncEngine,
    sample: City,
    *,
    number: str = "20260601000001",
    caller: str = CALLER,
    check_code: str = "",
    now: datetime = MONDAY,
    secret: bool = False,
) -> TicketTold | None:
    """The ticket of the day, unless another number is said; `secret`: the hotline promises secrecy."""
    async with engine.connect() as connection:
        return await told_of(
            connection,
            number,
            caller=caller,
            check_code=check_code,
            country_code="86",
            zone=sample.zone,
            now=now,
            is_confidential=lambda hotline: secret and hotline == "12345",
        )


@pytest.mark.parametrize("caller", [CALLER, "+8613812340000", "8613812340000"[2:]])
async def test_it_is_told_to_who_calls_from_its_number(
    ticket: TicketId, engine: AsyncEngine, sample: City, caller: str
) -> None:
    """However the carrier writes it: in hand, until its deadline, about its branch."""
    async with engine.connect() as connection:
        clock = (await clocks_of(connection, [ticket]))[ticket]

    told = await ask(engine, sample, caller=caller)

    due = clock.deadline.at.astimezone(sample.zone).date()
    assert told == TicketTold(state=State.IN_HAND, day=due, branch=("交通出行", "公交"))


async def test_it_is_late_after_its_deadline_and_settled_when_it_is(
    ticket: TicketId, engine: AsyncEngine, sample: City
) -> None:
    """Settled on the day of that, however late."""
    later = MONDAY + timedelta(days=60)
    late = await ask(engine, sample, now=later)
    async with engine.begin() as connection:
        await connection.execute(
            text("update ticket_clocks set settled_at = :at, settled_by = 'x'").bindparams(
                at=later.replace(tzinfo=None)
            )
        )
    done = await ask(engine, sample, now=later)

    assert late is not None
    assert done is not None
    assert (late.state, done.state, done.day) == (State.LATE, State.SETTLED, later.date())


@pytest.mark.parametrize(
    "said",
    [
        {"caller": OTHER},
        {"caller": ""},
        {"caller": OTHER, "check_code": "123456"},
        {"number": "20260601000002"},
        {"number": "20260601"},
        {"number": ""},
        {"secret": True},
    ],
    ids=["another number", "hidden", "no code was given out", "no such ticket", "half", "nothing", "confidential line"],
)
async def test_it_is_told_to_nobody_else(
    ticket: TicketId, engine: AsyncEngine, sample: City, said: dict[str, Any]
) -> None:
    """All alike: None."""
    assert ticket
    assert await ask(engine, sample, **said) is None


async def test_its_check_code_opens_it_to_another_telephone(
    ticket: TicketId, engine: AsyncEngine, sample: City
) -> None:
    """Six digits, always the same ones; no others do."""
    async with engine.begin() as connection:
        code, again = await give(connection, ticket), await give(connection, ticket)
        others = [await fits(connection, ticket, wrong) for wrong in ("", code[:5], f"{code}0", "一二三四五六")]

    assert code == again
    assert len(code) == 6
    assert not any(others)
    assert await ask(engine, sample, caller=OTHER, check_code=code) is not None


async def test_a_draft_and_a_secret_ticket_are_told_to_nobody(
    births: Births, engine: AsyncEngine, sample: City
) -> None:
    """Not even to who calls from its number."""
    born = await births.born("我 要 举报 公司 非法集资", MONDAY)
    assert await ask(engine, sample) is None
    await claim(engine, born, version=1, by="operator#1", at=MONDAY)
    await confirm(engine, born, version=2, by="operator#1", at=MONDAY, edits={"confidential": "是"})

    assert await ask(engine, sample) is None
