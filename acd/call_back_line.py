"""Rules of call-backs in the line: a call that we shall make waits among the callers, in the citizen's place.

It stands in the same index, with the queue, skills, priority and moment of joining of the citizen's own call, so it is
matched as if the citizen still waited: no sooner, no later, and by an agent who is reserved for it as for any call. The
offer is a call that we make (acd.dialling): the agent's phone is rung first, and one that comes to nothing is over.
Whether the debt then stands in the line again, and from when to when, is decided beside it (acd.callbacks) and told.

A debt stands in the line once at most.
"""

from __future__ import annotations

from dataclasses import replace

from acd.agents import AgentFact
from acd.call_back_facts import CallBackAsked, CallBackLined, CallBackWithdrawn, PlaceInherited
from acd.deadline import Deadline, Due
from acd.hall import Hall
from acd.model import CallId, WaitingCall, is_outward
from acd.offering import end_in_nothing
from acd.waiting import begin, move_up


def line_up(hall: Hall, event: CallBackLined) -> None:
    """The debt stands in the line; a second place for it, or an id that was used before, changes nothing."""
    is_new = not (hall.book.attempts(event.call) or hall.has_ended(event.call) or event.call in hall.waiting)
    if not is_outward(event.call) or not is_new or event.owed in hall.lined:
        return
    rests = event.not_before is not None and event.not_before > event.at
    call = WaitingCall(
        id=event.call,
        queue=event.queue,
        joined=min(event.joined, event.at),
        skills=event.skills,
        priority=event.priority,
        rests_until=event.not_before if rests else None,
        owed=event.owed,
        lapses=event.lapses,
        prefers=event.prefers,
    )
    begin(hall, call, event.at)


def withdraw(hall: Hall, event: CallBackWithdrawn) -> None:
    """The debt leaves the line; who is being rung for it is free as before."""
    call = hall.lined.get(event.owed)
    if call is None:
        return
    offer = hall.book.open.get(call)
    if offer is None:
        hall.forget_call(call)
    else:
        end_in_nothing(hall, offer, AgentFact.WITHDRAWN, event.at, stop=True)


def lapse(hall: Hall, call: CallId) -> None:
    """Its time in the line is over. An agent who is being rung for it may still pick up: seconds, not a wait."""
    hall.deadlines.discard(Deadline(Due.LAPSE, call))
    if call in hall.book.open:
        hall.amend(replace(hall.waiting[call], lapses=None))
    else:
        hall.forget_call(call)


def inherit(hall: Hall, event: PlaceInherited) -> None:
    """The caller moves up, never down, and only in the queue of that place."""
    waiting = hall.waiting.get(event.call)
    if waiting is not None and waiting.queue == event.queue and event.joined < waiting.joined:
        move_up(hall, waiting, event.joined, event.at)


def ask(hall: Hall, event: CallBackAsked) -> None:
    """The caller waits no more, though their line lives; an order that is on its way finds them gone."""
    if event.call in hall.waiting and event.call not in hall.book.open and not is_outward(event.call):
        waiting = hall.waiting[event.call]
        hall.learning.waited(waiting.queue, waiting.joined, event.at, gave_up=False)
        hall.stop_waiting(event.call)
        hall.arrived[event.call] = None
