"""好差评: what callers thought, call by call (written down who looks) and in figures. Formulas: tickets.rating_kpi."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from acd.rating_facts import BEST, NotAsked
from api.asked import Answer, Asked
from api.kpi import LASTS, ROWS_MOST, Every
from api.ledger import PeriodWanted
from api.unanswered import TooMuch
from recordings.access import note
from tickets import rating_kpi, ratings
from tickets.rating_kpi import VERSION, Figures, RatedBy
from tickets.ratings import Wanted

Name = Annotated[str, Field(min_length=1, max_length=64)]


class RatingSeen(Answer):
    """One call. `not_asked`: why; with null and no `score` the caller was asked and gave no answer."""

    call: str
    agent: str
    queue: str
    hotline: str | None  # as dialled
    over_at: datetime  # when the caller was asked, or when it was known that they are not
    not_asked: NotAsked | None
    score: int | None
    rated_at: datetime | None


class RatingsWanted(PeriodWanted):
    """Calls of a period; `rated`: only those with an answer; `most`: of so high a score, or lower."""

    agent: Name | None = None
    queue: Name | None = None
    hotline: Name | None = None
    rated: bool = False
    most: Annotated[int, Field(ge=1, le=BEST)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class RatingsSeen(Answer):
    """The newest first."""

    ratings: tuple[RatingSeen, ...]


class RatingKpiWanted(PeriodWanted):
    """A period, what ratings are told apart by, and the interval."""

    by: RatedBy = RatedBy.AGENT
    every: Every = Every.WHOLE


class RatingFigures(Answer):
    """`scores`: how many gave 5, 4, 3, 2, 1; `not_asked`: how many were not, by the reason. Rates are 0 to 1.

    `satisfaction`: 3 or more / rated; `asked_rate`: asked / talked; `answer_rate`: rated / asked.
    """

    since: datetime
    name: str
    talked: int
    asked: int
    rated: int
    satisfied: int
    scores: dict[int, int]
    not_asked: dict[NotAsked, int]
    satisfaction: float | None
    asked_rate: float | None
    answer_rate: float | None


class RatingKpiSeen(Answer):
    """`version`: of the formulas; figures of different versions are not to be compared."""

    version: int
    since: datetime
    until: datetime
    figures: tuple[RatingFigures, ...]
    total: RatingFigures


async def everything(asked: Asked[RatingsWanted]) -> RatingsSeen:
    """Ratings of a period, call by call; that they were looked at, and whose, is written down."""
    wish = asked.wish
    since, until = wish.period(asked.now)
    chosen = wish.model_dump(include={"agent", "queue", "hotline", "rated", "most"})
    async with asked.services.database.begin() as connection:
        found = await ratings.listed(connection, Wanted(since=since, until=until, **chosen), limit=wish.limit)
        subject = wish.agent or wish.queue or wish.hotline or "all"
        detail = f"{since:%Y-%m-%dT%H:%MZ} – {until:%Y-%m-%dT%H:%MZ}"
        await note(connection, at=asked.now, who=str(asked.by), deed="ratings.read", subject=subject, detail=detail)
    return RatingsSeen(ratings=tuple(map(RatingSeen.model_validate, found)))


async def figures(asked: Asked[RatingKpiWanted]) -> RatingKpiSeen:
    """Satisfaction, and who was asked, of a period."""
    wish = asked.wish
    since, until = wish.period(asked.now)
    async with asked.services.database.connect() as connection:
        found = await ratings.listed(connection, Wanted(since=since, until=until))
    groups = rating_kpi.figures(found, wish.by, since, LASTS[wish.every])
    if len(groups) > ROWS_MOST:
        raise TooMuch
    seen = tuple(_seen(begins, name, of) for (begins, name), of in groups.items())
    return RatingKpiSeen(
        version=VERSION, since=since, until=until, figures=seen, total=_seen(since, "", Figures(found))
    )


def _seen(since: datetime, name: str, of: Figures) -> RatingFigures:
    return RatingFigures(
        since=since,
        name=name,
        talked=of.talked,
        asked=of.asked,
        rated=of.rated,
        satisfied=of.satisfied,
        scores={score: of.scored(score) for score in range(BEST, 0, -1)},
        not_asked={why: of.not_asked(why) for why in NotAsked},
        satisfaction=of.satisfaction,
        asked_rate=of.asked_rate,
        answer_rate=of.answer_rate,
    )
