"""A second AMI session, for looking: what a list costs Asterisk stands before no order.

Asterisk does what one session asks in order. A list of 300 channels keeps it busy for some 20 ms, and an agent's phone
rang that much later when its Redirect had come behind one. Only who can bear that what was seen is a little older or
newer than what was heard may look here: the reconciler does (telephony.lookout), a look after a gap does not.
"""

from __future__ import annotations

from typing import Any, Final

import structlog

from telephony.ami import Ami, AmiAccount
from telephony.errors import AsteriskUnreachable, LoginRefused
from telephony.message import AmiEvent

log = structlog.get_logger(__name__)

HEARD: Final = "system"
"""The classes of events that are sent to this session: FullyBooted is of this one, and hardly anything else."""


class Eyes:
    """`run` it beside `main`, the session of orders and news; where this one is away, `main` lists."""

    def __init__(self, main: Ami, account: AmiAccount) -> None:
        self._main = main
        self._own = Ami(account, wanted=frozenset(), on_event=lambda _: None, classes=HEARD)

    async def listing(self, name: str, deadline_s: float | None = None, /, **fields: Any) -> list[AmiEvent]:
        """Every item of an action's list, as `Ami.listing`."""
        try:
            return await self._own.listing(name, deadline_s, **fields)
        except AsteriskUnreachable:  # nothing was sent
            return await self._main.listing(name, deadline_s, **fields)

    async def run(self) -> None:
        """Keep the session until cancelled, from when `main` was let in: whether we may log in is judged there."""
        await self._main.ready()
        try:
            await self._own.run()
        except LoginRefused:
            log.exception("Asterisk allows no second AMI session: lists stand before orders")
