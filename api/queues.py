"""队列: who waits, who serves, and how long whoever joins now will wait: a range, or nothing when it is not known."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from acd.forecast import Estimate, announcement
from acd.matching import Ask
from acd.model import QueueName
from acd.outlook import Outlook
from acd.rates import arrivals_per_s, handle_s
from api.asked import Answer, Asked, Nothing

HOUR_S = 3600.0


class MinutesSaid(Answer):
    """What a caller would be told: between so many whole minutes."""

    least: int
    most: int


class WaitSeen(Answer):
    """Seconds until an answer, for a caller without special wishes who joins now and stays.

    One in ten waits less than `least_s`, one in ten longer than `most_s`. `said` null: nothing worth saying.
    """

    mean_s: float
    least_s: float
    most_s: float
    said: MinutesSaid | None


class QueueSeen(Answer):
    """A queue at this moment. What null stands for is not known: too little was seen."""

    queue: QueueName
    waiting: int  # also those for whom a phone rings
    longest_s: float | None  # how long the first of them has waited
    serving: int  # agents who can take its calls, free or busy; not those on break
    free: int
    wait: WaitSeen | None
    arrivals_per_hour: float | None  # of late
    handle_s: float | None  # ringing, talk and wrap-up together, mean
    patience_s: float | None  # mean, its own callers' or, while too few gave up, everybody's


class QueuesSeen(Answer):
    """All of the city's queues, in its order."""

    queues: tuple[QueueSeen, ...]


async def everything(asked: Asked[Nothing]) -> QueuesSeen:
    """The lines as they are now: one look, whose queues are worked out in a turn of the loop each.

    With 300 waiting a queue takes some 0.7 ms; who is to be rung gets a turn in between.
    """
    floor = asked.services.floor
    outlook = floor.outlook()
    seen: list[QueueSeen] = []
    for queue in floor.queues():
        await asyncio.sleep(0)
        seen.append(_seen(queue, outlook, asked.now))
    return QueuesSeen(queues=tuple(seen))


def _seen(queue: QueueName, outlook: Outlook, now: datetime) -> QueueSeen:
    plain = Ask(queue, frozenset())
    standing, crew, rates = outlook.standing(queue), outlook.crew(plain), outlook.rates(queue)
    arrivals = arrivals_per_s(rates, now)
    return QueueSeen(
        queue=queue,
        waiting=standing.waiting,
        longest_s=_tenths(max(now - standing.longest, timedelta()).total_seconds()) if standing.longest else None,
        serving=crew.serving,
        free=crew.free,
        wait=wait_seen(outlook.newcomer(plain, now)),
        arrivals_per_hour=_tenths(arrivals * HOUR_S) if arrivals is not None else None,
        handle_s=_tenths(handle_s(rates)),
        patience_s=_tenths(outlook.patience_s(queue)),
    )


def wait_seen(wait: Estimate | None) -> WaitSeen | None:
    """An estimate as clients know it."""
    if wait is None:
        return None
    said = announcement(wait)
    return WaitSeen(
        mean_s=round(wait.mean_s, 1),
        least_s=round(wait.least_s, 1),
        most_s=round(wait.most_s, 1),
        said=MinutesSaid(least=said.least, most=said.most) if said else None,
    )


def _tenths(number: float | None) -> float | None:
    return None if number is None else round(number, 1)
