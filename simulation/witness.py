"""Whom a fact is about, and in which state it met them: keeps a trial's coverage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from acd.commands import Command, RingAgent
from acd.distributor import Distributor
from acd.events import Event, SeatOpened, TimePassed
from acd.model import AgentId, AgentState, CallId, SeatId
from simulation.coverage import KINDS, Coverage
from simulation.faults import Fault

COUNTED: Final = frozenset(KINDS)


class Witness:
    """Tell it every order; it notes every fact beside the state of the agent that it is about."""

    def __init__(self, agents: Mapping[SeatId, AgentId]) -> None:
        self.coverage = Coverage()
        self._at_seat = agents
        self._offered: dict[tuple[CallId, int], AgentId] = {}
        self._last: dict[CallId, AgentId] = {}

    def hear(self, orders: Iterable[Command]) -> None:
        """Who is offered what."""
        for order in orders:
            if isinstance(order, RingAgent):
                self._offered[order.call, order.attempt] = self._last[order.call] = order.agent

    def note(self, core: Distributor, event: Event, faults: Iterable[Fault]) -> None:
        """A fact is about to be decided, or was lost."""
        kind = type(event)
        if kind not in COUNTED:
            return
        whom = self._due(core) if kind is TimePassed else self._whom(event)
        if whom is not None:
            agent = core.agents.get(whom)
            self.coverage.note(AgentState.LOGGED_OFF if agent is None else agent.state, kind, tuple(faults))

    def _whom(self, event: Event) -> AgentId | None:
        agent: AgentId | None = getattr(event, "agent", None)
        if agent is not None:
            return agent
        call: CallId | None = getattr(event, "call", None)
        if call is not None:
            attempt: int | None = getattr(event, "attempt", None)
            return self._last.get(call) if attempt is None else self._offered.get((call, attempt))
        seat = event.seat.id if isinstance(event, SeatOpened) else getattr(event, "seat", None)
        return None if seat is None else self._at_seat.get(seat)

    @staticmethod
    def _due(core: Distributor) -> AgentId | None:
        due = core.next_deadline()
        return next((agent.id for agent in core.agents.values() if agent.until == due), None)
