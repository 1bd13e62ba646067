"""What is written of a rating: once, whatever is told twice; a bad one is followed up, and the province is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.model import AgentId, CallId, QueueName
from acd.rating_facts import CallRated, NotAsked, RatingAsked, RatingNotAsked
from city.city import City
from city.local_time import CITY_TIME
from city.rating import RatingsFile
from city.webhooks import Receiver, WebhooksFile
from recordings.access import deeds_on
from recordings.calls import arrived, note_calls
from tests.databases import BOTH
from tests.tickets.births import clocking
from tickets import follow_ups, outbox, ratings
from tickets.follow_ups import FollowUpNotYours, FollowUpOutcome, FollowUpState, FollowUpUnknown
from tickets.outbox import LetterState
from tickets.posting import Posting
from tickets.rating_book import RatingBook, RatingFact
from tickets.ratings import Rating, Wanted
from tickets.webhook import Destination

pytestmark = BOTH

MONDAY = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)  # 10:00 in the city
CALL = CallId("lx1-1.1")
PROVINCE = WebhooksFile(ratings=Receiver(url="https://ratings.example.gov.cn/lianxin"))


def asked(call: CallId = CALL, agent: str = "101", queue: str = "general") -> RatingAsked:
    """The caller hears the question."""
    return RatingAsked(at=MONDAY, call=call, attempt=1, agent=AgentId(agent), queue=QueueName(queue))


def rated(score: int, call: CallId = CALL) -> CallRated:
    """The caller presses a key."""
    return CallRated(at=MONDAY, call=call, attempt=1, score=score)


def not_asked(call: CallId = CALL, why: NotAsked = NotAsked.CALLER_LEFT) -> RatingNotAsked:
    """They were not."""
    return RatingNotAsked(at=MONDAY, call=call, attempt=1, agent=AgentId("101"), queue=QueueName("general"), why=why)


class Book:
    """The book of a city, on a database."""

    def __init__(self, engine: AsyncEngine, city: City) -> None:
        self.engine = engine
        posting = Posting(PROVINCE)
        self._book = RatingBook(lambda: RatingsFile(follow_up_days=2), clocking(city, MONDAY), posting)

    async def write(self, *facts: RatingFact) -> None:
        """One transaction."""
        async with self.engine.begin() as connection:
            for fact in facts:
                await self._book.write(connection, fact)

    async def ratings(self, wanted: Wanted = Wanted()) -> list[Rating]:  # noqa: B008 - it cannot change
        """As they are kept."""
        async with self.engine.connect() as connection:
            return list(await ratings.listed(connection, wanted))


@pytest.fixture
async def book(engine: AsyncEngine, sample: City) -> Book:
    """With a call that came in by 12320."""
    await note_calls(engine, [arrived(CALL, dnis="12320", hotline="12320", ani="13812340000", at=MONDAY)])
    return Book(engine, sample)


async def test_not_asked_no_answer_and_rated_are_told_apart(book: Book) -> None:
    """In one row a call, however often it is told."""
    no_answer, left = CallId("lx1-2.2"), CallId("lx1-3.3")
    for _ in range(2):
        await book.write(asked(), rated(4), rated(1), asked(no_answer), not_asked(left), rated(5, left))

    told = {rating.call: (rating.is_asked, rating.score, rating.not_asked) for rating in await book.ratings()}
    assert told == {
        CALL: (True, 4, None),
        no_answer: (True, None, None),
        left: (False, None, NotAsked.CALLER_LEFT),
    }
    (mine,) = await book.ratings(Wanted(hotline="12320", rated=True))
    assert (mine.call, mine.agent, mine.queue) == (CALL, "101", "general")


async def test_a_bad_rating_is_followed_up_within_working_days(book: Book) -> None:
    """Two of them: from Monday to Wednesday's close of offices; a 3 is none."""
    await book.write(asked(), rated(2), asked(CallId("c-3")), rated(3, CallId("c-3")))
    await book.write(asked(), rated(2))

    async with book.engine.connect() as connection:
        (task,) = await follow_ups.listed(connection, *FollowUpState)
    assert (task.call, task.score, task.hotline, task.state) == (CALL, 2, "12320", FollowUpState.OPEN)
    assert task.due_at.astimezone(CITY_TIME).strftime("%a %H:%M") == "Wed 17:30"


async def test_a_follow_up_is_settled_by_who_claimed_it_and_all_is_written_down(book: Book) -> None:
    """Nobody takes it from another, and what is settled stays so."""
    await book.write(asked(), rated(1))
    async with book.engine.begin() as connection:
        with pytest.raises(FollowUpNotYours):
            await follow_ups.settle(connection, 1, FollowUpOutcome.SOLVED, "已致歉", by="王班长", at=MONDAY)
        await follow_ups.claim(connection, 1, by="王班长", at=MONDAY)
        await follow_ups.claim(connection, 1, by="王班长", at=MONDAY)
        for other in (follow_ups.claim, follow_ups.release):
            with pytest.raises(FollowUpNotYours):
                await other(connection, 1, by="李班长", at=MONDAY)
        await follow_ups.release(connection, 1, by="王班长", at=MONDAY)
        await follow_ups.claim(connection, 1, by="李班长", at=MONDAY)
        done = await follow_ups.settle(connection, 1, FollowUpOutcome.EXPLAINED, "已解释", by="李班长", at=MONDAY)
        for again in (follow_ups.claim, follow_ups.release):
            with pytest.raises(FollowUpNotYours):
                await again(connection, 1, by="王班长", at=MONDAY)
        with pytest.raises(FollowUpUnknown):
            await follow_ups.claim(connection, 7, by="王班长", at=MONDAY)
        deeds = [(who, deed) for _, who, deed in await deeds_on(connection, CALL)]

    assert (done.state, done.outcome, done.remark) == (FollowUpState.SETTLED, FollowUpOutcome.EXPLAINED, "已解释")
    assert deeds == [
        ("王班长", "follow_up.claimed"),
        ("王班长", "follow_up.released"),
        ("李班长", "follow_up.claimed"),
        ("李班长", "follow_up.settled"),
    ]


async def test_the_province_is_told_once_and_not_who_called(book: Book) -> None:
    """Also if a crash has it told again: the message has the call's own id."""
    for _ in range(2):
        await book.write(asked(), rated(5))
    async with book.engine.connect() as connection:
        (letter,) = await outbox.listed(connection, *LetterState, limit=9)

    body = json.loads(letter.body or "")
    assert (letter.destination, letter.ticket, body["event"]) == (Destination.RATINGS, None, letter.event)
    assert body["rating"] == {
        "call": CALL,
        "hotline": "12320",
        "queue": "general",
        "agent": "101",
        "score": 5,
        "level": "非常满意",
    }
    assert "1381234" not in (letter.body or "")
