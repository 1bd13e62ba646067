"""溢出 Rules of overflow: whom a recipe sends out of the line. Looked at after everything that could be offered was.

So a person comes before the machine: a caller whose recipe has come to the message (acd.recipe) goes there only if
nobody is free for them at that moment. A call that is being offered, rests, or waits for one agent stays; once it
waits again, it is looked at again. Nobody is sent anywhere while facts are missing.

The order and the caller's place do not cross: the call rests while the order is on its way, so no agent is offered it.
The dialplan says that the caller has come there (MessageBegun), and only then has the call left the line. Where it
never says so, the order came to nothing and the call is in its old place again once it has rested.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from acd.call_facts import MessageBegun
from acd.commands import InviteMessage
from acd.hall import Hall
from acd.model import CallId, is_outward
from acd.offering import CALL_RESTS, begin_wrap_up
from acd.transfers import clear

CARRIED_OUT_WITHIN: Final = timedelta(seconds=5)
"""An order takes effect in milliseconds; by then it has, or AMI has said no, or the call is gone."""


def overflowing(hall: Hall) -> list[CallId]:
    """Calls that came (back) into the line and whose recipe has come to the message; to be asked before matching."""
    if hall.blind_until is not None:
        return []
    return [call for call in dict.fromkeys(hall.returned) if call in hall.waiting and hall.waiting[call].leaves]


def send_away(hall: Hall, calls: Iterable[CallId], at: datetime) -> None:
    """Whoever of them nobody was free for is asked for a message.

    One whose phone was told to stop just now rests first: the agent may be picking up.
    """
    told = {order.call for order in hall.orders}
    for call in calls:
        waiting = hall.waiting[call]
        if waiting.held_until is not None or not hall.matching.may_be_offered(call):
            continue
        if call not in told:
            hall.orders.append(InviteMessage(at=at, call=call))
        hall.wait(replace(waiting, rests_until=at + (CALL_RESTS if call in told else CARRIED_OUT_WITHIN)))


def leave(hall: Hall, event: MessageBegun) -> None:
    """The caller is being asked for a message, and waits no more.

    Not if the call is being offered: that order is newer, and takes the caller back. An agent who picked up a phone
    that had been told to stop has lost the caller again.
    """
    call = event.call
    if hall.has_ended(call) or is_outward(call) or call in hall.book.open:
        return
    waiting = hall.waiting.get(call)
    if waiting is None and call not in hall.book.talking:  # has left already, or is none of ours
        return
    lost = hall.book.end_talk(call)
    if lost is not None:
        begin_wrap_up(hall, lost, event.at)
    clear(hall, call, event.at)
    if waiting is not None:
        hall.learning.waited(waiting.queue, waiting.joined, event.at, gave_up=False)
        hall.stop_waiting(call)
    hall.arrived[call] = None
