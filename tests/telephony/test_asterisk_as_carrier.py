"""A trunk to another Asterisk, an implementation that is not ours: registered over TLS, calls in and out, both real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from city.numbers import dialled_forms
from plumbing.lifecycle import background
from sandbox.instance import Setup
from sandbox.pbx import Pbx
from sandbox.ports import LOOPBACK, hold_ports
from sandbox.sound import tone, write_wav
from telephony.ami import Ami, AmiAccount
from telephony.asterisk.config import Carrier, Fallback, Tls, Transport, Trunk
from telephony.asterisk.trunk import Peer
from telephony.message import AmiEvent
from tests.telephony.certificates import make_certificate

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHIN_S = 15.0
PROVIDERS_SIP = """
[city]
type = endpoint
transport = tls
context = from-city
auth = city
aors = city
disallow = all
allow = alaw
send_pai = yes
trust_id_outbound = yes
identify_by = username,ip

[city]
type = identify
endpoint = city
match = 127.0.0.1

[city]
type = auth
auth_type = userpass
username = city
password = a-customers-secret

[city]
type = aor
max_contacts = 1
remove_existing = yes
"""
PROVIDERS_DIALPLAN = """
[from-city]
exten => _X!,1,UserEvent(Outgoing,Number: ${EXTEN},Caller: ${CALLERID(num)})
 same => n,Answer()
 same => n,Wait(10)

[citizen]
exten => call,1,Set(CALLERID(num)=+8613900000000)
 same => n,Dial(PJSIP/city,20)
exten => wait,1,Answer()
 same => n,Wait(20)
"""


@dataclass
class Pair:
    """The city and its provider: two PBXs, and what their dialplans say."""

    city: Pbx
    city_ami: Ami
    provider_ami: Ami
    said: asyncio.Queue[AmiEvent]
    heard: list[AmiEvent] = field(default_factory=list)

    async def hears(self, name: str) -> AmiEvent:
        """The next UserEvent of this name, of either: two connections have no order between them."""
        async with asyncio.timeout(WITHIN_S):
            while not (found := [event for event in self.heard if event.get("UserEvent") == name]):
                self.heard.append(await self.said.get())
        self.heard.remove(found[0])
        return found[0]


def ami_of(pbx: Pbx, said: asyncio.Queue[AmiEvent]) -> Ami:
    """A connection that passes UserEvents on."""
    config = pbx.config
    secret = SecretStr(config.ami_secret)
    account = AmiAccount(host=config.ami_address, port=config.ami_port, username=config.ami_user, secret=secret)
    return Ami(account, wanted=frozenset({"UserEvent"}), on_event=said.put_nowait)


async def make_provider(pbx: Pbx) -> None:
    """Another Asterisk, with a customer `city` and a dialplan of its own."""
    with (pbx.config.etc / "pjsip.conf").open("a", encoding="utf-8") as sip:
        sip.write(PROVIDERS_SIP)
    (pbx.config.etc / "extensions.conf").write_text(PROVIDERS_DIALPLAN, encoding="utf-8")
    await pbx.cli("module reload res_pjsip.so")
    await pbx.cli("dialplan reload")


def city_setup(folder: Path, tls: Tls, provider_port: int) -> Setup:
    """A city whose one trunk registers at the provider over TLS, and whose calls outside go there."""
    how = {"host": LOOPBACK, "port": provider_port, "user": "city", "secret": "a-customers-secret"}
    peer = Peer(**how, transport=Transport.TLS)  # type: ignore[arg-type]
    trunk = Trunk(
        name="provider",
        addresses=("127.0.0.1/32",),
        transport=Transport.TLS,
        peer=peer,
        registers=True,
        number="051812320",
        trusted=True,
    )
    carrier = Carrier(**how, transport=Transport.TLS, number="051812345", trunk="provider")  # type: ignore[arg-type]
    lines = tuple(
        Fallback(number=n, queue=n, greeting=("greeting",), dialled=dialled_forms(n, "0518", "86"))
        for n in ("12345", "12320")
    )
    return Setup(hotlines=lines, trunks=(trunk,), carrier=carrier, tls=tls, sounds=folder)


async def until_registered(provider: Pbx) -> None:
    """The provider has the city's contact."""
    async with asyncio.timeout(WITHIN_S):
        while "sip:051812320@" not in await provider.cli("pjsip show contacts"):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    """Both, connected: the city is registered."""
    folder = tmp_path_factory.mktemp("pair")
    write_wav(folder / "greeting.wav", tone(700, 0.1))
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    make_certificate(certificate, key)
    said: asyncio.Queue[AmiEvent] = asyncio.Queue()
    async with AsyncExitStack() as stack:
        theirs, ours = (stack.enter_context(hold_ports()) for _ in range(2))
        nobody = Trunk(name="nobody", addresses=("127.0.0.9/32",))  # else whoever is here is a citizen
        there = Setup(trunks=(nobody,), tls=Tls(port=theirs.ami, certificate=certificate, key=key))
        provider = await stack.enter_async_context(Pbx.start(folder / "provider", there))
        await make_provider(provider)
        tls = Tls(port=ours.ami, certificate=certificate, key=key, authorities=certificate)
        city = await stack.enter_async_context(Pbx.start(folder / "city", city_setup(folder, tls, theirs.ami)))
        made = Pair(city, ami_of(city, said), ami_of(provider, said), said)
        await stack.enter_async_context(background(made.city_ami.run(), made.provider_ami.run()))
        await made.city_ami.ready()
        await made.provider_ami.ready()
        await until_registered(provider)
        yield made


async def test_a_call_of_the_provider_arrives_by_its_registered_number_and_its_identity(pair: Pair) -> None:
    """The number asserted is believed; the number registered is the hotline's."""
    await pair.provider_ami.action(
        "Originate", Channel="Local/call@citizen/n", Context="citizen", Exten="wait", Priority=1
    )
    arrived, waiting = await pair.hears("CallArrived"), await pair.hears("CallWaiting")

    assert (arrived["Ani"], arrived["Trunk"]) == ("+8613900000000", "provider")
    assert waiting["Hotline"] == "12320"


async def test_a_call_outside_is_proven_and_shows_the_citys_number(pair: Pair) -> None:
    """Challenged by the other Asterisk, answered, and over TLS all the way."""
    await pair.city_ami.action(
        "Originate", Channel="Local/13812345678@outside/n", Context="waiting-room", Exten="s", Priority=1
    )
    outgoing = await pair.hears("Outgoing")
    await pair.hears("CallWaiting")

    assert (outgoing["Number"], outgoing["Caller"]) == ("13812345678", "051812345")
