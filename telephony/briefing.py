"""交底: Asterisk is told what it must know of the city to go on without us, as the city is now. Nothing is rendered.

Hotlines are global variables of the dialplan (telephony.asterisk.known). A queue that Asterisk was started without has
one of its spare queues, which a variable says; the mirror's members are put there. After a login Asterisk may be
another one: one digest tells whether it knows everything; if not, it is told all. After a change it is told what
differs, and the digest last. Should we die in between, some hotlines are of the new version and some of the old one,
each of them whole enough to be answered; the next login sets it right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import structlog

from acd.model import QueueName
from telephony.asterisk.known import DIGEST, digest_of, spare_of, spares
from telephony.errors import AsteriskUnreachable, TelephonyError
from telephony.mirror import PREFIX, Member

AGAIN_S: Final = 5.0
"""After a refusal or a late answer it is looked at again."""

log = structlog.get_logger(__name__)


class Reply(Protocol):
    """Asterisk's yes."""

    def get(self, key: str, /) -> str | None:
        """A field of it."""


class Exchange(Protocol):
    """What the briefing needs of the AMI connection."""

    @property
    def is_connected(self) -> bool:
        """Whether an action would be sent now."""

    async def action(self, name: str, /, **fields: str) -> Reply:
        """Send one action. Raises TelephonyError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What is to be known: the dialplan's variables (known.known), and the queues that callers may wait in."""

    variables: Mapping[str, str]
    queues: Sequence[str]


class Briefing:
    """Call `look` at each login, `change` when the city is another, and `run` it. `on_spare`: a queue has got one."""

    def __init__(self, exchange: Exchange, wanted: Callable[[], Brief], on_spare: Callable[[], None]) -> None:
        self._exchange, self._wanted, self._on_spare = exchange, wanted, on_spare
        self._told: dict[str, str] = {}
        self._native: set[str] = set()  # queues that Asterisk has by their own name
        self._spares: dict[str, str] = {}
        self._must_look = True
        self._news = asyncio.Event()

    def look(self) -> None:
        """What Asterisk knows may be anything."""
        self._must_look = True
        self._news.set()

    def change(self) -> None:
        """The city is another."""
        self._news.set()

    def natively(self, members: frozenset[Member]) -> frozenset[Member]:
        """The same people, in the queues by which Asterisk knows them."""
        spares = self._spares
        return frozenset(
            replace(member, queue=QueueName(spares[member.queue])) if member.queue in spares else member
            for member in members
        )

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            if not self._exchange.is_connected:
                continue
            try:
                await self._brief(self._wanted())
            except AsteriskUnreachable:
                self._must_look = True  # the next login looks
            except TelephonyError as error:
                log.warning("the dialplan could not be told of the city", because=type(error).__name__)
                await asyncio.sleep(AGAIN_S)
                self.look()

    async def _brief(self, brief: Brief) -> None:
        digest, anew = digest_of(brief.variables), self._must_look
        self._must_look = False  # before we look: what happens from here on is a reason to look again
        if anew:
            self._told = dict(brief.variables) if await self._value(DIGEST) == digest else {}
        await self._place(brief.queues, anew=anew)
        changed = {name: value for name, value in brief.variables.items() if self._told.get(name) != value}
        changed |= dict.fromkeys(self._told.keys() - brief.variables.keys(), "")
        for name, value in changed.items():
            await self._set(name, value)
        if changed:
            await self._set(DIGEST, digest)
            log.info("the dialplan knows the city's hotlines", told=len(changed))
        self._told = dict(brief.variables)

    async def _place(self, queues: Sequence[str], *, anew: bool) -> None:
        """See to it that callers of each queue have one to wait in."""
        native: set[str] = set() if anew else set(self._native)
        lent: dict[str, str] = {} if anew else dict(self._spares)
        for queue in queues:
            if queue in native or queue in lent:
                continue
            if await self._value(f"QUEUE_EXISTS({PREFIX}{queue})") == "1":
                native.add(queue)
            else:
                await self._lend(queue, lent)
        is_new = lent != self._spares
        self._native, self._spares = native, lent
        if is_new:
            self._on_spare()

    async def _lend(self, queue: str, lent: dict[str, str]) -> None:
        """The spare queue it had, if it had one: a controller before us may have given it."""
        free = [spare for spare in spares() if spare not in lent.values()]
        had = await self._value(spare_of(queue)) or self._spares.get(queue, "")
        if not free:
            log.error("Asterisk has no spare queue left: start it anew", queue=queue)
            return
        lent[queue] = had if had in free else free[0]
        await self._set(spare_of(queue), lent[queue])

    async def _value(self, variable: str) -> str:
        return (await self._exchange.action("Getvar", Variable=variable)).get("Value") or ""

    async def _set(self, variable: str, value: str) -> None:
        await self._exchange.action("Setvar", Variable=variable, Value=value)
