"""为什么: why a call waited, why an agent got it, why nobody rings; in sentences, Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from acd.model import AgentId, CallId, QueueName
from acd.why_seats import told_of_seats, turns
from acd.why_words import Line, told_of_queue
from api.asked import Answer, Asked, Nothing, Wish
from api.unanswered import Unknown

LATELY: Final = timedelta(hours=1)
"""Seats that left a queue so long ago are still part of why nobody rings."""
ORDERS_MOST: Final = 50


class WhyWanted(Wish):
    """`all`: name every agent and every call, instead of the first few and how many more."""

    all: bool = False


class WhyAgentWanted(WhyWanted):
    """`call`: which one; the last one that the agent was offered, if it is not said."""

    call: CallId | None = None


class SentenceSeen(Answer):
    """`at`: when, if it has a moment of its own. `depth`: 0, or 1 for what explains the line above."""

    at: datetime | None
    depth: int
    zh: str
    en: str


class Explained(Answer):
    """An answer, line by line."""

    lines: tuple[SentenceSeen, ...]


async def call(asked: Asked[WhyWanted]) -> Explained:
    """From arrival to answer: played again from the journal, by another process."""
    whose = CallId(asked.path["call"])
    return _explained(await asked.services.hindsight.why_call(whose, everything=asked.wish.all))


async def agent(asked: Asked[WhyAgentWanted]) -> Explained:
    """Why this agent got this call."""
    who = AgentId(asked.path["agent"])
    lines = await asked.services.hindsight.why_agent(who, asked.wish.call, everything=asked.wish.all)
    return _explained(lines)


async def queue(asked: Asked[Nothing]) -> Explained:
    """Why nobody rings at this moment, from the state as it is, and which seats came and went lately."""
    name = QueueName(asked.path["queue"])
    seen = asked.services.floor.nobody_rings(name)
    if seen is None:
        raise Unknown(name)
    services, since = asked.services, asked.now - LATELY
    measures, changes = await services.measures.history(ORDERS_MOST), await services.seats.history(limit=ORDERS_MOST)
    seats = told_of_seats(name, turns(name, measures, changes, since, asked.now))
    return _explained([*told_of_queue(seen, asked.now), *seats])


def _explained(lines: Iterable[Line]) -> Explained:
    return Explained(lines=tuple(SentenceSeen(at=line.at, depth=line.depth, zh=line.zh, en=line.en) for line in lines))
