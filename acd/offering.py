"""Rules of offering: which call goes to whom, and what becomes of an offer that comes to nothing.

The call that comes first by waiting and priority (acd.matching.rank), to the agent who is idle longest among the
best-skilled of those whose seat serves the call's queue and whose skills (their own and the seat's, the higher level
counts) reach every level asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Final

from acd.agents import TABLE, AgentFact
from acd.commands import RingAgent, StopRinging
from acd.hall import Hall
from acd.matching import rank
from acd.model import Agent, AgentId, AgentState, CallId, Offer, RingFailure, WaitingCall, is_outward

CALL_RESTS: Final = timedelta(seconds=1)
"""A call whose order was not carried out rests, so that a broken channel does not run through every agent; less long
than the agent (acd.agents.AGENT_RESTS), so that somebody else is next and a broken seat does not keep the call."""

FAILURES: Final[Mapping[RingFailure, AgentFact]] = {
    RingFailure.NO_ANSWER: AgentFact.MISSED,
    RingFailure.REFUSED: AgentFact.MISSED,
    RingFailure.BUSY: AgentFact.BUSY,
    RingFailure.UNREACHABLE: AgentFact.UNREACHABLE,
    RingFailure.CALLER_GONE: AgentFact.WITHDRAWN,
    RingFailure.NOT_CARRIED_OUT: AgentFact.NOT_CARRIED_OUT,
}


Turn = tuple[tuple[datetime, CallId], AgentId]
"""A call's rank, and for which agent it is the best; "" for a call that came (back)."""


def match(hall: Hall, at: datetime) -> None:
    """Offer what can be offered now; nothing while facts are missing (acd.finding).

    Only somebody who became free or a call that came (back) can have made a new pair, so only they are looked at.
    """
    freed, returned = hall.freed, hall.returned
    if not (freed or returned) or hall.blind_until is not None:
        return
    if len(freed) == 1 and not returned:
        _serve(hall, hall.agents[freed.pop()], at)
        return
    hall.stand_idle()
    if hall.matching.is_anybody_free:
        _match_in_turn(hall, at)
    freed.clear()
    returned.clear()


def _serve(hall: Hall, agent: Agent, at: datetime) -> None:
    """One agent became free, and nothing else: the best call for them waited beside nobody who could serve it."""
    if not hall.is_free(agent):
        return
    best = hall.matching.best_call(agent.id, hall.able(agent.id))
    if best is None:
        hall.stand_idle(agent.id)
    else:
        _offer(hall, hall.waiting[best], agent, at)


def _match_in_turn(hall: Hall, at: datetime) -> None:
    """Several became free or came (back) at once, as after a gap: each call in its turn finds its best agent.

    The first of all calls that can be served came back, or is the best for somebody who became free. Were agents
    looked at one by one, one who can take little would give their best call, but not the first, to a better agent,
    whom an earlier call needs.
    """
    returned = [call for call in hall.returned if hall.matching.may_be_offered(call)]
    turns: list[Turn] = [(rank(hall.waiting[call]), AgentId("")) for call in dict.fromkeys(returned)]
    turns += [turn for agent in dict.fromkeys(hall.freed) for turn in _next_turn(hall, agent)]
    heapify(turns)
    while turns:
        (_, call), agent = turn = heappop(turns)
        current = _next_turn(hall, agent)
        if not agent or current == [turn]:
            _find_agent(hall, hall.waiting[call], at)
            current = _next_turn(hall, agent)
        for later in current:
            heappush(turns, later)


def _next_turn(hall: Hall, agent: AgentId) -> list[Turn]:
    """The best call for this agent and its rank, if they are free and there is one."""
    best = hall.matching.best_call(agent) if hall.matching.is_free(agent) else None
    return [] if best is None else [(rank(hall.waiting[best]), agent)]


def _find_agent(hall: Hall, call: WaitingCall, at: datetime) -> None:
    if hall.matching.may_be_offered(call.id):
        agent = hall.matching.best_agent(call.id)
        if agent is not None:
            _offer(hall, call, hall.agents[agent], at)


def _offer(hall: Hall, call: WaitingCall, agent: Agent, at: datetime) -> None:
    if agent.seat is None:
        raise RuntimeError("an agent without a seat stands in the idle line")
    offer = Offer(call.id, hall.book.attempts(call.id) + 1, agent.id, agent.seat, call.queue)
    hall.begin_offer(offer)
    hall.change(agent.id, AgentFact.OFFERED, at, offer=offer)
    order = RingAgent(
        at=at,
        call=offer.call,
        attempt=offer.attempt,
        seat=offer.seat,
        agent=offer.agent,
        ring_time=hall.rules(call.queue).ring_time,
    )
    hall.orders.append(order)


def end_in_nothing(hall: Hall, offer: Offer, fact: AgentFact, at: datetime, *, stop: bool) -> None:
    """The open offer failed: the agent learns `fact`, the call waits on in its old place.

    With `stop` the phone may still ring, and is told not to. If the offer never took effect and an agent who was
    offered the call before has answered meanwhile, the caller is with them: then nothing is stopped.
    """
    late = hall.book.end_offer(offer.call)
    let_down(hall, offer, fact, at)
    if is_outward(offer.call):
        end_outward(hall, offer, at, stop=stop)
        return
    if late is not None and believe(hall, late, at):
        return
    if stop:
        hall.orders.append(StopRinging(at=at, call=offer.call, attempt=offer.attempt, seat=offer.seat))
    waiting = hall.waiting.get(offer.call)
    if waiting is None:  # the dialplan made this offer, of a caller who is handed on: it says where the caller goes
        return
    caller_said_gone = fact is AgentFact.WITHDRAWN and not stop
    rests = caller_said_gone or fact is AgentFact.NOT_CARRIED_OUT
    attempts = hall.book.attempts(offer.call)
    held_until = None if fact is AgentFact.MISSED else waiting.held_until  # the citizen waits no more for them alone
    resting = at + CALL_RESTS if rests else None
    hall.wait(replace(waiting, attempts=attempts, rests_until=resting, held_until=held_until))


def let_down(hall: Hall, offer: Offer, fact: AgentFact, at: datetime) -> None:
    """The offer came to nothing for its agent. The queue says how many missed in a row are one too many."""
    if fact is AgentFact.MISSED:
        hall.missed.append(offer)
        if hall.agents[offer.agent].missed + 1 >= hall.rules(offer.queue).break_after_missed:
            fact = AgentFact.MISSED_AGAIN
    hall.change(offer.agent, fact, at)


def end_outward(hall: Hall, offer: Offer, at: datetime, *, stop: bool) -> None:
    """A call that we make came to nothing: nobody waits for it, and it is not offered again."""
    if stop:
        hall.orders.append(StopRinging(at=at, call=offer.call, attempt=offer.attempt, seat=offer.seat))
    hall.forget_call(offer.call)


def believe(hall: Hall, offer: Offer, at: datetime) -> bool:
    """An agent answered an offer that was taken back: the caller is with them, so they are talking.

    Not believed, and False, if the agent has left the seat or talks to somebody else. A call that is just being
    offered to them goes back.
    """
    agent = hall.sitting_at(offer.seat)
    if agent is None or agent.id != offer.agent:
        return False
    if agent.state in (AgentState.RESERVED, AgentState.RINGING) and agent.call is not None:
        offered = hall.book.open.get(agent.call)
        if offered is None or offered.agent != agent.id:  # engaged beside another's call
            return False
        end_in_nothing(hall, offered, AgentFact.WITHDRAWN, at, stop=True)
    if AgentFact.ANSWERED not in TABLE[hall.agents[agent.id].state]:
        return False
    begin_talk(hall, offer, at)
    return True


def begin_talk(hall: Hall, offer: Offer, at: datetime) -> None:
    """Caller and agent are connected."""
    waiting = hall.waiting.get(offer.call)
    if waiting is not None and not is_outward(offer.call):
        hall.learning.waited(waiting.queue, waiting.joined, at, gave_up=False)
    hall.stop_waiting(offer.call)
    hall.book.answered(offer)
    hall.change(offer.agent, AgentFact.ANSWERED, at, offer=offer)


def begin_wrap_up(hall: Hall, offer: Offer, at: datetime) -> None:
    """The conversation is over; its queue says how long the wrap-up may take."""
    hall.change(offer.agent, AgentFact.TALK_ENDED, at, until=at + hall.rules(offer.queue).wrap_up_time)
