"""What the rendered files mean on the real Asterisk: who may register, who is a citizen, what the AMI may do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.instance import Setup
from sandbox.pbx import Pbx
from telephony.asterisk.config import Fallback, Seat
from tests.telephony.sip_phone import phone

DEADLINE_S = 10.0
SEAT = Seat(extension="8001", password="sandbox-8001")


@pytest.fixture
async def pbx(tmp_path: Path) -> AsyncIterator[Pbx]:
    """A PBX with one seat and one hotline."""
    hotline = Fallback(number="12345", queue="general", greeting=())
    async with Pbx.start(tmp_path / "pbx", Setup(seats=(SEAT,), hotlines=(hotline,))) as running:
        yield running


async def test_seat_registers_with_its_password_and_with_no_other(pbx: Pbx) -> None:
    """By digest, although it has the trunk's address."""
    async with phone(pbx, "8001") as seat:
        assert await seat.register("wrong-password") == 401
        assert await seat.register(SEAT.password) == 200

    assert "Contact:  8001/sip:8001@127.0.0.1" in await pbx.cli("pjsip show contacts")


async def test_second_phone_of_a_seat_replaces_the_first(pbx: Pbx) -> None:
    """One seat, one phone: the one that came last."""
    for _ in range(2):
        async with phone(pbx, "8001") as seat:
            assert await seat.register(SEAT.password) == 200

    assert "Objects found: 1" in await pbx.cli("pjsip show contacts")


async def test_nobody_else_registers(pbx: Pbx) -> None:
    """Neither a number without a seat nor the trunk itself."""
    for user in ("8002", "citizens", "13800000000"):
        async with phone(pbx, user) as stranger:
            status, _ = await stranger.ask("REGISTER", user)
        assert status in {401, 403, 404}, user
    assert "No objects found" in await pbx.cli("pjsip show contacts")


@pytest.mark.parametrize(
    "from_",
    [
        "<sip:13800000000@127.0.0.1>",
        "<sip:anonymous@anonymous.invalid>",
        '"O\\"Brien; ${SHELL(id)}" <sip:+8613800000000@127.0.0.1>',
        '"王小明" <sip:13800000000@127.0.0.1>',
        f"<sip:{'9' * 500}@127.0.0.1>",
    ],
)
async def test_anybody_who_is_no_seat_is_a_citizen(pbx: Pbx, from_: str) -> None:
    """Known by address, whatever the name says: answered without a password, in the context of citizens."""
    async with phone(pbx, "citizen") as citizen:
        sdp_less = await citizen.ask("INVITE", "12345", from_=from_)

        assert sdp_less[0] == 200
        channels = await pbx.cli("core show channels concise")
        assert "PJSIP/citizens-" in channels


async def test_call_in_a_seats_name_must_prove_it(pbx: Pbx) -> None:
    """Sharing an address with the trunk opens nothing."""
    async with phone(pbx, "8001") as impostor:
        status, _ = await impostor.ask("INVITE", "*71")

    assert status == 401


async def ami(pbx: Pbx, *actions: str) -> list[str]:
    """Log in with the shipped account and send actions; the response to each."""
    config = pbx.config
    reader, writer = await asyncio.open_connection(config.ami_address, config.ami_port)
    login = f"Action: Login\r\nUsername: {config.ami_user}\r\nSecret: {config.ami_secret}\r\nEvents: off"
    responses: list[str] = []
    try:
        async with asyncio.timeout(DEADLINE_S):
            for text in (login, *actions):
                writer.write(f"{text}\r\n\r\n".encode())
                responses.append(await _response(reader))
    finally:
        writer.close()
    return responses[1:]


async def _response(reader: asyncio.StreamReader) -> str:
    """The next block that is a response; events in between are passed over."""
    while "Response: " not in (block := (await reader.readuntil(b"\r\n\r\n")).decode()):
        pass
    return block


FORBIDDEN = (
    "Action: Command\r\nCommand: core show version",
    "Action: GetConfig\r\nFilename: manager.conf",
    "Action: UpdateConfig\r\nSrcFilename: a\r\nDstFilename: a",
    "Action: MixMonitor\r\nChannel: x\r\nFile: x",
    "Action: Reload",
    "Action: ModuleLoad\r\nLoadType: reload",
    "Action: DBPut\r\nFamily: a\r\nKey: b\r\nVal: c",
    "Action: AGI\r\nChannel: x\r\nCommand: EXEC System id",
    "Action: Filter\r\nOperation: Add\r\nFilter: x",
    "Action: UserEvent\r\nUserEvent: x",
)


async def test_ami_account_is_refused_what_it_does_not_need(pbx: Pbx) -> None:
    """Decision 8, asked of Asterisk itself."""
    answers = await ami(pbx, *FORBIDDEN)

    for action, answer in zip(FORBIDDEN, answers, strict=True):
        assert "Permission denied" in answer, action


NEEDED = (
    "Action: Redirect\r\nChannel: none\r\nContext: connect\r\nExten: 8001*1*20\r\nPriority: 1",
    "Action: Hangup\r\nChannel: none",
    "Action: Setvar\r\nVariable: HEARTBEAT\r\nValue: 1",
    "Action: QueueAdd\r\nQueue: none\r\nInterface: PJSIP/8001",
    "Action: Ping",
    "Action: MixMonitorMute\r\nChannel: none\r\nDirection: both\r\nState: 1",
    "Action: Originate\r\nChannel: PJSIP/none\r\nContext: agents\r\nExten: s\r\nPriority: 1\r\nAsync: true",
    "Action: DeviceStateList",
    "Action: Status",
    "Action: CoreShowChannels",
)


async def test_ami_account_may_do_what_it_needs(pbx: Pbx) -> None:
    """Each is understood and permitted; that there is no such channel is another matter."""
    answers = await ami(pbx, *NEEDED)

    for action, answer in zip(NEEDED, answers, strict=True):
        assert "Permission denied" not in answer, action
        assert "Invalid/unknown" not in answer, action


@pytest.mark.parametrize("application", ["System", "MixMonitor", "AGI", "TrySystem", "Exec"])
async def test_originate_runs_no_program(pbx: Pbx, application: str) -> None:
    """The right to originate is not the right to run commands."""
    action = f"Action: Originate\r\nChannel: Local/x@agents\r\nApplication: {application}\r\nData: x"

    (answer,) = await ami(pbx, action)

    assert "Response: Error" in answer
