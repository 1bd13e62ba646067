"""What is done for a caller in a menu: `telephony.counter.House`. A call-back is owed as to who waits, and on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.admission import Budget, RepeatCallers
from acd.call_back_facts import CallBackAsked
from acd.model import CallId, QueueName, Skill, SkillLevel
from city.city import City
from city.dialling import dialled_as
from city.hotline import Hotline
from city.queue import CallsBack
from hotline.calling_back import CallingBack
from hotline.planned_debts import policy_of
from ivr.caller import NO_NUMBER_WOULD_DO, CallBackTerms, TicketTold
from ivr.menu import Join
from recordings.calls import note_call_back_number
from recordings.keyed import note_keyed
from recordings.recording import Leg, SpoolName
from telephony.dial_rules import rule_for_call_back
from tickets.progress import told_of

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 3.0
"""A database that says nothing for so long says no: the caller hears what to do instead."""

KEYED_S: Final = 1.0
"""What was keyed in is worth no more of a caller's time than this."""

CODES_OF_A_CALLER: Final = Budget(calls=5, window=timedelta(hours=1))
CODES_OF_A_TICKET: Final = Budget(calls=5, window=timedelta(days=1))
"""查询码 that one number may try, and that may be tried for one ticket: a million of them would have to be."""
HIDDEN: Final = "hidden"
"""Whoever withholds the number shares one budget."""


class CounterDesk:
    """Answers one question after the other, for every caller in a menu."""

    def __init__(
        self,
        city: Callable[[], City],
        now: Callable[[], datetime],
        spool: Path,
        calling_back: CallingBack,
        database: AsyncEngine,
    ) -> None:
        self._city, self._now, self._spool, self._database = city, now, spool, database
        self._offer, self._line = calling_back.offer, calling_back.line
        self._callers, self._tickets = RepeatCallers(), RepeatCallers()

    async def call_back_terms(self, hotline: Hotline, place: Join, caller: str, number: str) -> CallBackTerms:
        """By the rules of dialling. A rule calls back where the queue has one, as many as it has time for.

        In quiet hours nobody has another phone rung than their own.
        """
        city = self._city()
        if rule := rule_for_call_back(number or caller, hotline.number, city):
            return CallBackTerms(refused_by=rule)
        now, by_rule = self._now(), city.queues[place.queue].calls_back is not CallsBack.NOBODY
        is_quiet = policy_of(city).hours.window(now).opens > now
        is_full = by_rule and not self._line.may_promise_in(QueueName(place.queue))
        if is_full or (number and is_quiet):
            return CallBackTerms(refused_by=NO_NUMBER_WOULD_DO)
        return CallBackTerms(keeps_place=by_rule)

    async def promise_call_back(self, call: CallId, place: Join, number: str) -> bool:
        """The place is kept from now on, and the number, if it is another one, before anybody hears of the debt."""
        asked = CallBackAsked(
            at=self._now(),
            call=call,
            queue=QueueName(place.queue),
            skills=frozenset(SkillLevel(Skill(need.skill), need.level) for need in place.skills),
            priority=place.priority,
        )
        return (not number or await self._is_noted(call, number)) and await self._offer.owe(asked)

    async def _is_noted(self, call: CallId, number: str) -> bool:
        dialled = dialled_as(number, self._city().about.country_code)
        try:
            async with asyncio.timeout(PATIENCE_S), self._database.begin() as connection:
                await note_call_back_number(connection, call, dialled)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("where to call back was not written down", call=call, why=type(error).__name__)
            return False
        return True

    async def ticket_progress(self, caller: str, number: str, check_code: str) -> TicketTold | None:
        """By the caller's number, unless many people share it; by the code, as long as not too many were tried."""
        city, now = self._city(), self._now()
        if check_code and not self._may_try(caller or HIDDEN, number, now):
            log.warning("too many check codes were tried")
            return None
        try:
            async with asyncio.timeout(PATIENCE_S), self._database.connect() as connection:
                return await told_of(
                    connection,
                    number,
                    caller="" if city.admission.shares(caller) else caller,
                    check_code=check_code,
                    country_code=city.about.country_code,
                    zone=city.zone,
                    now=now,
                    is_confidential=city.is_confidential,
                )
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("how a ticket stands could not be looked up", why=type(error).__name__)
            return None

    def _may_try(self, caller: str, ticket: str, now: datetime) -> bool:
        by_caller = self._callers.admit(caller, CODES_OF_A_CALLER, now)
        return by_caller and self._tickets.admit(ticket, CODES_OF_A_TICKET, now)

    async def note_keyed(self, call: CallId, keyed: Mapping[str, str]) -> None:
        """A database that is slow or away keeps no caller from a person: then the agent has to ask."""
        try:
            async with asyncio.timeout(KEYED_S), self._database.begin() as connection:
                await note_keyed(connection, call, keyed, self._now())
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("what a caller keyed in was not written down", call=call, why=type(error).__name__)

    async def forget_take(self, call: CallId, attempt: int) -> None:
        """Its legs, and what stands beside them."""
        name = SpoolName(call, attempt)
        files = [self._spool / file for file in (*map(name.leg, Leg), name.numbers)]
        await asyncio.to_thread(_delete, files)


def _delete(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
