"""Rules of handing a caller on: the first agent is kept until somebody else has the caller; who is asked is engaged.

The dialplan rings these phones by itself, also without us, so there is nothing to order here: only to know who is
engaged. Two agents may stand beside a call's own conversation or offer, one at a time and never both:

- *kept*: the first agent during a blind transfer. Reserved, so that nothing is offered to them; the target's answer
  makes it wrap-up, its failure rings them again. Should nothing be heard, `until` ends it.
- *asked*: the agent whom another one consults, alone or three-way. Rung, then talking, for the other's call.

Only an agent who was ready is seen being rung: who is on break or writing stays so unless they pick up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from acd.agents import RING_MARGIN, START_WITHIN, TABLE, AgentFact
from acd.call_facts import CallTransferredOut
from acd.hall import Hall
from acd.model import Agent, AgentState, CallId, Offer, QueueName, RingFailure, SeatId, is_outward
from acd.offering import FAILURES, begin_talk, begin_wrap_up, end_in_nothing, let_down
from acd.talk_facts import (
    ConsultAnswered,
    ConsultBegun,
    ConsultEnded,
    ThreeWayBegun,
    TransferBegun,
    TransferDone,
    TransferFailed,
)

# ---- blind


def begin(hall: Hall, event: TransferBegun) -> None:
    """The agent lets go of the caller and is kept; the target's phone is rung."""
    if not _can_be(hall, event.call):
        return
    hall.book.count_on(event.call, event.to_attempt)
    talk = _end_talk(hall, event.call, event.attempt, event.at)
    if talk is None:
        return
    drop_asked(hall, event.call, event.at)
    _keep(hall, talk, event.at)
    _rung(hall, event.call, event.to_attempt, event.seat, talk.queue, event.at)


def fall_back(hall: Hall, event: TransferFailed) -> None:
    """Nobody took the caller: the agent who was kept is rung."""
    if not _can_be(hall, event.call):
        return
    hall.book.count_on(event.call, event.to_attempt)
    open_still = hall.book.open.get(event.call)
    if open_still is not None:
        end_in_nothing(hall, open_still, AgentFact.WITHDRAWN, event.at, stop=False)
    talk = _end_talk(hall, event.call, None, event.at)
    drop_asked(hall, event.call, event.at)
    if talk is not None and talk.seat == event.seat:
        _keep(hall, talk, event.at)
    elif talk is not None:
        begin_wrap_up(hall, talk, event.at)
    kept = hall.book.release(event.call)
    if kept is None:
        last = hall.book.made(event.call, event.attempt) or talk
        _rung(hall, event.call, event.to_attempt, event.seat, last.queue if last else QueueName(""), event.at)
        return
    offer = replace(kept, attempt=event.to_attempt, dialled=True, held_since=None, unrecorded_since=None)
    offer = replace(offer, asks_since=None, in_conference=False)
    if offer.seat not in hall.seats:  # closed meanwhile: they may pick up, but need not
        begin_wrap_up(hall, kept, event.at)
        hall.book.remember(offer)
        hall.book.hand(offer)
        return
    hall.book.begin(offer)
    hall.change(offer.agent, AgentFact.DIALLED, event.at, offer=offer)


def hand_out(hall: Hall, event: CallTransferredOut) -> None:
    """转出: somebody outside has the caller, who does not wait; the agent, if there was one, is out."""
    if not _can_be(hall, event.call):
        return
    hall.book.count_on(event.call, event.attempt)  # it lives, wherever it is
    hall.arrived.pop(event.call, None)
    open_still = hall.book.open.get(event.call)
    if open_still is not None:
        end_in_nothing(hall, open_still, AgentFact.WITHDRAWN, event.at, stop=False)
    hall.stop_waiting(event.call)
    talk = _end_talk(hall, event.call, None, event.at)
    if talk is not None:
        begin_wrap_up(hall, talk, event.at)
    clear(hall, event.call, event.at)


# ---- asking


def ask(hall: Hall, event: ConsultBegun) -> None:
    """The caller hears music; whoever is asked, if ours and ready, is engaged."""
    talk = hall.book.talking.get(event.call)
    if talk is None or talk.attempt != event.attempt or not _can_be(hall, event.call):
        return
    hall.book.answered(replace(talk, asks_since=talk.asks_since or event.at, held_since=None))
    agent = hall.sitting_at(event.seat) if event.seat is not None else None
    if agent is None or event.seat is None or agent.id == talk.agent or event.call in hall.book.asked:
        return
    offer = Offer(event.call, event.attempt, agent.id, event.seat, talk.queue, dialled=True)
    if agent.state is AgentState.READY:
        hall.change(agent.id, AgentFact.FOUND, event.at, offer=offer)
        until = event.at + hall.rules(talk.queue).ring_time + RING_MARGIN
        hall.change(agent.id, AgentFact.RANG, event.at, offer=offer, until=until)
    hall.book.ask(offer)


def meet(hall: Hall, event: ConsultAnswered) -> None:
    """Both talk; the caller still hears music."""
    _met(hall, event.call, event.at)


def part(hall: Hall, event: ConsultEnded) -> None:
    """The one who was asked is out; agent and caller are together."""
    talk = hall.book.talking.get(event.call)
    if talk is None or talk.attempt != event.attempt:
        return
    hall.book.answered(replace(talk, asks_since=None))
    drop_asked(hall, event.call, event.at, event.failure)


def join_all(hall: Hall, event: ThreeWayBegun) -> None:
    """Everybody goes on, under the next conversation's number."""
    talk = hall.book.talking.get(event.call)
    if talk is None or talk.attempt != event.attempt or not _can_be(hall, event.call):
        return
    new = replace(talk, attempt=event.to_attempt, asks_since=None, held_since=None, in_conference=True)
    new = replace(new, unrecorded_since=None)
    _carry_on(hall, new)
    _met(hall, event.call, event.at)
    asked = hall.book.drop_asked(event.call)
    if asked is not None and _is_with(hall, asked):
        again = replace(asked, attempt=event.to_attempt)
        hall.book.ask(again)
        hall.renumber(again)


def take_over(hall: Hall, event: TransferDone) -> None:
    """The one who was asked has the caller; the first agent wraps up."""
    if not _can_be(hall, event.call):
        return
    hall.book.count_on(event.call, event.to_attempt)
    first = _end_talk(hall, event.call, event.attempt, event.at)
    if first is None:
        return
    let_go(hall, event.call, event.at)
    if first.seat == event.seat:
        drop_asked(hall, event.call, event.at)
        _carry_on(hall, replace(first, attempt=event.to_attempt))
        return
    begin_wrap_up(hall, first, event.at)
    agent = hall.sitting_at(event.seat)
    asked = hall.book.asked.get(event.call)
    if agent is None or (asked is not None and asked.agent != agent.id):
        drop_asked(hall, event.call, event.at)
    hall.book.drop_asked(event.call)
    if agent is None:
        return
    offer = Offer(event.call, event.to_attempt, agent.id, event.seat, first.queue, dialled=True)
    offer = replace(offer, in_conference=first.in_conference and event.to_attempt == event.attempt)
    if asked is not None and asked.agent == agent.id and _is_with(hall, asked):
        _picked_up(hall, asked, event.at)
        _carry_on(hall, offer)
    elif agent.call is None and AgentFact.ANSWERED in TABLE[agent.state]:
        hall.book.remember(offer)
        begin_talk(hall, offer, event.at)


# ---- the end of standing beside a call


def let_go(hall: Hall, call: CallId, at: datetime) -> None:
    """Whoever was kept for the call need not be any more."""
    kept = hall.book.release(call)
    if kept is not None:
        begin_wrap_up(hall, kept, at)


def drop_asked(hall: Hall, call: CallId, at: datetime, failure: RingFailure | None = None) -> None:
    """Whoever was asked in the call is out of it."""
    offer = hall.book.drop_asked(call)
    if offer is None or not _is_with(hall, offer):
        return
    if hall.agents[offer.agent].state is AgentState.TALKING:
        begin_wrap_up(hall, offer, at)
        return
    fact = FAILURES[failure] if failure else AgentFact.WITHDRAWN
    let_down(hall, offer, fact if offer.seat in hall.seats else AgentFact.SEAT_CLOSED, at)


def clear(hall: Hall, call: CallId, at: datetime) -> None:
    """The conversation or the call is over: nobody stands beside it any more."""
    let_go(hall, call, at)
    drop_asked(hall, call, at)


def stands_beside(hall: Hall, agent: Agent) -> bool:
    """Whether the agent's call is another's: they are kept for it, or asked in it."""
    if agent.call is None:
        return False
    beside = (hall.book.kept.get(agent.call), hall.book.asked.get(agent.call))
    return any(offer is not None and offer.agent == agent.id for offer in beside)


def time_up(hall: Hall, agent: Agent, at: datetime) -> None:
    """Nothing was heard for too long: the agent is free of the call, wherever it is."""
    if agent.call is None:
        return
    kept = hall.book.kept.get(agent.call)
    if kept is not None and kept.agent == agent.id:
        let_go(hall, agent.call, at)
    else:
        drop_asked(hall, agent.call, at, RingFailure.NO_ANSWER)


def _can_be(hall: Hall, call: CallId) -> bool:
    """Only a citizen's own call, while it lasts, is handed on; one that we made is not."""
    return not hall.has_ended(call) and not is_outward(call)


def _end_talk(hall: Hall, call: CallId, attempt: int | None, at: datetime) -> Offer | None:
    """End the conversation, or the offer whose answer was never told."""
    talk = hall.book.end_talk(call, attempt)
    if talk is None and attempt is not None and (offer := hall.book.current(call, attempt)) is not None:
        begin_talk(hall, offer, at)
        talk = hall.book.end_talk(call, attempt)
    return talk


def _keep(hall: Hall, talk: Offer, at: datetime) -> None:
    let_go(hall, talk.call, at)
    hall.book.keep(talk)
    until = at + START_WITHIN + hall.rules(talk.queue).ring_time + RING_MARGIN
    hall.change(talk.agent, AgentFact.PASSED_ON, at, offer=talk, until=until)


def _rung(hall: Hall, call: CallId, attempt: int, seat: SeatId | None, queue: QueueName, at: datetime) -> None:
    """The dialplan rings this phone for the call."""
    agent = hall.sitting_at(seat) if seat is not None else None
    if agent is None or seat is None:
        return
    offer = Offer(call, attempt, agent.id, seat, queue, dialled=True)
    if agent.state is AgentState.READY:
        hall.stop_waiting(call)
        hall.book.begin(offer)
        hall.change(agent.id, AgentFact.FOUND, at, offer=offer)
    else:
        hall.book.remember(offer)
        hall.book.hand(offer)


def _met(hall: Hall, call: CallId, at: datetime) -> None:
    """Whoever is asked has picked up, if they sit there and are with nobody else."""
    offer = hall.book.asked.get(call)
    agent = hall.sitting_at(offer.seat) if offer is not None else None
    if offer is None or agent is None or agent.id != offer.agent or agent.call not in (None, call):
        return
    if AgentFact.ANSWERED in TABLE[agent.state]:
        hall.change(agent.id, AgentFact.ANSWERED, at, offer=offer)


def _picked_up(hall: Hall, asked: Offer, at: datetime) -> None:
    """They are talking, also if their answer was never told."""
    if hall.agents[asked.agent].state is not AgentState.TALKING:
        hall.change(asked.agent, AgentFact.ANSWERED, at, offer=asked)


def _carry_on(hall: Hall, talk: Offer) -> None:
    hall.book.remember(talk)
    hall.book.answered(talk)
    hall.renumber(talk)


def _is_with(hall: Hall, offer: Offer) -> bool:
    return hall.agents[offer.agent].call == offer.call
