"""A simulated carrier on the loopback address: real SIP, phones behind numbers, calls in both directions.

It is a stateless proxy with a registrar. A call from the PBX to a number goes to the phone that stands behind it, or
ends with a status the carrier gives itself; a call from one of its phones to any other number goes in to the PBX. Every
request of a call passes through it (Record-Route), as with a real one; sound goes between the phones and the PBX.

    async with Carrier.start() as carrier, Pbx.start(folder, Setup(carrier=carrier.peer())) as pbx:
        carrier.serve(pbx.config.sip_port)
        async with carrier.phone("13812345678", manner=Manner.ANSWER) as citizen:
            …                           # the PBX dials PJSIP/13812345678@carrier
            await citizen.dial("12345")  # and the other way round
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import cast

from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from sandbox.ports import LOOPBACK
from sandbox.sip import Address, NoSip, SipMessage, address_of, proves, user_of
from telephony.asterisk.config import Carrier as Customer
from telephony.asterisk.trunk import Peer

CITY_NUMBER = "051812345"
REGISTERED_S = 60
_REASONS = {403: "Forbidden", 404: "Not Found", 480: "Temporarily Unavailable", 486: "Busy Here", 503: "Unavailable"}

Rewrite = Callable[[SipMessage], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """A call that came from the PBX."""

    number: str
    """Whom it was for."""
    caller: str
    """In whose name."""


class Carrier(asyncio.DatagramProtocol):
    """A carrier that is in service. Make one with `async with Carrier.start()`."""

    def __init__(self, user: str, secret: str) -> None:
        self.user, self.secret = user, secret
        self.dialled: list[Dialled] = []
        """Every call of the PBX, repeats of one INVITE counted once."""
        self.requests: list[SipMessage] = []
        """Every request that came, as it came."""
        self.silent = False
        """A dead trunk: nothing is answered."""
        self.inbound: Rewrite = lambda _: None
        """What is done to an INVITE on its way in: other number formats, more headers."""
        self.address: Address = (LOOPBACK, 0)
        """Where it is."""
        self._contacts: dict[str, str] = {}
        self._statuses: dict[str, int] = {}
        self._routes: dict[str, Address] = {}
        self._seen: set[tuple[str, str]] = set()
        self._pbx: Address = (LOOPBACK, 0)
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    @asynccontextmanager
    async def start(cls, *, user: str = "", secret: str = "", address: str = LOOPBACK) -> AsyncIterator[Carrier]:
        """In service until the context ends. With `user` and `secret` the PBX must prove to be our customer."""
        transport, carrier = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: cls(user, secret), local_addr=(address, 0)
        )
        try:
            yield carrier
        finally:
            transport.close()

    # ---------------------------------------------------------------- for those who use it

    @property
    def port(self) -> int:
        """Its UDP port."""
        return self.address[1]

    def registrar(self) -> Peer:
        """What a trunk that registers is told of it."""
        host, port = self.address
        return Peer(host=host, port=port, user=self.user, secret=self.secret)

    def peer(self, number: str = CITY_NUMBER) -> Customer:
        """What a PBX is told of it."""
        host, port = self.address
        return Customer(host=host, port=port, number=number, user=self.user, secret=self.secret)

    def serve(self, sip_port: int, host: str = LOOPBACK) -> None:
        """Calls to numbers that are none of its phones' go in to this PBX."""
        self._pbx = (host, sip_port)

    def refuse(self, number: str, status: int) -> None:
        """Calls to this number end with this status: 404 unassigned, 480 switched off, 503 no way there."""
        self._statuses[number] = status

    @asynccontextmanager
    async def phone(self, number: str, *, manner: Manner = Manner.RING, after_s: float = 0.0) -> AsyncIterator[Phone]:
        """A phone behind a number: it is dialled by the PBX, and dials in. Off with the context."""
        line = Line.seat(self.port, number, secrets.token_hex(8))
        async with Phone.start(line, manner=manner, after_s=after_s) as phone:
            yield phone

    def registered(self, user: str) -> bool:
        """Whether somebody, a phone or the PBX, is registered by this name."""
        return user in self._contacts

    # ---------------------------------------------------------------- SIP

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.address = transport.get_extra_info("sockname")

    def datagram_received(self, data: bytes, sender: Address) -> None:
        """One message, passed on or answered; what is no SIP is dropped."""
        if self.silent:
            return
        with suppress(NoSip):
            message = SipMessage.read(data)
            if message.method:
                self._take_request(message, sender)
            else:
                self._pass_back(message)

    def _take_request(self, request: SipMessage, sender: Address) -> None:
        self.requests.append(SipMessage(request.first, list(request.headers), request.body))
        _note_sender(request, sender)
        if request.method == "REGISTER":
            self._register(request, sender)
        elif ";tag=" in request.get("To") and request.method != "ACK":
            self._pass_on(request, self._next_in_dialog(request))
        elif request.method == "OPTIONS":
            self._answer(request, 200, "OK")
        elif request.method in {"ACK", "CANCEL"}:
            self._follow(request)
        else:
            self._begin(request, sender)

    def _begin(self, request: SipMessage, sender: Address) -> None:
        """A new call, from the PBX or from a phone."""
        number = user_of(request.uri)
        ours = sender == self._pbx
        if ours and self.user and not self._proven(request, "Proxy-Authorization"):
            self._answer(request, 407, "Prove it", ("Proxy-Authenticate", self._challenge()))
            return
        if ours:
            self._note_dialled(request, number)
        if status := self._statuses.get(number):
            self._answer(request, status, _REASONS.get(status, "No"))
        elif contact := self._contacts.get(number):
            request.first = f"{request.method} {contact} SIP/2.0"
            self._connect(request, address_of(contact))
        elif ours:
            self._answer(request, 404, _REASONS[404])
        else:
            registered = self._contacts.get(self.user) if self.user else None
            target = registered or f"sip:{number}@{self._pbx[0]}:{self._pbx[1]}"
            request.first = f"{request.method} {target} SIP/2.0"
            self.inbound(request)
            self._connect(request, self._pbx)

    def _connect(self, request: SipMessage, target: Address) -> None:
        request.push("Record-Route", f"<sip:{self.address[0]}:{self.port};lr>")
        self._routes[_branch(request)] = target
        self._pass_on(request, target)

    def _follow(self, request: SipMessage) -> None:
        """An ACK or a CANCEL goes where its INVITE went; the ACK of an answer goes by its route."""
        target = self._routes.get(_branch(request))
        if target is not None:
            self._pass_on(request, target)
        elif request.get("Route"):
            self._pass_on(request, self._next_in_dialog(request))

    def _next_in_dialog(self, request: SipMessage) -> Address:
        if request.get("Route"):
            request.pop("Route")
        return address_of(request.uri)

    def _note_dialled(self, request: SipMessage, number: str) -> None:
        once = (request.get("Call-ID"), request.get("CSeq"))
        if once not in self._seen:
            self._seen.add(once)
            self.dialled.append(Dialled(number=number, caller=user_of(request.get("From"))))

    # ---------------------------------------------------------------- registrations

    def _register(self, request: SipMessage, sender: Address) -> None:
        user = user_of(request.get("To"))
        if user == self.user and not self._proven(request, "Authorization"):
            self._answer(request, 401, "Prove it", ("WWW-Authenticate", self._challenge()))
            return
        contact = request.get("Contact")
        if request.get("Expires") == "0" or ";expires=0" in contact:
            self._contacts.pop(user, None)
            self._answer(request, 200, "OK")
            return
        self._contacts[user] = contact.partition("<")[2].partition(">")[0]
        if user == self.user:
            self._pbx = sender
        self._answer(request, 200, "OK", ("Contact", f"{contact.partition('>')[0]}>;expires={REGISTERED_S}"))

    def _challenge(self) -> str:
        return f'Digest realm="carrier", nonce="{secrets.token_hex(8)}", algorithm=MD5'

    def _proven(self, request: SipMessage, header: str) -> bool:
        return proves(request.get(header), request.method, self.user, self.secret)

    # ---------------------------------------------------------------- passing on and back

    def _pass_on(self, request: SipMessage, target: Address) -> None:
        branch = hashlib.sha1(_branch(request).encode(), usedforsecurity=False).hexdigest()[:20]
        request.push("Via", f"SIP/2.0/UDP {self.address[0]}:{self.port};branch=z9hG4bK{branch}")
        self._send(request, target)

    def _pass_back(self, response: SipMessage) -> None:
        response.pop("Via")
        if response.get("Via"):
            self._send(response, _via_address(response.get("Via")))

    def _answer(self, request: SipMessage, status: int, reason: str, *more: tuple[str, str]) -> None:
        self._send(request.reply(status, reason, *more), _via_address(request.get("Via")))

    def _send(self, message: SipMessage, target: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(message.written(), target)


def _branch(request: SipMessage) -> str:
    return request.get("Via").partition("branch=")[2].partition(";")[0]


def _note_sender(request: SipMessage, sender: Address) -> None:
    """Where the answer goes: to where the request came from (RFC 3581)."""
    via = request.pop("Via").replace(";rport", "")
    request.push("Via", f"{via};received={sender[0]};rport={sender[1]}")


def _via_address(via: str) -> Address:
    sent_by, *more = via.split(";")
    told = dict(part.partition("=")[::2] for part in more)
    host, _, port = sent_by.rpartition(" ")[2].partition(":")
    return told.get("received", host), int(told.get("rport") or port or 5060)
