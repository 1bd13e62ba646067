"""回访: bad ratings that a leader sees to: the call, its recordings and ticket, until when, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.asked import Answer, Asked, Nothing, Reason, Wish
from recordings import ledger
from tickets import follow_ups
from tickets.contact import without_numbers
from tickets.follow_ups import UNSETTLED, FollowUp, FollowUpOutcome, FollowUpState


class TicketOfCall(Answer):
    """A draft or ticket of the call; `number` once it is confirmed."""

    id: str
    number: str | None


class FollowUpSeen(Answer):
    """One task. `overdue`: not settled, and its time is over; `calendar_known`: see deadlines."""

    number: int
    call: str
    score: int
    agent: str
    queue: str
    hotline: str | None
    opened_at: datetime
    due_at: datetime
    working_days: int
    calendar_known: bool
    overdue: bool
    state: FollowUpState
    claimed_by: str | None
    claimed_at: datetime | None
    outcome: FollowUpOutcome | None
    remark: str | None
    settled_by: str | None
    settled_at: datetime | None
    recordings: tuple[str, ...]
    tickets: tuple[TicketOfCall, ...]


class FollowUpsWanted(Wish):
    """In which state; none: those that are not settled."""

    state: FollowUpState | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class FollowUpsSeen(Answer):
    """The soonest due first."""

    follow_ups: tuple[FollowUpSeen, ...]


class SettleFollowUp(Wish):
    """What came of it, and in a few words how."""

    outcome: FollowUpOutcome
    remark: Reason


async def everything(asked: Asked[FollowUpsWanted]) -> FollowUpsSeen:
    """What is to be followed up."""
    wish = asked.wish
    states = (wish.state,) if wish.state else UNSETTLED
    async with asked.services.database.connect() as connection:
        found = await follow_ups.listed(connection, *states, limit=wish.limit)
        return FollowUpsSeen(follow_ups=tuple(await _seen(connection, found, asked.now)))


async def claim(asked: Asked[Nothing]) -> FollowUpSeen:
    """A leader sees to it from now on; written down."""
    number = asked.number("follow_up")
    async with asked.services.database.begin() as connection:
        found = await follow_ups.claim(connection, number, by=str(asked.by), at=asked.now)
        return await _one(connection, found, asked.now)


async def release(asked: Asked[Nothing]) -> FollowUpSeen:
    """Back to the others; written down."""
    number = asked.number("follow_up")
    async with asked.services.database.begin() as connection:
        found = await follow_ups.release(connection, number, by=str(asked.by), at=asked.now)
        return await _one(connection, found, asked.now)


async def settle(asked: Asked[SettleFollowUp]) -> FollowUpSeen:
    """It is done; numbers in the remark are masked; written down."""
    number, wish, who = asked.number("follow_up"), asked.wish, str(asked.by)
    remark = without_numbers(wish.remark)
    async with asked.services.database.begin() as connection:
        found = await follow_ups.settle(connection, number, wish.outcome, remark, by=who, at=asked.now)
        return await _one(connection, found, asked.now)


async def _one(connection: AsyncConnection, task: FollowUp, now: datetime) -> FollowUpSeen:
    (seen,) = await _seen(connection, [task], now)
    return seen


async def _seen(connection: AsyncConnection, tasks: Sequence[FollowUp], now: datetime) -> list[FollowUpSeen]:
    """With what there is of each call."""
    drafts = await follow_ups.tickets_of(connection, [task.call for task in tasks])
    seen = []
    for task in tasks:
        same = {name: getattr(task, name) for name in FollowUpSeen.model_fields if hasattr(task, name)}
        seen.append(
            FollowUpSeen(
                **same,
                overdue=task.state in UNSETTLED and task.due_at <= now,
                recordings=tuple(one.id for one in await ledger.of_call(connection, task.call)),
                tickets=tuple(TicketOfCall(id=t.id, number=t.number) for t in drafts if t.call_id == task.call),
            )
        )
    return seen
