"""Warns of rings that an agent misses: everybody who watches the board learns of the first, before one is too many."""

from __future__ import annotations

import structlog

from acd.commands import Command
from acd.distributor import Distributor
from acd.events import Event
from acd.model import AgentState
from api.board import Board, RingMissed

log = structlog.get_logger(__name__)


class Warner:
    """Subscribe `note` to the engine, after the board: the call has moved on when the warning comes."""

    def __init__(self, distributor: Distributor, board: Board) -> None:
        self._distributor, self._board = distributor, board

    def note(self, event: Event, _orders: tuple[Command, ...]) -> None:
        """Look whether the fact showed that somebody did not answer."""
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
