"""外呼意向: what is written down before anybody is rung, and the rules it is held against. In one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from acd.model import CallId
from city.city import City
from city.dialling import dialled_as
from recordings import access
from recordings.calls import note_dialled_out
from telephony import dial_book
from telephony.dial_book import DialOut
from telephony.dial_rules import Wish, refuse_if, rule_against

Also = Callable[[AsyncConnection, DialOut], Awaitable[None]]
"""Something more to be done in the transaction that writes down an intent, or an outcome."""


def intent_of(call: CallId, wish: Wish, city: City, at: datetime) -> DialOut:
    """The intent that a wish becomes. Raises NumberRefused if there is a rule against the number."""
    number = dialled_as(wish.number, city.about.country_code)
    refuse_if(rule_against(number, city))
    hotline = city.hotlines.get(wish.hotline) or city.hotlines[city.about.default_hotline]
    return DialOut(
        call=call,
        number=number,
        hotline=hotline.number,
        agent=wish.agent,
        owed=wish.owed,
        who=wish.who,
        why=wish.why,
        asked_at=at,
    )


async def write_intent(database: AsyncEngine, intent: DialOut, city: City, also: Also | None) -> None:
    """Write it down with who and why, unless the number is being dialled or was too often. Raises Refused.

    One wish at a time: two to one number do not both find it free.
    """
    limits = city.dialling
    async with database.begin() as connection:
        if await dial_book.unfinished(connection, intent.number):
            refuse_if("number_in_progress")
        attempts = await dial_book.attempts_to(connection, intent.number, intent.asked_at - limits.window)
        refuse_if("number_too_often" if attempts >= limits.attempts_per_number else None)
        await dial_book.intend(connection, intent)
        await note_dialled_out(
            connection, intent.call, hotline=intent.hotline, number=intent.number, at=intent.asked_at
        )
        if also is not None:
            await also(connection, intent)
        await access.note(
            connection,
            at=intent.asked_at,
            who=intent.who,
            deed="citizen.dialled",
            subject=intent.call,
            detail=f"agent {intent.agent}: {intent.why}",
        )
