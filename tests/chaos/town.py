"""The city in miniature: a real Asterisk, a supervised controller, four agents on real phones, eyes outside of both.

The controller is what a service manager would run: its supervisor's child, with a cable to the AMI that can be cut
and a clock whose hands can be set. Asterisk is booted again on its own folder when it dies, as a service manager
would. Nothing here looks into the controller's process: it is asked over HTTP, and its database is read beside it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text

from api.address import ADDRESS_FILE, read_address
from bench.on_duty import SUPERVISE
from city.load import load_city
from hotline.demo_watch import Api
from hotline.embedded import Premises, premises
from hotline.pulse import read_pid
from ivr.prompts import SPOKEN
from plumbing.database import connect
from plumbing.lifecycle import background
from plumbing.settings import PREFIX
from sandbox.baresip import Program, find_baresip
from sandbox.cable import Cable, cable_to
from sandbox.dialogues import load_dialogues
from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from sandbox.postgresql import Postgresql
from sandbox.redis_server import RedisServer
from sandbox.voices import say_async
from telephony.ami import Ami, AmiAccount
from tests.chaos.hands import Hands
from tests.chaos.people import Citizen, Deskworker, Plan, shown
from tests.journeys.conftest import quick_city

ROOT = Path(__file__).resolve().parents[2]
POSTS = (("101", "8011"), ("102", "8012"), ("103", "8013"), ("104", "8014"))  # phones of seats that are not open yet
PIN = "2580"
ANSWERS_AFTER_S = 0.4
START_S = 60.0
LOOK_AGAIN_S = 0.05
SOUNDS = 3


class Town:
    """Everything there is, and everybody."""

    def __init__(self, place: Premises, cable: Cable, hands: Hands, postgresql: Postgresql | None) -> None:
        self.place, self.cable, self.hands, self.postgresql = place, cable, hands, postgresql
        self.redis: RedisServer | None = None
        self.database = connect(postgresql.url() if postgresql else f"sqlite+aiosqlite:///{place.state_dir}/hotline.db")
        self.agents: list[Deskworker] = []
        self.citizens: list[Citizen] = []  # of every round
        self.sounds: list = []
        self.eyes: Ami
        self.api: Api
        self.program: Program
        self._numbers = itertools.count(1)

    @property
    def pbx(self):
        """The Asterisk."""
        return self.place.pbx

    @property
    def spool(self) -> Path:
        """Where Asterisk records."""
        return Path(self.place.environment[f"{PREFIX}SPOOL_DIR"])

    @property
    def controller(self) -> int:
        """The process id of the controller that took calls last."""
        pid = read_pid(self.place.state_dir)
        assert pid is not None
        return pid

    async def another_controller(self, than: int) -> None:
        """Wait until the next one takes calls."""
        async with asyncio.timeout(START_S):
            while self.controller == than:  # noqa: ASYNC110 (a file of another program)
                await asyncio.sleep(LOOK_AGAIN_S)

    def new_numbers(self, count: int) -> list[str]:
        """Numbers of citizens who have not called before; their masked forms differ, too."""
        return [f"138000{next(self._numbers):05d}" for _ in range(count)]

    @asynccontextmanager
    async def citizens_of(self, plans: list[Plan]):
        """Their phones, switched on."""
        async with AsyncExitStack() as stack:
            come = []
            for plan in plans:
                line = Line.citizen(self.pbx.config.sip_port, plan.number)
                phone = await stack.enter_async_context(Phone.start(line, program=self.program))
                come.append(Citizen(plan, phone))
            self.citizens += come
            for agent in self.agents:
                agent.callers.update({shown(citizen.plan.number): citizen for citizen in come})
            yield come

    async def hang_up_on_silence(self) -> None:
        """After the death of Asterisk: everybody notices that the line is dead, and hangs up."""
        phones = [agent.phone for agent in self.agents] + [citizen.phone for citizen in self.citizens]
        await asyncio.gather(*(phone.hang_up() for phone in phones if phone.calls and phone.calls[-1].end is None))

    async def rows(self, query: str, **values):
        """What the database says, read beside the controller."""
        async with self.database.connect() as connection:
            return (await connection.execute(text(query), values)).all()


@asynccontextmanager
async def town_in(folder: Path, store: str):
    """A town, at work."""
    folder.mkdir()  # noqa: ASYNC240
    city = load_city(quick_city(folder / "city"), also_spoken=SPOKEN)
    async with premises(folder / "state", city) as place, AsyncExitStack() as stack:
        postgresql = None
        if store == "postgresql":
            postgresql = await stack.enter_async_context(Postgresql.start(folder / "postgresql"))
        cable = await stack.enter_async_context(cable_to(place.pbx.config.ami_port))
        town = Town(place, cable, Hands(folder / "hands"), postgresql)
        if postgresql:
            town.redis = await stack.enter_async_context(RedisServer.start(folder / "redis"))
        stack.push_async_callback(town.database.dispose)
        await stack.enter_async_context(_supervised(town, folder / "hands"))
        town.eyes = Ami(_account(place), wanted=frozenset(), on_event=lambda _: None)
        town.api = await stack.enter_async_context(Api.of(place.state_dir))
        town.program = await asyncio.to_thread(find_baresip)
        await _come_on_duty(town, stack)
        sayings = sorted((dialogue.citizen[0] for dialogue in load_dialogues()), key=len)[:SOUNDS]
        town.sounds = [await say_async(saying, "m1") for saying in sayings]
        await stack.enter_async_context(background(town.eyes.run(), *(agent.serve() for agent in town.agents)))
        yield town


def _account(place: Premises) -> AmiAccount:
    config = place.pbx.config
    secret = SecretStr(config.ami_secret)
    return AmiAccount(host=config.ami_address, port=config.ami_port, username=config.ami_user, secret=secret)


async def _come_on_duty(town: Town, stack: AsyncExitStack) -> None:
    for agent, seat in POSTS:
        line = Line.seat(town.pbx.config.sip_port, seat, town.place.phone_password(seat))
        starting = Phone.start(line, manner=Manner.ANSWER, after_s=ANSWERS_AFTER_S, program=town.program)
        phone = await stack.enter_async_context(starting)
        await town.api.post("/api/staff", {"number": agent, "name": agent, "pin": PIN})
        opening = {"seat": seat, "queues": ["general", "health"], "agent": agent, "why": "chaos"}
        await town.api.post("/api/seats", opening)
        town.agents.append(Deskworker(agent=agent, seat=seat, phone=phone))


@asynccontextmanager
async def _supervised(town: Town, hands: Path):
    place = town.place
    (place.state_dir / ADDRESS_FILE).unlink(missing_ok=True)
    controller = (sys.executable, "-m", "tests.chaos.stepped", str(hands))
    environment = os.environ | dict(place.environment) | {f"{PREFIX}AMI_PORT": str(town.cable.port)}
    if town.postgresql:
        environment[f"{PREFIX}DATABASE_URL"] = town.postgresql.url()
    if town.redis:
        environment[f"{PREFIX}REDIS_URL"] = town.redis.url
    with (place.state_dir / "said.txt").open("ab") as said:
        supervisor = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SUPERVISE, *controller), cwd=ROOT, env=environment, stderr=said
        )
    try:
        async with asyncio.timeout(START_S):
            while read_address(place.state_dir) is None:
                assert supervisor.returncode is None, (place.state_dir / "said.txt").read_text("utf-8")[-2000:]
                await asyncio.sleep(LOOK_AGAIN_S)
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(supervisor.pid, signal.SIGTERM)
        await supervisor.wait()


def descendants(pid: int) -> list[int]:
    """The processes that this one started, theirs, and so on; the youngest last."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, children.read_text(encoding="ascii").split()):
                found += [child, *descendants(child)]
    return sorted(found)


def now_s() -> float:
    """The monotonic clock."""
    return time.monotonic()
