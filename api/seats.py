"""坐席: which there are, and changing them while calls are running; every change has an author, a reason, an undo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from acd.capacity import Capacity, Rehearsal, seat_of_measure
from acd.errors import UnknownSeat
from acd.model import Agent, AgentId, AgentState, QueueName, Seat, SeatId
from acd.seat_table import WHY_LENGTH, StoredSeat
from api.agents import SkillMap, levels_of, skills_from
from api.asked import Answer, Asked, Done, Nothing, Wish
from api.foresight import EffectSeen, effect_seen
from api.opening import open_with_agent, try_with_agent
from api.ports import Floor

Extension = Annotated[str, Field(pattern=r"^[0-9]{3,8}$")]
Queues = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")], ...], Field(min_length=1, max_length=50)
]
Why = Annotated[str, Field(min_length=1, max_length=WHY_LENGTH)]


class SeatSeen(Answer):
    """A seat, and who sits there now."""

    seat: SeatId
    queues: tuple[QueueName, ...]  # as somebody set them; none, if only a measure has added the seat
    skills: dict[str, int]
    version: int  # 0, if only a measure has added the seat
    agent: AgentId | None = None
    state: AgentState | None = None
    serves: tuple[QueueName, ...]  # now: also what it is lent or added to
    effect: EffectSeen | None = None  # of a change that was only tried: what it would do


class SeatsSeen(Answer):
    """All seats, by extension."""

    seats: tuple[SeatSeen, ...]


class SeatDone(Done):
    """It happened; or, tried, what it would do."""

    effect: EffectSeen | None = None


class ChangeSeats(Wish):
    """Why; `dry_run`: say what it would do, and do nothing."""

    why: Why
    dry_run: bool = False


class AddSeat(ChangeSeats):
    """A SIP extension, the queues it serves, and what sitting there adds to an agent's skills."""

    seat: Extension
    queues: Queues
    skills: SkillMap = Field(default_factory=dict)
    agent: Annotated[str, Field(pattern=r"^[0-9]{3,8}$")] | None = None  # who is to serve there at once, ready


class ChangeSeat(ChangeSeats):
    """What is named changes; `version` is the one that was read."""

    queues: Queues | None = None
    skills: SkillMap | None = None
    version: int
    while_talking: bool = False  # also while a caller of a queue that it leaves talks there; the talk goes on


class RemoveSeat(ChangeSeats):
    """The version that was read, and why the seat goes."""

    version: int


class UndoChange(ChangeSeats):
    """Why the change was wrong."""


class HistoryWanted(Wish):
    """How many changes, of one seat if named."""

    seat: Extension | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 50


class SeatWas(Answer):
    """A seat at one moment."""

    queues: tuple[QueueName, ...]
    skills: dict[str, int]


class ChangeSeen(Answer):
    """One change. `before` null: the seat was added; `after` null: removed."""

    number: int
    at: datetime
    by: str
    why: str
    seat: SeatId
    before: SeatWas | None
    after: SeatWas | None
    undoes: int | None  # the number of the change that this one took back


class SeatHistory(Answer):
    """The newest first."""

    changes: tuple[ChangeSeen, ...]


async def everything(asked: Asked[Nothing]) -> SeatsSeen:
    """All seats, what they serve now, and who sits there."""
    capacity, sitting = asked.services.seats, _sitting(asked.services.floor)
    stored = {kept.seat.id: kept for kept in await capacity.list_seats()}
    added = {seat for loan in capacity.loans for seat in loan.seats if capacity.under(seat, None)}
    absent = {seat: StoredSeat(Seat(seat, frozenset()), 0) for seat in added - stored.keys()}
    listed = sorted({**stored, **absent}.items())
    return SeatsSeen(seats=tuple(_seen(kept, capacity, sitting.get(seat)) for seat, kept in listed))


def _sitting(floor: Floor) -> dict[SeatId, Agent]:
    return {agent.seat: agent for agent in floor.agents() if agent.seat is not None}


async def add(asked: Asked[AddSeat]) -> SeatSeen:
    """Open a seat; calls that wait are looked at again at once. A named agent is logged on there, ready."""
    wish, services, who = asked.wish, asked.services, str(asked.by)
    seat = Seat(id=SeatId(wish.seat), queues=_queues(wish.queues), skills=skills_from(wish.skills))
    if wish.agent is None:
        capacity = _asked_of(asked)
        return _seen(await capacity.open_seat(seat, who=who, why=wish.why), capacity)
    if wish.dry_run:
        return _seen(*await try_with_agent(services, seat, wish.agent, who=who, why=wish.why, at=asked.now))
    kept = await open_with_agent(services, seat, wish.agent, who=who, why=wish.why, at=asked.now)
    return _seen(kept, services.seats, _sitting(services.floor).get(seat.id))


def _asked_of(asked: Asked[Any]) -> Capacity:
    """Who is asked for the change: the real one, or, to try it, its rehearsal."""
    capacity = asked.services.seats
    return capacity.rehearsal() if asked.wish.dry_run else capacity


async def change(asked: Asked[ChangeSeat]) -> SeatSeen:
    """Move a seat to other queues, or give it other skills."""
    wish, capacity = asked.wish, _asked_of(asked)
    kept = await _kept(capacity, SeatId(asked.path["seat"]))
    after = Seat(
        id=kept.seat.id,
        queues=kept.seat.queues if wish.queues is None else _queues(wish.queues),
        skills=kept.seat.skills if wish.skills is None else skills_from(wish.skills),
    )
    changed = await capacity.change_seat(
        after, version=wish.version, who=str(asked.by), why=wish.why, while_talking=wish.while_talking
    )
    return _seen(changed, capacity)


async def _kept(capacity: Capacity, seat: SeatId) -> StoredSeat:
    for kept in await capacity.list_seats():
        if kept.seat.id == seat:
            return kept
    raise (
        seat_of_measure(seat)
        if capacity.under(seat, None)
        else UnknownSeat(f"there is no seat {seat}", f"没有坐席 {seat}")
    )


async def remove(asked: Asked[RemoveSeat]) -> SeatDone:
    """Close a seat. Who talks there goes on talking."""
    wish, capacity = asked.wish, _asked_of(asked)
    seat = SeatId(asked.path["seat"])
    await capacity.close_seat(seat, version=wish.version, who=str(asked.by), why=wish.why)
    return SeatDone(done=not wish.dry_run, effect=_effect(capacity))


async def undo(asked: Asked[UndoChange]) -> SeatDone:
    """Bring back what was before a change."""
    wish, capacity = asked.wish, _asked_of(asked)
    await capacity.undo(asked.number("change"), who=str(asked.by), why=wish.why)
    return SeatDone(done=not wish.dry_run, effect=_effect(capacity))


def _effect(capacity: Capacity) -> EffectSeen | None:
    return effect_seen(capacity.effect) if isinstance(capacity, Rehearsal) and capacity.effect else None


async def history(asked: Asked[HistoryWanted]) -> SeatHistory:
    """Who changed what, when and why."""
    wish = asked.wish
    changes = await asked.services.seats.history(seat=SeatId(wish.seat) if wish.seat else None, limit=wish.limit)
    return SeatHistory(
        changes=tuple(
            ChangeSeen(
                number=change.seq,
                at=change.at,
                by=change.who,
                why=change.why,
                seat=change.seat,
                before=_was(change.before),
                after=_was(change.after),
                undoes=change.undoes,
            )
            for change in changes
        )
    )


def _queues(names: Iterable[str]) -> frozenset[QueueName]:
    return frozenset(QueueName(name) for name in names)


def _seen(kept: StoredSeat, capacity: Capacity, agent: Agent | None = None) -> SeatSeen:
    seat = kept.seat
    now = capacity.under(seat.id, seat if kept.version or kept.seat.queues else None)
    return SeatSeen(
        seat=seat.id,
        queues=tuple(sorted(seat.queues)),
        skills=levels_of(seat.skills),
        version=kept.version,
        agent=agent.id if agent else None,
        state=agent.state if agent else None,
        serves=tuple(sorted(now.queues)) if now else (),
        effect=_effect(capacity),
    )


def _was(seat: Seat | None) -> SeatWas | None:
    return SeatWas(queues=tuple(sorted(seat.queues)), skills=levels_of(seat.skills)) if seat else None
