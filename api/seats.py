"""坐席: which there are, and changing them while calls are running; every change has an author, a reason, an undo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from acd.model import AgentId, AgentState, QueueName, Seat, SeatId
from api.agents import SkillMap, levels_of, skills_from
from api.asked import Answer, Asked, Done, Nothing, Wish
from api.ports import SeatOnFile, Unknown

Extension = Annotated[str, Field(pattern=r"^[0-9]{3,8}$")]
Queues = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")], ...], Field(min_length=1, max_length=50)
]
Why = Annotated[str, Field(min_length=1, max_length=500)]


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
    why: Why


class ChangeSeat(Wish):
    """What is named changes; `version` is the one that was read."""

    queues: Queues | None = None
    skills: SkillMap | None = None
    version: int
    why: Why


class RemoveSeat(Wish):
    """Why the seat goes."""

    why: Why


class UndoChange(Wish):
    """Why the change was wrong."""

    why: Why


class HistoryWanted(Wish):
    """How many changes."""

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


class SeatHistory(Answer):
    """The newest first."""

    changes: tuple[ChangeSeen, ...]


async def everything(asked: Asked[Nothing]) -> SeatsSeen:
    """All seats, and who sits there."""
    sitting = {agent.seat: agent for agent in asked.services.floor.agents() if agent.seat is not None}
    seen = []
    for kept in sorted(await asked.services.seats.seats(), key=lambda kept: kept.seat.id):
        agent = sitting.get(kept.seat.id)
        seen.append(_seen(kept).model_copy(update={"agent": agent.id, "state": agent.state} if agent else {}))
    return SeatsSeen(seats=tuple(seen))


async def add(asked: Asked[AddSeat]) -> SeatSeen:
    """Open a seat; calls already waiting are looked at again at once."""
    wish = asked.wish
    seat = Seat(id=SeatId(wish.seat), queues=_queues(wish.queues), skills=skills_from(wish.skills))
    return _seen(await asked.services.seats.add(seat, by=str(asked.by), why=wish.why, at=asked.now))


async def change(asked: Asked[ChangeSeat]) -> SeatSeen:
    """Move a seat to other queues, or give it other skills."""
    wish = asked.wish
    changed = await asked.services.seats.change(
        SeatId(asked.path["seat"]),
        queues=None if wish.queues is None else _queues(wish.queues),
        skills=None if wish.skills is None else skills_from(wish.skills),
        version=wish.version,
        by=str(asked.by),
        why=wish.why,
        at=asked.now,
    )
    return _seen(changed)


async def remove(asked: Asked[RemoveSeat]) -> Done:
    """Close a seat. Who talks there goes on talking."""
    await asked.services.seats.remove(SeatId(asked.path["seat"]), by=str(asked.by), why=asked.wish.why, at=asked.now)
    return Done()


async def undo(asked: Asked[UndoChange]) -> Done:
    """Bring back what was before a change."""
    number = asked.path["change"]
    if not (number.isascii() and number.isdigit()):
        raise Unknown(number)
    await asked.services.seats.undo(int(number), by=str(asked.by), why=asked.wish.why, at=asked.now)
    return Done()


async def history(asked: Asked[HistoryWanted]) -> SeatHistory:
    """Who changed what, when and why."""
    changes = await asked.services.seats.history(asked.wish.limit)
    return SeatHistory(
        changes=tuple(
            ChangeSeen(
                number=change.number,
                at=change.at,
                by=change.by,
                why=change.why,
                seat=change.seat,
                before=_was(change.before),
                after=_was(change.after),
            )
            for change in changes
        )
    )


def _queues(names: Iterable[str]) -> frozenset[QueueName]:
    return frozenset(QueueName(name) for name in names)


def _seen(kept: SeatOnFile) -> SeatSeen:
    seat = kept.seat
    return SeatSeen(
        seat=seat.id, queues=tuple(sorted(seat.queues)), skills=levels_of(seat.skills), version=kept.version
    )


def _was(seat: Seat | None) -> SeatWas | None:
    return SeatWas(queues=tuple(sorted(seat.queues)), skills=levels_of(seat.skills)) if seat else None
