"""保密热线: what callers of a confidential hotline say is for the agent of the call, and for leaders."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from acd.model import CallId
from api.asked import Asked
from api.auth import NotAllowed
from api.people import Role
from recordings.calls import Call, read_call, read_calls
from tickets import store
from tickets.ticket import Ticket, TicketId


def is_theirs(asked: Asked[Any], call: Call) -> bool:
    """Whether who asks is the call's agent, then or now, or a leader."""
    mine = {call.agent, asked.services.talks.agent_of(CallId(call.call_id))}
    return asked.by.role >= Role.LEADER or asked.by.name in mine


def must_be_theirs(asked: Asked[Any], call: Call) -> None:
    """NotAllowed for anybody else."""
    if not is_theirs(asked, call):
        raise NotAllowed(Role.LEADER)


async def must_not_be_secret(asked: Asked[Any], connection: AsyncConnection, call_id: str) -> Call:
    """The call; of a confidential hotline it must be theirs. NotAllowed."""
    call = await read_call(connection, call_id)
    if asked.services.is_confidential(call.hotline):
        must_be_theirs(asked, call)
    return call


async def draft_asked_for(asked: Asked[Any]) -> TicketId:
    """The draft of the path. tickets.store.TicketUnknown, NotAllowed."""
    async with asked.services.database.connect() as connection:
        ticket = await store.read_ticket(connection, TicketId(asked.path["draft"]))
        await must_not_be_secret(asked, connection, ticket.call_id)
    return ticket.id


async def secret_calls(asked: Asked[Any], connection: AsyncConnection, tickets: Iterable[Ticket]) -> Collection[str]:
    """The calls of these tickets of which who asks may read nothing."""
    known = await read_calls(connection, {ticket.call_id for ticket in tickets})
    confidential = (call for call in known.values() if asked.services.is_confidential(call.hotline))
    return {call.call_id for call in confidential if not is_theirs(asked, call)}
