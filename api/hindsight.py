"""What the HTTP face asks about the past, and about what might have been: a small Protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from acd.agent_kpi import Period
from acd.kpi import By
from acd.model import AgentId, CallId
from acd.why_words import Line


class Hindsight(Protocol):
    """Who looks at the past, in another process: `hotline.aside.Aside`.

    Unknown, PastUnreadable, PastAway, TooLong, TooMuch, TooMany, WishRefused.
    Who gives up asking is looked for no more.
    """

    async def why_call(self, call: CallId, *, everything: bool) -> Sequence[Line]:
        """Why a call waited."""

    async def why_agent(self, agent: AgentId, call: CallId | None, *, everything: bool) -> Sequence[Line]:
        """Why an agent got this call, or their last one."""

    async def ledger(self, since: datetime, until: datetime) -> bytes:
        """What became of the calls of a period, up to the last fact on disk: `api.ledger.LedgerSeen` as JSON."""

    async def kpis(self, since: datetime, until: datetime, by: By, every: timedelta | None) -> bytes:
        """The figures of the same calls: `api.kpi.KpiSeen` as JSON."""

    async def agent_kpis(self, period: Period) -> bytes:
        """How agents spent their time: `api.agent_kpi.AgentKpiSeen` as JSON."""

    async def staffing(self, traffic: Mapping[str, float]) -> bytes:
        """How many agents so many calls need: `api.what_if.StaffingSeen` as JSON, of a `StaffingWanted`."""

    async def drill(self, since: datetime, until: datetime, *, times: float, draws: int) -> bytes:
        """A period under so many times its traffic: `api.what_if.DrillSeen` as JSON."""

    async def what_if(
        self, since: datetime, until: datetime, change: Mapping[str, Any], *, draws: int, every: timedelta
    ) -> bytes:
        """A period again under a change: `api.what_if.WhatIfSeen` as JSON."""

    async def dry_run(self, old: Path, new: Path, since: datetime, until: datetime) -> bytes:
        """Calls of a period by another version of the city: `api.dry_run.DryRunSeen` as JSON.

        Both are folders of versions that were checked: the one in force, and the other.
        """
