"""How a measure is told: what it does, since when, by whom, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from acd.arrangement import Arrangement, Outcome
from acd.measures import UNNUMBERED, Kind, Measure, MeasureState
from acd.model import QueueName, SeatId
from api.asked import Answer
from api.foresight import EffectSeen, effect_seen
from city.level import changes
from city.overlay import Overlay


class LoanSeen(Answer):
    """Seats that serve `borrower`, instead of `lender` or (null) as well."""

    lender: QueueName | None
    borrower: QueueName
    seats: tuple[SeatId, ...]  # chosen when it began, if not named
    count: int  # so many were asked for; 0: those named
    keep: int


class MeasureSeen(Answer):
    """A measure. `number` null: it was only tried."""

    number: int | None
    kind: Kind
    state: MeasureState
    loans: tuple[LoanSeen, ...]
    queue: QueueName | None
    change: dict[str, Any] | None
    level: str | None
    overlay: Overlay | None
    starts: datetime
    ends: datetime | None
    by: str
    why: str
    made: datetime
    over: datetime | None
    over_by: str
    over_why: str
    hidden_by: int | None  # the measure that stands in its place


class MeasureDone(Answer):
    """The measure; `effect`, if it was only tried: what it would do; of a planned one, if it began now."""

    measure: MeasureSeen
    effect: EffectSeen | None
    version: int


def moment(time: datetime, city: ZoneInfo) -> datetime:
    """A moment as a person writes it: without a zone it is the city's time."""
    return (time if time.tzinfo else time.replace(tzinfo=city)).astimezone(UTC)


def done(measures: Arrangement, outcome: Outcome) -> MeasureDone:
    """What came of a change."""
    effect = effect_seen(outcome.effect) if outcome.effect else None
    return MeasureDone(measure=seen(outcome.measure), effect=effect, version=measures.version)


def seen(measure: Measure) -> MeasureSeen:
    """As it is told."""
    aim = measure.aim
    return MeasureSeen(
        number=None if measure.number == UNNUMBERED else measure.number,
        kind=aim.kind,
        state=measure.state,
        loans=tuple(LoanSeen.model_validate(loan) for loan in aim.loans),
        queue=aim.queue,
        change=dict(changes(aim.change)) if aim.change else None,
        level=aim.level,
        overlay=aim.overlay,
        starts=measure.starts_at,
        ends=measure.ends_at,
        by=measure.who,
        why=measure.why,
        made=measure.made_at,
        over=measure.over_at,
        over_by=measure.over_by,
        over_why=measure.over_why,
        hidden_by=measure.hidden_by,
    )
