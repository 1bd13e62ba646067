"""The code by which a citizen may hear how a ticket stands leaves by text message, if the city's text has a place."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from city.webhooks import SmsReceiver, WebhooksFile
from plumbing.database import connect, prepare
from tests.hotline.confirming import confirmed
from tests.recordings.scenes import NOON
from tickets import outbox
from tickets.check_codes import fits
from tickets.posting import Posting
from tickets.webhook import Destination

URL = "https://sms.example.gov.cn/send"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A fresh database."""
    engine = connect(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()


def sms(written: str) -> WebhooksFile:
    """A gateway, and what is written in a message."""
    return WebhooksFile(sms=SmsReceiver(url=URL, text=written))


async def test_the_message_tells_number_and_code(database: AsyncEngine) -> None:
    """The code of just this ticket."""
    ticket = await confirmed(database, "lx-1.1", Posting(sms("工单编号{number},查询码{code}。")))

    async with database.connect() as connection:
        (letter,) = await outbox.due(connection, Destination.SMS, NOON, limit=9)
        assert letter.body is not None
        told = json.loads(letter.body)["text"]
        number, code = told.removeprefix("工单编号").removesuffix("。").split(",查询码")
        assert number == ticket.number
        assert await fits(connection, ticket.id, code)


async def test_without_a_place_for_it_no_code_is_given_out(database: AsyncEngine) -> None:
    """Then only the ticket's own number opens it."""
    await confirmed(database, "lx-1.1", Posting(sms("工单编号{number}。")))

    async with database.connect() as connection:
        assert await connection.scalar(text("select count(*) from check_codes")) == 0


@pytest.mark.parametrize("written", ["查询码是{code}的工单", "工单{number}{code}{code}", "工单{number}{name}"])
def test_a_text_says_the_number_and_the_code_at_most_once(written: str) -> None:
    """And has no other braces."""
    with pytest.raises(ValidationError):
        sms(written)
