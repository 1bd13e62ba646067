"""草稿质量: how good the machine's drafts were, by what people had to change in them, and how long that took them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from api.asked import Answer, Asked
from api.ledger import PeriodWanted
from tickets import quality_table
from tickets.quality import Change


class FieldQualitySeen(Answer):
    """One field, as one rule ("": none filled it) wrote it from one model's words.

    `distance`: characters changed (Levenshtein) in all tickets; `normalised`: mean of distance over the longer text's
    length, 0 (untouched) to 1 (written anew), null where both were always empty; `precision`: kept of those that the
    machine filled, null where it filled none.
    """

    field: str
    rule: str
    model: str
    tickets: int
    changes: dict[Change, int]
    distance: int
    normalised: float | None
    precision: float | None


class QualitySeen(Answer):
    """Tickets confirmed in the period. `untouched`: not a character was changed; seconds are from claim to confirming,
    the median and what nine of ten took at most, null without a ticket."""

    since: datetime
    until: datetime
    tickets: int
    untouched: int
    median_s: float | None
    p90_s: float | None
    fields: tuple[FieldQualitySeen, ...]


async def figures(asked: Asked[PeriodWanted]) -> QualitySeen:
    """Of all tickets confirmed in a period of 31 days at most."""
    since, until = asked.wish.period(asked.now)
    async with asked.services.database.connect() as connection:
        seen = await quality_table.reviewed(connection, since, until)
        fields = await quality_table.by_field(connection, since, until)
    return QualitySeen(
        since=since,
        until=until,
        tickets=seen.tickets,
        untouched=seen.untouched,
        median_s=_at_share(seen.seconds, 0.5),
        p90_s=_at_share(seen.seconds, 0.9),
        fields=tuple(map(_seen, fields)),
    )


def _seen(found: quality_table.FieldQuality) -> FieldQualitySeen:
    same = {name: getattr(found, name) for name in FieldQualitySeen.model_fields if name != "precision"}
    changes = found.changes
    filled = changes[Change.KEPT] + changes[Change.CORRECTED] + changes[Change.EMPTIED]
    return FieldQualitySeen(precision=changes[Change.KEPT] / filled if filled else None, **same)


def _at_share(ascending: Sequence[float], share: float) -> float | None:
    """The least value that so large a share does not exceed (nearest rank)."""
    if not ascending:
        return None
    rank = -(-len(ascending) * share // 1)
    return ascending[max(0, int(rank) - 1)]
