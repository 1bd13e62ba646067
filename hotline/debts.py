"""Finds what nobody told: messages whose recordings are there, and callers who are owed a call-back.

What it finds it tells the engine, as facts; the call book writes them down. A finding that was not written (the
controller died) is found again: the calls of the last day are looked through at the start, and those of which there is
news a moment later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Row, exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.call_back_facts import CallBackAsked
from acd.call_facts import CallBackOwed, CallBackSettled, Debt, VoiceMessageLeft
from acd.callbacks import debt_of
from acd.commands import Command
from acd.events import AgentAnswered, CallEnded, CallRefused, Event
from acd.model import CallId, Refusal, is_outward
from acd.outcome import TAKES_THE_PLACE_OF, Outcome
from recordings.calls import calls, reachable
from recordings.ledger import recordings
from recordings.recording import Recording, RecordingState
from tickets.call_backs import call_backs, open_debts_to

log = structlog.get_logger(__name__)

LOOK_BACK: Final = timedelta(days=1)
PACE_S: Final = 0.2
"""News within this time is looked through together."""
RETRY_S: Final = 1.0
AT_ONCE: Final = 500  # a database takes only so many parameters


class Debts:
    """Subscribe `note` to the engine, give `note_recording` to the intake, and `run` it.

    `written` waits until the call book has written down everything told so far; `abandoned_too` is the city's policy.
    """

    def __init__(
        self,
        database: AsyncEngine,
        tell: Callable[[Event], None],
        written: Callable[[], Awaitable[None]],
        now: Callable[[], datetime],
        *,
        abandoned_too: Callable[[], bool],
    ) -> None:
        self._database, self._tell, self._written, self._now = database, tell, written, now
        self._abandoned_too = abandoned_too
        self._over: set[CallId] = set()
        self._answered: set[CallId] = set()
        self._asked: set[CallId] = set()
        self._owing: set[CallId] = set()  # told that they are owed what they asked for; no other reason is looked for
        self._heard: set[CallId] = set()  # debts that the call book has been told of, too
        self._news = asyncio.Event()

    def note(self, event: Event, _: tuple[Command, ...]) -> None:
        """A call is over, its citizen was talked with, or asked to be called back."""
        if isinstance(event, CallBackAsked):
            self._asked.add(event.call)
            self._news.set()
        elif isinstance(event, CallBackOwed):
            self._heard.add(event.call)
        elif isinstance(event, CallEnded | CallRefused) and not is_outward(event.call):
            self._over.add(event.call)
            self._news.set()
        elif isinstance(event, AgentAnswered) and not is_outward(event.call):
            self._answered.add(event.call)
            self._news.set()

    def note_recording(self, recording: Recording) -> None:
        """A recording is there: perhaps it is a message."""
        self._over.add(CallId(recording.call_id))
        self._news.set()

    async def run(self) -> None:
        """Look, until cancelled; first at the last day."""
        await self._try(lambda: self._look(calls.c.ended_at >= self._now() - LOOK_BACK, everything=True))
        while True:
            await self._news.wait()
            await asyncio.sleep(PACE_S)
            self._news.clear()
            heard = frozenset(self._heard)
            await self._written()
            self._owing -= heard
            self._heard -= heard
            asked = tuple(self._asked)[:AT_ONCE]
            over, answered = tuple(self._over)[:AT_ONCE], tuple(self._answered)[:AT_ONCE]
            if await self._try(lambda: self._owe(asked)):  # noqa: B023 - awaited here
                self._asked.difference_update(asked)
            if await self._try(lambda: self._look(calls.c.call_id.in_(over))):  # noqa: B023 - awaited here
                self._over.difference_update(over)
            if await self._try(lambda: self._settle(answered)):  # noqa: B023 - awaited here
                self._answered.difference_update(answered)
            if self._over or self._answered or self._asked:
                self._news.set()

    async def _try(self, look: Callable[[], Awaitable[None]]) -> bool:
        try:
            await look()
        except (SQLAlchemyError, OSError) as error:
            log.warning("debts not looked through this time", error=type(error).__name__)
            await asyncio.sleep(RETRY_S)
            return False
        return True

    async def _look(self, which: ColumnElement[bool], *, everything: bool = False) -> None:
        """`everything`: also calls of which nothing but a message is known."""
        late = [Outcome(outcome).value for outcome in TAKES_THE_PLACE_OF[Outcome.VOICE_MESSAGE]]
        unheard = calls.c.outcome.is_(None) | calls.c.outcome.in_(late)
        kept = (recordings.c.call_id == calls.c.call_id) & (recordings.c.attempt == calls.c.message_attempt)
        messages = (
            select(calls.c.call_id, calls.c.message_attempt, calls.c.dnis, recordings.c.ended_at)
            .join(recordings, kept)
            .where(recordings.c.state == RecordingState.KEPT, unheard)
            .where(recordings.c.ended_at >= self._now() - LOOK_BACK if everything else which)
        )
        debts = (
            select(calls.c.call_id, calls.c.outcome, calls.c.refusal, calls.c.joined_at)
            .where(which, calls.c.ani.is_not(None), calls.c.ended_at.is_not(None))
            .where(calls.c.outcome.in_([Outcome.REFUSED, Outcome.ABANDONED, Outcome.LOST_BY_PBX]))
            .where(~exists().where(call_backs.c.call_id == calls.c.call_id))
        )
        async with self._database.connect() as connection:
            left = (await connection.execute(messages)).all()
            owed = (await connection.execute(debts)).all()
        for row in left:
            at = row.ended_at or self._now()
            self._tell(
                VoiceMessageLeft(at=at, call=CallId(row.call_id), attempt=row.message_attempt, hotline=row.dnis or "")
            )
        with_message = {row.call_id for row in left}
        for row in owed:
            if row.call_id not in with_message and row.call_id not in self._asked | self._owing:
                self._tell_debt(row)

    def _tell_debt(self, row: Row[Any, Any, Any, Any]) -> None:
        refusal = Refusal(row.refusal) if row.refusal else None
        outcome, waited = Outcome(row.outcome), row.joined_at is not None
        why = debt_of(outcome, refusal, waited=waited, abandoned_too=self._abandoned_too())
        if why is not None:
            self._tell(CallBackOwed(at=self._now(), call=CallId(row.call_id), why=why))

    async def _owe(self, asked: Sequence[CallId]) -> None:
        """Who asked is owed a call if we know whom to call; if not, their call ends as any other."""
        async with self._database.connect() as connection:
            known = await reachable(connection, asked)
        for call in asked:
            if call in known:
                self._owing.add(call)
                self._tell(CallBackOwed(at=self._now(), call=call, why=Debt.ASKED))

    async def _settle(self, answered: Sequence[CallId]) -> None:
        """Who rang again and was answered is owed nothing any more."""
        async with self._database.connect() as connection:
            for call in answered:
                for debt in await open_debts_to(connection, call):
                    self._tell(CallBackSettled(at=self._now(), call=debt, by=call))
