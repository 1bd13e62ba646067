"""Rules of a call's way: it joins, phones ring for it, somebody answers or not, it ends.

Facts come late, twice and out of order. `call` and `attempt` name an offer; news of one that is not open changes
nothing, with one exception: an answer. The caller really is with whoever answered, unless a newer order has taken
effect since, because in Asterisk the newest order moves the caller. So

- nobody else is being offered the call: the answer is believed (acd.offering.believe);
- a newer offer is open but has not taken effect: the answer is kept in mind, and believed if that offer fails so;
- a newer offer took effect, or the call already talks: the answer is history.
"""

from __future__ import annotations

from datetime import datetime

from acd.agents import RING_MARGIN, AgentFact
from acd.events import (
    AgentAnswered,
    CallArrived,
    CallEnded,
    CallJoined,
    PhoneDialled,
    RingFailed,
    RingStarted,
    TalkEnded,
)
from acd.hall import Hall
from acd.model import Agent, AgentState, CallId, Offer, WaitingCall, is_outward
from acd.offering import FAILURES, begin_talk, begin_wrap_up, believe, end_in_nothing, let_down
from acd.transfers import clear, drop_asked, let_go
from acd.waiting import begin


def arrive(hall: Hall, event: CallArrived) -> None:
    """The caller is greeted and may be asked things; nobody can be offered the call yet."""
    if not hall.has_ended(event.call) and event.call not in hall.waiting and event.call not in hall.book.talking:
        hall.arrived[event.call] = None


def join(hall: Hall, event: CallJoined) -> None:
    """The caller waits. One who was talking lost the agent and waits anew; one who waits keeps the old place.

    A citizen whom we called never waits.
    """
    if hall.has_ended(event.call) or is_outward(event.call):
        return
    hall.book.count_on(event.call, event.attempts)
    if event.call in hall.waiting:
        return
    lost = hall.book.end_talk(event.call)
    if lost is not None:
        begin_wrap_up(hall, lost, event.at)
    else:
        hall.learning.joined(event.queue, min(event.joined or event.at, event.at))
    _end_handing_on(hall, event.call, event.at)
    call = WaitingCall(
        id=event.call,
        queue=event.queue,
        joined=min(event.joined or event.at, event.at),
        skills=event.skills,
        priority=event.priority,
        attempts=hall.book.attempts(event.call),
        prefers=event.prefers,
    )
    begin(hall, call, event.at)


def end(hall: Hall, event: CallEnded) -> None:
    """The caller is gone: whoever was offered the call is free as before, whoever talked wraps up.

    A call that we make has no caller: if it ends while the agent's phone rings, the agent has not picked up.
    """
    offered, talked = hall.book.open.get(event.call), hall.book.end_talk(event.call)
    if offered is not None:
        rang_in_vain = is_outward(event.call) and hall.agents[offered.agent].state is AgentState.RINGING
        let_down(hall, offered, AgentFact.MISSED if rang_in_vain else AgentFact.WITHDRAWN, event.at)
    if talked is not None:
        begin_wrap_up(hall, talked, event.at)
    clear(hall, event.call, event.at)
    waiting = hall.waiting.get(event.call)
    if waiting is not None and waiting.owed is None and not event.missed:
        hall.learning.waited(waiting.queue, waiting.joined, event.at, gave_up=True)
    hall.forget_call(event.call)


def dial(hall: Hall, event: PhoneDialled) -> None:
    """The order took effect; from now on the phone has its time to say that it rings."""
    offer = hall.book.current(event.call, event.attempt)
    if offer is None or offer.dialled:
        return
    offer = hall.book.dialled(offer)
    if hall.agents[offer.agent].state is AgentState.RESERVED:
        hall.change(offer.agent, AgentFact.DIALLED, event.at, offer=offer)


def ring(hall: Hall, event: RingStarted) -> None:
    """The phone rings: the queue's ring time begins."""
    offer = hall.book.current(event.call, event.attempt)
    if offer is None or hall.agents[offer.agent].state is not AgentState.RESERVED:
        return
    offer = hall.book.dialled(offer)
    until = event.at + hall.rules(offer.queue).ring_time + RING_MARGIN
    hall.change(offer.agent, AgentFact.RANG, event.at, offer=offer, until=until)


def answer(hall: Hall, event: AgentAnswered) -> None:
    """Caller and agent talk, unless the answer is history."""
    current = hall.book.current(event.call, event.attempt)
    if current is not None:
        begin_talk(hall, current, event.at)
        let_go(hall, event.call, event.at)
        return
    if _answered_what_was_handed_on(hall, event):
        return
    late = hall.book.made(event.call, event.attempt)
    if late is None or event.call not in hall.waiting:
        return
    newer = hall.book.open.get(event.call)
    if newer is None:
        believe(hall, late, event.at)
    elif not newer.dialled:
        hall.book.answered_late(late)


def _answered_what_was_handed_on(hall: Hall, event: AgentAnswered) -> bool:
    """A transfer's target whom we did not see free picked up, ours or a stranger to us: the first agent is out."""
    kept, handed = hall.book.kept.get(event.call), hall.book.handed(event.call, event.attempt)
    if handed is None and (kept is None or event.attempt <= kept.attempt):
        return False
    if handed is not None and event.call not in hall.book.talking:
        offered = hall.book.open.get(event.call)
        if offered is not None:  # an order that the dialplan was quicker than
            end_in_nothing(hall, offered, AgentFact.WITHDRAWN, event.at, stop=False)
        believe(hall, handed, event.at)
    let_go(hall, event.call, event.at)
    return True


def _end_handing_on(hall: Hall, call: CallId, at: datetime) -> None:
    """The caller waits: whoever was being rung by the dialplan is not, and nobody stands beside the call."""
    offered = hall.book.open.get(call)
    if offered is not None:
        end_in_nothing(hall, offered, AgentFact.WITHDRAWN, at, stop=False)
    clear(hall, call, at)


def fail(hall: Hall, event: RingFailed) -> None:
    """The open offer came to nothing.

    When the caller is said to be gone, the call rests in its place: CallEnded comes, or the caller was not gone.
    """
    hall.book.handed(event.call, event.attempt)
    offer = hall.book.current(event.call, event.attempt)
    if offer is not None:
        end_in_nothing(hall, offer, FAILURES[event.failure], event.at, stop=False)


def end_talk(hall: Hall, event: TalkEnded) -> None:
    """The conversation is over; if the answer was never told, there was one all the same."""
    kept = hall.book.kept.get(event.call)
    if kept is not None and event.attempt >= kept.attempt:
        let_go(hall, event.call, event.at)
    offer = hall.book.end_talk(event.call, event.attempt)
    if offer is None:
        offer = hall.book.current(event.call, event.attempt)
        if offer is None:
            return
        hall.book.end_offer(event.call)
        hall.stop_waiting(event.call)
    drop_asked(hall, event.call, event.at)
    begin_wrap_up(hall, offer, event.at)


def give_up(hall: Hall, agent: Agent, at: datetime) -> None:
    """An offer overstayed its deadline: see the states reserved and ringing in acd.agents."""
    offer = _offer_to(hall, agent)
    if agent.state is AgentState.RINGING:
        fact = AgentFact.MISSED
    else:
        fact = AgentFact.UNREACHABLE if offer.dialled else AgentFact.NOT_CARRIED_OUT
    end_in_nothing(hall, offer, fact, at, stop=True)


def withdraw(hall: Hall, agent: Agent, at: datetime) -> None:
    """The seat is closed under an offer: the call waits on, the agent is logged off."""
    end_in_nothing(hall, _offer_to(hall, agent), AgentFact.SEAT_CLOSED, at, stop=True)


def _offer_to(hall: Hall, agent: Agent) -> Offer:
    if agent.call is None:
        raise RuntimeError("an agent is reserved or ringing for no call")
    return hall.book.open[agent.call]
