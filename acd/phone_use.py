"""Rules of a phone in use by a feature code (话机占用): nobody is offered a call whose own phone is on the line.

A code is carried out before its confirmation is heard: `*72` makes its agent ready a few seconds before the phone can
be rung. Until that leg is hung up the agent stands in no index, in the old place of the idle line; a call waits on or
goes to somebody else. Without the news of it, LONGEST ends it, and a resync sooner (telephony.phones_seen).

An offer that was on its way when the code was dialled finds the phone engaged. That break ends with the use, too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from acd.agents import AgentFact
from acd.deadline import Deadline, Due
from acd.hall import Hall
from acd.model import AgentState, BreakReason, PhoneUse, SeatId
from acd.phone_facts import PhoneFreed, PhoneTaken

LONGEST: Final = timedelta(seconds=130)
"""The dialplan itself ends a code's call after 120 s."""


def take(hall: Hall, event: PhoneTaken) -> None:
    """The phone dials a code; a newer use takes the place of an older one."""
    use = PhoneUse(event.seat, event.use, event.at + LONGEST)
    hall.in_use[event.seat] = use
    hall.deadlines.push(Deadline(Due.PHONE, event.seat), use.until)
    _look_again(hall, event.seat)


def free(hall: Hall, event: PhoneFreed) -> None:
    """The code's call is over; news of an older one changes nothing."""
    use = hall.in_use.get(event.seat)
    if use is not None and use.use == event.use:
        time_up(hall, event.seat, event.at)


def time_up(hall: Hall, seat: SeatId, at: datetime) -> None:
    """The phone can be rung again."""
    del hall.in_use[seat]
    hall.deadlines.discard(Deadline(Due.PHONE, seat))
    agent = hall.sitting_at(seat)
    if agent is not None and agent.state is AgentState.ON_BREAK and agent.reason is BreakReason.PHONE_BUSY:
        hall.change(agent.id, AgentFact.PHONE_BACK, at)
    else:
        _look_again(hall, seat)


def _look_again(hall: Hall, seat: SeatId) -> None:
    """Whether the agent there may be offered a call has changed, and nothing else. (At a closed seat nobody may.)"""
    agent = hall.sitting_at(seat)
    if agent is not None and seat in hall.seats:
        hall.reconsider(agent.id, hall.seats[seat])
