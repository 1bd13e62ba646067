"""What leaves when a ticket is confirmed, merged or parted, or a caller rates: into the outbox, in that transaction."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from city.dialling import dialled_as
from city.webhooks import CODE, NUMBER, SmsReceiver, WebhooksFile
from recordings.calls import Call, read_call
from recordings.recording import new_recording_id
from tickets.check_codes import give
from tickets.clocks import clocks_of
from tickets.events import RatingEvent, SmsEvent, TicketEvent, What, rating_told, ticket_told
from tickets.links import first_of
from tickets.outbox import enclose
from tickets.ratings import Rating
from tickets.ticket import Ticket
from tickets.webhook import Destination

OF_RATINGS: Final = UUID("5f3f1c2e-0f0a-4c55-9a6e-2b9f5f2d7c11")
"""The name space of the ids of their messages."""
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

    def change(self, webhooks: WebhooksFile) -> None:
        """From now on to these."""
        self._webhooks = webhooks

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

    async def rated(self, connection: AsyncConnection, rating: Rating) -> None:
        """A caller has rated. The id is the call's own: told again after a crash it is the same message."""
        if self._webhooks.ratings is None or rating.score is None or rating.rated_at is None:
            return
        event = str(uuid5(OF_RATINGS, rating.call))
        told = rating_told(rating)
        body = RatingEvent(event=event, type="call.rated", at=rating.rated_at, rating=told).model_dump_json()
        await enclose(connection, Destination.RATINGS, event, None, body, rating.rated_at)

    def _is_secret(self, ticket: Ticket, call: Call) -> bool:
        """Whether nobody is told who called."""
        return ticket.is_secret or self._is_confidential(call.hotline)

    async def _text(
        self, connection: AsyncConnection, sms: SmsReceiver, ticket: Ticket, call: Call, at: datetime
    ) -> None:
        mobile = dialled_as(ticket.caller_number or "", self._country_code)
        if call.withheld or not _MOBILE.fullmatch(mobile):
            return
        event, number = new_recording_id(at), str(ticket.number)
        text = sms.text.replace(NUMBER, number)
        if CODE in text:
            text = text.replace(CODE, await give(connection, ticket.id))
        body = SmsEvent(event=event, type="ticket.number", at=at, to=mobile, number=number, text=text).model_dump_json()
        await enclose(connection, Destination.SMS, event, ticket.id, body, at)
