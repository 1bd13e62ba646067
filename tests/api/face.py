"""A running HTTP face: real sockets, a real SQLite, the real ACD; five-line fakes where the telephones would be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.arrangement import Arrangement
from acd.capacity import Capacity
from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import QueuesLoaded
from acd.journal import Journal
from acd.model import BreakReason, CallId, Queue, QueueName
from acd.staff import Staff
from api.app import build
from api.auth import Tokens
from api.board import Board
from api.city_port import CityVersions
from api.people import Role
from api.ports import Services, VitalSigns
from asr.jobs import enqueue
from asr.transcript import Transcript
from city.files import read_files
from city.source import read_if_there
from city.webhooks import WebhooksFile
from hotline.aside import Aside
from hotline.books import usage_of
from hotline.city_book import CityBook
from hotline.city_start import places_of
from hotline.city_swap import CitySwap
from hotline.courier import Courier, receivers_of
from hotline.fittings import Floor, acd_queues, in_turn, skills_of
from hotline.pilot import Pilot
from hotline.prompt_desk import PromptDesk
from hotline.speech import KeptBy, needed
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from plumbing.settings import read_settings
from recordings.archive import Archive
from recordings.retention import Retention
from recordings.sweeper import Sweeper
from telephony.gate import Gate
from tests.api.acd_house import NOW, House, Switchboard
from tests.api.dialling_scene import open_desk
from tests.api.fakes import FakeHands, FakeTalks
from tests.sample import city_in
from tickets.clocking import Clocking
from tickets.forgetting import Forgetting
from tickets.posting import Posting
from tickets.receivers import ReceiverBook
from tickets.rulebook import open_rulebook

__all__ = ["NOW", "House"]  # told on

SECRET = "a secret of this test"
BREAK_LIMITS = {BreakReason.MEAL: timedelta(minutes=45)}


SAMPLE = Path(__file__).parents[2] / "cities" / "sample"
QUEUES = (Queue(QueueName("general")), Queue(QueueName("health")))


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
    sounds: Path

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
    staff = Staff(database, hasher, skills=skills_of(city_in(SAMPLE)))
    await journal.open()
    async with background(journal.run(), engine.run()):
        engine.tell(QueuesLoaded(at=NOW, queues=QUEUES))
        yield House(engine, journal, switchboard, staff)


@pytest.fixture
def webhooks() -> WebhooksFile:
    """The receivers that the city has: none."""
    return WebhooksFile()


@pytest.fixture
def city_folder() -> Path:
    """The city's folder: the sample."""
    return SAMPLE


OpenBook = Callable[[CitySwap], Awaitable[CityVersions]]


@pytest.fixture
def open_book() -> OpenBook:
    """The city's versions: none; whoever asks for them opens a book of their own."""

    async def nothing(swap: CitySwap) -> CityVersions:
        return cast("CityVersions", swap)

    return nothing


@pytest.fixture
async def face(
    database: AsyncEngine,
    house: House,
    tmp_path: Path,
    webhooks: WebhooksFile,
    city_folder: Path,
    open_book: OpenBook,
) -> AsyncIterator[Face]:
    """The HTTP face on an ephemeral port."""
    tokens, vitals, callers, transcription = Tokens(database), FakeVitals(), FakeCallers(), FakeTranscription()
    talks, archive = FakeTalks(), Archive(tmp_path / "recordings")
    city, hands = city_in(city_folder), FakeHands()
    rulebook = await open_rulebook(database, partial(read_files, city_folder, ()), lambda: NOW)
    capacity = Capacity(database, house.engine, skills=skills_of(city))
    arrangement, swap = Arrangement(database, house.engine, capacity, city, acd_queues), CitySwap()
    swap.join(arrangement, capacity, house.directory)
    pilot = Pilot(house.engine, hands, database, frozenset, lambda: NOW)
    past = Aside(database.url.render_as_string(hide_password=False), lambda: usage_of(city), lambda: city_folder)
    courier = Courier(database, receivers_of(webhooks), SecretStr(SECRET), lambda: NOW)
    posting = Posting(webhooks)
    take = in_turn(posting.change, lambda others: courier.change(receivers_of(others)))
    read = partial(read_if_there, city_folder, "webhooks.toml", WebhooksFile)
    receivers = ReceiverBook(database, read, tmp_path / "webhooks.json", webhooks, take, lambda: NOW)
    gate, dialling = open_desk(database, house.engine, house.journal, city)
    state, book = tmp_path / "state", await open_book(swap)
    settings = read_settings(state_dir=state, city_dir=city_folder, spool_dir=state / "spool")
    services = Services(
        tokens=tokens,
        board=Board(),
        floor=Floor(house.engine, house.engine.distributor, BREAK_LIMITS),
        directory=house.directory,
        seats=capacity,
        measures=arrangement,
        callers=callers,
        talks=talks,
        dialling=dialling,
        handing=talks,
        vitals=vitals,
        hindsight=past,
        autopilot=pilot,
        transcription=transcription,
        rulebook=rulebook,
        city=book,
        prompts=PromptDesk(cast("CityBook", book), places_of(settings), lambda: NOW),
        clocking=Clocking(rulebook.now, clock=lambda: NOW),
        posting=posting,
        courier=courier,
        receivers=receivers,
        repeat_window=timedelta(days=30),
        database=database,
        archive=archive,
        retention=Retention(database, archive, KeptBy(lambda: city), partial(needed, lambda: NOW), lambda: NOW),
        forgetting=Forgetting(database, KeptBy(lambda: city), partial(needed, lambda: NOW), lambda: NOW),
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
            *(gate, pilot, hands, past, settings.sounds),
        )
    await runner.cleanup()
    await past.close()
