"""进度: how a confirmed ticket stands, in the few words that a citizen is told, and only to whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from city.dialling import dialled_as
from ivr.caller import State, TicketTold
from recordings.calls import read_call
from tickets import check_codes
from tickets.clocks import TicketClock, clocks_of
from tickets.links import first_of
from tickets.states import TicketState
from tickets.store import TICKET_COLUMNS, ticket_of, tickets
from tickets.ticket import Ticket

DAY_DIGITS = 8


async def told_of(
    connection: AsyncConnection,
    number: str,
    *,
    caller: str,
    check_code: str,
    country_code: str,
    zone: tzinfo,
    now: datetime,
    is_confidential: Callable[[str | None], bool],
) -> TicketTold | None:
    """The ticket whose number was keyed in, without its hyphen. None: there is none, or it does not concern the caller.

    It concerns who calls from its number or knows its check code. What is secret, and what was asked in a hotline that
    promises secrecy, is told to nobody by a machine. A ticket that was merged stands as the first of its matter.
    """
    written = f"{number[:DAY_DIGITS]}-{number[DAY_DIGITS:]}"
    row = (await connection.execute(select(*TICKET_COLUMNS).where(tickets.c.number == written))).one_or_none()
    ticket = ticket_of(row) if row else None
    if ticket is None or ticket.state is not TicketState.CONFIRMED:
        return None
    if ticket.is_secret or is_confidential((await read_call(connection, ticket.call_id)).hotline):
        return None
    is_theirs = _calls_from_its_number(ticket, caller, country_code)
    if not is_theirs and not await check_codes.fits(connection, ticket.id, check_code):
        return None
    first = await first_of(connection, ticket.id)
    clock = (await clocks_of(connection, [(first or ticket).id])).get((first or ticket).id)
    return _told(ticket, clock, zone, now) if clock else None


def _calls_from_its_number(ticket: Ticket, caller: str, country_code: str) -> bool:
    known = {dialled_as(number, country_code) for number in (ticket.caller_number, ticket.contact_number) if number}
    return dialled_as(caller, country_code) in known - {""}


def _told(ticket: Ticket, clock: TicketClock, zone: tzinfo, now: datetime) -> TicketTold:
    branch = tuple((ticket.category or "").split("/")) if ticket.category else ()
    if clock.settled_at is not None:
        return TicketTold(state=State.SETTLED, day=clock.settled_at.astimezone(zone).date(), branch=branch)
    state = State.LATE if clock.deadline.at < now else State.IN_HAND
    return TicketTold(state=state, day=clock.deadline.at.astimezone(zone).date(), branch=branch)
