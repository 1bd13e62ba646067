"""A scene: a running controller on a real PBX, people with real phones, and waiting for what should happen."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from acd.agents import ON_A_CALL
from acd.commands import RingAgent
from acd.events import AgentBecameReady, AgentLoggedOn, CallArrived, CallEnded, CallJoined, Event, RingFailed
from acd.model import Agent, AgentId, AgentState, CallId, RingFailure, SeatId, Skill, SkillLevel
from sandbox.lines import Line
from sandbox.phones import Manner, Phone

WITHIN_S = 30.0
LOOK_AGAIN_S = 0.05
SOUND_BYTES = 4000  # a quarter of a second


class Scene:
    """`told` is everything the ACD was told, in order, with what it ordered."""

    def __init__(self, house, controller, program, settings):
        self.house, self.controller, self.program, self.settings = house, controller, program, settings
        self.people = AsyncExitStack()
        self.told: list[tuple[Event, tuple[object, ...]]] = []
        self._news = asyncio.Event()
        self._dialling = asyncio.Lock()
        controller.engine.subscribe(self._note)

    def _note(self, event, commands):
        self.told.append((event, commands))
        self._news.set()

    # ---- waiting

    async def until(self, true: Callable[[], object], within_s: float = WITHIN_S):
        """Wait until the ACD has been told enough for this to be true, and return what it is."""
        async with asyncio.timeout(within_s):
            while not (found := true()):
                self._news.clear()
                await self._news.wait()
        return found

    async def fact(self, kind, within_s: float = WITHIN_S, since: int = 0, **fields):
        """Wait for a fact of this kind with these fields."""
        return await self.until(lambda: next(iter(self.facts(kind, since, **fields)), None), within_s)

    def facts(self, kind, since: int = 0, **fields):
        """All facts of this kind with these fields so far."""
        return [
            event
            for event, _ in self.told[since:]
            if isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items())
        ]

    def orders(self, call: CallId):
        """All offers of a call so far."""
        return [o for _, orders in self.told for o in orders if isinstance(o, RingAgent) and o.call == call]

    async def failure(self, call: CallId, attempt: int = 1, within_s: float = WITHIN_S) -> RingFailure:
        """Wait until an offer came to nothing, and return why."""
        return (await self.fact(RingFailed, within_s, call=call, attempt=attempt)).failure

    async def becomes(self, agent: str, state: AgentState, within_s: float = WITHIN_S) -> Agent:
        """Wait until an agent is in this state."""
        await self.until(lambda: self.agent_now(agent).state is state, within_s)
        return self.agent_now(agent)

    async def rows(self, query: str, until: Callable[[list], object] = bool, within_s: float = WITHIN_S, **values):
        """Ask the database again and again until the answer is as wanted."""
        async with asyncio.timeout(within_s):
            while True:
                if until(rows := await self._rows(query, values)):
                    return rows
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _rows(self, query, values):
        async with self.controller.database.connect() as connection:
            return (await connection.execute(text(query), values)).all()

    async def sound_of(self, call: CallId, attempt: int = 1) -> None:
        """Wait until Asterisk has written some of what both said in a call: a shorter recording would be empty."""
        legs = [self.settings.spool_dir / f"{call}-{attempt}-{leg}.wav" for leg in ("caller", "agent")]
        async with asyncio.timeout(WITHIN_S):
            while not all(leg.exists() and leg.stat().st_size > SOUND_BYTES for leg in legs):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_AGAIN_S)

    # ---- people

    def agent_now(self, agent: str) -> Agent:
        """An agent, as the ACD sees them."""
        return self.controller.distributor.agents[AgentId(agent)]

    def line(self, seat: str) -> Line:
        """A seat's line."""
        return Line.seat(self.house.pbx.config.sip_port, seat, self.house.phone_password(seat))

    async def phone(self, line: Line, manner: Manner = Manner.RING, after_s: float = 0.0) -> Phone:
        """A phone that is switched on until the scene ends."""
        folder = Path(tempfile.mkdtemp(prefix="phone-", dir=self.settings.state_dir))
        starting = Phone.start(line, manner=manner, after_s=after_s, folder=folder, program=self.program)
        return await self.people.enter_async_context(starting)

    async def citizen(self, number: str = "13812345678") -> Phone:
        """A citizen's phone."""
        return await self.phone(Line.citizen(self.house.pbx.config.sip_port, number))

    async def agent(self, agent: str, seat: str, manner: Manner = Manner.RING, *, ready: bool = True, **how) -> Phone:
        """An agent at a seat with a registered phone, logged on without codes and ready."""
        phone = await self.phone(self.line(seat), manner, how.pop("after_s", 0.0))
        await self.log_on(agent, seat, ready=ready, **how)
        return phone

    async def log_on(self, agent: str, seat: str, *, ready: bool = True, **skills: int) -> None:
        """Log an agent on at a seat, phone or not."""
        mastered = frozenset(SkillLevel(Skill(name), level) for name, level in skills.items())
        await self.ask(AgentLoggedOn, agent=AgentId(agent), seat=SeatId(seat), skills=mastered)
        if ready:
            await self.ready(agent)

    async def ready(self, agent: str) -> None:
        """An agent says ready."""
        await self.ask(AgentBecameReady, agent=AgentId(agent))

    async def ask(self, request, **fields) -> None:
        """Ask the ACD for something, as a person would."""
        await self.controller.engine.ask(request(at=datetime.now(UTC), **fields))

    async def dial(self, phone: Phone, hotline: str = "12345") -> CallId:
        """Dial a hotline and return the call's id as soon as Asterisk has answered."""
        async with self._dialling:
            since = len(self.told)
            await phone.dial(hotline)
            return (await self.fact(CallArrived, since=since)).call

    async def wait_in(self, phone: Phone, hotline: str = "12345") -> CallId:
        """Dial a hotline and return when the call waits."""
        call = await self.dial(phone, hotline)
        await self.fact(CallJoined, call=call)
        return call

    # ---- the end

    async def comes_to_rest(self) -> None:
        """Everybody has hung up: nobody waits, no phone is rung, no agent has a call, and the PBX has no channel."""
        distributor = self.controller.distributor
        await self.until(lambda: not (distributor.waiting or distributor.offers or distributor.talking))
        await self.until(lambda: not any(agent.state in ON_A_CALL for agent in distributor.agents.values()))
        assert {fact.call for fact in self.facts(CallArrived)} <= {fact.call for fact in self.facts(CallEnded)}
        await self.nobody_on_the_line()

    async def nobody_on_the_line(self, within_s: float = 5.0) -> None:
        """Asterisk itself says that there are no channels."""
        async with asyncio.timeout(within_s):
            while True:
                answer = await self.house.pbx.cli("core show channels count")
                if answer.startswith("0 active channels"):
                    return
                await asyncio.sleep(LOOK_AGAIN_S)
