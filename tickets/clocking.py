"""Where a finished transcript starts a ticket's clock and raises its alerts, in the transcript's own transaction; and
where a person says that a ticket is urgent, or settled.

How urgent a ticket is, the draft decides (tickets.draft), or a person; here it is only counted by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asr.transcript import Transcript
from recordings.access import note
from recordings.calls import read_call
from recordings.recording import Recording
from tickets import clocks
from tickets.alerts import raise_alert
from tickets.clocks import TicketClock, clocks_of
from tickets.deadlines import Counting, Deadline, deadline_of, escalations_of
from tickets.escalations import plan
from tickets.high_risk import risks_in
from tickets.review import reason_of
from tickets.rules import Rules
from tickets.states import TicketState
from tickets.store import read_draft, read_ticket, tickets
from tickets.ticket import Ticket, TicketId, TicketRefused


class NoSuchUrgency(TicketRefused):
    """The city has no such class."""


class NotToBeSettled(TicketRefused):
    """Only a confirmed ticket whose clock runs is settled."""


class NoClock(TicketRefused):
    """The ticket was drafted before there were deadlines, or is settled."""


class Clocking:
    """One city's deadlines and high-risk phrases, as the rules have them at each moment."""

    def __init__(
        self, rules: Callable[[], Rules], *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._rules, self._clock = rules, clock

    @property
    def counting(self) -> Counting:
        """By what a deadline is counted now."""
        return self._rules().counting

    async def begin(self, connection: AsyncConnection, recording: Recording, transcript: Transcript) -> None:
        """Start the clock of the recording's ticket unless it runs, and alert of what was said. Behind `draft_of`."""
        found = await asyncio.to_thread(risks_in, transcript, self._rules().risks)
        ticket = await connection.scalar(select(tickets.c.id).where(tickets.c.recording == recording.id))
        if ticket is not None:
            await self._start(connection, await read_ticket(connection, TicketId(ticket)))
        for risk in found:
            await raise_alert(connection, recording.call_id, risk, at=self._clock(), recording=recording.id)

    async def _start(self, connection: AsyncConnection, ticket: Ticket) -> None:
        call = await read_call(connection, ticket.call_id)
        at, urgency = call.arrived_at or ticket.drafted_at, ticket.urgency
        deadline = await self._deadline(connection, ticket, urgency, at)
        if await clocks.start(connection, ticket.id, urgency=urgency, received_at=at, deadline=deadline):
            await self._plan(connection, ticket.id, deadline, at)

    async def _deadline(
        self, connection: AsyncConnection, ticket: Ticket, urgency: str | None, received_at: datetime
    ) -> Deadline:
        call, draft = await read_call(connection, ticket.call_id), await read_draft(connection, ticket.id)
        return deadline_of(
            self.counting,
            kind=ticket.kind,
            category=ticket.category,
            urgency=urgency,
            hotline=call.hotline or call.dnis,
            received_at=received_at,
            days_most=draft.taken.deadline_days if draft.taken else None,
        )

    async def _plan(
        self, connection: AsyncConnection, ticket: TicketId, deadline: Deadline, received_at: datetime
    ) -> None:
        by = self.counting
        await plan(connection, ticket, escalations_of(by.policy, deadline, received_at, by.calendar))

    async def set_urgency(
        self, engine: AsyncEngine, ticket: TicketId, urgency: str | None, *, by: str, at: datetime
    ) -> TicketClock:
        """A person says which urgent class a ticket is of, or none: its clock and what is still to be told follow.

        TicketUnknown, NoSuchUrgency, NoClock.
        """
        if urgency is not None and urgency not in {each.zh for each in self.counting.policy.urgent}:
            raise NoSuchUrgency("there is no such urgent class", "没有这个紧急类别")
        async with engine.begin() as connection:
            found, clock = await _running(connection, ticket)
            anew = await self._set_anew(connection, found, replace(clock, urgency=urgency, urgency_by=by))
            detail = urgency or "none"
            await note(connection, at=at, who=by, deed="ticket.urgency_set", subject=ticket, detail=detail)
        return anew

    async def recount(self, connection: AsyncConnection, ticket: Ticket) -> None:
        """A person has corrected what the deadline depends on, in this transaction. Without a clock nothing happens."""
        clock = (await clocks_of(connection, [ticket.id])).get(ticket.id)
        if clock is not None and clock.settled_at is None:
            urgency = clock.urgency if clock.urgency_by else ticket.urgency
            await self._set_anew(connection, ticket, replace(clock, urgency=urgency))

    async def _set_anew(self, connection: AsyncConnection, ticket: Ticket, clock: TicketClock) -> TicketClock:
        deadline = await self._deadline(connection, ticket, clock.urgency, clock.received_at)
        await clocks.set_anew(connection, ticket.id, urgency=clock.urgency, by=clock.urgency_by, deadline=deadline)
        await self._plan(connection, ticket.id, deadline, clock.received_at)
        return replace(clock, deadline=deadline)


async def _running(connection: AsyncConnection, ticket: TicketId) -> tuple[Ticket, TicketClock]:
    found = await read_ticket(connection, ticket)
    clock = (await clocks_of(connection, [ticket])).get(ticket)
    if clock is None or clock.settled_at is not None:
        raise NoClock("its clock does not run", "该工单没有在计时")
    return found, clock


async def settle(engine: AsyncEngine, ticket: TicketId, *, by: str, at: datetime, outcome: str) -> TicketClock:
    """办结: what was asked for is done, or answered. Any TicketRefused."""
    said = reason_of(outcome)
    async with engine.begin() as connection:
        found, clock = await _running(connection, ticket)
        if found.state is not TicketState.CONFIRMED:
            raise NotToBeSettled("only a confirmed ticket is settled", "只有已确认的工单可以办结")
        if not await clocks.stop(connection, ticket, by=by, at=at, outcome=said):
            raise NoClock("its clock does not run", "该工单没有在计时")
        await note(connection, at=at, who=by, deed="ticket.settled", subject=ticket)
    return replace(clock, settled_at=at, settled_by=by, outcome=said)
