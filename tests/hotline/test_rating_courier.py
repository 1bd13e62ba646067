"""Ratings leave for the province: signed, and each exactly once to a receiver that leaves out what it knows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.model import AgentId, CallId, QueueName
from acd.rating_facts import CallRated, RatingAsked
from city.load import load_city
from city.rating import RatingsFile
from city.webhooks import Receiver, WebhooksFile
from hotline.courier import Courier, receivers_of
from plumbing.lifecycle import background
from tests.city.scene import SAMPLE
from tests.databases import BOTH
from tests.hotline.receiver import SECRET, keeps_and_dies, receiving
from tests.hotline.test_courier import database, until_all
from tests.tickets.births import clocking
from tickets.outbox import LetterState
from tickets.posting import Posting
from tickets.rating_book import RatingBook
from tickets.webhook import Destination, Schedule

__all__ = ["database"]

pytestmark = BOTH

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


async def test_the_province_has_each_rating_once_whatever_breaks(database: AsyncEngine) -> None:
    """Told twice after a crash of ours, and sent twice because the receiver's answer was lost."""
    async with receiving(keeps_and_dies) as province:
        webhooks = WebhooksFile(ratings=Receiver(url=province.url))
        book = RatingBook(RatingsFile, clocking(load_city(SAMPLE), NOON), Posting(webhooks))
        asked = RatingAsked(at=NOON, call=CallId("c-1"), attempt=1, agent=AgentId("101"), queue=QueueName("general"))
        for _ in range(2):
            async with database.begin() as connection:
                await book.write(connection, asked)
                await book.write(connection, CallRated(at=NOON, call=asked.call, attempt=1, score=4))
        soon = Schedule(first=timedelta(milliseconds=10), most=timedelta(milliseconds=20))
        courier = Courier(database, receivers_of(webhooks), SecretStr(SECRET), lambda: datetime.now(UTC), schedule=soon)
        async with background(courier.run()):
            (letter,) = await until_all(database, LetterState.DELIVERED)

    (body,) = province.kept.values()
    assert (letter.destination, letter.attempts, letter.body) == (Destination.RATINGS, 2, None)
    assert (province.arrivals, province.forged) == ([letter.event, letter.event], 0)
    assert json.loads(body)["rating"]["level"] == "满意"
