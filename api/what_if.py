"""人力测算、反事实与演练: how many agents, the past under a change, the house under a crowd. Another process works.

Formulas: acd.staffing; how a period is run again: simulation.reenactment; what counts as broken: simulation.drill.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Final

from pydantic import AwareDatetime, Field

from acd.staffing import Staffed, Traffic
from api.asked import Answer, Asked, Wish
from api.kpi import LASTS, Every
from api.ledger import PeriodWanted

A_CHANGE = Annotated[str, Field(min_length=1, max_length=80)]
CHANGES_MOST: Final = 20
DRAWS_MOST: Final = 100


class StaffingWanted(Wish):
    """Calls at random, one queue served in order; times are means, in seconds. `target`: the share to be in time."""

    calls_per_hour: float = Field(ge=0.1, le=100_000)
    handle_s: float = Field(default=240.0, ge=10, le=7200)
    patience_s: float = Field(default=120.0, ge=1, le=3600)
    within_s: float = Field(default=15.0, ge=0, le=3600)
    target: float = Field(default=0.8, ge=0.01, le=0.999)


class StaffedSeen(Answer):
    """So many agents. If nobody gives up (Erlang C): `in_time`, `mean_wait_s` (null: without end), `occupancy`.

    With that patience (Erlang A): `abandons`, `mean_wait_with_patience_s`.
    """

    agents: int
    in_time: float
    mean_wait_s: float | None
    occupancy: float
    abandons: float
    mean_wait_with_patience_s: float


class StaffingSeen(Answer):
    """`fewest`: agents that reach the target (Erlang C). `around`: some fewer and some more of them."""

    load_erlang: float
    fewest: int
    around: tuple[StaffedSeen, ...]


class RangeSeen(Answer):
    """The median over the draws, and the 5th and 95th percentile."""

    median: float
    low: float
    high: float


Ranges = dict[str, RangeSeen | None]
"""By figure: calls, answered, within_15, within_20, abandoned, elsewhere, mean_wait_s, p95_wait_s."""


class DrillWanted(PeriodWanted):
    """The people, seats and rules of a period, the last hour unless told otherwise, under `times` its traffic."""

    usual: ClassVar[timedelta] = timedelta(hours=1)

    times: float = Field(default=5.0, ge=1, le=20)
    draws: int = Field(default=5, ge=1, le=DRAWS_MOST)


class BrokenSeen(Answer):
    """`what`: lines, crisis, in_time, connected; `where`: a hotline, a queue, "" the house; `share` of the draws."""

    what: str
    where: str
    share: float
    after_s: RangeSeen  # from the period's beginning
    zh: str
    en: str


class DrilledSeen(Answer):
    """One run. `broken`: the first one first."""

    times: float
    figures: Ranges
    occupancy: RangeSeen | None
    most_at_once: RangeSeen
    broken: tuple[BrokenSeen, ...]


class DrillSeen(Answer):
    """`lines`: calls at once that the house lets in. `first`: what the crowd breaks first; null: it bears it."""

    since: datetime
    until: datetime
    lines: int
    usual: DrilledSeen
    drilled: DrilledSeen
    first: BrokenSeen | None


class WhatIfWanted(PeriodWanted):
    """A period again under a change; without one, how true the rerun is.

    `seats`: health+6, with people; `limits`: health.wrap_up_s=20; `without_measures`: none of those that were in force.
    """

    seats: tuple[A_CHANGE, ...] = Field(default=(), max_length=CHANGES_MOST)
    limits: tuple[A_CHANGE, ...] = Field(default=(), max_length=CHANGES_MOST)
    level: A_CHANGE | None = None
    without_measures: bool = False
    begins: AwareDatetime | None = None
    ends: AwareDatetime | None = None
    draws: int = Field(default=20, ge=1, le=DRAWS_MOST)
    every: Every = Every.HOUR

    def change(self) -> dict[str, Any]:
        """What is to be different, as JSON says it."""
        return self.model_dump(mode="json", exclude={"since", "until", "draws", "every"})


class DoubtSeen(Answer):
    """A figure of the unchanged rerun that is farther from what happened than it should be."""

    figure: str
    real: float
    again: RangeSeen


class OccupancySeen(Answer):
    """Shares of the agents' time."""

    real: float | None
    again: RangeSeen | None
    changed: RangeSeen | None
    differs: RangeSeen | None


class GroupSeen(Answer):
    """Some calls: as it was, again without the change, with it, and what that differs, draw by draw.

    `sooner`, `later`: citizens who waited less or longer; `gained`, `lost`: answered only with it, only without it.
    """

    by: str
    name: str
    real: dict[str, float | None]
    again: Ranges
    changed: Ranges
    differs: Ranges
    sooner: RangeSeen
    later: RangeSeen
    gained: RangeSeen
    lost: RangeSeen


class WhatIfSeen(Answer):
    """`true`: the unchanged rerun is as true as docs/what-if.md asks; otherwise `doubts` says where it is not.

    `unjoined`: calls of the period that never came to the waiting room, and are in no figure.
    """

    since: datetime
    until: datetime
    draws: int
    changed: bool
    unjoined: int
    true: bool
    doubts: tuple[DoubtSeen, ...]
    occupancy: OccupancySeen
    groups: tuple[GroupSeen, ...]


async def staffing(asked: Asked[StaffingWanted]) -> bytes:
    """How many agents so many calls need."""
    return await asked.services.hindsight.staffing(asked.wish.model_dump())


def staffing_seen(traffic: Traffic, fewest: int, rows: Iterable[Staffed]) -> StaffingSeen:
    """The table as clients know it."""
    return StaffingSeen(load_erlang=traffic.load, fewest=fewest, around=tuple(_staffed_seen(one) for one in rows))


def _staffed_seen(one: Staffed) -> StaffedSeen:
    return StaffedSeen(
        agents=one.agents,
        in_time=one.in_time,
        mean_wait_s=None if one.patient is None else one.patient.mean_wait_s,
        occupancy=1.0 if one.patient is None else one.patient.occupancy,
        abandons=one.impatient.abandons,
        mean_wait_with_patience_s=one.impatient.mean_wait_s,
    )


async def drill(asked: Asked[DrillWanted]) -> bytes:
    """What breaks first."""
    wish = asked.wish
    return await asked.services.hindsight.drill(*wish.period(asked.now), times=wish.times, draws=wish.draws)


async def what_if(asked: Asked[WhatIfWanted]) -> bytes:
    """Who waits less, who loses."""
    wish = asked.wish
    since, until = wish.period(asked.now)
    every = LASTS[wish.every] or until - since
    return await asked.services.hindsight.what_if(since, until, wish.change(), draws=wish.draws, every=every)
