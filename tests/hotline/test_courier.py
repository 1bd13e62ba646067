"""Confirmed tickets leave: signed, in order, each exactly once to a receiver that leaves out what it knows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from hotline.courier import Courier, receivers_of
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from tests.databases import BOTH
from tests.hotline.confirming import confirmed, webhooks
from tests.hotline.receiver import (
    SECRET,
    Manner,
    answers,
    boasts,
    hangs,
    keeps_and_dies,
    keeps_and_hangs,
    keeps_and_talks_without_end,
    receiving,
    talks_nonsense,
    talks_without_end,
)
from tests.recordings.scenes import until
from tickets import outbox
from tickets.outbox import Letter, LetterState
from tickets.posting import Posting
from tickets.webhook import Destination, Schedule

pytestmark = BOTH

PATIENCE_S = 60.0
AT_ONCE = Schedule(first=timedelta(milliseconds=10), most=timedelta(milliseconds=20), attempts_most=4)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A database with today's schema."""
    engine = connect(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()


@asynccontextmanager
async def carrying(
    database: AsyncEngine, url: str, sms: str | None = None, schedule: Schedule = AT_ONCE, timeout_s: int = 30
) -> AsyncIterator[Courier]:
    """A courier at work."""
    receivers = receivers_of(webhooks(url, sms, timeout_s=timeout_s))
    courier = Courier(database, receivers, SecretStr(SECRET), lambda: datetime.now(UTC), schedule=schedule)
    async with background(courier.run()):
        yield courier


async def letters(database: AsyncEngine) -> list[Letter]:
    """The whole outbox."""
    async with database.connect() as connection:
        return list(await outbox.listed(connection, *LetterState, limit=1000))


async def once(database: AsyncEngine, so: Callable[[list[Letter]], bool]) -> list[Letter]:
    """The outbox, when it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not so(found := await letters(database)):  # noqa: ASYNC110 - it can only be asked
            await asyncio.sleep(0.02)
    return found


async def until_all(database: AsyncEngine, state: LetterState) -> list[Letter]:
    """The outbox, when every message stands there."""
    return await once(database, lambda found: all(letter.state is state for letter in found))


async def test_confirmed_ticket_is_told_once_signed_and_whole(database: AsyncEngine) -> None:
    """What the case system needs is there, the numbers too; when it has it, our copy is wiped."""
    async with receiving() as receiver:
        ticket = await confirmed(database, "lx-1.1", Posting(webhooks(receiver.url)))
        async with carrying(database, receiver.url):
            (letter,) = await until_all(database, LetterState.DELIVERED)

    (body,) = receiver.kept.values()
    told = json.loads(body)
    assert (told["event"], told["type"], receiver.arrivals) == (letter.event, "ticket.confirmed", [letter.event])
    assert (told["ticket"]["number"], told["ticket"]["caller_number"]) == (ticket.number, "13812340000")
    assert (told["ticket"]["subject"], told["ticket"]["place"]) == ("夜间施工噪音", "苍梧小区")
    assert (letter.body, letter.attempts, letter.reason, receiver.forged) == (None, 1, None, 0)


@pytest.mark.parametrize(
    ("manner", "why"),
    [
        (answers(500), "HTTP 500"),
        (answers(401), "HTTP 401"),
        (answers(302, Location="/elsewhere"), "不跟随"),
        (hangs, "1 秒内未答复"),
        (keeps_and_hangs, "1 秒内未答复"),
        (keeps_and_dies, "ServerDisconnectedError"),
        (talks_without_end, "HTTP 500"),
    ],
)
async def test_receiver_that_fails_has_it_at_last_once(database: AsyncEngine, manner: Manner, why: str) -> None:
    """The same message again, by the same id; why the attempt before failed stands there meanwhile."""
    async with receiving(manner, always=answers(503)) as receiver:
        await confirmed(database, "lx-1.1", Posting(webhooks(receiver.url)))
        (waiting,) = await letters(database)
        patience_s = 1 if why.startswith("1 ") else 30
        later = Schedule(first=timedelta(hours=1))
        async with carrying(database, receiver.url, schedule=later, timeout_s=patience_s):
            (failed,) = await once(database, lambda found: found[0].reason is not None)
        assert (failed.state, failed.attempts) == (LetterState.WAITING, 1)
        assert why in str(failed.reason)

        receiver.always = None
        async with database.begin() as connection:
            await outbox.retry(connection, waiting.seq, datetime.now(UTC))
        async with carrying(database, receiver.url):
            await until_all(database, LetterState.DELIVERED)

    assert receiver.arrivals == [waiting.event] * 2
    assert list(receiver.kept) == [waiting.event]


async def test_receiver_that_is_not_there_is_waited_for(database: AsyncEngine) -> None:
    """It starts later, on the address it has in the city's file."""
    async with receiving() as receiver:
        gone = receiver.url
    await confirmed(database, "lx-1.1", Posting(webhooks(gone)))

    async with carrying(database, gone):
        (stuck,) = await until_all(database, LetterState.STUCK)

    assert (stuck.attempts, "ClientConnectorError" in str(stuck.reason)) == (AT_ONCE.attempts_most, True)


async def test_stuck_message_keeps_back_the_later_ones_of_its_ticket_and_no_others(database: AsyncEngine) -> None:
    """Tried again by a person, they leave in their order."""
    async with receiving(always=answers(503)) as receiver:
        posting = Posting(webhooks(receiver.url))
        first = await confirmed(database, "lx-1.1", posting)
        async with carrying(database, receiver.url):
            (stuck,) = await until_all(database, LetterState.STUCK)
        receiver.always, receiver.arrivals[:] = None, []
        async with database.begin() as connection:
            for number in range(3):
                event = f"later-{number}"
                at = datetime.now(UTC)
                await outbox.enclose(connection, Destination.TICKETS, event, first.id, "{}", at)
        await confirmed(database, "lx-1.2", posting)

        async with carrying(database, receiver.url) as courier:
            await until(lambda: receiver.kept, PATIENCE_S)
            others = list(receiver.kept)
            async with database.begin() as connection:
                await outbox.retry(connection, stuck.seq, datetime.now(UTC))
            courier.notice()
            found = await until_all(database, LetterState.DELIVERED)

    assert [letter.event for letter in found if letter.ticket != first.id] == others
    assert list(receiver.kept) == [*others, stuck.event, "later-0", "later-1", "later-2"]


@pytest.mark.parametrize("manner", [talks_nonsense, boasts])
async def test_answer_that_is_none_costs_an_attempt_and_nobody_else(database: AsyncEngine, manner: Manner) -> None:
    """No HTTP at all, or headers without end; the next attempt arrives."""
    async with receiving(manner) as receiver:
        await confirmed(database, "lx-1.1", Posting(webhooks(receiver.url)))
        async with carrying(database, receiver.url):
            (letter,) = await until_all(database, LetterState.DELIVERED)

    assert (receiver.arrivals, list(receiver.kept), letter.attempts) == ([letter.event] * 2, [letter.event], 2)


async def test_answer_without_end_that_says_it_is_kept_is_believed_and_not_read(database: AsyncEngine) -> None:
    """At the first attempt, long before the time it has is over."""
    async with receiving(keeps_and_talks_without_end) as receiver:
        await confirmed(database, "lx-1.1", Posting(webhooks(receiver.url)))
        async with carrying(database, receiver.url):
            (letter,) = await until_all(database, LetterState.DELIVERED)

    assert (receiver.arrivals, letter.attempts) == ([letter.event], 1)


async def test_changed_receiver_gets_what_the_old_one_did_not(database: AsyncEngine) -> None:
    """While the courier runs: taken away, nothing leaves and nothing is lost; the new one has each once."""
    async with receiving(always=answers(503)) as old, receiving() as new:
        for number in range(3):
            await confirmed(database, f"lx-1.{number}", Posting(webhooks(old.url)))
        async with carrying(database, old.url, schedule=Schedule(first=timedelta(milliseconds=10))) as courier:
            await once(database, lambda found: all(letter.attempts for letter in found))
            courier.change({})
            before = await once(database, lambda found: all(letter.reason for letter in found))
            courier.change(receivers_of(webhooks(new.url)))
            after = await until_all(database, LetterState.DELIVERED)

    assert sorted(new.kept) == sorted(new.arrivals) == sorted(letter.event for letter in before)
    assert (len(after), old.kept) == (3, {})


async def test_receiver_that_hangs_holds_only_itself_up(database: AsyncEngine) -> None:
    """The citizen's text message leaves while the case system says nothing."""
    async with receiving(always=hangs) as cases, receiving() as sms:
        await confirmed(database, "lx-1.1", Posting(webhooks(cases.url, sms.url)))
        async with carrying(database, cases.url, sms.url):
            await until(lambda: sms.kept, PATIENCE_S)

    (text,) = (json.loads(body) for body in sms.kept.values())
    assert (text["to"], text["text"]) == ("13812340000", "您反映的诉求已登记,工单编号20261123-000001。")
