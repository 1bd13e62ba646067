"""Takes the snapshot of the telephones: two lists over AMI, whatever the number of calls."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol, cast

from telephony.message import AmiEvent
from telephony.telephones import VARIABLES, Telephones, reading

WITHIN_S: Final = 5.0


class Lister(Protocol):
    """The part of the AMI connection that answers with lists."""

    async def listing(self, name: str, deadline_s: float | None = None, /, **fields: str) -> list[AmiEvent]:
        """Every item of an action's list. Raises TelephonyError."""


async def take_snapshot(ami: Lister) -> Telephones:
    """Look at every channel and every phone now. Raises TelephonyError."""
    channels = await ami.listing("Status", WITHIN_S, Variables=",".join(VARIABLES))
    steps = reading(channels, await ami.listing("DeviceStateList", WITHIN_S))
    while True:
        try:
            next(steps)
        except StopIteration as read:
            return cast("Telephones", read.value)
        await asyncio.sleep(0)
