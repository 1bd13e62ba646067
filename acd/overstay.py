"""小休超时: breaks that last longer than the city allows for their reason. Told, once each; nobody is forced back.

A leader sends back whom they must (acd.force). Breaks that the ACD itself began (missed calls, a phone) have no limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from acd.model import Agent, AgentId, AgentState, BreakReason

Limits = Mapping[BreakReason, timedelta]


def break_due(agent: Agent, limits: Limits) -> datetime | None:
    """When the agent's break should be over; None: not on break, or no limit for its reason."""
    limit = None if agent.reason is None else limits.get(agent.reason)
    if agent.state is not AgentState.ON_BREAK or agent.since is None or limit is None:
        return None
    return agent.since + limit


class Overstays:
    """Which breaks have become too long since it was asked last."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._told: dict[AgentId, datetime] = {}  # when the break began that was told last

    def newly(self, agents: Iterable[Agent], at: datetime) -> list[Agent]:
        """Those who should be back by `at` and have not been told of for this break."""
        late = [agent for agent in agents if (due := break_due(agent, self._limits)) is not None and due <= at]
        new = [agent for agent in late if self._told.get(agent.id) != agent.since]
        self._told.update((agent.id, agent.since) for agent in new if agent.since is not None)
        return new
