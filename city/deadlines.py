"""办理时限: in how many working days an appeal is settled, by topic and period, and who is told as time runs out.

The file `deadlines.toml`. Of all rules that hold for a ticket the one with the earliest deadline counts.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field

from city.categories import CategoryName, UsualKind
from city.dialling import Clock
from city.hotline import Number
from city.written import Named, Slug, Written

MOST_DAYS = 60


class DeadlineRule(Named):
    """时限规则: holds where everything it names is so; what is left out is no condition."""

    name: Slug
    """规则名 / its name"""
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    """几个工作日办结 / in how many working days it is to be settled"""
    kinds: tuple[UsualKind, ...] = ()
    """诉求类型 / kinds of appeal"""
    categories: tuple[CategoryName, ...] = ()
    """分类,含其下级 / categories, with all below them"""
    hotlines: tuple[Number, ...] = ()
    """热线号码 / hotlines, by their numbers"""
    first: date | None = None
    """自此日受理的 / taken on this day or later"""
    last: date | None = None
    """至此日受理的 / taken on this day or earlier"""

    @property
    def holds_always(self) -> bool:
        """Whether it names no condition at all."""
        return not (self.kinds or self.categories or self.hotlines or self.first or self.last)


class EscalationStep(Written):
    """催办: when so much of the time is gone, these are told."""

    percent: Annotated[int, Field(ge=1, le=100)]
    """办理时间用去百分之几 / how much of the working time is gone, in per cent"""
    tells: Annotated[tuple[Literal["handler", "leader", "supervisor"], ...], Field(min_length=1)]
    """告知谁:经办人、班长、督办 / who is told: who handles it, a team leader, supervision"""


STEPS = (
    EscalationStep(percent=50, tells=("handler",)),
    EscalationStep(percent=80, tells=("leader",)),
    EscalationStep(percent=100, tells=("leader", "supervisor")),
)
"""Unless the city says otherwise."""


class DeadlinesFile(Written):
    """办理时限 deadlines.toml."""

    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,24}$")] = "none"
    """版本,存于工单 / its version, stored on the tickets"""
    opens: Clock = "09:00"
    """上班时刻 / when offices open"""
    closes: Clock = "17:30"
    """下班时刻,即时限届满的时刻 / when they close: the time of day of a deadline"""
    rules: tuple[DeadlineRule, ...] = (DeadlineRule(name="usual", zh="一般诉求", en="Usual appeals", days=5),)
    """时限规则;须有一条无条件的 / the rules; one of them without a condition"""
    escalations: Annotated[tuple[EscalationStep, ...], Field(min_length=1)] = STEPS
    """催办 / who is told when"""

    @property
    def hours(self) -> tuple[time, time]:
        """`opens` and `closes`."""
        return time.fromisoformat(self.opens), time.fromisoformat(self.closes)
