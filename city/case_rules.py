"""办件规则: the files of a city that say how cases are taken. While the controller runs they may be
replaced, together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property

from city.calendar import CalendarFile
from city.categories import Category
from city.deadlines import DeadlinesFile
from city.flows import Flow
from city.urgency import HighRiskFile, UrgencyFile
from city.written import Written

VERSION_CHARS = 12


class CaseRules(Written):
    """`categories.toml`, `flows/`, `urgency.toml`, `high_risk.toml`, `deadlines.toml`, `calendar/`."""

    categories: tuple[Category, ...] = ()
    """诉求分类 / the tree of categories"""
    flows: Mapping[str, Flow] = {}
    """快速流程,按名称 / the quick flows, by name"""
    urgency: UrgencyFile = UrgencyFile()
    """紧急类别 / urgent classes"""
    high_risk: HighRiskFile = HighRiskFile()
    """高危话语 / high-risk phrases"""
    deadlines: DeadlinesFile = DeadlinesFile()
    """办理时限 / deadlines"""
    years: tuple[CalendarFile, ...] = ()
    """放假安排 / the holidays, a file a year"""

    @cached_property
    def version(self) -> str:
        """A digest of all they say: whatever changes, the version does."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:VERSION_CHARS]
