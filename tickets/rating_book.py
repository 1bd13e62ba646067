"""What follows when a caller rates: the row, a follow-up of a bad one, a message to the province; one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from acd.rating_facts import CallRated, RatingAsked, RatingNotAsked
from city.rating import RatingsFile
from tickets import follow_ups, ratings
from tickets.clocking import Clocking
from tickets.deadlines import days_from
from tickets.posting import Posting

FOLLOW_UP: Final = "差评回访"
"""The rule by which a follow-up is due."""

RatingFact = RatingAsked | RatingNotAsked | CallRated


class RatingBook:
    """Give `write` to the call book, which writes behind the ACD."""

    def __init__(self, wanted: Callable[[], RatingsFile], clocking: Clocking, posting: Posting) -> None:
        """`wanted`: what the city says of ratings now; `clocking`: by what working days are counted."""
        self._wanted, self._clocking, self._posting = wanted, clocking, posting

    async def write(self, connection: AsyncConnection, fact: RatingFact) -> None:
        """Write down a fact, and what follows from it; told again it changes nothing."""
        if not isinstance(fact, CallRated):
            await ratings.enter(connection, fact)
            return
        if not await ratings.rate(connection, fact):
            return
        wanted = self._wanted()
        if fact.score <= wanted.bad:
            due = days_from(self._clocking.counting, FOLLOW_UP, wanted.follow_up_days, fact.at)
            await follow_ups.begin(connection, fact.call, fact.at, due)
        if (rating := await ratings.read(connection, fact.call)) is not None:
            await self._posting.rated(connection, rating)
