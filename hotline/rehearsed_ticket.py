"""The ticket that rehearsals ask after (`ivr.rehearse.SAMPLE_TICKET`), in the books of a house that is rehearsed in."""

from __future__ import annotations

from datetime import UTC, datetime, time, tzinfo
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from ivr.rehearse import SAMPLE_TICKET
from recordings import ledger
from recordings.recording import Recording, RecordingState, new_recording_id
from tickets import clocks
from tickets.check_codes import check_codes
from tickets.deadlines import Deadline
from tickets.progress import DAY_DIGITS
from tickets.states import TicketState
from tickets.store import tickets
from tickets.ticket import TicketId

CALL: Final = "rehearsed-1.1"
"""Of a call that nobody made."""
OFFICES_CLOSE: Final = time(17, 30)


async def put_sample_ticket(database: AsyncEngine, zone: tzinfo) -> None:
    """Confirmed, with its check code, to be settled on the day that is told."""
    number, day = SAMPLE_TICKET.number, SAMPLE_TICKET.told.day
    confirmed_at = datetime.strptime(number[:DAY_DIGITS], "%Y%m%d").replace(tzinfo=UTC)
    ticket = TicketId(new_recording_id(confirmed_at))
    recording = Recording(
        id=new_recording_id(confirmed_at),
        call_id=CALL,
        attempt=1,
        state=RecordingState.EMPTY,
        taken_in_at=confirmed_at,
    )
    row = {
        "id": ticket,
        "recording": recording.id,
        "call_id": CALL,
        "state": TicketState.CONFIRMED,
        "version": 1,
        "number": f"{number[:DAY_DIGITS]}-{number[DAY_DIGITS:]}",
        "drafted": "{}",
        "drafted_at": confirmed_at,
        "confirmed_at": confirmed_at,
    }
    deadline = Deadline(
        at=datetime.combine(day, OFFICES_CLOSE, zone).astimezone(UTC),
        working_days=5,
        every_day=False,
        policy_version="rehearsal",
        rule="rehearsal",
        calendar_known=True,
    )
    async with database.begin() as connection:
        await ledger.add_row(connection, recording)
        await connection.execute(insert(tickets).values(row))
        await connection.execute(insert(check_codes).values(ticket=ticket, code=SAMPLE_TICKET.check_code))
        await clocks.start(connection, ticket, urgency=None, received_at=confirmed_at, deadline=deadline)
