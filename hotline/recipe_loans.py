"""方案借调, carried out: recipes' orders to borrow seats become measures, and these end when the line has eased.

It stands between the engine and the switchboard: all other orders pass. Rules and times are acd.borrowing's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from acd.arrangement import Arrangement, Wanted
from acd.borrowing import EASED, RECIPE, Borrowing, Pair, by_recipes, is_left_alone, loan_of, reason
from acd.commands import BorrowSeats, Command
from acd.distributor import Distributor
from acd.engine import Floor
from acd.errors import CrisisLaneNeedsAgents, MeasuresChangedMeanwhile, Refused
from acd.inbox import EngineStopped
from acd.measures import Aim, Kind

log = structlog.get_logger(__name__)

LOOK_S: Final = 1.0
LOOKED_BACK: Final = 100
"""So many of the newest measures are asked whether a person has ended one of ours."""
TRIES: Final = 3


class RecipeLoans:
    """The engine's floor. `run` borrows and gives back, until cancelled."""

    def __init__(
        self,
        floor: Floor,
        distributor: Distributor,
        arrangement: Callable[[], Arrangement],
        now: Callable[[], datetime],
    ) -> None:
        self._floor, self._distributor, self._arrangement, self._now = floor, distributor, arrangement, now
        self._borrowing = Borrowing()
        self._asked = asyncio.Event()
        self._stays: set[int] = set()  # loans that a crisis lane cannot do without

    def carry_out(self, command: Command) -> None:
        """Keep an order to borrow in mind, pass on any other. Never blocks."""
        if isinstance(command, BorrowSeats):
            self._borrowing.ask(command)
            self._asked.set()
        else:
            self._floor.carry_out(command)

    async def run(self) -> None:
        """Look every second, and as soon as something is asked for."""
        while True:
            self._asked.clear()
            try:
                await self.look()
            except (SQLAlchemyError, OSError, Refused, EngineStopped) as error:
                log.warning("a recipe's loan must wait", why=type(error).__name__)
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._asked.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Once: give back what is not needed any more, borrow what is due."""
        standing = by_recipes(self._arrangement().now.standing)
        in_line = {call.queue for call in self._distributor.waiting} if standing else set()
        eased = self._borrowing.eased((pair.borrower for pair in standing), in_line, self._now())
        for number in {measure.number for pair, measure in standing.items() if pair.borrower in eased}:
            await self._give_back(number)
        for order in self._borrowing.due(self._distributor.waits, standing.keys(), self._now()):
            await self._borrow(order)

    async def _give_back(self, number: int) -> None:
        """Or, where a crisis lane has nobody else, leave them there: until the loan's time is over."""
        if number in self._stays:
            return
        try:
            await self._arrangement().undo(number, version=self._arrangement().version, who=RECIPE, why=EASED)
        except CrisisLaneNeedsAgents as refusal:
            log.info("a recipe's loan stays", measure=number, rule=refusal.rule)
            self._stays.add(number)

    async def _borrow(self, order: BorrowSeats) -> None:
        measures = await self._arrangement().history(LOOKED_BACK)
        if is_left_alone(Pair(order.borrower, order.lender), measures, self._now()):
            return
        for _ in range(TRIES):
            try:
                await self._arrangement().make(self._wanted(order))
            except MeasuresChangedMeanwhile:
                continue
            except Refused as refusal:
                log.warning("a recipe could borrow nobody", borrower=order.borrower, rule=refusal.rule)
            return

    def _wanted(self, order: BorrowSeats) -> Wanted:
        return Wanted(
            aim=Aim(kind=Kind.LEND, loans=(loan_of(order),)),
            who=RECIPE,
            why=reason(order),
            version=self._arrangement().version,
            ends_at=self._now() + order.lasts,
            at_most=True,
        )
