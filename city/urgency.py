"""紧急类别 and 高危话语: what must not wait, and the phrases by which it is known. The files `urgency.toml`,
`high_risk.toml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from city.categories import Phrase
from city.written import Named, Slug, Written

Spoken = Annotated[Phrase, Field(min_length=2)]
"""What people say; `…` between two parts stands for a few characters."""


class UrgentClass(Named):
    """紧急类别: cases of which each hour counts."""

    days: Annotated[int, Field(ge=1, le=10)] = 1
    """几日办结 / in how many days it is to be settled"""
    every_day: bool = True
    """自来电时刻起连续计时,节假日照计;`false` 按工作日计 / round the clock, days off too; false: working days"""
    words: Annotated[tuple[Spoken, ...], Field(min_length=1)]
    """说到其中之一即属此类;`…` 处可有几个字 / phrases that indicate it; `…` stands for a few characters"""
    unless: tuple[Spoken, ...] = ()
    """其中的不算 / what is said within one of these does not count"""


class UrgencyFile(Written):
    """紧急类别表 urgency.toml: the gravest first."""

    classes: tuple[UrgentClass, ...] = ()


class Risk(Named):
    """高危话语: words of which a team leader hears at once."""

    name: Slug
    """机器用名 / its name for machines"""
    words: Annotated[tuple[Spoken, ...], Field(min_length=1)]
    """说到其中之一即提醒班长 / phrases that alert a leader; `…` stands for a few characters"""
    unless: tuple[Spoken, ...] = ()
    """口头语,其中的不算(“想死你了”) / idioms; what is said within one of these does not count"""


class HighRiskFile(Written):
    """高危话语表 high_risk.toml."""

    risks: tuple[Risk, ...] = ()
