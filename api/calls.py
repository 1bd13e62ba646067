"""来电: the calls of this moment, with masked numbers."""

from __future__ import annotations

from datetime import datetime

from acd.model import AgentId, CallId, QueueName, SeatId
from api.asked import Answer, Asked, Nothing
from api.board import Stage


class CallSeen(Answer):
    """A call that is here now. `seconds`: in this stage."""

    call: CallId
    caller: str | None  # masked, 138****0000; None: hidden or unknown
    hotline: str | None
    queue: QueueName | None
    stage: Stage
    seconds: float
    arrived: datetime
    joined: datetime | None
    answered: datetime | None
    agent: AgentId | None
    seat: SeatId | None


class CallsSeen(Answer):
    """All of them, in the order of arrival."""

    calls: tuple[CallSeen, ...]


async def live(asked: Asked[Nothing]) -> CallsSeen:
    """What goes on now."""
    board = asked.services.board.calls
    numbers = await asked.services.callers.masked([line.call for line in board])
    return CallsSeen(
        calls=tuple(
            CallSeen(
                call=line.call,
                caller=numbers.get(line.call),
                hotline=line.hotline,
                queue=line.queue,
                stage=line.stage,
                seconds=round(max(0.0, (asked.now - line.since).total_seconds()), 1),
                arrived=line.arrived,
                joined=line.joined,
                answered=line.answered,
                agent=line.agent,
                seat=line.seat,
            )
            for line in board
        )
    )
