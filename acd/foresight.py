"""预演: what a change of capacity would do to the calls and agents of now: it is tried on a copy of the core. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from acd.commands import Command, InviteMessage, ProposeCallBack, RingAgent, SayToCaller, SayWait
from acd.distributor import Distributor
from acd.events import Event
from acd.forecast import Estimate
from acd.lending import on_duty, seats_on_duty
from acd.matching import Ask, able_at, can_serve
from acd.model import AgentId, AgentState, CallId, QueueName, SeatId, Snapshot, WaitingCall
from acd.outlook import asked


class Offered(NamedTuple):
    """A call that would be offered at once."""

    call: CallId
    queue: QueueName
    waited_s: float
    agent: AgentId
    seat: SeatId


class BeforeAfter(NamedTuple):
    """A number now, and then."""

    before: int
    after: int


class Waits(NamedTuple):
    """An estimated wait now, and then; None: not known."""

    before: Estimate | None
    after: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEffect:
    """What happens to one queue."""

    queue: QueueName
    seats: BeforeAfter  # that serve it
    on_duty: BeforeAfter  # those of them with somebody on duty
    waiting: BeforeAfter  # callers who are not being offered to anybody
    wait: Waits  # of a caller without special wishes who joins at that moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change would do at once."""

    offers: tuple[Offered, ...]  # in the order of their turn
    queues: tuple[QueueEffect, ...]  # by name
    idle: tuple[AgentId, ...]  # agents on duty who could serve some queue, and then none
    stranded: tuple[CallId, ...]  # callers whom somebody logged on could serve, and then nobody
    spoken_to: int = 0  # callers to whom the recipe then has something to say or to offer, if it proves true
    to_message: int = 0  # callers who would be asked for a message


def foresee(past: Snapshot, events: Sequence[Event]) -> Effect:
    """Try the events on a core that is as `past` says. Raises acd.errors.Refused as the real one would."""
    core, then, at = copy_of(past), copy_of(past), events[-1].at
    orders = [order for event in events for order in then.receive(event)]
    rung = [order for order in orders if isinstance(order, RingAgent)]
    waiting = {call.id: call for call in past.waiting}
    lost = _served(core, past) - _served(then, past)
    now, soon = core.outlook(), then.outlook()

    def waits(queue: QueueName) -> Waits:
        plain = Ask(queue, frozenset())
        return Waits(now.newcomer(plain, at), soon.newcomer(plain, at))

    names = sorted(core.queues.keys() | then.queues.keys())
    return Effect(
        offers=tuple(_offered(order, waiting[order.call]) for order in rung if order.call in waiting),
        queues=tuple(_queue_effect(queue, core, then, waits(queue)) for queue in names),
        idle=tuple(sorted(_useful(core) - _useful(then))),
        stranded=tuple(call.id for call in past.waiting if asked(call) in lost),
        spoken_to=len(_spoken_to(orders, then)),
        to_message=sum(isinstance(order, InviteMessage) for order in orders),
    )


def _spoken_to(orders: Iterable[Command], then: Distributor) -> set[CallId]:
    """Whoever is told something at once, or in the seconds after it: acd.overflow looks at so many at once."""
    told = {order.call for order in orders if isinstance(order, SayToCaller | SayWait | ProposeCallBack)}
    return told | {call.id for call in then.waiting if call.says is not None and call.id not in then.offers}


def copy_of(past: Snapshot) -> Distributor:
    """A core that is as `past` says."""
    copy = Distributor()
    copy.restore(past)
    return copy


def _offered(order: RingAgent, call: WaitingCall) -> Offered:
    waited_s = (order.at - call.joined).total_seconds()
    return Offered(call.id, call.queue, max(0.0, waited_s), order.agent, order.seat)


def _queue_effect(queue: QueueName, core: Distributor, then: Distributor, wait: Waits) -> QueueEffect:
    def both(count: Callable[[Distributor, QueueName], int]) -> BeforeAfter:
        return BeforeAfter(count(core, queue), count(then, queue))

    return QueueEffect(queue=queue, seats=both(_seats), on_duty=both(_on_duty), waiting=both(_waiting), wait=wait)


def _seats(core: Distributor, queue: QueueName) -> int:
    return sum(queue in seat.queues for seat in core.seats.values())


def _on_duty(core: Distributor, queue: QueueName) -> int:
    return len(seats_on_duty(core, queue))


def _waiting(core: Distributor, queue: QueueName) -> int:
    return sum(call.queue == queue and call.id not in core.offers for call in core.waiting)


def _useful(core: Distributor) -> set[AgentId]:
    return {agent.id for seat, agent in on_duty(core).items() if core.seats[seat].queues}


def _served(core: Distributor, past: Snapshot) -> set[Ask]:
    """What callers ask for, as far as anybody who is logged on, also on break, reaches it."""
    there = [a for a in core.agents.values() if a.seat in core.seats and a.state is not AgentState.LOGGED_OFF]
    able = {able_at(agent.skills, core.seats[agent.seat]) for agent in there if agent.seat}
    return {ask for ask in {asked(call) for call in past.waiting} if any(can_serve(one, ask) for one in able)}
