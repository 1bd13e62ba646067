"""高危提醒: what callers said of which a team leader hears at once, and who has seen to it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.asked import Answer, Asked, Reason, Wish
from tickets import alerts
from tickets.phrases import Manner


class AlertSeen(Answer):
    """One alert. Seconds from the start of the recording; `recording` null: heard while the caller spoke."""

    number: int
    call: str
    risk: str
    manner: Manner
    start_s: float
    end_s: float
    words: str
    confidence: float
    recording: str | None
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    remark: str | None


class AlertsWanted(Wish):
    """Which ones: `all` of them or those that no leader has seen to; `before`: a number of the page before."""

    all: bool = False
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    before: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class AlertsSeen(Answer):
    """The newest first."""

    alerts: tuple[AlertSeen, ...]


class AcknowledgeAlert(Wish):
    """What the leader did, if there is something to say."""

    remark: Reason | None = None


async def everything(asked: Asked[AlertsWanted]) -> AlertsSeen:
    """What was said that a leader must hear of."""
    wish = asked.wish
    async with asked.services.database.connect() as connection:
        found = await alerts.listed(connection, acknowledged_too=wish.all, before=wish.before, limit=wish.limit)
    return AlertsSeen(alerts=tuple(map(AlertSeen.model_validate, found)))


async def acknowledge(asked: Asked[AcknowledgeAlert]) -> AlertSeen:
    """A leader sees to it; it is written down who."""
    number = asked.number("alert")
    async with asked.services.database.begin() as connection:
        remark = asked.wish.remark
        found = await alerts.acknowledge(connection, number, by=str(asked.by), at=asked.now, remark=remark)
    return AlertSeen.model_validate(found)
