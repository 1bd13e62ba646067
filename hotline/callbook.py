"""Keeps the call book (`recordings.calls`) in step with what the ACD is told, in one task, behind the decisions.

The ACD's facts carry no number; the caller's comes beside them as an `Arrival` and goes nowhere but into the book.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from acd.call_facts import CallBackOwed, CallBackSettled, TalkRecorded, VoiceMessageLeft
from acd.callbacks import CallBackFact
from acd.commands import Command, RingAgent
from acd.errors import NotNow
from acd.events import AgentAnswered, CallEnded, CallJoined, CallRefused, Event, OfferFound
from acd.model import CallId, Offer, is_outward
from acd.outcome import SHORT, Outcome, at_end, settle, told_by
from plumbing.database import will_pass
from recordings.calls import Call, note_answered, note_arrived, note_joined, note_outcome, note_refused
from telephony.translate import Arrival
from tickets import call_backs

log = structlog.get_logger(__name__)

RETRY_S = 1.0
BATCH = 100
"""Entries written with one commit, which is most of their cost."""

Entry = Callable[[AsyncConnection], Awaitable[None]]


class CallBook:
    """Subscribe `note` to the engine, give `note_arrival` to the AMI edge, and `run` it."""

    def __init__(self, database: AsyncEngine, hotline_of: Callable[[str], str], *, short: timedelta = SHORT) -> None:
        """`hotline_of` names the hotline of a number dialled; who hangs up within `short` is a short abandon."""
        self._database, self._hotline_of, self._short = database, hotline_of, short
        self._entries: asyncio.Queue[Entry] = asyncio.Queue()
        self._offers: dict[CallId, RingAgent | OfferFound | Offer] = {}

    def note_arrival(self, arrival: Arrival) -> None:
        """A citizen's call with its numbers."""
        hotline = self._hotline_of(arrival.dnis)
        self._enter(
            lambda book: note_arrived(
                book,
                arrival.call,
                dnis=arrival.dnis,
                hotline=hotline,
                ani=arrival.ani,
                at=arrival.at,
                withheld=arrival.withheld,
            )
        )

    def resume(self, offers: Iterable[Offer], talking: Iterable[Offer]) -> None:
        """After a restart: these calls are being offered, those are with an agent. The book has them already."""
        self._offers.update({offer.call: offer for offer in (*offers, *talking)})

    def note(self, event: Event, commands: tuple[Command, ...]) -> None:
        """What the ACD was told and ordered."""
        for command in commands:
            if isinstance(command, RingAgent) and not is_outward(command.call):
                self._offers[command.call] = command
        call: CallId | None = getattr(event, "call", None)
        if call is None or is_outward(call):
            return
        self._note_way(event)
        if told := told_by(event):
            self._enter(lambda book: note_outcome(book, call, lambda known: settle(_of(known), told).outcome))
        elif isinstance(event, CallEnded):
            self._offers.pop(call, None)
            self._enter(lambda book: self._write_end(book, event))

    def _note_way(self, event: Event) -> None:
        match event:
            case CallJoined(at=at, call=call, joined=joined):
                self._enter(lambda book: note_joined(book, call, at=joined or at))
            case OfferFound(call=call):
                self._offers[call] = event
            case CallRefused(call=call, why=why):
                self._enter(lambda book: note_refused(book, call, why=why))
            case AgentAnswered(at=at, call=call, attempt=attempt) if (
                (offer := self._offers.get(call)) and offer.attempt == attempt  # who is given a call later is no answer
            ):
                agent, seat = offer.agent, offer.seat
                self._enter(lambda book: note_answered(book, call, agent=agent, seat=seat, at=at))
            case CallBackOwed() | CallBackSettled() | VoiceMessageLeft() | TalkRecorded():
                self._enter(lambda book: _write_debt(book, event))

    async def _write_end(self, book: AsyncConnection, event: CallEnded) -> None:
        def choose(known: Call) -> str:
            first = known.arrived_at or known.joined_at or event.at
            return _of(known) or at_end(event, first, self._short)

        await note_outcome(book, event.call, choose, ended_at=event.at)

    def _enter(self, entry: Entry) -> None:
        self._entries.put_nowait(entry)

    async def run(self) -> None:
        """Write entries in their order until cancelled; a database that is away delays them, it loses none."""
        while True:
            batch = [await self._entries.get()]
            while len(batch) < BATCH and not self._entries.empty():
                batch.append(self._entries.get_nowait())
            await self._write(batch)
            for _ in batch:
                self._entries.task_done()

    async def _write(self, batch: Sequence[Entry]) -> None:
        while True:
            try:
                async with self._database.begin() as connection:
                    for entry in batch:
                        await entry(connection)
            except SQLAlchemyError as error:
                if not will_pass(error):
                    raise
                log.warning("the call book could not be written yet; trying again")
                await asyncio.sleep(RETRY_S)
            else:
                return

    async def written(self) -> None:
        """Wait until all entries made so far are in the database."""
        await self._entries.join()


async def _write_debt(
    book: AsyncConnection, event: CallBackOwed | CallBackSettled | VoiceMessageLeft | TalkRecorded
) -> None:
    if isinstance(event, CallBackOwed):
        await call_backs.owe(book, event.call, event.why, event.at)
        return
    by = event.by if isinstance(event, CallBackSettled) else event.call
    with suppress(NotNow, call_backs.NoSuchCallBack):  # settled already, or nothing was owed
        await call_backs.change(book, event.call, CallBackFact.SETTLED, event.at, by=by)


def _of(known: Call) -> Outcome | None:
    return Outcome(known.outcome) if known.outcome else None
