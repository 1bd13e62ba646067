"""A running HTTP face: real sockets, a real SQLite, the real ACD; five-line fakes where the telephones would be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.arrangement import Arrangement
from acd.capacity import Capacity
from acd.commands import Command, RingAgent
from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import AgentAnswered, AgentLoggedOn, CallJoined, QueuesLoaded, TimePassed
from acd.journal import Journal
from acd.model import AgentId, AgentState, BreakReason, CallId, Queue, QueueName, Seat, SeatId, Skill, SkillLevel
from acd.staff import Staff, StaffMember
from api.app import build
from api.auth import Tokens
from api.board import Board
from api.people import Role
from api.ports import Services, VitalSigns
from asr.jobs import enqueue
from asr.transcript import Transcript
from city.load import load_city
from city.webhooks import WebhooksFile
from hotline.aside import Aside
from hotline.books import usage_of
from hotline.courier import Courier, receivers_of
from hotline.fittings import Floor, acd_queues, skills_of
from hotline.pilot import Pilot
from hotline.speech import clocking_of
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from recordings.archive import Archive
from recordings.sweeper import Sweeper
from telephony.gate import Gate
from tests.api.dialling_scene import open_desk
from tests.api.fakes import FakeHands, FakeTalks
from tickets.posting import Posting

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
SECRET = "a secret of this test"
BREAK_LIMITS = {BreakReason.MEAL: timedelta(minutes=45)}


SAMPLE = Path(__file__).parents[2] / "cities" / "sample"
QUEUES = (Queue(QueueName("general")), Queue(QueueName("health")))


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
        return dict(self.engine.distributor.seats)


ALL_WELL = VitalSigns(
    engine_ticked_s_ago=0.1,
    pbx_connected=True,
    pbx_version="22.5.1",
    transcription="small-cn",
    transcription_off="",
    jobs_waiting=0,
    jobs_failed=0,
    jobs_dead=0,
)


@dataclass
class FakeVitals:
    """Signs as the test wants them."""

    now: VitalSigns = ALL_WELL

    async def signs(self) -> VitalSigns:
        """Those."""
        return self.now


@dataclass
class FakeCallers:
    """Masked numbers by call."""

    numbers: dict[CallId, str] = field(default_factory=dict)

    async def masked(self, calls: Sequence[CallId]) -> Mapping[CallId, str]:
        """Those that are known."""
        return self.numbers


@dataclass
class FakeTranscription:
    """Counts how often it was called to work; hears what the test says."""

    notices: int = 0
    heard: dict[str, dict[int, Transcript]] = field(default_factory=dict)  # by call and attempt

    def notice(self) -> None:
        """Once more."""
        self.notices += 1

    def so_far(self, call_id: str) -> Mapping[int, Transcript]:
        """As the test says."""
        return self.heard.get(call_id, {})


@dataclass
class Face:
    """The HTTP face under test, the house behind it, and a client for each role."""

    url: str
    services: Services
    house: House
    vitals: FakeVitals
    callers: FakeCallers
    talks: FakeTalks
    transcription: FakeTranscription
    http: aiohttp.ClientSession
    tokens: dict[Role, str]
    gate: Gate
    pilot: Pilot
    hands: FakeHands
    past: Aside

    async def call(
        self, line: str, json: Any = None, *, role: Role | None = Role.ADMIN, **more: Any
    ) -> tuple[int, Any]:
        """Status and JSON of `METHOD /path`, asked by somebody of a role."""
        method, path = line.split()
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        async with self.http.request(method, self.url + path, json=json, headers=headers, **more) as response:
            return response.status, await response.json()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A fresh database with today's schema."""
    engine = connect(database_url)
    await prepare(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def house(database: AsyncEngine) -> AsyncIterator[House]:
    """An ACD that runs, with the queues `general` and `health`."""
    switchboard, journal = Switchboard(), Journal(database)
    engine = Engine(Distributor(), switchboard, journal, lambda: NOW)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    staff = Staff(database, hasher, skills=skills_of(load_city(SAMPLE)))
    await journal.open()
    async with background(journal.run(), engine.run()):
        engine.tell(QueuesLoaded(at=NOW, queues=QUEUES))
        yield House(engine, journal, switchboard, staff)


@pytest.fixture
def webhooks() -> WebhooksFile:
    """The receivers that the city has: none."""
    return WebhooksFile()


@pytest.fixture
async def face(database: AsyncEngine, house: House, tmp_path: Path, webhooks: WebhooksFile) -> AsyncIterator[Face]:
    """The HTTP face on an ephemeral port."""
    tokens, vitals, callers, transcription = Tokens(database), FakeVitals(), FakeCallers(), FakeTranscription()
    talks, archive = FakeTalks(), Archive(tmp_path / "recordings")
    city, hands = load_city(SAMPLE), FakeHands()
    capacity = Capacity(database, house.engine, skills=skills_of(city))
    pilot = Pilot(house.engine, hands, database, frozenset, lambda: NOW)
    past = Aside(database.url.render_as_string(hide_password=False), lambda: usage_of(city))
    courier = Courier(database, receivers_of(webhooks), SecretStr(SECRET), lambda: NOW)
    gate, dialling = open_desk(database, house.engine, house.journal, city)
    services = Services(
        tokens=tokens,
        board=Board(),
        floor=Floor(house.engine, house.engine.distributor, BREAK_LIMITS),
        directory=house.directory,
        seats=capacity,
        measures=Arrangement(database, house.engine, capacity, city, acd_queues),
        callers=callers,
        talks=talks,
        dialling=dialling,
        handing=talks,
        vitals=vitals,
        hindsight=past,
        autopilot=pilot,
        transcription=transcription,
        clocking=clocking_of(city, lambda: NOW),
        posting=Posting(webhooks),
        courier=courier,
        repeat_window=timedelta(days=30),
        database=database,
        archive=archive,
        sweeping=Sweeper(tmp_path / "spool", archive, database, enqueue, clock=lambda: NOW),
        is_confidential=lambda hotline: hotline == "12336",
    )
    house.engine.subscribe(gate.note)
    runner = web.AppRunner(build(services, clock=lambda: NOW))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    made = {role: await tokens.make(role.name.lower(), role, by="test", now=NOW) for role in Role}
    async with aiohttp.ClientSession() as http, background(gate.run(), courier.run()):
        yield Face(
            *(f"http://127.0.0.1:{port}", services, house, vitals, callers, talks, transcription, http, made),
            *(gate, pilot, hands, past),
        )
    await runner.cleanup()
    await past.close()
