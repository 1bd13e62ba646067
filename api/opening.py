"""A seat opened together with whoever is to serve there: the person logged on and ready, or nothing at all.

The person is looked at before the seat is touched. Should the ACD refuse them after that (two leaders at once, say),
the opening is undone; both stand in the history. Only if the undoing is refused too, the seat stays open, and that is
said.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from acd.capacity import Rehearsal
from acd.errors import AgentAlreadyLoggedOn, Refused, SeatTaken, UnknownAgent
from acd.events import AgentBecameReady, AgentLoggedOn, Request
from acd.model import AgentState, Seat
from acd.seat_table import StoredSeat
from acd.staff import StaffMember
from api.ports import Directory, Floor, Services

log = structlog.get_logger(__name__)


class SeatOpenWithoutAgent(Refused):
    """The seat was opened, its agent was refused, and the opening could not be taken back: a person must look."""

    rule = "seat_open_without_agent"


async def open_with_agent(
    services: Services, seat: Seat, agent: str, *, who: str, why: str, at: datetime
) -> StoredSeat:
    """Open a seat and put a person of the directory there, ready: calls that wait are offered to them at once.

    UnknownAgent, AgentAlreadyLoggedOn, SeatTaken, whatever `Capacity.open_seat` refuses: then nothing has changed.
    """
    member = await _member(services.directory, agent)
    _must_be_free(services.floor, member, seat)
    kept = await services.seats.open_seat(seat, who=who, why=why)
    try:
        for request in _arrival(member, seat, who, at):
            await services.floor.ask(request)
    except Refused as refusal:
        await _take_back(services, kept, refusal, who)
        raise
    return kept


async def try_with_agent(
    services: Services, seat: Seat, agent: str, *, who: str, why: str, at: datetime
) -> tuple[StoredSeat, Rehearsal]:
    """What `open_with_agent` would do; the same refusals, and nothing is changed."""
    member = await _member(services.directory, agent)
    _must_be_free(services.floor, member, seat)
    trial = services.seats.rehearsal()
    trial.then = _arrival(member, seat, who, at)
    return await trial.open_seat(seat, who=who, why=why), trial


def _arrival(member: StaffMember, seat: Seat, who: str, at: datetime) -> tuple[Request, ...]:
    """Logged on and ready."""
    return (
        AgentLoggedOn(at=at, by=who, agent=member.number, seat=seat.id, skills=member.skills),
        AgentBecameReady(at=at, by=who, agent=member.number),
    )


async def _member(directory: Directory, number: str) -> StaffMember:
    for member in await directory.everybody():
        if member.number == number and member.active:
            return member
    raise UnknownAgent(f"nobody who may work has the number {number}", f"名册中没有可上岗的工号 {number}")


def _must_be_free(floor: Floor, member: StaffMember, seat: Seat) -> None:
    """Neither is the person anywhere, nor somebody there (who still talks at a seat that was removed)."""
    for agent in floor.agents():
        if agent.state is AgentState.LOGGED_OFF:
            continue
        if agent.id == member.number:
            raise AgentAlreadyLoggedOn(
                f"{agent.id} is logged on at seat {agent.seat}", f"话务员 {agent.id} 已在坐席 {agent.seat} 签入"
            )
        if agent.seat == seat.id:
            raise SeatTaken(f"{agent.id} is still at seat {seat.id}", f"话务员 {agent.id} 仍在坐席 {seat.id}")


async def _take_back(services: Services, kept: StoredSeat, refusal: Refused, who: str) -> None:
    """Closing the seat also logs the agent off, if they came so far."""
    try:
        await services.seats.undo(kept.version, who=who, why=f"{refusal.zh} / {refusal}")
    except Refused as stuck:
        seat = kept.seat.id
        log.error("a seat stayed open without its agent", seat=seat, refused=refusal.rule, stuck=stuck.rule)  # noqa: TRY400 - both rules say it all
        raise SeatOpenWithoutAgent(
            f"seat {seat} is open, but its agent was refused: {refusal}",
            f"坐席 {seat} 已开,但话务员未能签入:{refusal.zh}",
        ) from refusal
