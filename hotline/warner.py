"""Tells everybody who watches the board, the agents among them, what happens to agents: rings that they miss, of the
first, before one is too many; what a leader orders about them; a wrap-up that they extend; a break that is too long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from acd.commands import Command
from acd.distributor import Distributor
from acd.duty_facts import WrapUpExtended
from acd.events import Event
from acd.model import AgentState, Force
from acd.overstay import Limits, Overstays, break_due
from api.board import Board
from api.news import AgentOrdered, BreakOverstayed, RingMissed, WrapUpLonger

log = structlog.get_logger(__name__)


class Warner:
    """Subscribe `note` to the engine, after the board: the call has moved on when the warning comes; and `beat`."""

    def __init__(self, distributor: Distributor, board: Board, now: Callable[[], datetime], limits: Limits) -> None:
        self._distributor, self._board, self._now = distributor, board, now
        self._limits, self._overstays = limits, Overstays(limits)

    def beat(self, _ticks: int) -> None:
        """Look whose break is longer than it may be."""
        if not self._limits:
            return
        for agent in self._overstays.newly(self._distributor.agents.values(), self._now()):
            due = break_due(agent, self._limits)
            if agent.reason is not None and due is not None:
                log.warning("a break is longer than it may be", agent=agent.id, reason=agent.reason)
                self._board.note_overstayed(BreakOverstayed(agent=agent.id, reason=agent.reason, due=due))

    def note(self, event: Event, _orders: tuple[Command, ...]) -> None:
        """Look whether the fact showed that somebody did not answer, or moved a leader's order."""
        for agent_id in self._distributor.forces_moved:
            self._tell_of(self._distributor.forces[agent_id])
        if isinstance(event, WrapUpExtended):
            agent = self._distributor.agents[event.agent]
            until = agent.until or event.at
            self._board.note_longer(WrapUpLonger(agent=agent.id, extended=agent.extended, until=until))
        for offer in self._distributor.missed:
            agent = self._distributor.agents[offer.agent]
            ring = RingMissed(
                agent=agent.id,
                seat=offer.seat,
                call=offer.call,
                at=event.at,
                missed=agent.missed,
                on_break=agent.state is AgentState.ON_BREAK,
            )
            log.warning("an agent did not answer", agent=agent.id, missed=agent.missed, on_break=ring.on_break)
            self._board.note_missed(ring)

    def _tell_of(self, order: Force) -> None:
        log.info("a leader's order", agent=order.agent, into=order.into, by=order.by, state=order.state)
        self._board.note_ordered(
            AgentOrdered(
                agent=order.agent,
                number=order.number,
                into=order.into,
                reason=order.reason,
                by=order.by,
                why=order.why,
                at=order.at,
                state=order.state,
            )
        )
