"""Who gets which call: facts go in, orders come out. No clock, no I/O; the same facts give the same orders.

Where the rules are: acd.agents (the table of states), acd.duty (what agents ask for), acd.force (what leaders order),
acd.seating (seats, phones, time), acd.ringing (a call's way), acd.waiting (what waiting does), acd.offering (who gets
it), acd.overflow (who is told something, or leaves the line), acd.finding (after a gap).
acd.hall keeps the state and its index.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from acd import (
    call_back_facts,
    call_back_line,
    call_facts,
    capacity_facts,
    dial_facts,
    dialling,
    duty,
    duty_facts,
    events,
    finding,
    force,
    force_facts,
    overflow,
    phone_facts,
    phone_use,
    rating_facts,
    ringing,
    seating,
    talk_facts,
    talking,
    transfers,
    waiting,
)
from acd.commands import Command
from acd.events import Event
from acd.hall import Hall
from acd.model import (
    Agent,
    AgentId,
    CallId,
    Force,
    Offer,
    PhoneUse,
    Queue,
    QueueName,
    Seat,
    SeatId,
    Snapshot,
    WaitingCall,
)
from acd.offering import match
from acd.outlook import Outlook, Standers
from acd.rates import handle_s
from acd.snapshot import line_of, snapshot_of

Rule = Callable[[Hall, Any], None]


def _changes_nothing(_hall: Hall, _event: Event) -> None:
    """Of interest to the journal and to watchers only."""


RULES: Final[Mapping[type[Event], Rule]] = {
    events.CallArrived: ringing.arrive,
    events.CallRefused: _changes_nothing,
    events.CallJoined: ringing.join,
    events.CallEnded: ringing.end,
    dial_facts.AgentDialsOut: dialling.dial_out,
    dial_facts.CitizenDialled: _changes_nothing,
    dial_facts.CitizenAnswered: _changes_nothing,
    dial_facts.DialOutOver: _changes_nothing,
    call_facts.MessageBegun: overflow.leave,
    call_facts.VoiceMessageLeft: _changes_nothing,
    call_facts.TalkRecorded: _changes_nothing,
    call_facts.CallBackOwed: _changes_nothing,
    call_facts.CallBackSettled: _changes_nothing,
    rating_facts.RatingAsked: _changes_nothing,
    rating_facts.RatingNotAsked: _changes_nothing,
    rating_facts.CallRated: _changes_nothing,
    call_back_facts.CallBackAsked: call_back_line.ask,
    call_back_facts.CallBackLined: call_back_line.line_up,
    call_back_facts.CallBackWithdrawn: call_back_line.withdraw,
    call_back_facts.PlaceInherited: call_back_line.inherit,
    call_facts.CallTransferredOut: transfers.hand_out,
    talk_facts.TransferBegun: transfers.begin,
    talk_facts.TransferFailed: transfers.fall_back,
    talk_facts.TransferDone: transfers.take_over,
    talk_facts.ConsultBegun: transfers.ask,
    talk_facts.ConsultAnswered: transfers.meet,
    talk_facts.ConsultEnded: transfers.part,
    talk_facts.ThreeWayBegun: transfers.join_all,
    events.PhoneDialled: ringing.dial,
    events.RingStarted: ringing.ring,
    events.AgentAnswered: ringing.answer,
    events.RingFailed: ringing.fail,
    events.TalkEnded: ringing.end_talk,
    events.CallHeld: talking.hold,
    events.CallRetrieved: talking.retrieve,
    events.PauseAsked: talking.ask_pause,
    events.RecordingPaused: talking.pause,
    events.RecordingResumed: talking.resume,
    events.PhoneRegistered: seating.register_phone,
    events.PhoneLost: seating.lose_phone,
    phone_facts.PhoneTaken: phone_use.take,
    phone_facts.PhoneFreed: phone_use.free,
    events.AgentLoggedOn: duty.log_on,
    events.AgentBecameReady: duty.become_ready,
    events.AgentWentOnBreak: duty.go_on_break,
    events.AgentLoggedOff: duty.log_off,
    duty_facts.WrapUpExtended: duty.extend_wrap_up,
    force_facts.AgentForced: force.force,
    force_facts.ForceWithdrawn: force.withdraw,
    events.SeatOpened: seating.open_seat,
    events.SeatClosed: seating.close_seat,
    events.QueuesLoaded: waiting.load_queues,
    capacity_facts.CapacityChanged: seating.change_capacity,
    events.TimePassed: seating.pass_time,
    events.GapMarked: finding.mark_gap,
    events.GapClosed: finding.close_gap,
    events.OfferFound: finding.find_offer,
    events.Repaired: finding.note_repair,
}


class Distributor:
    """The core. Feed it every fact in order with `receive`, and a TimePassed whenever `next_deadline` is reached."""

    def __init__(self) -> None:
        self._hall = Hall()
        self._standers = Standers()

    def receive(self, event: Event) -> tuple[Command, ...]:
        """Learn one fact and return the orders that follow from it, in order.

        Raises `acd.errors.Refused` for a person's request that breaks a rule; nothing has changed then.
        """
        hall = self._hall
        hall.orders.clear()
        hall.touched.clear()
        hall.missed.clear()
        hall.forces_moved.clear()
        RULES[type(event)](hall, event)
        if hall.forces:
            force.heed(hall, event.at)
        overflowing = overflow.overflowing(hall)
        match(hall, event.at)
        if overflowing:
            overflow.overflow(hall, overflowing, event.at)
        return tuple(hall.orders)

    def next_deadline(self) -> datetime | None:
        """Return when time alone will change something next; a TimePassed is due then."""
        first = self._hall.deadlines.first()
        return None if first is None else first[0]

    @property
    def agents(self) -> Mapping[AgentId, Agent]:
        """Everybody who was ever logged on, as they are now. A live view."""
        return MappingProxyType(self._hall.agents)

    @property
    def seats(self) -> Mapping[SeatId, Seat]:
        """All seats. A live view."""
        return MappingProxyType(self._hall.seats)

    @property
    def in_use(self) -> Mapping[SeatId, PhoneUse]:
        """Phones that dial a code and cannot be rung. A live view."""
        return MappingProxyType(self._hall.in_use)

    @property
    def queues(self) -> Mapping[QueueName, Queue]:
        """The city's queues, as loaded last."""
        return MappingProxyType(self._hall.rulebook.queues)

    @property
    def touched(self) -> Sequence[AgentId]:
        """Whose state, seat or skills the last event changed, perhaps more than once. A live view."""
        return self._hall.touched

    @property
    def missed(self) -> Sequence[Offer]:
        """The offers that the last event showed to be missed or refused by their agents. A live view."""
        return self._hall.missed

    @property
    def forces(self) -> Mapping[AgentId, Force]:
        """What team leaders did last about agents' states. A live view."""
        return MappingProxyType(self._hall.forces)

    @property
    def forces_moved(self) -> Sequence[AgentId]:
        """For whom the last event made, carried out or ended a leader's order. A live view."""
        return self._hall.forces_moved

    @property
    def waiting(self) -> tuple[WaitingCall, ...]:
        """Callers who are not talking yet, in the order of their turn (acd.matching.rank). O(n log n)."""
        return tuple(call for call in line_of(self._hall) if call.owed is None)

    @property
    def lined(self) -> tuple[WaitingCall, ...]:
        """Call-backs that stand in the line, also while an agent's phone rings for one; in the same order."""
        return tuple(call for call in line_of(self._hall) if call.owed is not None)

    def owed(self, call: CallId) -> CallId | None:
        """The debt for which a call of ours stands in the line or is being offered."""
        waiting = self._hall.waiting.get(call)
        return None if waiting is None else waiting.owed

    def waits(self, call: CallId) -> WaitingCall | None:
        """The caller, if they are not talking yet."""
        return self._hall.waiting.get(call)

    @property
    def offers(self) -> Mapping[CallId, Offer]:
        """Calls for which a phone is being rung. A live view."""
        return self._hall.book.open

    @property
    def talking(self) -> Mapping[CallId, Offer]:
        """Calls that are with an agent. A live view."""
        return self._hall.book.talking

    @property
    def kept(self) -> Mapping[CallId, Offer]:
        """Calls that are being transferred, and who is kept for them. A live view."""
        return self._hall.book.kept

    @property
    def asked(self) -> Mapping[CallId, Offer]:
        """Who is consulted, by the call it is about. A live view."""
        return self._hall.book.asked

    @property
    def calls(self) -> frozenset[CallId]:
        """Every call that has not ended as far as the ACD knows: what a resync compares with the PBX. O(n).

        A call-back in the line that nobody is offered yet is no call on any telephone.
        """
        hall = self._hall
        not_yet = {call for call in hall.lined.values() if call not in hall.book.open}
        return (hall.book.calls | hall.waiting.keys() | hall.arrived.keys()) - not_yet

    @property
    def arrived(self) -> Collection[CallId]:
        """Callers who are greeted, in a menu, or asked for a message. A live view."""
        return self._hall.arrived.keys()

    @property
    def is_blind(self) -> bool:
        """Whether facts are missing and have not been found out yet."""
        return self._hall.blind_until is not None

    def attempts(self, call: CallId) -> int:
        """The number of the call's last offer, ours or one that only the dialplan remembers; 0: none."""
        return self._hall.book.attempts(call)

    def has_ended(self, call: CallId) -> bool:
        """Whether the call is known to be over."""
        return self._hall.has_ended(call)

    def sitting_at(self, seat: SeatId) -> Agent | None:
        """Who is logged on at the seat."""
        return self._hall.sitting_at(seat)

    def handle_s(self, queue: QueueName) -> float | None:
        """Mean handle time of a queue's calls, or while too little was seen of them of all; None: not known."""
        learning = self._hall.learning
        return handle_s(learning.rates(queue)) or handle_s(learning.together())

    def outlook(self) -> Outlook:
        """Look at the lines as they are now: who stands before whom, and how long it will take. O(n)."""
        return Outlook(self._hall, self._standers)

    def restore(self, past: Snapshot) -> None:
        """After a restart: become what `past` says. Only a new Distributor may be restored."""
        self._hall.restore(past)

    def snapshot(self) -> Snapshot:
        """Copy all that decides what happens next; see acd.codec.digest for its hash. O(n log n)."""
        return snapshot_of(self._hall)
