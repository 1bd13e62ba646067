"""Tickets that are confirmed, with what leaves then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from asr.transcript import merge
from city.webhooks import Receiver, SmsReceiver, WebhooksFile
from recordings import ledger
from recordings.calls import arrived, note_calls
from recordings.recording import Recording, RecordingState, new_recording_id
from tests.recordings.scenes import NOON
from tests.tickets.talks import KNOWS
from tickets.draft import CallFacts, draft
from tickets.posting import Posting
from tickets.store import claim, confirm, draft_once, tickets
from tickets.ticket import Ticket, TicketId

NUMBER = "13812340000"
TEXT = "您反映的诉求已登记,工单编号{number}。"


def webhooks(url: str | None = None, sms: str | None = None, timeout_s: int = 1) -> WebhooksFile:
    """Receivers there."""
    return WebhooksFile(
        tickets=Receiver(url=url, timeout_s=timeout_s) if url else None,
        sms=SmsReceiver(url=sms, timeout_s=timeout_s, text=TEXT) if sms else None,
    )


async def claimed(
    database: AsyncEngine,
    call: str,
    *,
    ani: str | None = NUMBER,
    withheld: bool = False,
    hotline: str = "12345",
    at: datetime = NOON,
) -> TicketId:
    """A draft of a recording without sound, claimed by 101."""
    recording = Recording(
        id=new_recording_id(at), call_id=call, attempt=1, state=RecordingState.EMPTY, taken_in_at=NOON
    )
    facts = CallFacts(call_id=call, hotline=hotline, hotline_name=hotline, ani=ani, withheld=withheld)
    await note_calls(database, [arrived(call, dnis=hotline, hotline=hotline, ani=ani, at=NOON, withheld=withheld)])
    async with database.begin() as connection:
        await ledger.add_row(connection, recording)
        await draft_once(connection, recording, facts, draft(facts, merge([], []), KNOWS), at)
        ticket = await connection.scalar(select(tickets.c.id).where(tickets.c.recording == recording.id))
    return (await claim(database, TicketId(str(ticket)), version=1, by="101", at=NOON)).id


async def confirmed(database: AsyncEngine, call: str, posting: Posting, **facts: object) -> Ticket:
    """The same, confirmed by 101."""
    ticket = await claimed(database, call, **facts)  # type: ignore[arg-type]
    edits = {"subject": "夜间施工噪音", "place": "苍梧小区"}
    return await confirm(database, ticket, version=2, by="101", at=NOON, edits=edits, follow_up=posting.confirmed)
