"""Watches people at work, in a replay or a simulation: how busy they are, by the same formula in both."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from acd.agents import ON_DUTY
from acd.distributor import Distributor
from acd.model import AgentId, AgentState

BUSY: Final = ON_DUTY - {AgentState.READY}


class Occupancy:
    """占用率: busy / (busy + ready), from `since` to `until`; as acd.agent_kpi but for what is aside.

    What is no waiting call's first conversation is no part of it, for the simulated agent rests meanwhile.
    """

    def __init__(self, since: datetime, until: datetime) -> None:
        self._since, self._until = since, until
        self._doing: dict[AgentId, tuple[bool | None, datetime]] = {}
        self._busy = self._ready = timedelta()

    def note(
        self, core: Distributor, at: datetime, *, everybody: bool = False, aside: Collection[AgentId] = ()
    ) -> None:
        """A fact was decided; `everybody`: anybody's state may have changed. `aside`: whose work does not count."""
        for agent in core.agents if everybody else core.touched:
            state = core.agents[agent].state
            busy = state in BUSY if state in ON_DUTY and agent not in aside else None
            before = self._doing.get(agent)
            if before is None or before[0] is not busy:
                self._count(before, at)
                self._doing[agent] = busy, at

    def _count(self, before: tuple[bool | None, datetime] | None, at: datetime) -> None:
        if before is None or before[0] is None:
            return
        spent = max(timedelta(), min(at, self._until) - max(before[1], self._since))
        if before[0]:
            self._busy += spent
        else:
            self._ready += spent

    def close(self) -> float | None:
        """The share; None: nobody was on duty."""
        for before in self._doing.values():
            self._count(before, self._until)
        self._doing.clear()
        staffed = self._busy + self._ready
        return self._busy / staffed if staffed else None
