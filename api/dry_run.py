"""试走: where the calls of a day would go by another version of the city (ivr.elsewhere). Another process reckons."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import Field

from api.asked import Answer, Asked, Wish
from ivr.elsewhere import Move, Tally

MOVES_MOST: Final = 200
A_DAY: Final = timedelta(days=1)


class DryRunWanted(Wish):
    """`day`: of the city's clock; null: yesterday. `version`: an older one; null: what the folder says now."""

    day: date | None = None
    version: Annotated[int, Field(ge=1)] | None = None


class MoveSeen(Answer):
    """Calls of a hotline that would go elsewhere. Kinds: queue, transfer, message, call_back.

    Names: the queue, or the number outside. `to_hotline`: another one where the number dialled would ring there.
    `was_open`, `is_open`: whether the hotline is open at that time, now and then.
    """

    hotline: str
    kind: str
    name: str
    to_hotline: str
    to_kind: str
    to_name: str
    was_open: bool
    is_open: bool
    calls: int


class DryRunSeen(Answer):
    """`calls` = `same` + `asking` (same place, other skills or priority) + `elsewhere` + all of `untold`.

    `untold`: refused then; gone (hung up before they went anywhere); otherwise_then (a measure or another version was
    in force); keys_unknown (it depends on keys, which are not kept). `moves`: the most first.
    """

    since: datetime
    until: datetime
    calls: int
    same: int
    asking: int
    elsewhere: int
    untold: dict[str, int]
    moves: tuple[MoveSeen, ...]


async def dry_run(asked: Asked[DryRunWanted]) -> bytes:
    """The calls of a day, by what would be in force."""
    zone = asked.services.measures.now.city.zone
    day = asked.wish.day or asked.now.astimezone(zone).date() - A_DAY
    old, new = await asked.services.city.shelved(asked.wish.version)
    return await asked.services.hindsight.dry_run(old, new, _midnight(day, zone), _midnight(day + A_DAY, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def dry_run_seen(tally: Tally, since: datetime, until: datetime) -> DryRunSeen:
    """What was reckoned, as clients know it."""
    return DryRunSeen(
        since=since,
        until=until,
        calls=tally.calls,
        same=tally.same,
        asking=tally.asking,
        elsewhere=tally.elsewhere,
        untold={why.value: count for why, count in sorted(tally.untold.items())},
        moves=tuple(_move_seen(move, count) for move, count in tally.moves.most_common(MOVES_MOST)),
    )


def _move_seen(move: Move, count: int) -> MoveSeen:
    return MoveSeen(
        hotline=move.hotline,
        kind=move.place.kind,
        name=move.place.name,
        to_hotline=move.to_hotline,
        to_kind=move.to.kind,
        to_name=move.to.name,
        was_open=move.was_open,
        is_open=move.is_open,
        calls=count,
    )
