"""来电: the calls of this moment, with masked numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from acd.model import AgentId, CallId, QueueName, SeatId
from api.asked import Answer, Asked, Nothing
from api.board import LiveCall, Stage
from city.city import City
from city.hotline import MergeMode

AT_ONE_GO: Final = 25
"""Calls worked out in one turn of the loop, some 0.5 ms: who is to be rung gets a turn in between."""


class CallSeen(Answer):
    """A call that is here now. `seconds`: in this stage."""

    call: CallId
    caller: str | None  # masked, 138****0000; None: hidden or unknown
    hotline: str | None
    hotline_zh: str | None  # what the hotline of this number is called
    owner: str | None  # whose hotline it is
    merge: MergeMode | None  # how it was merged into 12345
    queue: QueueName | None
    stage: Stage
    seconds: float
    arrived: datetime
    joined: datetime | None
    answered: datetime | None
    agent: AgentId | None
    seat: SeatId | None
    skills: tuple[str, ...]  # what the call asks for, a language among it


class CallsSeen(Answer):
    """All of them, in the order of arrival."""

    calls: tuple[CallSeen, ...]


async def live(asked: Asked[Nothing]) -> CallsSeen:
    """What goes on now: the board as it is when it is asked for, however many turns showing it takes."""
    board = asked.services.board.calls
    numbers = await asked.services.callers.masked([line.call for line in board])
    city = asked.services.measures.now.city
    seen: list[CallSeen] = []
    for first in range(0, len(board), AT_ONE_GO):
        if first:
            await asyncio.sleep(0)
        seen += [_seen(line, numbers, city, asked.now) for line in board[first : first + AT_ONE_GO]]
    return CallsSeen(calls=tuple(seen))


def _seen(line: LiveCall, numbers: Mapping[CallId, str], city: City, now: datetime) -> CallSeen:
    hotline = city.hotline_for(line.hotline).hotline if line.hotline else None
    return CallSeen(
        call=line.call,
        caller=numbers.get(line.call),
        hotline=line.hotline,
        hotline_zh=hotline.zh if hotline else None,
        owner=hotline.owner if hotline else None,
        merge=hotline.merge if hotline else None,
        queue=line.queue,
        stage=line.stage,
        seconds=round(max(0.0, (now - line.since).total_seconds()), 1),
        arrived=line.arrived,
        joined=line.joined,
        answered=line.answered,
        agent=line.agent,
        seat=line.seat,
        skills=line.skills,
    )
