"""How the trunks do, by what Asterisk says: whether each peer answers our OPTIONS, and whether we are registered there.

A peer that does not answer makes its device UNAVAILABLE (`DeviceStateList`, looked at every few seconds anyway). A
registration has no state to look at; Asterisk tells of it (`Registry`) whenever it is made, renewed or refused: after
a restart of ours it is unknown until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PREFIX = "trunk-"
CARRIER = "carrier"

Message = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedTrunk:
    """What is to be watched of a trunk."""

    name: str
    address: str
    """Its peer's `host:port`; empty: it has no peer, so nothing is known of it."""
    account: str = ""
    """Whom we register as; empty: we do not register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkSight:
    """How a trunk does. None: not known, or not asked."""

    name: str
    reachable: bool | None
    registered: bool | None

    @property
    def well(self) -> bool:
        """Nothing is known to be wrong."""
        return self.reachable is not False and self.registered is not False


class TrunkWatch:
    """Give `hear` every AMI event."""

    def __init__(self, trunks: Iterable[WatchedTrunk]) -> None:
        self._trunks = tuple(trunks)
        self._registered: dict[str, bool] = {}

    def hear(self, message: Message) -> None:
        """One AMI event; only `Registry` means something here."""
        if message.get("Event") != "Registry":
            return
        for trunk in self._trunks:
            if trunk.account and _is_of(message, trunk):
                self._registered[trunk.name] = message.get("Status") == "Registered"

    def sights(self, reachable: Mapping[str, bool]) -> tuple[TrunkSight, ...]:
        """Each trunk, and at last where calls outside go. `reachable`: which lines' peers answer now."""
        trunks = [
            TrunkSight(
                name=trunk.name,
                reachable=reachable.get(f"{PREFIX}{trunk.name}") if trunk.address else None,
                registered=self._registered.get(trunk.name) if trunk.account else None,
            )
            for trunk in self._trunks
        ]
        if CARRIER in reachable:
            trunks.append(TrunkSight(name=CARRIER, reachable=reachable[CARRIER], registered=None))
        return tuple(trunks)


def _is_of(message: Message, trunk: WatchedTrunk) -> bool:
    """`Username: sip:city@host:5060`, `Domain: sip:host:5060`, either with parameters behind."""
    return message.get("Username", "").split(";")[0] == f"sip:{trunk.account}@{trunk.address}"


def is_line(device: str) -> bool:
    """Whether a device (without `PJSIP/`) is a line to a carrier and no phone."""
    return device == CARRIER or device.startswith(PREFIX)
