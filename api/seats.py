"""坐席: which there are, and changing them while calls are running; every change has an author, a reason, an undo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from acd.capacity import Capacity
from acd.errors import UnknownSeat
from acd.model import Agent, AgentId, AgentState, QueueName, Seat, SeatId
from acd.seat_table import WHY_LENGTH, StoredSeat
from api.agents import SkillMap, levels_of, skills_from
from api.asked import Answer, Asked, Done, Nothing, Wish
from api.opening import open_with_agent
from api.ports import Floor

Extension = Annotated[str, Field(pattern=r"^[0-9]{3,8}$")]
Queues = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")], ...], Field(min_length=1, max_length=50)
]
Why = Annotated[str, Field(min_length=1, max_length=WHY_LENGTH)]


class SeatSeen(Answer):
    """A seat, and who sits there now."""

    seat: SeatId
    queues: tuple[QueueName, ...]
    skills: dict[str, int]
    version: int
    agent: AgentId | None = None
    state: AgentState | None = None


class SeatsSeen(Answer):
    """All seats, by extension."""

    seats: tuple[SeatSeen, ...]


class AddSeat(Wish):
    """A SIP extension, the queues it serves, and what sitting there adds to an agent's skills."""

    seat: Extension
    queues: Queues
    skills: SkillMap = Field(default_factory=dict)
    agent: Annotated[str, Field(pattern=r"^[0-9]{3,8}$")] | None = None  # who is to serve there at once, ready
    why: Why


class ChangeSeat(Wish):
    """What is named changes; `version` is the one that was read."""

    queues: Queues | None = None
    skills: SkillMap | None = None
    version: int
    why: Why


class RemoveSeat(Wish):
    """The version that was read, and why the seat goes."""

    version: int
    why: Why


class UndoChange(Wish):
    """Why the change was wrong."""

    why: Why


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
    """All seats, and who sits there."""
    sitting = _sitting(asked.services.floor)
    stored = await asked.services.seats.list_seats()
    return SeatsSeen(seats=tuple(_seen(kept, sitting.get(kept.seat.id)) for kept in stored))


def _sitting(floor: Floor) -> dict[SeatId, Agent]:
    return {agent.seat: agent for agent in floor.agents() if agent.seat is not None}


async def add(asked: Asked[AddSeat]) -> SeatSeen:
    """Open a seat; calls that wait are looked at again at once. A named agent is logged on there, ready."""
    wish, services, who = asked.wish, asked.services, str(asked.by)
    seat = Seat(id=SeatId(wish.seat), queues=_queues(wish.queues), skills=skills_from(wish.skills))
    if wish.agent is None:
        return _seen(await services.seats.open_seat(seat, who=who, why=wish.why))
    kept = await open_with_agent(services, seat, wish.agent, who=who, why=wish.why, at=asked.now)
    return _seen(kept, _sitting(services.floor).get(seat.id))


async def change(asked: Asked[ChangeSeat]) -> SeatSeen:
    """Move a seat to other queues, or give it other skills."""
    wish, capacity = asked.wish, asked.services.seats
    kept = await _kept(capacity, SeatId(asked.path["seat"]))
    after = Seat(
        id=kept.seat.id,
        queues=kept.seat.queues if wish.queues is None else _queues(wish.queues),
        skills=kept.seat.skills if wish.skills is None else skills_from(wish.skills),
    )
    return _seen(await capacity.change_seat(after, version=wish.version, who=str(asked.by), why=wish.why))


async def _kept(capacity: Capacity, seat: SeatId) -> StoredSeat:
    for kept in await capacity.list_seats():
        if kept.seat.id == seat:
            return kept
    raise UnknownSeat(f"there is no seat {seat}", f"没有坐席 {seat}")


async def remove(asked: Asked[RemoveSeat]) -> Done:
    """Close a seat. Who talks there goes on talking."""
    wish = asked.wish
    seat = SeatId(asked.path["seat"])
    await asked.services.seats.close_seat(seat, version=wish.version, who=str(asked.by), why=wish.why)
    return Done()


async def undo(asked: Asked[UndoChange]) -> Done:
    """Bring back what was before a change."""
    await asked.services.seats.undo(asked.number("change"), who=str(asked.by), why=asked.wish.why)
    return Done()


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


def _seen(kept: StoredSeat, agent: Agent | None = None) -> SeatSeen:
    seat = kept.seat
    return SeatSeen(
        seat=seat.id,
        queues=tuple(sorted(seat.queues)),
        skills=levels_of(seat.skills),
        version=kept.version,
        agent=agent.id if agent else None,
        state=agent.state if agent else None,
    )


def _was(seat: Seat | None) -> SeatWas | None:
    return SeatWas(queues=tuple(sorted(seat.queues)), skills=levels_of(seat.skills)) if seat else None
