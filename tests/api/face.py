"""A running HTTP face: real sockets, a real SQLite, five-line fakes where the engine and the PBX would be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.errors import NotNow, UnknownSeat
from acd.events import Request
from acd.model import Agent, CallId, QueueName, Seat, SeatId, Skills
from acd.staff import Staff
from api.app import build
from api.asked import Role
from api.auth import Tokens
from api.live import Board
from api.ports import SeatChange, SeatOnFile, Services, VersionConflict, VitalSigns
from plumbing.database import connect, metadata
from recordings.archive import Archive

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@dataclass
class FakeFloor:
    """Agents as they were put there; remembers what was asked, or refuses."""

    present: list[Agent] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    refuses: bool = False

    def agents(self) -> Sequence[Agent]:
        """Whoever the test put there."""
        return self.present

    async def ask(self, request: Request) -> None:
        """Remember it."""
        if self.refuses:
            raise NotNow("the agent is talking", "话务员正在通话")
        self.asked.append(request)


@dataclass
class FakeSeats:
    """Seats in a dict, with versions and a list of changes."""

    kept: dict[SeatId, SeatOnFile] = field(default_factory=dict)
    changes: list[SeatChange] = field(default_factory=list)

    async def seats(self) -> Sequence[SeatOnFile]:
        """All."""
        return list(self.kept.values())

    async def add(self, seat: Seat, *, by: str, why: str, at: datetime) -> SeatOnFile:
        """Version 1."""
        return self._put(seat.id, None, seat, by, why, at)

    async def change(
        self, seat: SeatId, *, queues: frozenset[QueueName] | None, skills: Skills | None, version: int,
        by: str, why: str, at: datetime,
    ) -> SeatOnFile:  # fmt: skip
        """Only from the version that was read."""
        kept = self._known(seat)
        if kept.version != version:
            raise VersionConflict
        after = Seat(id=seat, queues=queues or kept.seat.queues, skills=kept.seat.skills if skills is None else skills)
        return self._put(seat, kept.seat, after, by, why, at)

    async def remove(self, seat: SeatId, *, by: str, why: str, at: datetime) -> None:
        """Gone."""
        self._note(seat, self._known(seat).seat, None, by, why, at)
        del self.kept[seat]

    async def undo(self, number: int, *, by: str, why: str, at: datetime) -> None:
        """What was before."""
        change = self.changes[number - 1]
        assert change.before is not None
        self._put(change.seat, change.after, change.before, by, why, at)

    async def history(self, limit: int) -> Sequence[SeatChange]:
        """Newest first."""
        return self.changes[::-1][:limit]

    def _known(self, seat: SeatId) -> SeatOnFile:
        if seat not in self.kept:
            raise UnknownSeat(f"no seat {seat}", f"没有坐席 {seat}")
        return self.kept[seat]

    def _put(self, seat: SeatId, before: Seat | None, after: Seat, by: str, why: str, at: datetime) -> SeatOnFile:
        self._note(seat, before, after, by, why, at)
        self.kept[seat] = SeatOnFile(seat=after, version=len(self.changes))
        return self.kept[seat]

    def _note(self, seat: SeatId, before: Seat | None, after: Seat | None, by: str, why: str, at: datetime) -> None:
        number = len(self.changes) + 1
        self.changes.append(SeatChange(number=number, at=at, by=by, why=why, seat=seat, before=before, after=after))


ALL_WELL = VitalSigns(
    engine_ticked_s_ago=0.1,
    pbx_connected=True,
    pbx_version="22.5.1",
    transcription="small-cn",
    transcription_off="",
    jobs_waiting=0,
    jobs_failed=0,
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
class Face:
    """The HTTP face under test, its fakes, and a client for each role."""

    url: str
    services: Services
    floor: FakeFloor
    seats: FakeSeats
    vitals: FakeVitals
    callers: FakeCallers
    http: aiohttp.ClientSession
    tokens: dict[Role, str]

    async def call(
        self, line: str, json: Any = None, *, role: Role | None = Role.ADMIN, **more: Any
    ) -> tuple[int, Any]:
        """Status and JSON of `METHOD /path`, asked by somebody of a role."""
        method, path = line.split()
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        async with self.http.request(method, self.url + path, json=json, headers=headers, **more) as response:
            return response.status, await response.json()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A fresh SQLite file with today's schema."""
    engine = connect(f"sqlite+aiosqlite:///{tmp_path}/hotline.db")
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture
async def face(database: AsyncEngine, tmp_path: Path) -> AsyncIterator[Face]:
    """The HTTP face on an ephemeral port."""
    tokens, floor, seats, vitals, callers = Tokens(database), FakeFloor(), FakeSeats(), FakeVitals(), FakeCallers()
    services = Services(
        tokens=tokens, board=Board(), floor=floor, seats=seats, callers=callers, vitals=vitals, database=database,
        directory=Staff(database, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        archive=Archive(tmp_path / "recordings"),
    )  # fmt: skip
    runner = web.AppRunner(build(services, clock=lambda: NOW))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    made = {role: await tokens.make(role.name.lower(), role, by="test", now=NOW) for role in Role}
    async with aiohttp.ClientSession() as http:
        yield Face(f"http://127.0.0.1:{port}", services, floor, seats, vitals, callers, http, made)
    await runner.cleanup()
