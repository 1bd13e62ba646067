"""What the rendered files mean on the real Asterisk: who may register, who is a citizen, what the AMI may do."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox.instance import Setup
from sandbox.pbx import Pbx
from sandbox.ports import LOOPBACK
from telephony.asterisk.config import Fallback, Seat

DEADLINE_S = 10.0
SEAT = Seat(extension="8001", password="sandbox-8001")


@pytest.fixture
async def pbx(tmp_path: Path) -> AsyncIterator[Pbx]:
    """A PBX with one seat and one hotline."""
    hotline = Fallback(number="12345", queue="general", greeting=())
    async with Pbx.start(tmp_path / "pbx", Setup(seats=(SEAT,), hotlines=(hotline,))) as running:
        yield running


class Phone:
    """A few lines of SIP over UDP: one request, its first answer that is not provisional."""

    def __init__(self, pbx: Pbx, user: str) -> None:
        self._pbx = f"{LOOPBACK}:{pbx.config.sip_port}"
        self._user = user
        self._call = secrets.token_hex(8)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))
        self._socket.connect((LOOPBACK, pbx.config.sip_port))
        self._socket.setblocking(False)
        self._here = f"{LOOPBACK}:{self._socket.getsockname()[1]}"
        self._sequence = 0

    async def ask(self, method: str, to: str, *more: str, from_: str | None = None) -> tuple[int, str]:
        """Send and wait: (status, the whole answer)."""
        self._sequence += 1
        uri = f"sip:{self._pbx}" if method == "REGISTER" else f"sip:{to}@{self._pbx}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._here};rport;branch=z9hG4bK{secrets.token_hex(6)}",
            f"From: {from_ or f'<sip:{self._user}@{LOOPBACK}>'};tag=a{self._call}",
            f"To: <sip:{to}@{LOOPBACK}>",
            f"Call-ID: {self._call}",
            f"CSeq: {self._sequence} {method}",
            f"Contact: <sip:{self._user}@{self._here}>",
            "Max-Forwards: 70",
            *more,
            "Content-Length: 0",
        ]
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._socket, ("\r\n".join(lines) + "\r\n\r\n").encode())
        async with asyncio.timeout(DEADLINE_S):
            while True:
                answer = (await loop.sock_recv(self._socket, 65536)).decode()
                if (answer.startswith("SIP/2.0")) and (status := int(answer.split()[1])) >= 200:
                    return status, answer

    async def register(self, password: str) -> int:
        """Register with digest authentication; the last status."""
        status, challenge = await self.ask("REGISTER", self._user)
        assert status == 401
        told = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        uri = f"sip:{self._pbx}"
        secret = _md5(f"{self._user}:{told['realm']}:{password}")
        count, own = "00000001", "0a4f113b"
        proof = _md5(f"{secret}:{told['nonce']}:{count}:{own}:auth:{_md5(f'REGISTER:{uri}')}")
        words = f'username="{self._user}", realm="{told["realm"]}", nonce="{told["nonce"]}", uri="{uri}"'
        words += f', response="{proof}", qop=auth, nc={count}, cnonce="{own}", opaque="{told.get("opaque", "")}"'
        status, _ = await self.ask("REGISTER", self._user, f"Authorization: Digest {words}, algorithm=MD5")
        return status

    def close(self) -> None:
        """Hang up for good."""
        self._socket.close()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@asynccontextmanager
async def phone(pbx: Pbx, user: str) -> AsyncIterator[Phone]:
    """A phone with this user name, on this machine like all others."""
    made = Phone(pbx, user)
    try:
        yield made
    finally:
        made.close()


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
