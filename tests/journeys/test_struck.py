"""A controller frozen, and its line to Asterisk cut, while callers are handed on: the outcome table's last two rows."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text

from acd.agents import ON_A_CALL
from api.address import TOKEN_FILE, read_address
from bench.on_duty import on_duty, until_on_duty
from hotline.pulse import read_pid
from plumbing.database import connect
from plumbing.lifecycle import background
from plumbing.settings import PREFIX
from sandbox.cable import cable_to
from sandbox.carrier import Carrier
from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from telephony.ami import Ami, AmiAccount
from telephony.snapshot import take_snapshot
from tests.chaos.afterwards import agree, believed
from tests.chaos.people import display, shown
from tests.journeys.api import Api
from tests.journeys.conftest import house_of
from tests.journeys.outcomes import STRUCK, TABLE, Column, Row
from tests.journeys.struck import PITCHES_HZ
from tests.journeys.talks import speak_on, until
from tests.journeys.test_ledger import balance, happened
from tests.journeys.test_outcome_table import seats_and_numbers

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST_SILENCE_S = 3.0
RINGING = (Column.TO_AGENT, Column.TO_OUTSIDE)


def patient(folder):
    """Phones ring on until everybody is in the middle of it."""
    seats_and_numbers(folder)
    queues = folder / "queues.toml"
    queues.write_text(queues.read_text(encoding="utf-8").replace("ring_time_s = 5", "ring_time_s = 30"), "utf-8")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def carrier():
    """Everybody outside."""
    async with Carrier.start() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(carrier, tmp_path_factory):
    """A PBX for these two rows."""
    folder = tmp_path_factory.mktemp("struck")
    async with house_of(patient(folder / "city"), folder / "state", carrier) as booted:
        yield booted


@dataclass(kw_only=True, eq=False)
class Part:
    """One column: a citizen, an agent, and the one who is rung."""

    column: Column
    row: Row
    fault: object
    n: int
    citizen: Phone = field(init=False)
    desk: Phone = field(init=False)
    there: Phone | None = field(default=None, init=False)
    agent: str = field(default="", init=False)
    call: str = field(default="", init=False)
    api: Api = field(init=False)

    @property
    def caller(self):
        """The citizen's number."""
        return f"1380000000{self.n}"

    @property
    def is_outside(self):
        """Whether the one who is rung is none of ours; a three-way is of both kinds."""
        return self.column is Column.TO_OUTSIDE or (self.column is Column.THREE_WAY and self.row is Row.LINE_CUT)

    @property
    def target(self):
        """Who is rung, if an agent."""
        return f"20{self.n}"

    @property
    def number(self):
        """Who is rung, if outside."""
        return f"9700{self.n}"

    async def ask(self, deed, **wish):
        """By the API."""
        await self.api.send("POST", f"/api/calls/{self.call}/{deed}", **wish)

    async def strikes(self):
        """Everybody is in the middle of it; then the fault strikes."""
        await self.fault.all_there.wait()
        await self.fault.struck.wait()

    async def rings_again(self):
        """The agent's phone, which answers."""
        await until(lambda: len(self.desk.calls) == 2, within_s=8)
        await self.desk.calls[-1].hearing()


class Fault:
    """What strikes a controller, and how it is over."""

    def __init__(self, row, state_dir, cable, parts):
        self.all_there, self.struck = asyncio.Barrier(parts + 1), asyncio.Event()
        self._row, self._state_dir, self._cable = row, state_dir, cable
        self._pid = 0

    async def strike(self):
        """When everybody is in the middle of it."""
        await self.all_there.wait()
        self._pid = read_pid(self._state_dir)
        if self._row is Row.LINE_CUT:
            self._cable.cut()
        else:
            os.kill(self._pid, signal.SIGSTOP)
        self.struck.set()

    async def is_over(self):
        """The line is mended; the supervisor's next controller takes calls."""
        if self._row is Row.LINE_CUT:
            self._cable.mend()
        else:
            await until_on_duty(self._state_dir, other_than=self._pid)


@asynccontextmanager
async def eyes_on(house, state_dir):
    """Asterisk, and what the controller has written, seen from outside of it."""
    config = house.pbx.config
    secret = SecretStr(config.ami_secret)
    account = AmiAccount(host=config.ami_address, port=config.ami_port, username=config.ami_user, secret=secret)
    eyes = Ami(account, wanted=frozenset(), on_event=lambda _: None)
    database = connect(f"sqlite+aiosqlite:///{state_dir}/hotline.db")
    async with background(eyes.run()):
        await eyes.ready()
        yield SimpleNamespace(eyes=eyes, database=database)
    await database.dispose()


async def take_phones(stack, house, carrier, program, parts):
    """Everybody's phone; a desk's is known by its agent until it is known whom it serves."""
    port = house.pbx.config.sip_port

    async def phone(line, manner=Manner.RING):
        return await stack.enter_async_context(Phone.start(line, manner=manner, program=program))

    async def there(part):
        manner = Manner.RING if part.column in RINGING else Manner.ANSWER
        if part.is_outside:
            part.there = await stack.enter_async_context(carrier.phone(part.number, manner=manner))
        elif part.column is not Column.HOLD:
            part.there = await phone(Line.seat(port, f"810{part.n}", house.phone_password(f"810{part.n}")), manner)

    async def desk(n):
        return await phone(Line.seat(port, f"800{n}", house.phone_password(f"800{n}")), Manner.ANSWER)

    async def citizen(part):
        part.citizen = await phone(Line.citizen(port, part.caller))

    desks = await asyncio.gather(*(desk(part.n) for part in parts))
    await asyncio.gather(*(citizen(part) for part in parts), *(there(part) for part in parts))
    return {f"10{part.n}": found for part, found in zip(parts, desks, strict=True)}


async def begin(parts, desks, database):
    """Each citizen talks with an agent: whoever has them on the display."""
    await asyncio.gather(*(part.citizen.dial("12345") for part in parts))
    await asyncio.gather(*((await_call(desk)) for desk in desks.values()))
    serving = {display(desk.calls[-1]): agent for agent, desk in desks.items()}
    async with database.connect() as connection:
        known = (await connection.execute(text("select call_id, ani from calls"))).all()
    for part in parts:
        part.agent = serving[shown(part.caller)]
        part.desk = desks[part.agent]
        part.call = next(row.call_id for row in known if row.ani == part.caller)


async def await_call(desk):
    """A desk's phone has been answered and hears something."""
    call = await desk.incoming(20)
    await call.hearing()


@pytest.mark.parametrize("row", STRUCK, ids=lambda row: row.name.lower())
async def test_a_fault_in_the_middle_of_handing_on_costs_nobody_the_caller(house, carrier, tmp_path, program, row):
    """Whoever should have the caller has them, in no more than 3 s of silence; the ACD agrees; the ledger balances."""
    walks = {column: cells[row].walk for column, cells in TABLE.items() if cells[row].walk}
    state_dir = tmp_path / "state"
    ours = [f"10{n}@800{n}" for n in range(1, len(walks) + 1)]
    async with AsyncExitStack() as stack, cable_to(house.pbx.config.ami_port) as cable:
        fault = Fault(row, state_dir, cable, len(walks))
        parts = [Part(column=column, row=row, fault=fault, n=n) for n, column in enumerate(walks, 1)]
        theirs = [f"{part.target}@810{part.n}" for part in parts if not part.is_outside]
        environment = {**house.environment, f"{PREFIX}AMI_PORT": str(cable.port)}
        await stack.enter_async_context(on_duty(environment, state_dir, *ours, *theirs, supervised=True))
        town = await stack.enter_async_context(eyes_on(house, state_dir))
        desks = await take_phones(stack, house, carrier, program, parts)
        await begin(parts, desks, town.database)
        token = (state_dir / TOKEN_FILE).read_text(encoding="ascii").strip()
        session = aiohttp.ClientSession(read_address(state_dir), headers={"Authorization": f"Bearer {token}"})
        api = Api(await stack.enter_async_context(session))
        for part in parts:
            part.api = api
        speakers = [(getattr(part, role), pitch) for part in parts for role, pitch in PITCHES_HZ.items()]
        async with background(*(speak_on(phone, pitch) for phone, pitch in speakers if phone is not None)):
            async with asyncio.TaskGroup() as group:
                walking = {part: group.create_task(walks[part.column](part)) for part in parts}
                await fault.strike()
            await fault.is_over()
            await agree(town)
            after = await believed(town)
            who = {part.call: task.result() for part, task in walking.items() if task.result() is not None}
            assert {call: offer.agent for call, offer in after.talking.items()} == who
            assert {agent.id for agent in after.agents.values() if agent.state in ON_A_CALL} == set(who.values())
            await asyncio.gather(*(part.citizen.hang_up() for part in parts))
        await until_nobody_is_on_the_line(town)
        seen = await balance(api, lambda seen: happened(seen).get("answered") == len(parts))
        assert seen["reconciles"]
        assert not seen["in_progress"]
        assert happened(seen) == {"answered": len(parts)}
        for part in parts:
            assert part.citizen.calls[-1].longest_silence_s() <= MOST_SILENCE_S, part.column
    clear(house)


async def until_nobody_is_on_the_line(town):
    """Asterisk has no channel of a call, and the ACD knows."""
    async with asyncio.timeout(10):
        while (await take_snapshot(town.eyes)).calls:  # noqa: ASYNC110 (it tells nobody)
            await asyncio.sleep(0.1)
    await agree(town)
    assert not any(agent.state in ON_A_CALL for agent in (await believed(town)).agents.values())


def clear(house):
    """What was recorded is of no interest here."""
    for leg in Path(house.environment[f"{PREFIX}SPOOL_DIR"]).iterdir():
        leg.unlink()
