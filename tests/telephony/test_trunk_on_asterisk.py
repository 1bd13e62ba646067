"""Carriers' calls at the real Asterisk: who is believed, which hotline is meant, how many calls a trunk may bring."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
import pytest_asyncio
from pydantic import SecretStr

from city.numbers import dialled_forms
from plumbing.lifecycle import background
from sandbox.carrier import Carrier
from sandbox.instance import Setup
from sandbox.pbx import Pbx
from sandbox.phones import Manner
from sandbox.sound import tone, write_wav
from sandbox.strangers import Manners, StrangeCall, sip_from, strange_call
from telephony.ami import Ami, AmiAccount
from telephony.asterisk.config import Fallback, Trunk
from telephony.message import AmiEvent
from tests.telephony.sip_phone import phone

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHIN_S = 10.0
CITIZEN = "13812345678"
IMS, PROVIDER, EXCHANGE, SMALL, NOBODY = (f"127.0.0.{host}" for host in (2, 3, 4, 5, 9))
HOTLINES = tuple(
    Fallback(
        number=number,
        queue="general",
        greeting=("greeting",),
        crisis=number == "12356",
        dialled=dialled_forms(number, "0518", "86"),
    )
    for number in ("12345", "12320", "12356")
)
TRUNKS = (
    Trunk(name="ims", addresses=(f"{IMS}/32",), trusted=True),
    Trunk(name="provider", addresses=(f"{PROVIDER}/32",), dialled_in="To"),
    Trunk(name="exchange", addresses=(f"{EXCHANGE}/32",), dialled_in="Diversion"),
    Trunk(name="small", addresses=(f"{SMALL}/32",), channels=3, crisis_reserve=1),
)


class Exchange:
    """A PBX with four trunks and no controller, and what its dialplan says of each call."""

    def __init__(self, pbx: Pbx, carrier: Carrier) -> None:
        self.pbx, self.carrier = pbx, carrier
        self._arrived: asyncio.Queue[AmiEvent] = asyncio.Queue()
        self._waiting: asyncio.Queue[AmiEvent] = asyncio.Queue()
        config = pbx.config
        secret = SecretStr(config.ami_secret)
        account = AmiAccount(host=config.ami_address, port=config.ami_port, username=config.ami_user, secret=secret)
        self.ami = Ami(account, wanted=frozenset({"UserEvent"}), on_event=self._hear)

    def _hear(self, message: AmiEvent) -> None:
        match message.get("UserEvent"):
            case "CallArrived":
                self._arrived.put_nowait(message)
            case "CallWaiting":
                self._waiting.put_nowait(message)

    @asynccontextmanager
    async def call(self, manners: Manners, number: str = "12345", sender: bytes = b"") -> AsyncIterator[StrangeCall]:
        """A call that has got its final answer."""
        caller = sender or sip_from(CITIZEN)
        self._arrived, self._waiting = asyncio.Queue(), asyncio.Queue()  # of this call
        async with strange_call(self.pbx.config.sip_port, number, caller, manners=manners) as call:
            await call.final()
            yield call

    async def arrived(self) -> str:
        """The caller's number as the call book gets it."""
        async with asyncio.timeout(WITHIN_S):
            return (await self._arrived.get()).get("Ani", "")

    async def told(self, manners: Manners, number: str = "12345", sender: bytes = b"") -> tuple[str, str, str]:
        """The caller's number as the call book gets it, whether it is withheld, and the hotline it waits for."""
        async with self.call(manners, number, sender) as call, asyncio.timeout(WITHIN_S):
            assert call.status == 200
            arrived, waiting = await self._arrived.get(), await self._waiting.get()
        assert arrived["CallId"] == waiting["CallId"]
        return arrived.get("Ani", ""), arrived.get("Withheld", ""), waiting.get("Hotline", "")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exchange(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """One for the module."""
    folder = tmp_path_factory.mktemp("trunks")
    write_wav(folder / "greeting.wav", tone(700, 0.1))
    async with AsyncExitStack() as stack:
        carrier = await stack.enter_async_context(Carrier.start())
        outside = replace(carrier.peer(), trunk="small")
        setup = Setup(
            hotlines=HOTLINES, trunks=TRUNKS, carrier=outside, sounds=folder, phone_networks=("127.0.0.1/32",)
        )
        pbx = await stack.enter_async_context(Pbx.start(folder / "pbx", setup))
        carrier.serve(pbx.config.sip_port)
        made = Exchange(pbx, carrier)
        async with background(made.ami.run()):
            await made.ami.ready()
            yield made


@pytest.mark.parametrize(
    "uri",
    [
        "sip:12320@127.0.0.1",
        "sip:0518-12320@127.0.0.1",
        "sip:051812320@127.0.0.1",
        "sip:+8651812320@127.0.0.1;user=phone",
        "sip:%2B8651812320@127.0.0.1;user=phone",
        "sip:8651812320@127.0.0.1",
        "sip:008651812320@127.0.0.1",
        "sip:12320;phone-context=+86518@127.0.0.1;user=phone",
        "tel:+86-518-12320",
    ],
)
async def test_a_request_uri_in_any_form_reaches_its_hotline_without_a_controller(exchange: Exchange, uri: str) -> None:
    """IMS, another city, the local exchange: the same greeting for all of them."""
    to = f"<sip:x@127.0.0.1:{exchange.pbx.config.sip_port}>"

    assert (await exchange.told(Manners(source=IMS, uri=uri, to=to)))[2] == "12320"


@pytest.mark.parametrize(
    "to",
    [
        "<sip:12320@sip.provider.example>",
        "sip:12320@sip.provider.example",
        '"12345" <sip:+8651812320@sip.provider.example;user=phone>',
        "<sip:%2B8651812320@sip.provider.example;user=phone>",
        "<tel:+86-518-12320;phone-context=+86>",
    ],
)
async def test_a_trunk_may_tell_the_number_in_the_to_header(exchange: Exchange, to: str) -> None:
    """The request URI is then the name of our account."""
    uri = f"sip:city-account@127.0.0.1:{exchange.pbx.config.sip_port}"

    assert (await exchange.told(Manners(source=PROVIDER, uri=uri, to=to)))[2] == "12320"


async def test_a_trunk_may_tell_the_number_in_a_header_of_its_choice(exchange: Exchange) -> None:
    """For a merged hotline whose old exchange diverts its callers; without the header it is the default hotline."""
    told = Manners(source=EXCHANGE, headers=(b"Diversion: <sip:0518-12320@exchange>;reason=unconditional",))

    assert (await exchange.told(told, "051880000001"))[2] == "12320"
    assert (await exchange.told(Manners(source=EXCHANGE), "12320"))[2] == "12345"


@pytest.mark.parametrize(
    "text",
    [
        "${SHELL(id)}12320",
        '"><sip:12320',
        "12320) | System(id",
        "a,b,c&d;e=f:12320@@@@",
        "$[1+1]",
        "1" * 400,
        "%0d%0aX: y 12320",
        "%00%ff",
        "市民",
        "",
    ],
)
async def test_hostile_text_where_the_number_should_be_is_served_and_goes_nowhere(
    exchange: Exchange, text: str
) -> None:
    """Nothing but digits is left of it, and a hotline answers."""
    manners = Manners(source=EXCHANGE, headers=(f"Diversion: {text}".encode(),))

    _, _, hotline = await exchange.told(manners, "051880000001")

    assert hotline in {"12345", "12320"}
    assert exchange.pbx.running


ASSERTED = b"P-Asserted-Identity: <sip:+8613900000000@ims.example;user=phone>"


async def test_an_asserted_number_is_believed_of_a_trusted_trunk_alone(exchange: Exchange) -> None:
    """Anybody can write one; of an untrusted trunk From counts."""
    assert (await exchange.told(Manners(source=IMS, headers=(ASSERTED,))))[0] == "+8613900000000"
    assert (await exchange.told(Manners(source=PROVIDER, to="<sip:12345@x>", headers=(ASSERTED,))))[0] == CITIZEN
    assert (await exchange.told(Manners(source=IMS)))[0] == CITIZEN


async def test_a_withheld_number_is_withheld_from_everybody_here(exchange: Exchange) -> None:
    """The carrier knows it and tells; the caller asked that nobody be told."""
    withheld = Manners(source=IMS, headers=(ASSERTED, b"Privacy: id"))
    anonymous = sip_from("anonymous", "Anonymous", "anonymous.invalid")

    assert (await exchange.told(withheld, sender=anonymous))[:2] == ("", "yes")
    assert (await exchange.told(withheld))[:2] == ("", "yes")
    assert (await exchange.told(Manners(source=IMS), sender=anonymous))[0] == ""


@pytest.mark.parametrize(
    "identity",
    [
        '"a\\"b; ${SHELL(id)}" <sip:138%0d%0aAction:%20x@x>',
        "<sip:${SHELL(id)}@x>",
        "<sip:" + "9" * 500 + "@x>",
        "<tel:+8613900000000;phone-context=x>, <sip:8001*1*99@x>",
        "no address at all",
        "<sip:%00@x>",
        '"市民 🚑" <sip:市民@x>',
    ],
)
async def test_a_hostile_identity_is_no_number(exchange: Exchange, identity: str) -> None:
    """Also of a trusted trunk: it may pass on what its customer wrote. The call is served or refused; nothing leaks."""
    manners = Manners(source=IMS, headers=(f"P-Asserted-Identity: {identity}".encode(),))
    async with exchange.call(manners) as call:
        assert call.status == 200
        ani = await exchange.arrived()

    assert ani in {"", CITIZEN, "+8613900000000"}


async def test_beyond_its_cap_a_trunk_is_busy_and_the_reserve_is_for_crises(exchange: Exchange) -> None:
    """Three channels, one of them kept: the third ordinary caller hears busy at once, a crisis hotline answers."""
    async with AsyncExitStack() as lines:

        async def call(number: str, hotline: str) -> StrangeCall:
            return await lines.enter_async_context(
                exchange.call(Manners(source=SMALL), hotline, sip_from(f"1390000000{number}"))
            )

        ordinary = [await call(str(n), "12345") for n in range(3)]
        crisis = await call("4", "12356")
        elsewhere = await lines.enter_async_context(exchange.call(Manners(source=IMS)))

    assert [one.status for one in ordinary] == [200, 200, 486]
    assert [status for status, _ in ordinary[2].statuses if status > 100] == [486]
    assert (crisis.status, elsewhere.status) == (200, 200)


async def test_a_call_outside_takes_a_channel_of_its_trunk(exchange: Exchange) -> None:
    """Two channels are for everybody: with one call outside, the second citizen hears busy."""
    async with exchange.carrier.phone("13700000000", manner=Manner.ANSWER) as outside, AsyncExitStack() as lines:
        await exchange.ami.action(
            "Originate", Channel="Local/13700000000@outside/n", Context="waiting-room", Exten="s", Priority=1
        )
        await (await outside.incoming()).established()

        statuses = []
        for number in ("13900000001", "13900000002"):
            calling = exchange.call(Manners(source=SMALL), "12345", sip_from(number))
            statuses.append((await lines.enter_async_context(calling)).status)
        await outside.hang_up()

    assert statuses == [200, 486]


async def test_options_of_a_trunk_are_answered(exchange: Exchange) -> None:
    """So the carrier sees that we live."""
    async with phone(exchange.pbx, "peer", IMS) as peer:
        assert (await peer.ask("OPTIONS", "12345"))[0] == 200


async def test_whoever_has_no_trunks_address_is_refused_whatever_is_said(exchange: Exchange) -> None:
    """In the name of a trunk, of a seat, of nobody: the same refusal."""
    answers = set()
    for sender in (sip_from("trunk-ims"), sip_from("8001"), sip_from(CITIZEN)):
        async with exchange.call(Manners(source=NOBODY), "12345", sender) as call:
            answers.add(tuple(call.statuses[-1:]))

    assert answers == {((403, "Forbidden"),)}
