"""A seat's phone written by hand: it registers, and answers every call with the SIP status it is told to, at once."""

import asyncio
import hashlib
import re
import secrets
from contextlib import asynccontextmanager

from sandbox.ports import LOOPBACK

_COPIED = re.compile(rb"^(?:Via|From|To|Call-ID|CSeq):[^\r]*\r\n", re.MULTILINE | re.IGNORECASE)
_CHALLENGE = re.compile(rb'(realm|nonce|opaque)="([^"]*)"')


class CurtPhone(asyncio.DatagramProtocol):
    """`status` is what the next call is answered with; None says nothing at all."""

    def __init__(self, line):
        self._line, self._call_id, self._tag = line, secrets.token_hex(8), secrets.token_hex(4)
        self.status: int | None = None
        self.registered = asyncio.Event()
        self.rings_first = False

    def connection_made(self, transport):
        """Register at once."""
        self._transport = transport
        self._register(1)

    def datagram_received(self, message, _):
        """Prove who we are, or say what there is to say."""
        head = message.split(b"\r\n", 1)[0]
        if head.startswith(b"SIP/2.0 401"):
            self._register(2, self._credentials(message))
        elif head.startswith(b"SIP/2.0 200"):
            self.registered.set()
        elif head.startswith(b"INVITE") and self.status is not None:
            if self.rings_first:
                self._answer(message, 180)
            self._answer(message, self.status)
        elif head.startswith((b"CANCEL", b"BYE")):
            self._answer(message, 200)

    def _answer(self, request, status):
        copied = b"".join(_COPIED.findall(request))
        self._transport.sendto(f"SIP/2.0 {status} So It Is\r\n".encode() + copied + b"Content-Length: 0\r\n\r\n")

    def _credentials(self, challenge):
        said = {name.decode(): value.decode() for name, value in _CHALLENGE.findall(challenge)}
        user, uri = self._line.user, f"sip:{LOOPBACK}:{self._line.port}"
        secret = _md5(f"{user}:{said['realm']}:{self._line.password}")
        answer = _md5(f"{secret}:{said['nonce']}:00000001:c:auth:{_md5(f'REGISTER:{uri}')}")
        return (
            f'Authorization: Digest username="{user}", realm="{said["realm"]}", nonce="{said["nonce"]}", uri="{uri}", '
            f'response="{answer}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c", '
            f'opaque="{said.get("opaque", "")}"\r\n'
        )

    def _register(self, sequence, credentials=""):
        user, port = self._line.user, self._transport.get_extra_info("sockname")[1]
        own = f"{LOOPBACK}:{port}"
        self._transport.sendto(
            (
                f"REGISTER sip:{LOOPBACK}:{self._line.port} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {own};rport;branch=z9hG4bK{secrets.token_hex(6)}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:{user}@{LOOPBACK}>;tag={self._tag}\r\nTo: <sip:{user}@{LOOPBACK}>\r\n"
                f"Call-ID: {self._call_id}\r\nCSeq: {sequence} REGISTER\r\nContact: <sip:{user}@{own}>\r\n"
                f"Expires: 120\r\n{credentials}Content-Length: 0\r\n\r\n"
            ).encode()
        )


def _md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@asynccontextmanager
async def curt_phone(line):
    """A registered phone of this line, until the context ends."""
    loop = asyncio.get_running_loop()
    transport, phone = await loop.create_datagram_endpoint(
        lambda: CurtPhone(line), local_addr=(LOOPBACK, 0), remote_addr=(LOOPBACK, line.port)
    )
    try:
        async with asyncio.timeout(5):
            await phone.registered.wait()
        yield phone
    finally:
        transport.close()
