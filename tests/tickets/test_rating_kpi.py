"""The figures of ratings equal what the journal says, counted by hand; each formula by an example."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import Event
from acd.journal import Journal, journal
from acd.model import AgentId, CallId, QueueName
from acd.rating_facts import CallRated, NotAsked, RatingAsked, RatingNotAsked
from city.city import City
from city.rating import RatingsFile
from city.webhooks import WebhooksFile
from hotline.callbook import CallBook
from plumbing.lifecycle import background
from tests.databases import BOTH
from tests.tickets.births import clocking
from tickets import ratings
from tickets.posting import Posting
from tickets.rating_book import RatingBook
from tickets.rating_kpi import Figures, RatedBy, figures
from tickets.ratings import Rating, Wanted

pytestmark = BOTH

NINE = datetime(2026, 6, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rating(score: int | None = None, why: NotAsked | None = None, minutes: int = 0, agent: str = "101") -> Rating:
    """A call that was over so many minutes after nine."""
    at = NINE + timedelta(minutes=minutes)
    more: dict[str, Any] = {"score": score, "rated_at": at if score else None, "not_asked": why, "over_at": at}
    return Rating(call="c", attempt=1, agent=agent, queue="general", hotline="12345", **more)


def test_satisfaction_counts_three_and_better_of_those_who_rated() -> None:
    """Who gave none, or was not asked, is in neither; nothing is no rate."""
    some = Figures([rating(5), rating(3), rating(2), rating(), rating(why=NotAsked.CALLER_LEFT)])

    assert (some.talked, some.asked, some.rated, some.satisfied) == (5, 4, 3, 2)
    assert (some.satisfaction, some.asked_rate, some.answer_rate) == (2 / 3, 4 / 5, 3 / 4)
    assert (Figures([]).satisfaction, Figures([]).asked_rate, Figures([]).answer_rate) == (None, None, None)


def test_a_call_belongs_to_the_interval_in_which_its_talk_was_over() -> None:
    """From its beginning on, up to before the next."""
    groups = figures([rating(5, minutes=59), rating(4, minutes=60, agent="102")], RatedBy.AGENT, NINE, HOUR)

    assert {key: of.talked for key, of in groups.items()} == {(NINE, "101"): 1, (NINE + HOUR, "102"): 1}


class Nobody:
    """Carries nothing out."""

    def carry_out(self, command: object) -> None:
        """No telephones here."""


def calls_of_a_day(draw: random.Random) -> list[Event]:
    """Two hundred calls of five agents: asked or not, rated or not, some facts told twice."""
    told: list[Event] = []
    for number in range(200):
        at, call = NINE + timedelta(seconds=number), CallId(f"lx1-{number}.1")
        agent, queue = AgentId(f"10{draw.randrange(5)}"), QueueName(draw.choice(["general", "health"]))
        if draw.random() < 0.3:
            why = draw.choice(list(NotAsked))
            told.append(RatingNotAsked(at=at, call=call, attempt=1, agent=agent, queue=queue, why=why))
            continue
        told.append(RatingAsked(at=at, call=call, attempt=1, agent=agent, queue=queue))
        if draw.random() < 0.6:
            rated = CallRated(at=at, call=call, attempt=1, score=draw.randint(1, 5))
            told += [rated] * draw.choice([1, 1, 2])
    return told


async def test_the_figures_equal_a_recount_of_the_journal(engine: AsyncEngine, sample: City) -> None:
    """By agent: talked, asked, rated, satisfied. The journal's rows are counted by plain loops, not by our code."""
    book = RatingBook(RatingsFile, clocking(sample, NINE), Posting(WebhooksFile()))
    kept, calls = Journal(engine), CallBook(engine, str, ratings=book)
    acd = Engine(Distributor(), Nobody(), kept, lambda: NINE)
    acd.subscribe(calls.note)
    await kept.open()
    async with background(kept.run(), acd.run(), calls.run()):
        told = calls_of_a_day(random.Random(6))
        await acd.look(lambda: told)
        await kept.flushed(kept.last)
        await calls.written()

    talked, asked, rated, satisfied = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    whose: dict[str, str] = {}
    async with engine.connect() as connection:
        rows = (await connection.execute(select(journal.c.kind, journal.c.payload).order_by(journal.c.seq))).all()
        found = figures(await ratings.listed(connection, Wanted()), RatedBy.AGENT, NINE)
    answered: set[str] = set()
    for kind, payload in rows:
        if kind in ("RatingAsked", "RatingNotAsked"):
            talked[payload["agent"]] += 1
        if kind == "RatingAsked":
            asked[payload["agent"]] += 1
            whose[payload["call"]] = payload["agent"]
        if kind == "CallRated" and payload["call"] not in answered:
            answered.add(payload["call"])
            rated[whose[payload["call"]]] += 1
            satisfied[whose[payload["call"]]] += payload["score"] > 2

    assert sum(talked.values()) == 200
    assert {name: (of.talked, of.asked, of.rated, of.satisfied) for (_, name), of in found.items()} == {
        agent: (talked[agent], asked[agent], rated[agent], satisfied[agent]) for agent in sorted(talked)
    }
