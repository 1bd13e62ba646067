"""A phone of a few lines, for what no phone does: one request at a time, by hand, with any name and any password."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.pbx import Pbx
from sandbox.ports import LOOPBACK

DEADLINE_S = 10.0


class Phone:
    """A few lines of SIP over UDP: one request, its first answer that is not provisional."""

    def __init__(self, pbx: Pbx, user: str, source: str) -> None:
        self._pbx = f"{LOOPBACK}:{pbx.config.sip_port}"
        self._user = user
        self._call = secrets.token_hex(8)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((source, 0))
        self._socket.connect((LOOPBACK, pbx.config.sip_port))
        self._socket.setblocking(False)
        self._here = f"{source}:{self._socket.getsockname()[1]}"
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
        return (await self.prove(password))[0]

    async def prove(self, password: str) -> tuple[int, str]:
        """As `register`, with the whole answer."""
        status, challenge = await self.ask("REGISTER", self._user)
        assert status == 401
        told = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        uri = f"sip:{self._pbx}"
        secret = _md5(f"{self._user}:{told['realm']}:{password}")
        count, own = "00000001", "0a4f113b"
        proof = _md5(f"{secret}:{told['nonce']}:{count}:{own}:auth:{_md5(f'REGISTER:{uri}')}")
        words = f'username="{self._user}", realm="{told["realm"]}", nonce="{told["nonce"]}", uri="{uri}"'
        words += f', response="{proof}", qop=auth, nc={count}, cnonce="{own}", opaque="{told.get("opaque", "")}"'
        return await self.ask("REGISTER", self._user, f"Authorization: Digest {words}, algorithm=MD5")

    def close(self) -> None:
        """Hang up for good."""
        self._socket.close()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@asynccontextmanager
async def phone(pbx: Pbx, user: str, source: str = LOOPBACK) -> AsyncIterator[Phone]:
    """A phone with this user name, on this machine like all others."""
    made = Phone(pbx, user, source)
    try:
        yield made
    finally:
        made.close()
