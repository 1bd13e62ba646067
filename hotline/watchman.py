"""Wakes when somebody is to be told: escalations at their instant, alerts as soon as they are written down.

What is due is in the database and is marked there, once, before it is told; so neither a restart nor a clock that jumps
repeats or forgets one. Whoever was not listening finds it in the lists of the API.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.board import Board
from api.news import AlertTold, EscalationTold
from plumbing.steady import Clock
from tickets import alerts, escalations
from tickets.alerts import Alert
from tickets.escalations import Escalation

LOOK_S = 2.0
"""For alerts that another machine wrote down, and for a database that was away."""

log = structlog.get_logger(__name__)


class Watchman:
    """Give `notice` to whoever writes an alert or an escalation down here, and `run` it."""

    def __init__(self, database: AsyncEngine, board: Board, now: Clock) -> None:
        self._database, self._board, self._now = database, board, now
        self._noticed = asyncio.Event()

    def notice(self) -> None:
        """There may be something: look now. In the loop's own thread."""
        self._noticed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._noticed.clear()
            pause_s = await self._look()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._noticed.wait()

    async def _look(self) -> float:
        """Tell what is due; how many seconds until the next look."""
        now = self._now()
        try:
            async with self._database.begin() as connection:
                heard = await alerts.take_unannounced(connection, now)
                raised = await escalations.raise_due(connection, now)
                due = await escalations.next_due(connection)
        except SQLAlchemyError as error:
            log.warning("What is due cannot be looked up now", why=type(error).__name__)
            return LOOK_S
        self._tell(heard, raised)
        return LOOK_S if due is None else min(LOOK_S, max(0.0, (due - self._now()).total_seconds()))

    def _tell(self, heard: Sequence[Alert], raised: Sequence[Escalation]) -> None:
        for alert in heard:
            log.warning("high-risk words were heard", alert=alert.number, risk=alert.risk)
            self._board.note_alert(_alert(alert))
        for each in raised:
            log.info("time runs out", ticket=each.ticket, percent=each.percent)
            self._board.note_escalation(_escalation(each))


def _alert(alert: Alert) -> AlertTold:
    return AlertTold(
        alert=alert.number,
        call=alert.call,
        risk=alert.risk,
        manner=alert.manner,
        start_s=alert.start_s,
        end_s=alert.end_s,
        raised_at=alert.raised_at,
    )


def _escalation(each: Escalation) -> EscalationTold:
    return EscalationTold(
        escalation=each.number,
        ticket=each.ticket,
        number=each.ticket_number,
        percent=each.percent,
        tells=each.tells,
        deadline_at=each.deadline_at,
    )
