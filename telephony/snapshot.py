"""Takes the snapshot of the telephones: two lists over AMI, whatever the number of calls."""

from __future__ import annotations

from typing import Final, Protocol

from telephony.message import AmiEvent
from telephony.telephones import VARIABLES, Telephones, read_telephones

WITHIN_S: Final = 5.0


class Lister(Protocol):
    """The part of the AMI connection that answers with lists."""

    async def listing(self, name: str, deadline_s: float | None = None, /, **fields: str) -> list[AmiEvent]:
        """Every item of an action's list. Raises TelephonyError."""


async def take_snapshot(ami: Lister) -> Telephones:
    """Look at every channel and every phone now. Raises TelephonyError."""
    channels = await ami.listing("Status", WITHIN_S, Variables=",".join(VARIABLES))
    return read_telephones(channels, await ami.listing("DeviceStateList", WITHIN_S))
