"""The fact that several seats and the queues' rules change at one go: a measure begins or ends (acd.measures)."""

from __future__ import annotations

from dataclasses import dataclass

from acd.events import Request
from acd.model import Queue, Seat, SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityChanged(Request):
    """All of it or, refused, nothing; what waits is looked at once everything has changed.

    Whoever talks at a seat that now serves others finishes, and is offered a call of the other queue next.
    """

    queues: tuple[Queue, ...]  # all there are, as in QueuesLoaded
    seats: tuple[Seat, ...] = ()  # those that are new or become different
    closed: tuple[SeatId, ...] = ()  # one that is not there stays away
    level: str = ""  # the response level in force from now on
    measure: int = 0  # whose beginning or end this is
