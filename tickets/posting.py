"""What leaves when a ticket is confirmed, merged or parted: put into the outbox in that act's own transaction."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from city.dialling import dialled_as
from city.webhooks import NUMBER, SmsReceiver, WebhooksFile
from recordings.calls import Call, read_call
from recordings.recording import new_recording_id
from tickets.clocks import clocks_of
from tickets.events import SmsEvent, TicketEvent, What, ticket_told
from tickets.links import first_of
from tickets.outbox import enclose
from tickets.ticket import Ticket
from tickets.webhook import Destination

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")


class Posting:
    """Messages for the receivers that the city has configured. Give `confirmed` to `tickets.store.confirm`."""

    def __init__(
        self,
        webhooks: WebhooksFile,
        *,
        country_code: str = "86",
        is_confidential: Callable[[str | None], bool] = lambda _: False,  # of a hotline
    ) -> None:
        self._webhooks, self._country_code, self._is_confidential = webhooks, country_code, is_confidential

    async def confirmed(self, connection: AsyncConnection, ticket: Ticket, at: datetime) -> None:
        """A person has confirmed it."""
        call = await read_call(connection, ticket.call_id)
        await self._tell(connection, "ticket.confirmed", ticket, call, at)
        if self._webhooks.sms and not self._is_secret(ticket, call):
            await self._text(connection, self._webhooks.sms, ticket, call, at)

    async def merged(self, connection: AsyncConnection, ticket: Ticket, at: datetime) -> None:
        """A person has merged it into an earlier one; who knows of it hears of that."""
        await self._retell(connection, "ticket.merged", ticket, at)

    async def unmerged(self, connection: AsyncConnection, ticket: Ticket, at: datetime) -> None:
        """It is a matter of its own again."""
        await self._retell(connection, "ticket.unmerged", ticket, at)

    async def _retell(self, connection: AsyncConnection, what: What, ticket: Ticket, at: datetime) -> None:
        if ticket.number is not None:
            await self._tell(connection, what, ticket, await read_call(connection, ticket.call_id), at)

    async def _tell(self, connection: AsyncConnection, what: What, ticket: Ticket, call: Call, at: datetime) -> None:
        if self._webhooks.tickets is None:
            return
        first, event = await first_of(connection, ticket.id), new_recording_id(at)
        clock = (await clocks_of(connection, [ticket.id])).get(ticket.id)
        told = ticket_told(ticket, call, confidential=self._is_secret(ticket, call), first=first, clock=clock)
        body = TicketEvent(event=event, type=what, at=at, ticket=told).model_dump_json()
        await enclose(connection, Destination.TICKETS, event, ticket.id, body, at)

    def _is_secret(self, ticket: Ticket, call: Call) -> bool:
        """Whether nobody is told who called."""
        return bool(ticket.confidential) or self._is_confidential(call.hotline)

    async def _text(
        self, connection: AsyncConnection, sms: SmsReceiver, ticket: Ticket, call: Call, at: datetime
    ) -> None:
        mobile = dialled_as(ticket.caller_number or "", self._country_code)
        if call.withheld or not _MOBILE.fullmatch(mobile):
            return
        event, number = new_recording_id(at), str(ticket.number)
        text = sms.text.replace(NUMBER, number)
        body = SmsEvent(event=event, type="ticket.number", at=at, to=mobile, number=number, text=text).model_dump_json()
        await enclose(connection, Destination.SMS, event, ticket.id, body, at)
