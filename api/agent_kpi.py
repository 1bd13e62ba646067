"""话务员指标: how agents spend their time, whole or by interval. Formulas: acd.agent_kpi; another process reckons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from acd.agent_kpi import VERSION, Period, Row, Sheet
from acd.model import AgentId
from api.asked import Answer, Asked
from api.kpi import LASTS, Every
from api.ledger import PeriodWanted


class AgentKpiWanted(PeriodWanted):
    """A period as in the ledger, the interval, and one agent, or everybody."""

    every: Every = Every.WHOLE
    agent: AgentId | None = None


class HandledSeen(Answer):
    """Conversations that were over in the interval, of a queue, hotline or agent. Means in seconds; null of none.

    `unseen`: over, but their beginning is not known; they are in no mean.
    `average_handle_s` is talk + hold + wrap-up.
    """

    since: datetime
    name: str
    handled: int
    unseen: int
    average_handle_s: float | None
    average_talk_s: float | None
    average_hold_s: float | None
    average_wrap_up_s: float | None


class AgentSeen(HandledSeen):
    """And an agent's time by the clock, in seconds; `name` is "" in the total.

    `occupancy`: busy / (busy + ready), `utilisation`: busy / logged on; busy is offered + talking + holding + wrap-up.
    """

    ready_s: float
    offered_s: float
    talking_s: float
    holding_s: float
    wrap_up_s: float
    on_break_s: float
    occupancy: float | None
    utilisation: float | None


class AgentKpiSeen(Answer):
    """`version`: of the formulas. `agrees`: false if the rules were others then, or facts are missing.

    Of `hotlines` the one named "" is the calls that we made.
    """

    version: int
    since: datetime
    until: datetime
    agents: tuple[AgentSeen, ...]
    queues: tuple[HandledSeen, ...]
    hotlines: tuple[HandledSeen, ...]
    total: AgentSeen
    agrees: bool


async def figures(asked: Asked[AgentKpiWanted]) -> bytes:
    """Have the journal played again; nothing is known beyond now."""
    since, until = asked.wish.period(asked.now)
    period = Period(
        since=since, until=max(since, min(until, asked.now)), every=LASTS[asked.wish.every], whom=asked.wish.agent
    )
    return await asked.services.hindsight.agent_kpis(period)


def agent_kpi_seen(period: Period, sheet: Sheet) -> AgentKpiSeen:
    """A sheet as clients know it."""
    return AgentKpiSeen(
        version=VERSION,
        since=period.since,
        until=period.until,
        agents=tuple(map(_agent, sheet.agents)),
        queues=tuple(HandledSeen(**_handled(row)) for row in sheet.queues),
        hotlines=tuple(HandledSeen(**_handled(row)) for row in sheet.hotlines),
        total=_agent(sheet.total),
        agrees=sheet.agrees,
    )


def _handled(row: Row) -> dict[str, Any]:
    of = row.handled
    return {
        "since": row.since,
        "name": row.name,
        "handled": of.handled,
        "unseen": of.unseen,
        "average_handle_s": of.average_handle_s,
        "average_talk_s": of.average_talk_s,
        "average_hold_s": of.average_hold_s,
        "average_wrap_up_s": of.average_wrap_up_s,
    }


def _agent(row: Row) -> AgentSeen:
    spent = row.spent
    return AgentSeen(
        **_handled(row),
        ready_s=spent.ready.total_seconds(),
        offered_s=spent.offered.total_seconds(),
        talking_s=spent.talking.total_seconds(),
        holding_s=spent.holding.total_seconds(),
        wrap_up_s=spent.wrap_up.total_seconds(),
        on_break_s=spent.on_break.total_seconds(),
        occupancy=spent.occupancy,
        utilisation=spent.utilisation,
    )
