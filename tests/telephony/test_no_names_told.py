"""SIP guessing at the real Asterisk: whatever is tried, names that exist and names that do not are answered alike."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.instance import Setup
from sandbox.pbx import Pbx
from telephony.asterisk.config import Carrier, Seat, Trunk
from tests.telephony.sip_phone import phone

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEAT = Seat(extension="8001", password="sandbox-8001")
NAMES = ("8001", "8999", "trunk-telecom", "carrier", "outside", "seat", "anonymous")
STRANGER = "127.0.0.9"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pbx]:
    """One seat, one trunk, one carrier; phones may speak from the one address of this machine."""
    setup = Setup(
        seats=(SEAT,),
        trunks=(Trunk(name="telecom", addresses=("127.0.0.2/32",)),),
        carrier=Carrier(host="127.0.0.3", number="051812345"),
        phone_networks=("127.0.0.1/32",),
    )
    async with Pbx.start(tmp_path_factory.mktemp("pbx"), setup) as started:
        yield started


def told(answer: str, name: str) -> str:
    """An answer without what differs from one request to the next."""
    bare = re.sub(r'(nonce|opaque)="[^"]*"|(tag|branch|rport)=[^;\r]*|Call-ID: \S+|127\.0\.0\.1:\d+', "", answer)
    return bare.replace(name, "NAME")


@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "OPTIONS", "SUBSCRIBE", "MESSAGE", "PUBLISH"])
async def test_who_asks_by_a_name_learns_nothing_of_it(pbx: Pbx, method: str) -> None:
    """A seat's, a trunk's, a template's, nobody's: the same challenge, to the letter."""
    answers = set()
    for name in NAMES:
        async with phone(pbx, name) as guesser:
            status, answer = await guesser.ask(method, name if method == "REGISTER" else "12345")
        answers.add(told(answer, name))
        assert status == 401, name

    assert len(answers) == 1


async def test_a_wrong_password_is_answered_alike_for_every_name(pbx: Pbx) -> None:
    """One may try for ever and not know whether the name exists."""
    answers = set()
    for name in NAMES:
        async with phone(pbx, name) as guesser:
            _, answer = await guesser.prove("a-wrong-password")
        answers.add(told(answer, name))

    assert len(answers) == 1


async def test_from_elsewhere_even_the_right_password_is_refused(pbx: Pbx) -> None:
    """No challenge is given that could be answered."""
    async with phone(pbx, SEAT.extension, STRANGER) as stranger:
        status, answer = await stranger.ask("REGISTER", SEAT.extension)
    async with phone(pbx, SEAT.extension) as seat:
        assert await seat.register(SEAT.password) == 200

    assert status == 403
    assert "WWW-Authenticate" not in answer
