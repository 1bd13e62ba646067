"""A caller whose SIP is written by hand, byte by byte: what no phone would send, but the network may.

Sends one INVITE over UDP with any `From` header, follows the call with ACK, BYE or CANCEL, and answers the PBX's BYE.
It says nothing (no RTP) and understands only what a call needs.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import cast

from sandbox.ports import LOOPBACK

DEADLINE_S = 10.0
RESEND_S = 0.5
_STATUS = re.compile(rb"SIP/2\.0 (\d{3}) ([^\r]*)")
_CONTACT = re.compile(rb"^(?:Contact|m):[^<\r]*<([^>\r]+)>", re.MULTILINE | re.IGNORECASE)
_TO = re.compile(rb"^(?:To|t):[ \t]*([^\r]+)", re.MULTILINE | re.IGNORECASE)
_COPIED = re.compile(rb"^(?:Via|From|To|Call-ID|CSeq):[^\r]*\r\n", re.MULTILINE | re.IGNORECASE)


def sip_from(user: str, display: str = "", host: str = LOOPBACK) -> bytes:
    """A `From` value with these texts put in as they are, quoted and escaped by nobody."""
    shown = f'"{display}" ' if display else ""
    return f"{shown}<sip:{user}@{host}>".encode()


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How a trunk writes its INVITEs."""

    source: str = LOOPBACK
    """The loopback address they come from."""
    uri: str = ""
    """The request URI, if not `sip:<number>@<the PBX>`."""
    to: str = ""
    """The `To` value, if not the request URI."""
    headers: Sequence[bytes] = ()
    """More headers, as they are."""


class StrangeCall(asyncio.DatagramProtocol):
    """One call by hand. Make one with `async with strange_call(...)`."""

    def __init__(self, port: int, number: str, sender: bytes, manners: Manners) -> None:
        self.statuses: list[tuple[int, str]] = []
        """Every answer to the INVITE in order, for example `(486, "Busy Here")`."""
        self.hung_up = asyncio.Event()
        """Set when the PBX has ended the call."""
        self._request_uri = (manners.uri or f"sip:{number}@{LOOPBACK}:{port}").encode()
        self._source, self._more = manners.source, manners.headers
        self._from = sender + b";tag=" + secrets.token_hex(4).encode()
        self._to = manners.to.encode() or b"<" + self._request_uri + b">"
        self._call_id = secrets.token_hex(8).encode()
        self._branch = b"z9hG4bK" + secrets.token_hex(6).encode()
        self._heard = asyncio.Event()
        self._answered = asyncio.Event()
        self._transport: asyncio.DatagramTransport | None = None
        self._target = self._request_uri

    @property
    def status(self) -> int:
        """The latest status, 0 before the first."""
        return self.statuses[-1][0] if self.statuses else 0

    async def final(self, deadline_s: float = DEADLINE_S) -> int:
        """Wait for the final status of the INVITE. Raises TimeoutError."""
        async with asyncio.timeout(deadline_s):
            await self._answered.wait()
        return self.status

    async def invite(self, media_port: int, deadline_s: float) -> None:
        """Send the INVITE, again until something is heard. Raises TimeoutError."""
        async with asyncio.timeout(deadline_s):
            while not self._heard.is_set():
                self._send(b"INVITE", self._request_uri, self._branch, 1, self._offer(media_port))
                with suppress(TimeoutError):
                    async with asyncio.timeout(RESEND_S):
                        await self._heard.wait()

    def leave(self) -> None:
        """Hang up, or give up the attempt."""
        if self.hung_up.is_set() or self.status >= 300:
            return
        if self.status >= 200:
            self._send(b"BYE", self._target, self._branch + b"b", 2)
        else:
            self._send(b"CANCEL", self._request_uri, self._branch, 1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, _: tuple[str, int]) -> None:
        """Follow the call."""
        if match := _STATUS.match(data):
            if b"INVITE" in _header(data, b"CSeq"):
                self._take_status(int(match[1]), match[2].decode(errors="replace"), data)
        elif not data.startswith(b"ACK"):
            self._reply(b"SIP/2.0 200 OK\r\n" + b"".join(_COPIED.findall(data)) + b"Content-Length: 0\r\n\r\n")
            if data.startswith(b"BYE"):
                self.hung_up.set()

    def _take_status(self, status: int, reason: str, message: bytes) -> None:
        self._heard.set()
        if status >= 200:
            self._acknowledge(status, message)
        if not self._answered.is_set():  # a repeated final answer wants its ACK again, nothing else
            self.statuses.append((status, reason))
        if status >= 200:
            self._answered.set()

    def _acknowledge(self, status: int, message: bytes) -> None:
        if to := _TO.search(message):
            self._to = to[1]
        if status >= 300:
            self._send(b"ACK", self._request_uri, self._branch, 1)
            return
        if contact := _CONTACT.search(message):
            self._target = contact[1]
        self._send(b"ACK", self._target, self._branch + b"a", 1)

    def _offer(self, media_port: int) -> bytes:
        lines = ("v=0", f"o=- 1 1 IN IP4 {LOOPBACK}", "s=-", f"c=IN IP4 {LOOPBACK}", "t=0 0",
                 f"m=audio {media_port} RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000",
                 "a=rtpmap:101 telephone-event/8000", "a=ptime:20", "")  # fmt: skip
        return "\r\n".join(lines).encode()

    def _send(self, method: bytes, uri: bytes, branch: bytes, sequence: int, body: bytes = b"") -> None:
        own = b"%s:%d" % (self._source.encode(), self._port())
        lines = [
            method + b" " + uri + b" SIP/2.0",
            b"Via: SIP/2.0/UDP " + own + b";rport;branch=" + branch,
            b"Max-Forwards: 70",
            b"From: " + self._from,
            b"To: " + self._to,
            b"Call-ID: " + self._call_id,
            b"CSeq: %d %s" % (sequence, method),
            b"Contact: <sip:stranger@" + own + b">",
            *(self._more if method == b"INVITE" else ()),
            *([b"Content-Type: application/sdp"] if body else []),
            b"Content-Length: %d" % len(body),
            b"",
            body,
        ]
        self._reply(b"\r\n".join(lines))

    def _port(self) -> int:
        return int(self._transport.get_extra_info("sockname")[1]) if self._transport else 0

    def _reply(self, message: bytes) -> None:
        if self._transport is not None:
            self._transport.sendto(message)


def _header(message: bytes, name: bytes) -> bytes:
    match = re.search(rb"^" + name + rb":[ \t]*([^\r]*)", message, re.MULTILINE | re.IGNORECASE)
    return match[1] if match else b""


@asynccontextmanager
async def strange_call(
    port: int, number: str, sender: bytes, deadline_s: float = DEADLINE_S, manners: Manners | None = None
) -> AsyncIterator[StrangeCall]:
    """Call `number` at the PBX with this `From` value (see `sip_from`); the call ends with the context.

    Raises TimeoutError if the PBX says nothing at all until the deadline, as it should to what is no SIP.
    """
    loop = asyncio.get_running_loop()
    how = manners or Manners()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
        media.bind((LOOPBACK, 0))  # what the PBX says goes here, unread
        transport, call = await loop.create_datagram_endpoint(
            lambda: StrangeCall(port, number, sender, how), local_addr=(how.source, 0), remote_addr=(LOOPBACK, port)
        )
        try:
            await call.invite(media.getsockname()[1], deadline_s)
            yield call
        finally:
            call.leave()
            transport.close()
