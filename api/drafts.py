"""工单草稿: listed, read beside the evidence, heard, confirmed with corrections, discarded with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypedDict

from aiohttp import web
from pydantic import AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.asked import Answer, Asked, Nothing, Wish
from api.deadlines import ClockSeen, clock_seen
from api.recordings import GrantHeld, sound_of
from api.secrecy import draft_asked_for, must_not_be_secret, secret_calls
from api.transcripts import TurnSeen, turns_seen
from asr.transcripts import transcript_of
from recordings.access import note
from recordings.recording import RecordingId
from tickets import store
from tickets.clocks import clocks_of
from tickets.draft import FIELDS, Draft
from tickets.field import Field as Proposed
from tickets.states import TicketState
from tickets.ticket import YES_OR_NO, AppealKind, Ticket, TicketId, masked

Version = Annotated[int, Field(ge=1)]
SAID_BY_THE_CALLER = ("contact", "place", "subject", "summary", "occurred_at", "asked_for")
DEADLINE_DEPENDS_ON = frozenset({"kind", "category", "urgency"})


class TicketSeen(Answer):
    """A draft, or what became of it. `caller` and `contact`: masked. From `claimed_until` on others may claim it."""

    id: TicketId
    state: TicketState
    version: int
    number: str | None
    caller: str
    contact: str | None
    hotline: str | None
    kind: AppealKind | None
    place: str | None
    subject: str | None
    summary: str | None
    category: str | None
    occurred_at: datetime | None
    asked_for: str | None
    department: str | None
    urgency: str | None
    confidential: bool | None
    flow: str | None
    flow_version: str | None
    call: str
    recording: str
    drafted_at: datetime
    claimed_by: str | None
    claimed_at: datetime | None
    claimed_until: datetime | None
    returned_by: str | None
    returned_at: datetime | None
    return_reason: str | None
    confirmed_by: str | None
    confirmed_at: datetime | None
    discarded_by: str | None
    discarded_at: datetime | None
    discard_reason: str | None


class Evidence(Answer):
    """Where in the recording it was said, in seconds."""

    start_s: float
    end_s: float
    words: str


class FieldProposed(Answer):
    """What the machine proposed for one field; empty: `rule` says why."""

    value: str | None
    confidence: float
    rule: str
    evidence: tuple[Evidence, ...]


class QuestionOpen(Answer):
    """A mandatory question of the flow that the caller has not answered; `field`: where its answer belongs."""

    zh: str
    en: str
    field: str | None


class FlowFollowed(Answer):
    """The quick flow of a draft, as it was when it was drafted, and what is still to be asked."""

    name: str
    zh: str
    en: str
    version: str
    transfer: str | None
    unanswered: tuple[QuestionOpen, ...]


class DraftRead(Answer):
    """A draft with everything a person needs to judge it. `flow` null: no quick flow applies."""

    ticket: TicketSeen
    clock: ClockSeen | None
    proposed: dict[str, FieldProposed]
    flow: FlowFollowed | None
    transcript: tuple[TurnSeen, ...]


class DraftsWanted(Wish):
    """Which ones: in a state, `limit` at most, those before an id of the page before."""

    state: TicketState = TicketState.DRAFT
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    before: Annotated[str, Field(max_length=36)] | None = None


class DraftsSeen(Answer):
    """Urgent drafts before all others, the newest first. `clocks`: until when each is to be settled."""

    drafts: tuple[TicketSeen, ...]
    clocks: dict[TicketId, ClockSeen]


Text = Annotated[str, Field(max_length=5000)]


class Edits(Wish):
    """What the person corrected; what is not named stays, null empties the field."""

    contact: Annotated[str, Field(max_length=40)] | None = None  # 联系电话
    kind: AppealKind | None = None
    place: Text | None = None
    subject: Text | None = None
    summary: Text | None = None
    category: Annotated[str, Field(max_length=120)] | None = None
    occurred_at: AwareDatetime | None = None
    asked_for: Annotated[str, Field(max_length=500)] | None = None
    department: Annotated[str, Field(max_length=60)] | None = None
    urgency: Annotated[str, Field(max_length=60)] | None = None
    confidential: bool | None = None


IN_THE_TICKET = {"contact": "contact_number"}
"""What is called otherwise there than in `Edits`."""


class ConfirmDraft(Wish):
    """The version that was read, and what was wrong in it."""

    version: Version
    edits: Edits = Edits()


class DraftVersion(Wish):
    """The version that was read."""

    version: Version


class DraftAndWhy(DraftVersion):
    """The version that was read, and why the draft is discarded, returned or taken over."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


async def everything(asked: Asked[DraftsWanted]) -> DraftsSeen:
    """Drafts, or what became of them."""
    wish = asked.wish
    before = TicketId(wish.before) if wish.before else None
    async with asked.services.database.connect() as connection:
        rows = await store.list_tickets(connection, wish.state, limit=wish.limit, before=before, at=asked.now)
        clocks = await clocks_of(connection, [ticket.id for ticket in rows])
        secret = await secret_calls(asked, connection, rows)
    drafts = tuple(blank(ticket_seen(ticket)) if ticket.call_id in secret else ticket_seen(ticket) for ticket in rows)
    shown = {ticket: clock_seen(clock) for ticket, clock in clocks.items()}
    return DraftsSeen(drafts=drafts, clocks=shown)


async def read(asked: Asked[Nothing]) -> DraftRead:
    """One draft, and that it was read is written down."""
    async with asked.services.database.begin() as connection:
        ticket = await store.read_ticket(connection, TicketId(asked.path["draft"]))
        await must_not_be_secret(asked, connection, ticket.call_id)
        proposed = await store.read_draft(connection, ticket.id)
        said = await _said(connection, ticket)
        clock = (await clocks_of(connection, [ticket.id])).get(ticket.id)
        await note(connection, at=asked.now, who=str(asked.by), deed="ticket.read", subject=ticket.id)
    shown = clock_seen(clock) if clock else None
    flow = FlowFollowed.model_validate(proposed.taken) if proposed.taken else None
    fields = _fields(proposed)
    return DraftRead(ticket=ticket_seen(ticket), clock=shown, proposed=fields, flow=flow, transcript=said)


async def hear(asked: Asked[GrantHeld]) -> web.StreamResponse:
    """The recording of a draft, by a grant for that recording: the same gate as api.recordings."""
    async with asked.services.database.connect() as connection:
        ticket = await store.read_ticket(connection, TicketId(asked.path["draft"]))
    return await sound_of(asked, RecordingId(ticket.recording))


async def claim(asked: Asked[DraftVersion]) -> TicketSeen:
    """A person begins to work on a draft, or goes on: nobody else may until the claim is over."""
    draft, who = await _which(asked)
    return ticket_seen(await store.claim(asked.services.database, draft, version=asked.wish.version, **who))


async def take_over(asked: Asked[DraftAndWhy]) -> TicketSeen:
    """A leader goes on with what another has claimed."""
    draft, who = await _which(asked)
    wish = asked.wish
    return ticket_seen(
        await store.take_over(asked.services.database, draft, version=wish.version, reason=wish.reason, **who)
    )


async def give_back(asked: Asked[DraftAndWhy]) -> TicketSeen:
    """A person returns a draft to the others, and says why."""
    draft, who = await _which(asked)
    wish = asked.wish
    return ticket_seen(
        await store.give_back(asked.services.database, draft, version=wish.version, reason=wish.reason, **who)
    )


async def confirm(asked: Asked[ConfirmDraft]) -> TicketSeen:
    """A person has read it and put it right: it becomes a ticket with a number."""
    draft, who = await _which(asked)
    corrected = asked.wish.edits.model_dump(exclude_unset=True)
    edits = {IN_THE_TICKET.get(name, name): _as_written(value) for name, value in corrected.items()}
    services, version = asked.services, asked.wish.version

    async def follow_up(connection: AsyncConnection, ticket: Ticket, at: datetime) -> None:
        if DEADLINE_DEPENDS_ON & edits.keys():
            await services.clocking.recount(connection, ticket)
        await services.posting.confirmed(connection, ticket, at)  # with the deadline as it is now

    confirmed = await store.confirm(services.database, draft, version=version, edits=edits, follow_up=follow_up, **who)
    services.courier.notice()
    return ticket_seen(confirmed)


async def discard(asked: Asked[DraftAndWhy]) -> TicketSeen:
    """A person says that it is no ticket, and why."""
    draft, who = await _which(asked)
    wish = asked.wish
    return ticket_seen(
        await store.discard(asked.services.database, draft, version=wish.version, reason=wish.reason, **who)
    )


class _Who(TypedDict):
    by: str
    at: datetime


async def _which(asked: Asked[Any]) -> tuple[TicketId, _Who]:
    return await draft_asked_for(asked), {"by": str(asked.by), "at": asked.now}


def _as_written(value: object) -> str | None:
    """As a person would write it, so that one rule checks all edits."""
    if isinstance(value, bool):
        return next(said for said, meant in YES_OR_NO.items() if meant is value)
    if isinstance(value, datetime):
        return value.isoformat()
    return None if value is None else str(value)


def ticket_seen(ticket: Ticket) -> TicketSeen:
    """A ticket as it is shown."""
    same = {name: getattr(ticket, name) for name in TicketSeen.model_fields.keys() - {"caller", "contact", "call"}}
    contact = masked(ticket.contact_number) if ticket.contact_number else None
    return TicketSeen(caller=masked(ticket.caller_number), contact=contact, call=ticket.call_id, **same)


def blank(seen: TicketSeen) -> TicketSeen:
    """That there is such a ticket, without what the caller said."""
    return seen.model_copy(update=dict.fromkeys(SAID_BY_THE_CALLER))


def _fields(draft: Draft) -> dict[str, FieldProposed]:
    proposed: dict[str, Proposed] = {name: getattr(draft, name) for name in FIELDS}
    return {name: FieldProposed.model_validate(field) for name, field in proposed.items()}


async def _said(connection: AsyncConnection, ticket: Ticket) -> tuple[TurnSeen, ...]:
    transcript = await transcript_of(connection, RecordingId(ticket.recording))
    return turns_seen(transcript) if transcript else ()
