"""坐席与话务员: who is logged on and what they do; a team leader's hand; the directory of persons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, assert_never

from pydantic import Field, SecretStr

from acd.duty_facts import WrapUpExtended
from acd.events import AgentBecameReady, AgentLoggedOff, AgentWentOnBreak, Request
from acd.force import in_force
from acd.model import Agent, AgentId, AgentState, BreakReason, CallId, Force, SeatId, Skill, SkillLevel, Skills
from acd.overstay import break_due
from acd.staff import StaffMember
from api import forcing
from api.asked import Answer, Asked, Done, Nothing, Wish
from api.auth import NotAllowed
from api.forcing import ForceSeen
from api.people import Role

SkillName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Level = Annotated[int, Field(ge=1, le=5)]
SkillMap = Annotated[dict[SkillName, Level], Field(max_length=50)]


def skills_from(levels: Mapping[str, int]) -> Skills:
    """As the ACD knows them."""
    return frozenset(SkillLevel(Skill(name), level) for name, level in levels.items())


def levels_of(skills: Skills) -> dict[str, int]:
    """As clients know them, by name."""
    return {skill.skill: skill.level for skill in sorted(skills)}


class AgentSeen(Answer):
    """An agent who is logged on."""

    agent: AgentId
    name: str  # empty when the directory does not know the number
    state: AgentState
    since: datetime | None
    seat: SeatId | None
    call: CallId | None
    reason: BreakReason | None
    until: datetime | None
    missed: int  # rings missed in a row
    extended: int  # how often this wrap-up was extended
    break_due: datetime | None  # when the break should be over, by the city's limit for its reason
    skills: dict[str, int]
    force: ForceSeen | None  # a leader's order by which they are in this state, or will be after the call
    force_number: int  # of what a leader did last about them; 0: nothing


class AgentsSeen(Answer):
    """Everybody who is logged on, by number."""

    agents: tuple[AgentSeen, ...]


async def floor(asked: Asked[Nothing]) -> AgentsSeen:
    """Who is logged on, and what they do."""
    names = await asked.services.directory.names([agent.id for agent in asked.services.floor.agents()])
    forces, limits = asked.services.floor.forces(), asked.services.floor.break_limits
    everybody = sorted(asked.services.floor.agents(), key=lambda agent: agent.id)  # as they are now, not before that
    return AgentsSeen(
        agents=tuple(_seen(agent, names, forces.get(agent.id), break_due(agent, limits)) for agent in everybody)
    )


def _seen(agent: Agent, names: Mapping[AgentId, str], order: Force | None, due: datetime | None) -> AgentSeen:
    return AgentSeen(
        agent=agent.id,
        name=names.get(agent.id, ""),
        state=agent.state,
        since=agent.since,
        seat=agent.seat,
        call=agent.call,
        reason=agent.reason,
        until=agent.until,
        missed=agent.missed,
        extended=agent.extended,
        break_due=due,
        skills=levels_of(agent.skills),
        force=forcing.seen(order) if order is not None and in_force(order, agent) else None,
        force_number=0 if order is None else order.number,
    )


class Move(StrEnum):
    """The keys of an agent's own console; a team leader can press them for an agent who asks for it."""

    READY = "ready"  # 就绪
    BREAK = "break"  # 小休
    LOG_OFF = "log_off"  # 签出
    EXTEND_WRAP_UP = "extend_wrap_up"  # 延长整理


class MoveAgent(Wish):
    """Press a key for an agent, by the rules for agents. An order of a leader's own is api.forcing."""

    move: Move
    reason: BreakReason = BreakReason.REST  # of a break


async def move(asked: Asked[MoveAgent]) -> Done:
    """Do for an agent what they may do now."""
    agent = AgentId(asked.path["agent"])
    if asked.by.role < Role.LEADER and asked.by.name != agent:
        raise NotAllowed(Role.LEADER)
    await asked.services.floor.ask(_request(agent, asked))
    return Done()


def _request(agent: AgentId, asked: Asked[MoveAgent]) -> Request:
    by = str(asked.by)
    match asked.wish.move:
        case Move.READY:
            return AgentBecameReady(at=asked.now, by=by, agent=agent)
        case Move.BREAK:
            return AgentWentOnBreak(at=asked.now, by=by, agent=agent, reason=asked.wish.reason)
        case Move.LOG_OFF:
            return AgentLoggedOff(at=asked.now, by=by, agent=agent)
        case Move.EXTEND_WRAP_UP:
            return WrapUpExtended(at=asked.now, by=by, agent=agent)
        case unreachable:
            assert_never(unreachable)


class StaffSeen(Answer):
    """A person of the directory."""

    number: AgentId
    name: str
    skills: dict[str, int]
    active: bool


class StaffList(Answer):
    """The directory, by number."""

    staff: tuple[StaffSeen, ...]


class AddStaff(Wish):
    """Enter a person. The PIN is kept only as a hash."""

    number: Annotated[str, Field(pattern=r"^[0-9]{3,8}$")]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    pin: Annotated[SecretStr, Field(min_length=4, max_length=12)]
    skills: SkillMap = Field(default_factory=dict)


async def directory(asked: Asked[Nothing]) -> StaffList:
    """Everybody who may log on."""
    return StaffList(staff=tuple(_person(member) for member in await asked.services.directory.everybody()))


async def enter(asked: Asked[AddStaff]) -> StaffSeen:
    """Enter a person into the directory."""
    wish = asked.wish
    member = StaffMember(number=AgentId(wish.number), name=wish.name, skills=skills_from(wish.skills))
    await asked.services.directory.add(member, wish.pin.get_secret_value())
    return _person(member)


def _person(member: StaffMember) -> StaffSeen:
    return StaffSeen(number=member.number, name=member.name, skills=levels_of(member.skills), active=member.active)
