"""Callers that no phone would be: whatever `From` says, the call is taken or refused, and the PBX lives."""

from __future__ import annotations

import pytest

from sandbox.pbx import Pbx
from sandbox.strangers import sip_from, strange_call

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "sender",
    [
        sip_from("13800138000"),
        sip_from("anonymous", "Anonymous", "anonymous.invalid"),
        sip_from("1380013", 'a\\"b; ${SHELL(id)} $[1+1] \\\\'),
        sip_from("$%7BEXTEN%7D"),
        sip_from("1" * 500),
        sip_from("13800138000", "x" * 500),
        sip_from("13800138000", "李四 Иван مرحبا 🙂"),
        sip_from("%E5%BC%A0%0D%0AX-Evil:%201"),
    ],
    ids=["plain", "hidden", "quotes", "expression", "long-user", "long-name", "scripts", "escaped-newline"],
)
async def test_any_from_gets_through(pbx: Pbx, sender: bytes) -> None:
    """A strange but well-formed caller is answered, and can hang up."""
    async with strange_call(pbx.config.sip_port, "12345", sender) as call:
        assert await call.final() == 200
    assert pbx.running


@pytest.mark.parametrize("sender", [b"<sip:${EXTEN}@x>", b"no address", b"<sip:1@x>\r\n\r\nX", b"\xff\xfe"])
async def test_broken_from_is_met_with_silence_or_refusal(pbx: Pbx, sender: bytes) -> None:
    """What is no SIP starts no call, and the PBX lives."""
    try:
        async with strange_call(pbx.config.sip_port, "12345", sender, deadline_s=0.3) as call:
            status = await call.final(0.3)
    except TimeoutError:
        status = 0

    assert status == 0 or status >= 400
    assert pbx.running


async def test_pbx_hangs_up_on_a_stranger(pbx: Pbx) -> None:
    """The PBX's BYE is answered and noted."""
    async with strange_call(pbx.config.sip_port, "12345", sip_from("13800138001")) as call:
        assert await call.final() == 200
        await pbx.cli("channel request hangup all")
        await call.hung_up.wait()


async def test_unknown_number_is_refused(pbx: Pbx) -> None:
    """A number that the dialplan does not have ends with a status of its own."""
    async with strange_call(pbx.config.sip_port, "99999", sip_from("13800138002")) as call:
        assert await call.final() == 404


async def test_stranger_gives_up_while_it_rings(pbx: Pbx) -> None:
    """An unanswered call is cancelled with the context."""
    async with strange_call(pbx.config.sip_port, "8001", sip_from("13800138003")) as call:
        assert await call.final() >= 400
