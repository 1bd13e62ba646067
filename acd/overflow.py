"""溢出 Rules of overflow: to whom a recipe has something said, and whom it sends out of the line.

Looked at after everything that could be offered was: a person comes before the machine. A caller whose recipe has come
to the message (acd.recipe) goes there only if nobody is free for them at that moment. A call that is being offered,
rests, or waits for one agent stays; once it waits again, it is looked at again. Nobody is sent anywhere, nor spoken to,
while facts are missing.

The order and the caller's place do not cross: the call rests while the order is on its way, so no agent is offered it.
The dialplan says that the caller has come there (MessageBegun), and only then has the call left the line. Where it
never says so, the order came to nothing and the call is in its old place again once it has rested.

Whoever has something said to them stays in the line and may be offered to an agent at any moment: the newer order takes
them away from what is being said. What is said is ordered once; an order that comes to nothing leaves it unsaid.

A row that borrows asks for seats (acd.borrowing) and leaves the call as it is; all who come so far at once make one
order.

A row that `expects` a wait is judged once, when its time has come and nobody is free: by the estimate for this caller
(acd.outlook) at that moment. One that is shorter, or not known, leaves it unsaid for good; so does one that says how
long the wait will be, or how many stand before, where nothing honest can be said. A look costs O(n), and is had for
such rows only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from acd.call_facts import MessageBegun
from acd.commands import BorrowSeats, Command, InviteMessage, ProposeCallBack, SayPosition, SayToCaller, SayWait
from acd.forecast import Minutes, announcement
from acd.hall import Hall
from acd.matching import rank
from acd.model import CallId, RecipeRow, RecipeStep, WaitingCall, is_outward
from acd.offering import CALL_RESTS, begin_wrap_up
from acd.outlook import Outlook
from acd.rates import SECOND
from acd.steps import Announce, AnnouncePosition, AnnounceWait, Borrow, Foreseeing, OfferCallBack
from acd.transfers import clear

JUDGED_AT_ONCE: Final = 20
"""So many callers' waits are looked at for one event, as when a changed recipe has something to say to everybody; the
others' in the seconds after it, so many in each."""

CARRIED_OUT_WITHIN: Final = timedelta(seconds=5)
"""An order takes effect in milliseconds; by then it has, or AMI has said no, or the call is gone."""


def overflowing(hall: Hall) -> list[CallId]:
    """Calls that came (back) into the line and whose recipe has something to do; to be asked before matching.

    In the order of their turn: the order in which the hall has them depends on when it was restored last.
    """
    if not hall.returned or hall.blind_until is not None:
        return []
    line = hall.waiting
    due = {call for call in hall.returned if call in line and _has_come_to_something(line[call])}
    return sorted(due, key=lambda call: rank(line[call]))


def _has_come_to_something(call: WaitingCall) -> bool:
    return call.leaves or call.says is not None or call.borrows is not None


def overflow(hall: Hall, calls: Sequence[CallId], at: datetime) -> None:
    """Whoever of them nobody was free for is asked for a message, or told what is to be said.

    One whose phone was told to stop just now waits a second for it: the agent may be picking up.
    """
    told = {order.call for order in hall.orders}
    judged = 0
    for call in calls:
        waiting = hall.waiting[call]
        if not hall.matching.may_be_offered(call):
            continue
        if waiting.leaves:
            _send_away(hall, waiting, at, is_told=call in told)
        elif call in told:
            hall.amend(replace(waiting, step_at=at + CALL_RESTS))
        elif rows := [row for row in (waiting.borrows, waiting.says) if row is not None]:
            turn, looks = judged // JUDGED_AT_ONCE, any(_looks(row.step) for row in rows)
            judged += looks
            if looks and turn:
                hall.amend(replace(waiting, step_at=at + turn * CALL_RESTS))
            else:
                _do(hall, waiting, rows, at)


def _send_away(hall: Hall, call: WaitingCall, at: datetime, *, is_told: bool) -> None:
    if call.held_until is not None:
        return
    if not is_told:
        hall.orders.append(InviteMessage(at=at, call=call.id))
    hall.wait(replace(call, rests_until=at + (CALL_RESTS if is_told else CARRIED_OUT_WITHIN)))


def _do(hall: Hall, call: WaitingCall, rows: Sequence[RecipeRow], at: datetime) -> None:
    outlook = Outlook(hall) if any(_looks(row.step) for row in rows) else None
    for row in rows:
        order = _order(row, call, outlook, at)
        if order is not None and not (isinstance(order, BorrowSeats) and _is_asked_for(hall, order)):
            hall.orders.append(order)
    hall.amend(replace(call, says=None, borrows=None, heard=max(row.after for row in rows)))


def _order(row: RecipeRow, call: WaitingCall, outlook: Outlook | None, at: datetime) -> Command | None:
    """What is to be done for the caller; None: nothing. `outlook` is had where the step looks."""
    step, wait = row.step, outlook.caller(call, at) if outlook else None
    if isinstance(step, Foreseeing) and step.expects and (wait is None or wait.mean_s < step.expects / SECOND):
        return None
    match step:
        case Announce(prompt):
            return SayToCaller(at=at, call=call.id, prompt=prompt)
        case AnnounceWait():
            return _said(announcement(wait), call, at)
        case AnnouncePosition():
            ahead = outlook.position(call, at) if outlook else None
            return None if ahead is None else SayPosition(at=at, call=call.id, ahead=ahead)
        case OfferCallBack():
            return ProposeCallBack(at=at, call=call.id)
        case Borrow():
            return _borrowed(step, row.after, call, at)
    return None


def _borrowed(step: Borrow, waited: timedelta, call: WaitingCall, at: datetime) -> BorrowSeats:
    return BorrowSeats(
        at=at,
        call=call.id,
        borrower=call.queue,
        lender=step.lender,
        seats=step.seats,
        keep=step.keep,
        lasts=step.lasts,
        waited=waited,
    )


def _is_asked_for(hall: Hall, order: BorrowSeats) -> bool:
    """Whether another caller has come to the same row in this very moment."""
    asked = (other for other in hall.orders if isinstance(other, BorrowSeats))
    return any((other.borrower, other.waited) == (order.borrower, order.waited) for other in asked)


def _looks(step: RecipeStep) -> bool:
    """Whether the line must be looked at for it."""
    if isinstance(step, AnnounceWait | AnnouncePosition):
        return True
    return isinstance(step, Foreseeing) and step.expects is not None


def _said(minutes: Minutes | None, call: WaitingCall, at: datetime) -> SayWait | None:
    return None if minutes is None else SayWait(at=at, call=call.id, least_min=minutes.least, most_min=minutes.most)


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
