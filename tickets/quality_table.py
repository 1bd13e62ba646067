"""Tables `field_edits` and `ticket_reviews`: the measure of drafts, written in the confirmation's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asr.transcripts import transcripts
from plumbing.columns import Instant
from plumbing.database import metadata
from tickets.quality import Change, FieldEdit
from tickets.ticket import Ticket

ticket_reviews = Table(
    "ticket_reviews",
    metadata,
    Column("ticket", String(36), ForeignKey("tickets.id"), primary_key=True),
    Column("who", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("confirmed_at", Instant, nullable=False, index=True),
    Column("model", String(120), nullable=False),
)
"""`opened_at`: when who confirmed it claimed it; `model`: that its recording was transcribed with, "" if none was."""

field_edits = Table(
    "field_edits",
    metadata,
    Column("ticket", String(36), ForeignKey("ticket_reviews.ticket"), primary_key=True),
    Column("field", String(40), primary_key=True),
    Column("rule", String(80), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("change", String(12), nullable=False),
    Column("distance", Integer, nullable=False),
    Column("chars", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldQuality:
    """One field, as one rule or none ("") filled it from one model's words.

    `distance`: characters changed in all; `normalised`: mean of each ticket's share, 0…1, None where all was empty.
    """

    field: str
    rule: str
    model: str
    tickets: int
    changes: Mapping[Change, int]
    distance: int
    normalised: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The tickets confirmed in a period. `seconds`: from opening to confirming, of each, ascending."""

    tickets: int
    untouched: int  # not a character was changed
    seconds: Sequence[float]


async def keep(connection: AsyncConnection, before: Ticket, after: Ticket, edits: Iterable[FieldEdit]) -> None:
    """Write down how a draft became a ticket, in the caller's transaction."""
    model = await connection.scalar(select(transcripts.c.model).where(transcripts.c.recording == after.recording))
    review = {
        "ticket": after.id,
        "who": after.confirmed_by,
        "opened_at": before.claimed_at or after.confirmed_at,
        "confirmed_at": after.confirmed_at,
        "model": model or "",
    }
    await connection.execute(insert(ticket_reviews).values(review))
    await connection.execute(insert(field_edits), [{"ticket": after.id, **asdict(edit)} for edit in edits])


async def reviewed(connection: AsyncConnection, since: datetime, until: datetime) -> Reviewed:
    """The tickets confirmed from `since` up to before `until`."""
    review = ticket_reviews.c
    within = (review.confirmed_at >= since) & (review.confirmed_at < until)
    rows = (await connection.execute(select(review.opened_at, review.confirmed_at).where(within))).all()
    touched = select(func.count(field_edits.c.ticket.distinct())).select_from(field_edits.join(ticket_reviews))
    changed = await connection.scalar(touched.where(within, field_edits.c.distance > 0))
    seconds = sorted(max(0.0, (row.confirmed_at - row.opened_at).total_seconds()) for row in rows)
    return Reviewed(tickets=len(rows), untouched=len(rows) - int(changed or 0), seconds=seconds)


async def by_field(connection: AsyncConnection, since: datetime, until: datetime) -> Sequence[FieldQuality]:
    """The same tickets, field by field, told apart by the rule and the model."""
    edit, review = field_edits.c, ticket_reviews.c
    whose = (edit.field, edit.rule, review.model)
    query = (
        select(
            *whose,
            edit.change,
            func.count().label("tickets"),
            func.sum(edit.distance).label("distance"),
            func.sum(edit.distance * 1.0 / func.nullif(edit.chars, 0)).label("shares"),
            func.count(func.nullif(edit.chars, 0)).label("with_text"),
        )
        .select_from(field_edits.join(ticket_reviews))
        .where(review.confirmed_at >= since, review.confirmed_at < until)
        .group_by(*whose, edit.change)
        .order_by(*whose, edit.change)
    )
    groups: dict[tuple[str, str, str], list[tuple[Change, int, int, float, int]]] = {}
    for row in await connection.execute(query):
        part = (Change(row.change), row.tickets, int(row.distance), float(row.shares or 0), row.with_text)
        groups.setdefault((row.field, row.rule, row.model), []).append(part)
    return [_quality(*names, parts) for names, parts in groups.items()]


def _quality(field: str, rule: str, model: str, parts: Sequence[tuple[Change, int, int, float, int]]) -> FieldQuality:
    with_text = sum(part[4] for part in parts)
    return FieldQuality(
        field=field,
        rule=rule,
        model=model,
        tickets=sum(part[1] for part in parts),
        changes=dict.fromkeys(Change, 0) | {part[0]: part[1] for part in parts},
        distance=sum(part[2] for part in parts),
        normalised=sum(part[3] for part in parts) / with_text if with_text else None,
    )
