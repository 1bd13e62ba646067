"""重复诉求: earlier tickets that are likely the same matter, and merging by a person, which can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.asked import Answer, Asked, Nothing
from api.drafts import DraftAndWhy, TicketSeen, ticket_seen
from api.secrecy import draft_asked_for, must_not_be_secret
from recordings.access import note
from tickets import links, store
from tickets.links import Link
from tickets.repeat import Likeness, Sign
from tickets.states import TicketState
from tickets.ticket import AppealKind, TicketId


class Offered(Answer):
    """An earlier ticket. `score`: 0 to 1; `signs`: what they have in common, and how much of it (tickets.repeat)."""

    id: TicketId
    state: TicketState
    number: str | None
    kind: AppealKind | None
    place: str | None
    subject: str | None
    drafted_at: datetime
    score: float
    signs: dict[Sign, float]


class LinkSeen(Answer):
    """`ticket` was said to repeat `first`; `undone_by`: and then not to."""

    ticket: TicketId
    first: TicketId
    score: float
    merged_by: str
    merged_at: datetime
    reason: str
    undone_by: str | None
    undone_at: datetime | None
    undone_why: str | None


class RepeatsSeen(Answer):
    """`repeat_of`: the first ticket of the matter, if this one is merged into it; `links`: all, the oldest first."""

    version: int
    repeat_of: TicketId | None
    offered: tuple[Offered, ...]
    links: tuple[LinkSeen, ...]


class MergeInto(DraftAndWhy):
    """The version that was read, why, and the ticket that it repeats."""

    into: Annotated[str, Field(min_length=1, max_length=36)]


async def everything(asked: Asked[Nothing]) -> RepeatsSeen:
    """What a ticket may be a repeat of, and is; that it was looked at is written down."""
    async with asked.services.database.begin() as connection:
        ticket = await store.read_ticket(connection, TicketId(asked.path["draft"]))
        await must_not_be_secret(asked, connection, ticket.call_id)
        found = await links.likely(connection, ticket, asked.services.repeat_window)
        past = await links.history(connection, ticket.id)
        await note(connection, at=asked.now, who=str(asked.by), deed="ticket.compared", subject=ticket.id)
    firsts = [link.first for link in past if link.ticket == ticket.id and link.undone_at is None]
    return RepeatsSeen(
        version=ticket.version,
        repeat_of=firsts[0] if firsts else None,
        offered=tuple(map(_offered, found)),
        links=tuple(map(_link, past)),
    )


async def merge(asked: Asked[MergeInto]) -> TicketSeen:
    """A person says that it repeats another: a link, both keep all they have."""
    services, wish = asked.services, asked.wish
    merged = await links.merge(
        services.database,
        await draft_asked_for(asked),
        TicketId(wish.into),
        version=wish.version,
        by=str(asked.by),
        at=asked.now,
        reason=wish.reason,
        follow_up=services.posting.merged,
    )
    services.courier.notice()
    return ticket_seen(merged)


async def undo(asked: Asked[DraftAndWhy]) -> TicketSeen:
    """It is a matter of its own after all."""
    services, wish = asked.services, asked.wish
    alone = await links.undo(
        services.database,
        await draft_asked_for(asked),
        version=wish.version,
        by=str(asked.by),
        at=asked.now,
        reason=wish.reason,
        follow_up=services.posting.unmerged,
    )
    services.courier.notice()
    return ticket_seen(alone)


def _offered(found: Likeness) -> Offered:
    same = {name: getattr(found.ticket, name) for name in Offered.model_fields if name not in ("score", "signs")}
    return Offered(score=found.score, signs=dict(found.signs), **same)


def _link(link: Link) -> LinkSeen:
    return LinkSeen.model_validate(link)
