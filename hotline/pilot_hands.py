"""The autopilot's hands: each action is a measure (acd.advised_measure), made and ended as a person's would be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.advice import Advice, Doable, Turn
from acd.advised_measure import aim_of, doable, measure_of
from acd.arrangement import Arrangement, Outcome, Wanted
from acd.engine import Engine
from acd.foresight import Effect
from acd.model import QueueName
from hotline.pilot import Pilot


async def set_up_pilot(
    engine: Engine,
    arrangement: Arrangement,
    database: AsyncEngine,
    now: Callable[[], datetime],
    owes: Callable[[QueueName], bool],
) -> Pilot:
    """The autopilot in the mode that somebody set last; to be run. `owes`: hotline.call_back_line."""

    def crisis() -> frozenset[QueueName]:
        return frozenset(map(QueueName, arrangement.now.city.crisis_queues))

    pilot = Pilot(engine, MeasuringHands(arrangement, owes), database, crisis, now)
    await pilot.recall()
    return pilot


class MeasuringHands:
    """`hotline.pilot.Hands`, on the arrangement."""

    def __init__(self, arrangement: Arrangement, owes: Callable[[QueueName], bool] = lambda _: False) -> None:
        """`owes`: whether a rule still owes citizens of a queue the call-back that they were offered."""
        self._arrangement, self._owes = arrangement, owes

    def doable(self, queue: QueueName) -> Doable:
        """What measures do for this queue now, and could."""
        now = self._arrangement.now
        return doable(now, queue, dials=now.city.lines.outgoing is not None, owes=self._owes(queue))

    async def carry_out(self, advice: Advice, *, who: str, why: str) -> None:
        """Make the measure, or end the newest one of its kind. acd.errors.Refused, AdviceGone among them."""
        await self._carry_out(advice, who, why, dry_run=False)

    async def foresee(self, advice: Advice) -> Effect | None:
        """What that would do to the calls and agents of now. Raises what `carry_out` does."""
        return (await self._carry_out(advice, "", "", dry_run=True)).effect

    async def _carry_out(self, advice: Advice, who: str, why: str, *, dry_run: bool) -> Outcome:
        arrangement = self._arrangement
        version = arrangement.version
        if advice.turn is Turn.BEGIN:
            wanted = Wanted(aim=aim_of(advice, arrangement.now), who=who, why=why, version=version)
            return await arrangement.make(wanted, dry_run=dry_run)
        number = measure_of(advice, arrangement.now).number
        return await arrangement.undo(number, version=version, who=who, why=why, dry_run=dry_run)
