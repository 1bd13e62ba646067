"""驾驶: the autopilot (acd.autopilot) at work: it looks every few seconds, and lists what it says or itself does it.

Mode *off* looks at nothing, *advise* lists, *act* also carries out: through the same hands as a person, in its own
name, and it ends only what it began. The mode is the last line that the audit trail has of it, so a restart does not
change it; every advice that is accepted or dismissed, and every deed of its own, stands there, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.advice import ITSELF, Advice, Doable, Mode, Turn, gone, see
from acd.autopilot import Autopilot
from acd.engine import Engine
from acd.errors import Refused
from acd.foresight import Effect
from acd.inbox import EngineStopped
from acd.model import QueueName
from recordings import access

log = structlog.get_logger(__name__)

LOOK_S: Final = 5.0
MODE_SET: Final = "autopilot.mode"


class Hands(Protocol):
    """Who can do it: hotline.pilot_hands."""

    def doable(self, queue: QueueName) -> Doable:
        """How it stands now."""

    async def carry_out(self, advice: Advice, *, who: str, why: str) -> None:
        """Begin or end it. acd.errors.Refused."""

    async def foresee(self, advice: Advice) -> Effect | None:
        """What that would do, if it were done now. acd.errors.Refused."""


class Pilot:
    """`recall` first, then `run`. `mode`, `standing` and what people say are for the API."""

    def __init__(
        self,
        engine: Engine,
        hands: Hands,
        database: AsyncEngine,
        crisis: Callable[[], Collection[QueueName]],
        now: Callable[[], datetime],
    ) -> None:
        """`crisis`: queues in which callers of a crisis line wait."""
        self._engine, self._hands, self._database, self._crisis, self._now = engine, hands, database, crisis, now
        self._autopilot = Autopilot()
        self._one_at_a_time = asyncio.Lock()
        self.mode = Mode.ADVISE
        self.standing: tuple[Advice, ...] = ()

    async def recall(self) -> None:
        """The mode as somebody set it last."""
        async with self._database.connect() as connection:
            lines = await access.listed(connection, subject=ITSELF, deed=MODE_SET, limit=1)
        for line in lines:
            self.mode = Mode((line.detail or Mode.ADVISE).split(":")[0])

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError, EngineStopped) as error:
                log.warning("the autopilot could not do what it wanted", why=type(error).__name__)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Once: see what is proposed now and, if the mode is so, do it."""
        if self.mode is Mode.OFF:
            self.standing = ()
            return
        core, now = self._engine.distributor, self._now()
        outlook = core.outlook()
        crisis = self._crisis()
        sights = [
            see(queue, core.queues, outlook, now, self._hands.doable(queue), crisis=crisis) for queue in core.queues
        ]
        self.standing = self._autopilot.look(sights, now)
        if self.mode is Mode.ACT:
            for advice in self.standing:
                await self._act(advice)

    async def _act(self, advice: Advice) -> None:
        if advice.turn is Turn.END and advice.action not in self._hands.doable(advice.queue).ours:
            return  # a person began it
        try:
            await self._do(advice, "autopilot.acted", ITSELF, "mode act")
        except Refused as refusal:
            log.warning("what the autopilot wanted was refused", advice=advice.id, rule=refusal.rule)
            self._autopilot.dismiss(advice, self._now())

    async def _do(self, advice: Advice, deed: str, who: str, why: str) -> None:
        """Carry it out, and write down whose word it was. What it was stands in the trail of whatever was changed."""
        async with self._one_at_a_time:
            advice = self._named(advice.id)  # as it is now, unless somebody else was faster
            await self._hands.carry_out(advice, who=who, why=f"{advice.id}: {why}")
            self.standing = tuple(other for other in self.standing if other.id != advice.id)
        await self._note(who, deed, advice.id, why)

    # ---- what people say

    async def set_mode(self, mode: Mode, *, who: str, why: str) -> None:
        """How much it may do from now on; durable when this returns."""
        await self._note(who, MODE_SET, ITSELF, f"{mode}: {why}")
        self.mode = mode
        if mode is Mode.OFF:
            self.standing = ()

    async def accept(self, advice_id: str, *, who: str, why: str) -> Advice:
        """Do as proposed, in this person's name. AdviceGone, and whatever refuses such a change of theirs."""
        advice = self._named(advice_id)
        await self._do(advice, "autopilot.accepted", who, why)
        return advice

    async def foresee(self, advice_id: str) -> tuple[Advice, Effect | None]:
        """What accepting it would do to the calls and agents of now. AdviceGone, and what refuses such a change."""
        advice = self._named(advice_id)
        return advice, await self._hands.foresee(advice)

    async def dismiss(self, advice_id: str, *, who: str, why: str) -> Advice:
        """Not now: it is not proposed again for a while. AdviceGone."""
        advice = self._named(advice_id)
        await self._note(who, "autopilot.dismissed", advice.id, why)
        self._autopilot.dismiss(advice, self._now())
        self.standing = tuple(other for other in self.standing if other.id != advice.id)
        return advice

    def _named(self, advice_id: str) -> Advice:
        for advice in self.standing:
            if advice.id == advice_id:
                return advice
        raise gone(advice_id)

    async def _note(self, who: str, deed: str, subject: str, detail: str) -> None:
        async with self._database.begin() as connection:
            await access.note(connection, at=self._now(), who=who, deed=deed, subject=subject, detail=detail)
