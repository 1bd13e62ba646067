"""A trunk that registers at a (simulated) provider, and lives or not; SIP over TCP and TLS; on the real Asterisk."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from city.numbers import dialled_forms
from plumbing.lifecycle import background
from sandbox.carrier import Carrier
from sandbox.instance import Setup
from sandbox.pbx import Pbx
from sandbox.ports import LOOPBACK, hold_ports
from sandbox.sound import tone, write_wav
from telephony.ami import Ami, AmiAccount
from telephony.asterisk.config import Fallback, Tls, Transport, Trunk
from telephony.snapshot import take_snapshot
from telephony.trunks import TrunkSight, TrunkWatch, WatchedTrunk
from tests.telephony.certificates import make_certificate

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHIN_S = 15.0
LOOK_AGAIN_S = 0.05


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[Carrier]:
    """A small provider; we are its customer `city`."""
    async with Carrier.start(user="city", secret="a-customers-secret") as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(provider: Carrier, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pbx]:
    """A PBX that registers there, and offers TCP and TLS too."""
    folder = tmp_path_factory.mktemp("registered")
    write_wav(folder / "greeting.wav", tone(700, 0.1))
    trunk = Trunk(
        name="provider", addresses=("127.0.0.1/32",), peer=provider.registrar(), registers=True, dialled_in="To",
        qualify_s=1,
    )  # fmt: skip
    tcp = Trunk(name="tcp", addresses=("127.0.0.2/32",), transport=Transport.TCP)
    lines = tuple(
        Fallback(number=n, queue=n, greeting=("greeting",), dialled=dialled_forms(n, "0518", "86"))
        for n in ("12345", "12320")
    )
    with hold_ports() as ports:
        tls = Tls(port=ports.ami, certificate=folder / "certificate.pem", key=folder / "key.pem")
        make_certificate(tls.certificate, tls.key)
        setup = Setup(hotlines=lines, trunks=(trunk, tcp), tls=tls, sounds=folder)
        async with Pbx.start(folder / "pbx", setup) as started:
            yield started


class Office:
    """A PBX, and what a controller makes of its words about the trunks."""

    def __init__(self, pbx: Pbx, provider: Carrier) -> None:
        self.pbx = pbx
        address = f"{LOOPBACK}:{provider.port}"
        self._watch = TrunkWatch([WatchedTrunk(name="provider", address=address, account="city")])
        config = pbx.config
        secret = SecretStr(config.ami_secret)
        account = AmiAccount(host=config.ami_address, port=config.ami_port, username=config.ami_user, secret=secret)
        self.ami = Ami(account, wanted=frozenset({"Registry"}), on_event=self._watch.hear)

    async def comes_to(self, *, reachable: bool | None, registered: bool | None) -> None:
        """Wait until the trunk is seen so."""
        sight = TrunkSight(name="provider", reachable=reachable, registered=registered)
        async with asyncio.timeout(WITHIN_S):
            while (await self._look())[0] != sight:  # noqa: ASYNC110 - looked at, as the controller does
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _look(self) -> tuple[TrunkSight, ...]:
        return self._watch.sights((await take_snapshot(self.ami)).lines)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(pbx: Pbx, provider: Carrier) -> AsyncIterator[Office]:
    """Somebody who watches."""
    made = Office(pbx, provider)
    async with background(made.ami.run()):
        await made.ami.ready()
        yield made


async def says(pbx: Pbx, command: str, word: str) -> None:
    """Wait until Asterisk's console says a word."""
    async with asyncio.timeout(WITHIN_S):
        while word not in await pbx.cli(command):  # noqa: ASYNC110 - it tells nobody by itself
            await asyncio.sleep(LOOK_AGAIN_S)


async def test_a_call_to_the_account_is_told_by_the_number_in_to(pbx: Pbx, provider: Carrier) -> None:
    """The trunk has registered with a proof; the request URI says `city`; who dialled 0518-12320 waits for 12320."""
    await says(pbx, "pjsip show registrations", "Registered")
    registers = [request for request in provider.requests if request.method == "REGISTER"]
    async with provider.phone("13812345678") as citizen:
        call = await citizen.dial("051812320")
        await call.established()
        await says(pbx, "core show channels concise", "waiting-room")
        channels = await pbx.cli("core show channels concise")
        shown = await pbx.cli(f"core show channel {channels.split('!')[0]}")
        await citizen.hang_up()

    assert [bool(request.get("Authorization")) for request in registers[:2]] == [False, True]
    assert "HOTLINE=12320" in shown


async def test_a_dead_trunk_is_seen_and_seen_again_when_it_lives(office: Office, provider: Carrier) -> None:
    """By OPTIONS, of which the peer gets one a second here; a registration that is refused is seen, too."""
    await office.comes_to(reachable=True, registered=None)
    provider.silent = True
    await office.comes_to(reachable=False, registered=None)
    provider.silent = False
    await office.comes_to(reachable=True, registered=None)

    assert [request for request in provider.requests if request.method == "OPTIONS"]


async def test_a_refused_registration_is_seen(office: Office, provider: Carrier) -> None:
    """Somebody changed the password at the provider's; when it is right again, that is seen as well."""
    kept, provider.secret = provider.secret, "another-secret"
    await office.pbx.cli("pjsip send register trunk-provider")
    await office.comes_to(reachable=True, registered=False)
    provider.secret = kept
    await office.pbx.cli("pjsip send register trunk-provider")
    await office.comes_to(reachable=True, registered=True)


OPTIONS = (
    "OPTIONS sip:{host}:{port} SIP/2.0\r\nVia: SIP/2.0/{how} {here};branch=z9hG4bKoptions{port}\r\n"
    "From: <sip:peer@{host}>;tag=1\r\nTo: <sip:{host}>\r\nCall-ID: options-{how}\r\nCSeq: 1 OPTIONS\r\n"
    "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


@pytest.mark.parametrize("how", ["TCP", "TLS"])
async def test_options_are_answered_over_tcp_and_tls(pbx: Pbx, how: str) -> None:
    """200 to the peer of a trunk that lives on them."""
    tls = pbx.config.tls
    assert tls is not None
    port = tls.port if how == "TLS" else pbx.config.sip_port
    proof = ssl.create_default_context(cafile=str(tls.certificate)) if how == "TLS" else None
    if proof:
        proof.check_hostname = False
    async with asyncio.timeout(WITHIN_S):
        reader, writer = await asyncio.open_connection(LOOPBACK, port, ssl=proof, local_addr=("127.0.0.2", 0))
        here = "127.0.0.2:{}".format(writer.get_extra_info("sockname")[1])
        writer.write(OPTIONS.format(host=LOOPBACK, port=port, how=how, here=here).encode())
        answer = (await reader.readuntil(b"\r\n")).decode()
        writer.close()

    assert answer.split()[1] == "200"
