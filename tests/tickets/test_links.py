"""Repeats in the database: found within the window, merged once, undone, nothing lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from plumbing.database import connect
from recordings.access import deeds_on
from tests.api.face import database
from tests.databases import BOTH
from tests.hotline.confirming import claimed
from tests.recordings.scenes import NOON
from tickets.links import first_of, history, likely, merge, undo
from tickets.repeat import MergeRefused, Sign
from tickets.store import confirm, discard, read_ticket, tickets
from tickets.ticket import AppealKind, Ticket, TicketChanged, TicketId, TicketRefused

__all__ = ["database"]

pytestmark = BOTH

MONTH = timedelta(days=30)
NUMBER, OTHER = "13812340000", "13900000000"


async def confirmed_at(database: AsyncEngine, number: int, place: str, *, ani: str = NUMBER) -> Ticket:
    """A ticket about noise at a place, drafted so many seconds after noon."""
    draft = await claimed(database, f"lx-1.{number}", ani=ani, at=NOON + timedelta(seconds=number))
    edits = {"place": place, "kind": "投诉", "category": "环境保护/噪声污染", "subject": "夜间施工噪音"}
    return await confirm(database, draft, version=2, by="101", at=NOON, edits=edits)


async def nobody(_: AsyncConnection, __: Ticket, ___: datetime) -> None:
    """Nobody is told."""


async def merged(database: AsyncEngine, ticket: Ticket, into: TicketId, *, version: int = 3) -> Ticket:
    """101 merges it."""
    how = {"version": version, "by": "101", "at": NOON, "reason": "同一工地", "follow_up": nobody}
    return await merge(database, ticket.id, into, **how)  # type: ignore[arg-type]


async def found(database: AsyncEngine, ticket: Ticket, window: timedelta = MONTH) -> list[tuple[str, set[Sign]]]:
    """What is offered."""
    async with database.connect() as connection:
        return [(each.ticket.id, set(each.signs)) for each in await likely(connection, ticket, window)]


async def test_earlier_ticket_of_the_same_citizen_and_place_is_offered(database: AsyncEngine) -> None:
    """Not the other way round, and not what was discarded."""
    first = await confirmed_at(database, 1, "苍梧小区")
    wrong = await claimed(database, "lx-1.2", at=NOON + timedelta(seconds=2))
    await discard(database, wrong, version=2, by="101", at=NOON, reason="拨错")
    again = await confirmed_at(database, 3, "苍梧小区")

    assert await found(database, first) == []
    assert await found(database, again) == [(first.id, {Sign.NUMBER, Sign.PLACE, Sign.TOPIC, Sign.WORDS})]


async def test_two_citizens_who_say_the_same_of_one_place_are_offered(database: AsyncEngine) -> None:
    """Each word counts; of another place they are two matters."""
    first = await confirmed_at(database, 1, "苍梧小区", ani=OTHER)
    await confirmed_at(database, 2, "新浦公园", ani=OTHER)
    again = await confirmed_at(database, 3, "苍梧小区")

    assert await found(database, again) == [(first.id, {Sign.PLACE, Sign.TOPIC, Sign.WORDS})]


async def test_confidential_ticket_is_compared_with_none(database: AsyncEngine) -> None:
    """Neither offered nor offered for: that somebody has called before would tell who it is."""
    first = await confirmed_at(database, 1, "苍梧小区")
    again = await confirmed_at(database, 2, "苍梧小区")
    async with database.begin() as connection:
        await connection.execute(update(tickets).where(tickets.c.id == first.id).values(confidential=True))

    assert await found(database, again) == []
    assert await found(database, replace(again, confidential=True)) == []


async def test_report_is_compared_with_none_unless_its_caller_minds_nothing(database: AsyncEngine) -> None:
    """As secret as a confidential one."""
    first = await confirmed_at(database, 1, "苍梧小区")
    again = replace(await confirmed_at(database, 2, "苍梧小区"), kind=AppealKind.REPORT)
    assert [ticket for ticket, _ in await found(database, replace(again, confidential=False))] == [first.id]
    assert await found(database, again) == []
    async with database.begin() as connection:
        await connection.execute(update(tickets).where(tickets.c.id == first.id).values(kind="举报"))

    assert await found(database, replace(again, kind=AppealKind.COMPLAINT)) == []


async def test_what_is_older_than_the_window_is_not_offered(database: AsyncEngine) -> None:
    """The window ends at the draft's own time."""
    first = await confirmed_at(database, 1, "苍梧小区")
    later = {"id": TicketId("ffffffff"), "drafted_at": NOON + timedelta(days=40)}
    late = Ticket(**{name: getattr(first, name) for name in Ticket.__slots__} | later)

    assert await found(database, late) == []
    assert [ticket for ticket, _ in await found(database, late, timedelta(days=41))] == [first.id]


async def test_merging_is_a_link_that_can_be_undone_and_nothing_is_lost(database: AsyncEngine) -> None:
    """Both tickets keep all they have; who and why stays, also of what was undone."""
    first = await confirmed_at(database, 1, "苍梧小区")
    again = await confirmed_at(database, 2, "苍梧小区")

    after = await merged(database, again, first.id)
    async with database.connect() as connection:
        of = await first_of(connection, again.id)
        kept = await read_ticket(connection, again.id)
    parted = await undo(database, again.id, version=4, by="102", at=NOON, reason="不是同一工地", follow_up=nobody)

    assert of is not None
    assert (of.id, kept, after.version, parted.version) == (first.id, after, 4, 5)
    assert (kept.number, kept.place, kept.state) == (again.number, again.place, again.state)
    async with database.connect() as connection:
        (link,) = await history(connection, first.id)
        deeds = [(who, deed) for _, who, deed in await deeds_on(connection, again.id)]
        assert await first_of(connection, again.id) is None
        assert await read_ticket(connection, first.id) == first
    assert (link.merged_by, link.reason, link.undone_by, link.undone_why) == ("101", "同一工地", "102", "不是同一工地")
    assert deeds[-2:] == [("101", "ticket.merged"), ("102", "ticket.unmerged")]


async def test_merged_ticket_is_merged_once(database: AsyncEngine) -> None:
    """By whoever saw it as it is; who did not looks again."""
    first = await confirmed_at(database, 1, "苍梧小区")
    again = await confirmed_at(database, 2, "苍梧小区")
    with pytest.raises(TicketChanged):
        await merged(database, again, first.id, version=2)
    with pytest.raises(MergeRefused):
        await undo(database, again.id, version=3, by="102", at=NOON, reason="没有合并", follow_up=nobody)

    await merged(database, again, first.id)

    with pytest.raises(MergeRefused):
        await merged(database, again, first.id, version=4)
    with pytest.raises(TicketChanged):
        await undo(database, again.id, version=3, by="102", at=NOON, reason="旧版本", follow_up=nobody)


async def test_two_tickets_merged_both_ways_at_once_are_merged_one_way(
    database: AsyncEngine, database_url: str
) -> None:
    """No circle: whoever was slower is refused."""
    one = await confirmed_at(database, 1, "苍梧小区")
    other = await confirmed_at(database, 2, "苍梧小区")
    patient = connect(database_url)

    both = await asyncio.gather(merged(patient, one, other.id), merged(patient, other, one.id), return_exceptions=True)

    await patient.dispose()
    assert sorted(isinstance(each, TicketRefused) for each in both) == [False, True], both


async def test_third_is_merged_into_the_first_through_the_second(database: AsyncEngine) -> None:
    """One matter, one first ticket."""
    first, second, third = [await confirmed_at(database, n, "苍梧小区") for n in range(3)]
    await merged(database, second, first.id)

    await merged(database, third, second.id)

    async with database.connect() as connection:
        found = await first_of(connection, third.id)
    assert found is not None
    assert found.id == first.id
