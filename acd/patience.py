"""Rules of waiting: what time and changed recipes do with calls that wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from acd.events import QueuesLoaded
from acd.hall import Hall
from acd.model import CallId, WaitingCall
from acd.recipe import brought_up


def begin(hall: Hall, call: WaitingCall, at: datetime) -> None:
    """The call waits; one that joined long ago (a restart, a lost talk) is at once where its recipe has it."""
    hall.wait(brought_up(call, hall.rules(call.queue).recipe, at))


def time_up(hall: Hall, call: CallId, due: datetime) -> None:
    """A moment of the call's has come: it has rested, or a row of its recipe is due."""
    waiting = hall.waiting[call]
    if waiting.rests_until is not None and waiting.rests_until <= due:
        waiting = replace(waiting, rests_until=None)
    hall.wait(brought_up(waiting, hall.rules(waiting.queue).recipe, due))


def load_queues(hall: Hall, event: QueuesLoaded) -> None:
    """The city's queues. Their recipes count at once, also for calls that wait; what they ask for may grow again.

    What is being offered already keeps the ring time it was offered with.
    """
    hall.load_queues(event.queues)
    for call in list(hall.waiting.values()):
        caught_up = brought_up(call, hall.rules(call.queue).recipe, event.at)
        if caught_up is not call:
            hall.wait(caught_up)
