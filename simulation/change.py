"""What is to be different in another run of a period: rules of queues, seats, people; and how that is applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from acd.capacity_facts import CapacityChanged
from acd.events import Event, QueuesLoaded, SeatClosed, SeatOpened
from acd.model import AgentId, Queue, QueueName, Seat, SeatId, SkillLevel
from simulation.recollection import Recollection, Wants, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreSeats:
    """So many seats more (or, negative, fewer) that serve a queue, with somebody on duty at each."""

    queue: QueueName
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From `begins` up to before `ends`; what is not named stays as it really was."""

    begins: datetime
    ends: datetime
    queues: Mapping[QueueName, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    """Fields of acd.model.Queue that are others than they were, whatever measures were in force."""
    seats: Mapping[SeatId, Seat | None] = field(default_factory=lambda: MappingProxyType({}))
    """Seats that are others than they were; None: closed."""
    more: tuple[MoreSeats, ...] = ()
    without_measures: bool = False

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at this moment."""
        return self.begins <= at < self.ends

    def ruled(self, queues: Iterable[Queue]) -> tuple[Queue, ...]:
        """The queues under it."""
        return tuple(replace(queue, **self.queues.get(queue.name, {})) for queue in queues)

    def told(self, fact: Event) -> Event | None:
        """A fact of the place, as it is told while the change is in force; None: not at all."""
        match fact:
            case CapacityChanged() if self.without_measures:
                return None
            case CapacityChanged():
                seats = tuple(self.seats.get(one.id) or one for one in fact.seats if self.seats.get(one.id, one))
                return replace(fact, queues=self.ruled(fact.queues), seats=seats)
            case QueuesLoaded():
                return replace(fact, queues=self.ruled(fact.queues))
            case SeatOpened() if fact.seat.id in self.seats:
                return None
            case SeatClosed() if fact.seat in self.seats:
                return None
        return fact


def queue_differences(before: Iterable[Queue], after: Iterable[Queue]) -> dict[QueueName, dict[str, Any]]:
    """What a changed city has of its queues that the real one has otherwise."""
    then = {queue.name: queue for queue in after}
    found: dict[QueueName, dict[str, Any]] = {}
    for queue in before:
        other = then.get(queue.name, queue)
        names = (name for name in Queue.__dataclass_fields__ if name != "name")
        differs = {name: getattr(other, name) for name in names if getattr(other, name) != getattr(queue, name)}
        if differs:
            found[queue.name] = differs
    return found


def all_fields(queues: Iterable[Queue]) -> dict[QueueName, dict[str, Any]]:
    """Everything of the queues, whatever measures had made of them."""
    names = [name for name in Queue.__dataclass_fields__ if name != "name"]
    return {queue.name: {name: getattr(queue, name) for name in names} for queue in queues}


# ---- seats with people


class NobodyServes(ValueError):
    """Seats are to be added to or taken from a queue that nobody served in the period."""

    def __init__(self, queue: str, wanted: int = 0, there: int = 0) -> None:
        super().__init__(f"{there} agents served {queue} in the period, {wanted} are to go")
        self.queue, self.wanted, self.there = queue, wanted, there


def with_more_seats(seen: Recollection, change: Change) -> tuple[dict[AgentId, tuple[Wish, ...]], tuple[Seat, ...]]:
    """What everybody means to do under a change, and the seats that come with it. NobodyServes.

    Who is added is like those who serve the queue, one after the other. Who is taken away are those who were there
    longest, for so many fewer are to be there all the time.
    """
    wishes, seats = dict(seen.wishes), list[Seat]()
    known = {seat.id: seat for seat in seats_of(seen)}
    for wanted in change.more:
        there = _served_longest(seen, change, known, wanted.queue)
        if not there or len(there) < -wanted.count:
            raise NobodyServes(wanted.queue, -wanted.count, len(there))
        for agent in there[: max(0, -wanted.count)]:
            wishes[agent] = _away(wishes[agent], change)
        for number in range(max(0, wanted.count)):
            agent = there[number % len(there)]
            like = next(wish for wish in seen.wishes[agent] if _serves(wish, known, wanted.queue))
            seat = _seat_like(like, known, wanted.queue, number + 1)
            seats.append(seat)
            on = Wish(at=change.begins, wants=Wants.DUTY, seat=seat.id, skills=like.skills)
            wishes[AgentId(seat.id)] = (on, Wish(at=change.ends, wants=Wants.AWAY))
    return wishes, tuple(seats)


def _seat_like(like: Wish, known: Mapping[SeatId, Seat], queue: QueueName, number: int) -> Seat:
    skills = known[like.seat].skills if like.seat is not None else frozenset[SkillLevel]()
    return Seat(SeatId(f"what-if-{queue}-{number}"), frozenset({queue}), skills)


def seats_of(seen: Recollection) -> Iterable[Seat]:
    """Every seat of the period, as it was last."""
    known = {seat.id: seat for seat in seen.begin.seats}
    for fact in seen.place:
        if isinstance(fact, SeatOpened):
            known[fact.seat.id] = fact.seat
        elif isinstance(fact, CapacityChanged):
            known.update((seat.id, seat) for seat in fact.seats)
    return known.values()


def _served_longest(
    seen: Recollection, change: Change, known: Mapping[SeatId, Seat], queue: QueueName
) -> list[AgentId]:
    spent: dict[AgentId, float] = {}
    for agent, wishes in seen.wishes.items():
        ends = [wish.at for wish in wishes[1:]] + [seen.ends]
        for wish, until in zip(wishes, ends, strict=True):
            if _serves(wish, known, queue):
                seconds = (min(until, change.ends) - max(wish.at, change.begins)).total_seconds()
                spent[agent] = spent.get(agent, 0.0) + max(0.0, seconds)
    return sorted((agent for agent in spent if spent[agent] > 0), key=lambda agent: (-spent[agent], agent))


def _serves(wish: Wish, known: Mapping[SeatId, Seat], queue: QueueName) -> bool:
    seat = known.get(wish.seat) if wish.seat is not None else None
    return wish.wants is Wants.DUTY and seat is not None and queue in seat.queues


def _away(wishes: tuple[Wish, ...], change: Change) -> tuple[Wish, ...]:
    """Not there while the change holds."""
    kept = [wish for wish in wishes if not change.holds(wish.at)]
    last = [wish for wish in wishes if wish.at < change.ends][-1:]
    back = [replace(wish, at=change.ends) for wish in last]
    away = Wish(at=change.begins, wants=Wants.AWAY)
    return tuple(sorted([*kept, away, *back], key=lambda wish: wish.at))
