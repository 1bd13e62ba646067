"""Who guesses passwords or names: counted per address, and banned after too many failures within a while.

Asterisk answers every guess alike and says so in events of class `security`. What is remembered is bounded: addresses
that failed last, and bans that end last. An IPv6 guesser has a whole /64 and is counted by it. The ban itself is not
carried out here: an unprivileged controller writes down who is banned, and the firewall's own program applies it.

    InvalidAccountID          a name that nobody has
    ChallengeResponseFailed   a wrong answer to our challenge: a wrong password
    InvalidPassword           the same, said by AMI
    FailedACL                 from where nobody may speak (AMI says so; the access list of SIP refuses in silence)
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FAILURES: Final = frozenset({"InvalidAccountID", "ChallengeResponseFailed", "InvalidPassword", "FailedACL"})
REMEMBERED: Final = 10_000
MOST_BANS: Final = 5_000
V6_PREFIX: Final = 64

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Message = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """So many failures within so long ban an address for so long; from some networks, never."""

    failures: int
    within: timedelta
    banned: timedelta
    never: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """Nobody from here is heard until then."""

    network: Network
    until: datetime


class Guessers:
    """Told of failures in their order; one task uses it."""

    def __init__(self, patience: Patience, *, remembered: int = REMEMBERED, most_bans: int = MOST_BANS) -> None:
        self._patience, self._remembered, self._most_bans = patience, remembered, most_bans
        self._failed: OrderedDict[Network, deque[datetime]] = OrderedDict()
        self._bans: dict[Network, Ban] = {}

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._failed)

    def resume(self, bans: Iterable[Ban]) -> None:
        """Bans from before a restart."""
        self._bans = {ban.network: ban for ban in bans if not self._is_spared(ban.network)}

    def hear(self, message: Message, now: datetime) -> Ban | None:
        """One AMI event: the ban it leads to, if it does."""
        if message.get("Event") not in FAILURES:
            return None
        network = network_of(message.get("RemoteAddress", ""))
        if network is None or self._is_spared(network) or network in self._bans:
            return None
        return self._count(network, now)

    def bans(self, now: datetime) -> tuple[Ban, ...]:
        """Who is banned now, the one that ends first first."""
        self._bans = {network: ban for network, ban in self._bans.items() if ban.until > now}
        return tuple(sorted(self._bans.values(), key=lambda ban: (ban.until, str(ban.network))))

    def _count(self, network: Network, now: datetime) -> Ban | None:
        times = self._failed.setdefault(network, deque(maxlen=self._patience.failures))
        self._failed.move_to_end(network)
        while len(self._failed) > self._remembered:
            self._failed.popitem(last=False)
        times.append(now)
        if len(times) < self._patience.failures or now - times[0] > self._patience.within:
            return None
        del self._failed[network]
        ban = Ban(network=network, until=now + self._patience.banned)
        while len(self._bans) >= self._most_bans:
            del self._bans[min(self._bans.values(), key=lambda other: other.until).network]
        self._bans[network] = ban
        return ban

    def _is_spared(self, network: Network) -> bool:
        return any(network.version == other.version and network.overlaps(other) for other in self._patience.never)


def network_of(remote: str) -> Network | None:
    """`IPV4/UDP/192.0.2.1/5060` is 192.0.2.1/32; an IPv6 address is its /64; anything else is nobody."""
    parts = remote.split("/")
    if len(parts) < 3:
        return None
    try:
        address = ipaddress.ip_address(parts[2])
    except ValueError:
        return None
    bits = address.max_prefixlen if address.version == 4 else V6_PREFIX
    return ipaddress.ip_network(f"{address}/{bits}", strict=False)
