"""措施: seats lent and added, limits, response levels: now or at a time, tried first, undone with one call."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from acd.arrangement import Arrangement, Wanted
from acd.measures import Aim, Kind, Loan, Step
from acd.model import QueueName, SeatId
from acd.seat_table import WHY_LENGTH
from api.asked import Answer, Asked, Nothing, Wish
from api.measure_seen import LoanSeen, MeasureDone, MeasureSeen, done, moment, seen
from city.level import QueueChange, changes
from city.recipe import MOST_LENT

QueueWord = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
SeatWords = Annotated[tuple[Annotated[str, Field(pattern=r"^[0-9]{3,8}$")], ...], Field(max_length=MOST_LENT)]
Count = Annotated[int, Field(ge=0, le=MOST_LENT)]
Why = Annotated[str, Field(min_length=1, max_length=WHY_LENGTH)]
LevelWord = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]


class ChangeMeasures(Wish):
    """`version` is the one that was read; `dry_run`: say what it would do, and do nothing."""

    version: int
    why: Why
    dry_run: bool = False


class MakeMeasure(ChangeMeasures):
    """When it begins (null: now) and ends (null: when somebody ends it); without a zone it is the city's time."""

    starts: datetime | None = None
    ends: datetime | None = None


class LendSeats(MakeMeasure):
    """Seats of the lender serve the borrower instead: `count` of them, or those named."""

    lender: QueueWord
    borrower: QueueWord
    count: Count = 0
    seats: SeatWords = ()
    keep: Count = 1  # agents on duty that the lender keeps at least


class AddSeats(MakeMeasure):
    """More seats for a queue: `count` of the phones in reserve, or those named; seats there are serve it as well."""

    queue: QueueWord
    count: Count = 0
    seats: SeatWords = ()


class ChangeLimits(MakeMeasure):
    """What becomes different of a queue; what is not named stays."""

    queue: QueueWord
    change: QueueChange


class SetLevel(MakeMeasure):
    """A response level of the city."""

    level: LevelWord


class MeasuresWanted(Wish):
    """0: what is planned or in force. Otherwise the newest, whatever became of them."""

    newest: Annotated[int, Field(ge=0, le=1000)] = 0


class MeasuresSeen(Answer):
    """The level in force, and measures; `version` goes with the next change."""

    version: int
    level: str
    measures: tuple[MeasureSeen, ...]


class LevelSeen(Answer):
    """A response level, and what is different in it."""

    name: str
    zh: str
    en: str
    in_force: bool
    queues: dict[str, dict[str, Any]]
    lend: tuple[LoanSeen, ...]
    notice: str | None
    prompts: dict[str, str]  # this prompt, and what is said instead


class LevelsSeen(Answer):
    """The city's levels, the resting one first; who put the one in force there, and why."""

    version: int
    levels: tuple[LevelSeen, ...]
    measure: MeasureSeen | None


class TrailWanted(Wish):
    """How many."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 50


class MeasureStep(Answer):
    """Something that was done to a measure, or came over it in time (`by` hotline)."""

    number: int  # the version it led to
    at: datetime
    by: str
    why: str
    step: Step
    measure: int


class MeasureTrail(Answer):
    """The newest first."""

    changes: tuple[MeasureStep, ...]


async def everything(asked: Asked[MeasuresWanted]) -> MeasuresSeen:
    """What is planned or in force, or the newest."""
    measures = asked.services.measures
    found = await measures.history(asked.wish.newest) if asked.wish.newest else measures.now.standing
    level, _ = measures.now.level
    return MeasuresSeen(version=measures.version, level=level.name, measures=tuple(map(seen, found)))


async def levels(asked: Asked[Nothing]) -> LevelsSeen:
    """The response levels, and which is in force."""
    measures = asked.services.measures
    level, by = measures.now.level
    return LevelsSeen(
        version=measures.version,
        levels=tuple(
            LevelSeen(
                name=one.name,
                zh=one.zh,
                en=one.en,
                in_force=one.name == level.name,
                queues={name: dict(changes(change)) for name, change in one.queues.items()},
                lend=tuple(_lent(lend.lender, lend.borrower, lend.seats, lend.keep) for lend in one.lend),
                notice=one.notice,
                prompts=dict(one.prompts),
            )
            for one in measures.now.levels
        ),
        measure=seen(by) if by else None,
    )


async def changed(asked: Asked[TrailWanted]) -> MeasureTrail:
    """Who did what, when and why."""
    return MeasureTrail(
        changes=tuple(
            MeasureStep(number=it.seq, at=it.at, by=it.who, why=it.why, step=it.step, measure=it.measure)
            for it in await asked.services.measures.trail(asked.wish.limit)
        )
    )


async def lend(asked: Asked[LendSeats]) -> MeasureDone:
    """Borrow seats."""
    wish = asked.wish
    lender, borrower = QueueName(wish.lender), QueueName(wish.borrower)
    loan = Loan(borrower, lender, _named(wish.seats), wish.count, wish.keep)
    return await make(asked.services.measures, wish, str(asked.by), Aim(kind=Kind.LEND, loans=(loan,)))


async def add(asked: Asked[AddSeats]) -> MeasureDone:
    """Add seats for a while."""
    wish = asked.wish
    loan = Loan(QueueName(wish.queue), None, _named(wish.seats), wish.count)
    return await make(asked.services.measures, wish, str(asked.by), Aim(kind=Kind.ADD, loans=(loan,)))


async def limit(asked: Asked[ChangeLimits]) -> MeasureDone:
    """Change a queue's limits."""
    wish = asked.wish
    aim = Aim(kind=Kind.LIMITS, queue=QueueName(wish.queue), change=wish.change)
    return await make(asked.services.measures, wish, str(asked.by), aim)


async def switch(asked: Asked[SetLevel]) -> MeasureDone:
    """Put a response level in force."""
    aim = Aim(kind=Kind.LEVEL, level=asked.wish.level)
    return await make(asked.services.measures, asked.wish, str(asked.by), aim)


async def undo(asked: Asked[ChangeMeasures]) -> MeasureDone:
    """End, cancel, or resume what was ended or cancelled by hand."""
    wish, measures = asked.wish, asked.services.measures
    number = asked.number("measure")
    outcome = await measures.undo(number, version=wish.version, who=str(asked.by), why=wish.why, dry_run=wish.dry_run)
    return done(measures, outcome)


async def make(measures: Arrangement, wish: MakeMeasure, who: str, aim: Aim) -> MeasureDone:
    """Put a measure in force, or plan it, or try it."""
    zone = ZoneInfo(measures.now.base.about.time_zone)
    wanted = Wanted(
        aim=aim,
        who=who,
        why=wish.why,
        version=wish.version,
        starts_at=moment(wish.starts, zone) if wish.starts else None,
        ends_at=moment(wish.ends, zone) if wish.ends else None,
    )
    return done(measures, await measures.make(wanted, dry_run=wish.dry_run))


def _named(seats: SeatWords) -> tuple[SeatId, ...]:
    return tuple(map(SeatId, dict.fromkeys(seats)))


def _lent(lender: str, borrower: str, count: int, keep: int) -> LoanSeen:
    return LoanSeen(lender=QueueName(lender), borrower=QueueName(borrower), seats=(), count=count, keep=keep)
