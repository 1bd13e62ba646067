"""运行指标: the figures of a period by hotline or queue, whole or by interval. Formulas: acd.kpi."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from acd.kpi import TARGET, VERSION, By, Fate, Figures, Kpis
from api.asked import Answer, Asked
from api.ledger import LONGEST_PERIOD, USUAL_PERIOD, PeriodWanted


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

    `name`: the hotline or queue; "" in `total`, and for a call of which it is not known.
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


async def figures(asked: Asked[KpiWanted]) -> KpiSeen:
    """Reckon the figures of a period from the journal."""
    until = asked.wish.until or asked.now
    since = max(asked.wish.since or until - USUAL_PERIOD, until - LONGEST_PERIOD)
    kpis = await asked.services.books.kpis(since, until)
    return await asyncio.to_thread(_reckoned, kpis, asked.wish, since, until)  # a month's waits take long to sort


def _reckoned(kpis: Kpis, wish: KpiWanted, since: datetime, until: datetime) -> KpiSeen:
    groups = kpis.figures(wish.by, LASTS[wish.every])
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
