"""The simulated carrier, with the rendered dialplan on the real Asterisk: numbers outside are dialled, and dial in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from plumbing.lifecycle import background
from sandbox.carrier import CITY_NUMBER, Carrier, Dialled
from sandbox.diary import Kind
from sandbox.instance import Setup
from sandbox.pbx import Pbx
from sandbox.phones import Manner
from telephony.ami import Ami, AmiAccount
from telephony.asterisk.config import Fallback
from telephony.message import AmiEvent

pytestmark = pytest.mark.asyncio(loop_scope="module")

CITIZEN = "13812345678"
WITHIN_S = 10.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def carrier() -> AsyncIterator[Carrier]:
    """A carrier that asks for a proof."""
    async with Carrier.start(user="city", secret="a-customers-secret") as started:
        yield started


class Office:
    """A PBX, its AMI, and what its dialplan said of calls outside."""

    def __init__(self, pbx: Pbx) -> None:
        self.pbx = pbx
        self.over: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        config = pbx.config
        secret = SecretStr(config.ami_secret)
        account = AmiAccount(host=config.ami_address, port=config.ami_port, username=config.ami_user, secret=secret)
        self.ami = Ami(account, wanted=frozenset({"UserEvent"}), on_event=self._hear)

    def _hear(self, message: AmiEvent) -> None:
        if message.get("UserEvent") == "OutsideOver":
            self.over.put_nowait((message.get("Status", ""), message.get("Sip", "")))

    async def dial(self, number: str) -> None:
        """Let the dialplan dial a number outside, from a leg that then waits."""
        await self.ami.action(
            "Originate", Channel=f"Local/{number}@outside/n", Context="waiting-room", Exten="s", Priority=1
        )

    async def outcome(self) -> tuple[str, str]:
        """How the next call outside ended: Dial's word, and the carrier's status."""
        async with asyncio.timeout(WITHIN_S):
            return await self.over.get()


@asynccontextmanager
async def office(folder: Path, setup: Setup) -> AsyncIterator[Office]:
    """A PBX that can be told to dial."""
    async with Pbx.start(folder, setup) as pbx:
        made = Office(pbx)
        async with background(made.ami.run()):
            await made.ami.ready()
            yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(carrier: Carrier, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """A PBX that is the carrier's customer."""
    hotline = Fallback(number="12345", queue="general", greeting=("beep",))
    setup = Setup(carrier=carrier.peer(), hotlines=(hotline,))
    async with office(tmp_path_factory.mktemp("pbx"), setup) as started:
        carrier.serve(started.pbx.config.sip_port)
        yield started


async def test_a_number_outside_is_dialled_in_the_citys_own_name_and_talks(city: Office, carrier: Carrier) -> None:
    """Through the carrier, which has asked for a proof; hung up by the citizen, through the carrier again."""
    async with carrier.phone(CITIZEN, manner=Manner.ANSWER) as citizen:
        await city.dial(CITIZEN)
        call = await citizen.incoming()
        await call.established()
        await citizen.wait_for(Kind.HEARING)
        await citizen.hang_up()
        ended = await city.outcome()

    assert carrier.dialled[-1] == Dialled(number=CITIZEN, caller=CITY_NUMBER)
    assert ended[0] == "ANSWER"


@pytest.mark.parametrize(("manner", "expected"), [(Manner.BUSY, ("BUSY", "486")), (Manner.REFUSE, ("NOANSWER", "480"))])
async def test_busy_and_refused_are_told_apart(
    city: Office, carrier: Carrier, manner: Manner, expected: tuple[str, str]
) -> None:
    """By Dial's word and the status."""
    async with carrier.phone(CITIZEN, manner=manner):
        await city.dial(CITIZEN)

        assert await city.outcome() == expected


@pytest.mark.parametrize("status", [404, 480, 503])
async def test_what_the_carrier_refuses_ends_with_its_status(city: Office, carrier: Carrier, status: int) -> None:
    """Unassigned, switched off, no way there."""
    carrier.refuse("13900000000", status)
    await city.dial("13900000000")

    assert (await city.outcome())[1] == str(status)


async def test_one_who_gives_up_is_cancelled_through_the_carrier(city: Office, carrier: Carrier) -> None:
    """The phone stops ringing."""
    async with carrier.phone(CITIZEN) as citizen:
        await city.dial(CITIZEN)
        call = await citizen.incoming()
        await city.pbx.cli("channel request hangup all")
        await call.closed()


async def test_a_phone_of_the_carrier_calls_in(city: Office, carrier: Carrier) -> None:
    """And is answered by a hotline; the PBX has not dialled anybody."""
    before = len(carrier.dialled)
    async with carrier.phone(CITIZEN) as citizen:
        call = await citizen.dial("12345")
        await call.established()
        await citizen.hang_up()

    assert len(carrier.dialled) == before


async def test_without_a_carrier_nobody_outside_is_dialled_and_it_is_said(tmp_path: Path) -> None:
    """CHANUNAVAIL at once."""
    async with office(tmp_path / "pbx", Setup()) as city:
        await city.dial(CITIZEN)

        assert await city.outcome() == ("CHANUNAVAIL", "")
