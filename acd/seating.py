"""Rules of the place: seats open and close, their phones come and go, time passes."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from acd import phone_use, waiting
from acd.agents import START_WITHIN, AgentFact
from acd.call_back_line import lapse
from acd.capacity_facts import CapacityChanged
from acd.deadline import Due
from acd.duty import seat_named
from acd.errors import UnknownQueue
from acd.events import PhoneLost, PhoneRegistered, QueuesLoaded, SeatClosed, SeatOpened, TimePassed
from acd.hall import Hall
from acd.model import Agent, AgentId, AgentState, BreakReason, CallId, QueueName, Seat, SeatId
from acd.ringing import give_up, withdraw
from acd.transfers import stands_beside, time_up

_GOES_ON = (AgentState.TALKING, AgentState.WRAP_UP)
_BEING_OFFERED = (AgentState.RESERVED, AgentState.RINGING)


def open_seat(hall: Hall, event: SeatOpened) -> None:
    """A seat is there, or serves other queues and adds other skills: what its agent can do counts at once."""
    _must_be_served(event.seat, hall.rulebook.queues.keys())
    hall.seats[event.seat.id] = event.seat
    agent = hall.sitting_at(event.seat.id)
    if agent is not None:
        hall.reconsider(agent.id, event.seat)


def _must_be_served(seat: Seat, queues: Set[QueueName]) -> None:
    unknown = sorted(seat.queues - queues)
    if unknown:
        names = ", ".join(unknown)
        raise UnknownQueue(f"seat {seat.id} names no queue of this city: {names}", f"本市没有队列:{names}")


def close_seat(hall: Hall, event: SeatClosed) -> None:
    """A seat is gone. Who talks or wraps up there finishes and is logged off then; everybody else is at once."""
    seat = seat_named(hall, event.seat)
    del hall.seats[seat.id]
    agent = hall.sitting_at(seat.id)
    if agent is None or agent.state in _GOES_ON or stands_beside(hall, agent):
        return
    if agent.state in _BEING_OFFERED:
        withdraw(hall, agent, event.at)
    else:
        hall.change(agent.id, AgentFact.SEAT_CLOSED, event.at)


def lose_phone(hall: Hall, event: PhoneLost) -> None:
    """An idle agent without a phone is not rung. It says nothing about a call in progress: the call itself will."""
    agent = hall.sitting_at(event.seat)
    if agent is not None and agent.state is AgentState.READY:
        hall.change(agent.id, AgentFact.PHONE_LOST, event.at)


def register_phone(hall: Hall, event: PhoneRegistered) -> None:
    """The phone is back; if that was the only reason for the break, the agent is ready."""
    agent = hall.sitting_at(event.seat)
    if agent is not None and agent.state is AgentState.ON_BREAK and agent.reason is BreakReason.PHONE_UNREACHABLE:
        hall.change(agent.id, AgentFact.PHONE_BACK, event.at)


def change_capacity(hall: Hall, event: CapacityChanged) -> None:
    """Queues and seats change together. Validated whole before anything changes."""
    queues = {queue.name for queue in event.queues}
    for seat in event.seats:
        _must_be_served(seat, queues)
    waiting.load_queues(hall, QueuesLoaded(at=event.at, queues=event.queues))
    for seat in event.seats:
        open_seat(hall, SeatOpened(at=event.at, seat=seat))
    for closed in event.closed:
        if closed in hall.seats:
            close_seat(hall, SeatClosed(at=event.at, seat=closed))


def pass_time(hall: Hall, event: TimePassed) -> None:
    """Act on the one deadline that was due first, if it is due by now."""
    first = hall.deadlines.first()
    if first is None or first[0] > event.at:
        return
    due, deadline = first
    match deadline.whose:
        case Due.SIGHT:
            hall.see_again()
        case Due.CALL:
            waiting.time_up(hall, CallId(deadline.id), due)
        case Due.LAPSE:
            lapse(hall, CallId(deadline.id))
        case Due.PHONE:
            phone_use.time_up(hall, SeatId(deadline.id), due)
        case Due.AGENT:
            _pass_time_of(hall, hall.agents[AgentId(deadline.id)], due, event.at)


def _pass_time_of(hall: Hall, agent: Agent, due: datetime, at: datetime) -> None:
    if agent.state in _BEING_OFFERED:
        if hall.blind_until is not None:
            hall.postpone(agent, at + START_WITHIN)
            return
        (time_up if stands_beside(hall, agent) else give_up)(hall, agent, at)
    elif agent.state is AgentState.WRAP_UP and agent.seat not in hall.seats:
        hall.change(agent.id, AgentFact.SEAT_CLOSED, due)
    else:
        hall.change(agent.id, AgentFact.TIME_UP, due)
