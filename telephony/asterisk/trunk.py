"""中继: the lines by which citizens' calls come in and calls to numbers outside go out, as checked values."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from telephony.asterisk.words import (
    HEADER,
    HOST,
    NAME,
    NUMBER,
    SECRET,
    BadPbxConfig,
    demand,
    demand_network,
    demand_path,
    demand_range,
)

REQUEST_URI = "request-uri"


class Transport(StrEnum):
    """How SIP travels."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


@dataclass(frozen=True, kw_only=True)
class Tls:
    """What SIP over TLS needs."""

    port: int = 5061
    """TCP port."""
    certificate: Path
    """PEM: our certificate, and those above it."""
    key: Path
    """PEM: its private key."""
    authorities: Path | None = None
    """PEM: whose certificates of peers are believed; none: a peer's certificate is not looked at."""

    def __post_init__(self) -> None:
        """Refuse what is no path."""
        demand_range("tls.port", self.port, 1, 65535)
        demand_path("tls.certificate", self.certificate)
        demand_path("tls.key", self.key)
        if self.authorities:
            demand_path("tls.authorities", self.authorities)


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A carrier's SIP machine (its SBC, the IMS edge), and how we prove to be its customer."""

    host: str
    """Host name or address."""
    port: int = 5060
    """Its SIP port."""
    transport: Transport = Transport.UDP
    """How SIP travels there."""
    user: str = ""
    """The name by which it challenges us; empty: it knows us by address."""
    secret: str = field(default="", repr=False)
    """The secret that goes with `user`."""

    def __post_init__(self) -> None:
        """Refuse what cannot stand in a configuration file."""
        demand(HOST, "peer.host", self.host)
        demand_range("peer.port", self.port, 1, 65535)
        if bool(self.user) != bool(self.secret):
            raise BadPbxConfig("a peer's user and secret go together")
        if self.user:
            demand(NAME, "peer.user", self.user)
            demand(SECRET, "peer.secret", self.secret, secret=True)

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Carrier(Peer):
    """Where calls to numbers outside go. Dialled as `PJSIP/<digits>@carrier`; outside, `number` alone is shown."""

    number: str
    """The caller's number of every call: the city's own, 2 to 20 digits, as the carrier has assigned it."""
    trunk: str = ""
    """The trunk whose channels these calls take; empty: none of ours."""

    def __post_init__(self) -> None:
        """Refuse what cannot stand in a configuration file."""
        super().__post_init__()
        demand(NUMBER, "carrier.number", self.number)
        if self.trunk:
            demand(NAME, "carrier.trunk", self.trunk)


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """Lines by which citizens' calls come in, known by the addresses they come from."""

    name: str
    """Its name in `hotline status`: letters, digits, `-`."""
    addresses: tuple[str, ...]
    """Networks its calls come from. From anywhere else they are refused, whatever they say."""
    transport: Transport = Transport.UDP
    """How SIP travels."""
    peer: Peer | None = None
    """Whom we ask, with OPTIONS, whether the trunk lives; none: it is not asked."""
    registers: bool = False
    """Whether we register at the peer, so that it knows where to send calls."""
    number: str = ""
    """With `registers`: the user part of the address that calls are sent to, if not the account's name."""
    dialled_in: str = REQUEST_URI
    """Where the number dialled stands: `request-uri`, or a header: `To`, `Diversion`, `P-Called-Party-ID`, `X-…`."""
    trusted: bool = False
    """Whether P-Asserted-Identity is believed: a carrier's is; of some providers it is the caller's own word."""
    channels: int = 30
    """How many calls the trunk carries at once."""
    crisis_reserve: int = 0
    """How many of them are kept for crisis hotlines."""
    qualify_s: int = 30
    """How often the peer is asked, seconds."""

    def __post_init__(self) -> None:
        """Refuse what cannot stand in a configuration file, and what makes no trunk."""
        demand(NAME, "trunk.name", self.name)
        demand(HEADER, "trunk.dialled_in", self.dialled_in)
        if self.number:
            demand(NUMBER, "trunk.number", self.number)
        if not self.addresses:
            raise BadPbxConfig("a trunk has addresses: whoever may send calls is listed")
        for network in self.addresses:
            demand_network("trunk.addresses", network)
        demand_range("trunk.channels", self.channels, 1, 100_000)
        demand_range("trunk.crisis_reserve", self.crisis_reserve, 0, self.channels - 1)
        demand_range("trunk.qualify_s", self.qualify_s, 1, 3600)
        if self.registers and (self.peer is None or not self.peer.user):
            raise BadPbxConfig("a trunk that registers needs a peer with user and secret")

    @property
    def for_everybody(self) -> int:
        """How many calls at once are let in that are no crisis hotline's."""
        return self.channels - self.crisis_reserve


def network_of(host: str) -> tuple[str, ...]:
    """An address as a network of one; nothing for a host name."""
    try:
        return (str(ipaddress.ip_network(host)),)
    except ValueError:
        return ()
