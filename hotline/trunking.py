"""The city's trunks, with their secrets, as Asterisk is told them. A secret is a file of the state folder."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from city.trunks import Trunk as Written
from city.trunks import TrunksFile
from telephony.asterisk.config import Carrier, Tls, Transport, Trunk
from telephony.asterisk.trunk import Peer


class SecretMissing(Exception):
    """A trunk has an account, and nobody has put its secret where it belongs; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What a PBX is told of the world outside."""

    trunks: tuple[Trunk, ...]
    carrier: Carrier | None
    phone_networks: tuple[str, ...]
    tls: Tls | None
    apart: bool
    """Whether no phone has an address of a trunk's."""


def lines_of(written: TrunksFile, secrets: Path) -> Lines:
    """The trunks of a city's `trunks.toml`. Raises SecretMissing."""
    trunks = tuple(_trunk(trunk, secrets) for trunk in written.trunks)
    phones = [ipaddress.ip_network(network) for network in written.phone_networks]
    lines = [ipaddress.ip_network(network) for trunk in trunks for network in trunk.addresses]
    return Lines(
        trunks=trunks,
        carrier=_carrier(written, secrets),
        phone_networks=written.phone_networks,
        tls=_tls(written),
        apart=bool(lines) and not any(a.version == b.version and a.overlaps(b) for a in phones for b in lines),
    )


def _trunk(written: Written, secrets: Path) -> Trunk:
    return Trunk(
        name=written.name,
        addresses=written.addresses,
        transport=Transport(written.transport.value),
        peer=_peer(written, secrets),
        registers=written.registers,
        number=written.number or "",
        dialled_in=written.dialled_in,
        trusted=written.trusted,
        channels=written.channels,
        crisis_reserve=written.crisis_reserve,
    )


def _peer(written: Written, secrets: Path) -> Peer | None:
    if written.host is None:
        return None
    return Peer(
        host=written.host,
        port=written.port,
        transport=Transport(written.transport.value),
        user=written.account or "",
        secret=_secret(written, secrets),
    )


def _carrier(written: TrunksFile, secrets: Path) -> Carrier | None:
    if written.outgoing is None:
        return None
    trunk = next(trunk for trunk in written.trunks if trunk.name == written.outgoing.trunk)
    peer = _peer(trunk, secrets)
    if peer is None:
        return None  # the city's own check has said so
    return Carrier(
        host=peer.host,
        port=peer.port,
        transport=peer.transport,
        user=peer.user,
        secret=peer.secret,
        number=written.outgoing.number,
        trunk=trunk.name,
    )


def _tls(written: TrunksFile) -> Tls | None:
    if (tls := written.tls) is None:
        return None
    authorities = Path(tls.authorities) if tls.authorities else None
    return Tls(port=tls.port, certificate=Path(tls.certificate), key=Path(tls.key), authorities=authorities)


def _secret(written: Written, secrets: Path) -> str:
    if written.account is None:
        return ""
    path = secrets / f"trunk-{written.name}"
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretMissing(
            f"中继 {written.name} 的密钥须写入文件 / the secret of trunk {written.name} belongs into {path}"
        ) from error
