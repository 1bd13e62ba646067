"""The real ACD on a real journal, behind the HTTP face; a switchboard that remembers where the telephones would be."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from acd.commands import Command, RingAgent
from acd.engine import Engine
from acd.events import AgentAnswered, AgentLoggedOn, CallJoined, TimePassed
from acd.journal import Journal
from acd.model import AgentId, AgentState, CallId, QueueName, Seat, SeatId, Skill, SkillLevel
from acd.staff import Staff, StaffMember

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@dataclass
class Switchboard:
    """Where the ACD's orders go: remembers them."""

    orders: list[Command] = field(default_factory=list)

    def carry_out(self, command: Command) -> None:
        """Remember it."""
        self.orders.append(command)

    @property
    def rung(self) -> list[tuple[str, str, str]]:
        """Every (call, agent, seat) that was ordered to ring."""
        return [(order.call, order.agent, order.seat) for order in self.orders if isinstance(order, RingAgent)]


@dataclass(frozen=True)
class House:
    """The real ACD on a real journal: everything behind the HTTP face but the telephones."""

    engine: Engine
    journal: Journal
    switchboard: Switchboard
    directory: Staff

    async def enter(self, agent: str, name: str = "王芳", **levels: int) -> None:
        """A person enters the directory."""
        skills = frozenset(SkillLevel(Skill(skill), level) for skill, level in levels.items())
        await self.directory.add(StaffMember(number=AgentId(agent), name=name, skills=skills), "246810")

    async def log_on(self, agent: str, seat: str) -> None:
        """签入, on break."""
        await self.engine.ask(AgentLoggedOn(at=NOW, agent=AgentId(agent), seat=SeatId(seat)))

    async def waits(self, call: str, queue: str = "general") -> None:
        """A caller enters the waiting room, and the ACD has seen it."""
        self.engine.tell(CallJoined(at=NOW, call=CallId(call), queue=QueueName(queue)))
        await self.settled()

    async def answers(self, call: str) -> None:
        """The agent whose phone was ordered to ring picks it up."""
        self.engine.tell(AgentAnswered(at=NOW, call=CallId(call), attempt=1))
        await self.settled()

    async def settled(self) -> None:
        """The ACD has decided everything it was told."""
        decided = asyncio.Event()
        last = TimePassed(at=NOW)
        forget = self.engine.subscribe(lambda event, _: decided.set() if event is last else None)
        self.engine.tell(last)
        await decided.wait()
        forget()

    def state(self, agent: str) -> AgentState:
        """What an agent does."""
        return self.engine.distributor.agents[AgentId(agent)].state

    def seats(self) -> dict[str, Seat]:
        """The seats as the running engine has them."""
        return {str(name): seat for name, seat in self.engine.distributor.seats.items()}
