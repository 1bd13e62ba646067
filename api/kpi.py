"""运行指标: the figures of a period by hotline or queue, whole or by interval. Formulas: acd.kpi."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from acd.kpi import TARGET, VERSION, By, Fate, Figures, Kpis
from api.asked import Answer, Asked
from api.ledger import PeriodWanted
from api.unanswered import TooMuch

ROWS_MOST: Final = 20_000
"""A month by the quarter of an hour of six hotlines."""


class Every(StrEnum):
    """How long an interval is; counted from the beginning of the period."""

    QUARTER = "15m"
    HALF_HOUR = "30m"
    HOUR = "1h"
    DAY = "1d"
    WHOLE = "whole"  # the period is not cut


LASTS: Final = {
    Every.QUARTER: timedelta(minutes=15),
    Every.HALF_HOUR: timedelta(minutes=30),
    Every.HOUR: timedelta(hours=1),
    Every.DAY: timedelta(days=1),
    Every.WHOLE: None,
}


class KpiWanted(PeriodWanted):
    """A period as in the ledger, what the calls are told apart by, and the interval."""

    by: By = By.HOTLINE
    every: Every = Every.WHOLE


class FiguresSeen(Answer):
    """Rates are 0 to 1, waits are seconds; null where there was nothing to reckon with.

    `name`: the hotline, queue, owner or merge mode; "" in `total`, and for a call of which it is not known.
    `reached`: not answered, but called back and reached within two hours; `person_rate`: with `answered`, of offered.
    `service_level`: within 15 s / (offered - short abandons); `service_level_of_offered`: / offered.
    """

    since: datetime
    name: str
    offered: int
    answered: int
    in_time: int
    abandoned: int
    short_abandoned: int
    refused: int
    other: int
    in_progress: int
    reached: int
    service_level: float | None
    service_level_of_offered: float | None
    connected_rate: float | None
    person_rate: float | None
    abandonment: float | None
    abandonment_without_short: float | None
    average_speed_of_answer_s: float | None
    longest_wait_s: float | None
    p95_wait_s: float | None


class KpiSeen(Answer):
    """`version`: of the formulas; figures of different versions are not to be compared."""

    version: int
    since: datetime
    until: datetime
    target_s: float
    figures: tuple[FiguresSeen, ...]
    total: FiguresSeen


async def figures(asked: Asked[KpiWanted]) -> bytes:
    """Have the figures of a period reckoned from the journal."""
    since, until = asked.wish.period(asked.now)
    by, every = asked.wish.by, LASTS[asked.wish.every]
    return await asked.services.hindsight.kpis(since, until, by, every)


def kpi_seen(kpis: Kpis, by: By, every: timedelta | None, since: datetime, until: datetime) -> KpiSeen:
    """Figures as clients know them. TooMuch."""
    groups = kpis.figures(by, every)
    if len(groups) > ROWS_MOST:
        raise TooMuch
    return KpiSeen(
        version=VERSION,
        since=since,
        until=until,
        target_s=TARGET.total_seconds(),
        figures=tuple(_seen(begins, name, group) for (begins, name), group in groups.items()),
        total=_seen(since, "", kpis.total()),
    )


def _seen(since: datetime, name: str, of: Figures) -> FiguresSeen:
    return FiguresSeen(
        since=since,
        name=name,
        offered=of.offered,
        answered=of.count(Fate.ANSWERED),
        in_time=of.in_time,
        abandoned=of.count(Fate.ABANDONED),
        short_abandoned=of.count(Fate.SHORT),
        refused=of.count(Fate.REFUSED),
        other=of.count(Fate.OTHER),
        in_progress=of.count(Fate.IN_PROGRESS),
        reached=of.reached,
        service_level=of.service_level,
        service_level_of_offered=of.service_level_of_offered,
        connected_rate=of.connected_rate,
        person_rate=of.person_rate,
        abandonment=of.abandonment,
        abandonment_without_short=of.abandonment_without_short,
        average_speed_of_answer_s=of.average_speed_of_answer_s,
        longest_wait_s=of.longest_wait_s,
        p95_wait_s=of.p95_wait_s,
    )
