"""Rules of waiting: what time and changed rules of queues do with calls that wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from acd.events import QueuesLoaded
from acd.hall import Hall
from acd.model import CallId, Queue, WaitingCall
from acd.recipe import brought_up


def begin(hall: Hall, call: WaitingCall, at: datetime) -> None:
    """The call waits, at first perhaps only for the agent it prefers.

    One that joined long ago (a restart, a lost talk) is at once where it would be had it waited here.
    """
    rules = hall.rules(call.queue)
    if call.prefers is not None:
        call = _held(call, rules, at)
    hall.wait(brought_up(call, rules.recipe, at))


def time_up(hall: Hall, call: CallId, due: datetime) -> None:
    """A moment of the call's has come: it has rested, or waited long enough for one agent, or a row is due."""
    waiting = hall.waiting[call]
    if waiting.rests_until is not None and waiting.rests_until <= due:
        waiting = replace(waiting, rests_until=None)
    if waiting.held_until is not None and waiting.held_until <= due:
        waiting = replace(waiting, held_until=None)
    hall.wait(brought_up(waiting, hall.rules(waiting.queue).recipe, due))


def load_queues(hall: Hall, event: QueuesLoaded) -> None:
    """The city's queues. Their rules count at once, also for calls that wait; what they ask for may grow again.

    What is being offered already keeps the ring time it was offered with. Nobody begins to wait for one agent only.
    """
    hall.rulebook.load(event.queues)
    for call in list(hall.waiting.values()):
        caught_up = _caught_up(hall, call, event.at)
        if caught_up is not call:
            hall.wait(caught_up)


def move_up(hall: Hall, call: WaitingCall, joined: datetime, at: datetime) -> None:
    """The call waits as if it had since `joined`, which is earlier: its rows are due sooner, too."""
    hall.wait(_caught_up(hall, replace(call, joined=joined), at))


def _caught_up(hall: Hall, call: WaitingCall, at: datetime) -> WaitingCall:
    rules = hall.rules(call.queue)
    return brought_up(_held(call, rules, at) if call.held_until is not None else call, rules.recipe, at)


def _held(call: WaitingCall, rules: Queue, at: datetime) -> WaitingCall:
    """The call, waiting for the agent it prefers as long as its queue says. The hall knows if that agent is there."""
    until = call.joined + rules.prefer_for
    return replace(call, held_until=until if until > at else None)
