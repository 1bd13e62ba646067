"""Keeps the call book (`recordings.calls`) in step with what the ACD is told, in one task, behind the decisions.

The ACD's facts carry no number; the caller's comes beside them as an `Arrival` and goes nowhere but into the book.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

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
from acd.rating_facts import CallRated, RatingAsked, RatingNotAsked
from plumbing.database import will_pass
from recordings.calls import Call, arrived, note_calls, read_calls, together
from telephony.translate import Arrival
from tickets import call_backs
from tickets.rating_book import RatingBook, RatingFact

log = structlog.get_logger(__name__)

RETRY_S = 1.0
GATHER_S = 0.2
"""Before a batch is written: nobody reads the book that soon after the fact, and under load a batch serves many. What
a crash keeps from being written is told again from the journal (acd.memory)."""
BATCH = 200
"""Entries written with one commit."""

Debt = CallBackOwed | CallBackSettled | VoiceMessageLeft | TalkRecorded


class Line(NamedTuple):
    """An entry: what has become known of a call, and what follows for its outcome from all that is known then."""

    news: Call
    decide: Callable[[Call], Outcome] | None = None


class CallBook:
    """Subscribe `note` to the engine, give `note_arrival` to the AMI edge, and `run` it."""

    def __init__(
        self,
        database: AsyncEngine,
        hotline_of: Callable[[str], str],
        *,
        short: timedelta = SHORT,
        ratings: RatingBook | None = None,
    ) -> None:
        """`hotline_of` names the hotline of a number dialled; who hangs up within `short` is a short abandon.

        `ratings` writes what callers thought, in this book's order and transactions.
        """
        self._database, self._hotline_of, self._short, self._ratings = database, hotline_of, short, ratings
        self._entries: asyncio.Queue[Line | Debt | RatingFact] = asyncio.Queue()
        self._offers: dict[CallId, RingAgent | OfferFound | Offer] = {}
        self._hurry = asyncio.Event()

    def note_arrival(self, arrival: Arrival) -> None:
        """A citizen's call with its numbers. They are nowhere else, so they are written at once."""
        hotline = self._hotline_of(arrival.dnis)
        news = arrived(
            arrival.call,
            dnis=arrival.dnis,
            hotline=hotline,
            ani=arrival.ani,
            at=arrival.at,
            withheld=arrival.withheld,
        )
        self._enter(Line(news))
        self._hurry.set()

    def note_menu(self, call: CallId, done: Mapping[str, str]) -> None:
        """By what a caller left each node of the menu: a key, or a word of ivr.menu's; never digits asked for."""
        self._enter(Line(Call(call_id=call, way=json.dumps(dict(done)))))

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
            self._enter(Line(Call(call_id=call), lambda known: settle(_of(known), told).outcome))
        elif isinstance(event, CallEnded):
            self._offers.pop(call, None)
            self._enter(Line(Call(call_id=call, ended_at=event.at), lambda known: self._at_end(known, event)))

    def _note_way(self, event: Event) -> None:
        match event:
            case CallJoined(at=at, call=call, joined=joined):
                self._enter(Line(Call(call_id=call, joined_at=joined or at)))
            case OfferFound(call=call):
                self._offers[call] = event
            case CallRefused(call=call, why=why):
                self._enter(Line(Call(call_id=call, refusal=why)))
            case AgentAnswered(at=at, call=call, attempt=attempt) if (
                (offer := self._offers.get(call)) and offer.attempt == attempt  # who is given a call later is no answer
            ):
                self._enter(Line(Call(call_id=call, agent=offer.agent, seat=offer.seat, answered_at=at)))
            case CallBackOwed() | CallBackSettled() | VoiceMessageLeft() | TalkRecorded():
                self._enter(event)
            case RatingAsked() | RatingNotAsked() | CallRated() if self._ratings:
                self._enter(event)

    def _at_end(self, known: Call, event: CallEnded) -> Outcome:
        first = known.arrived_at or known.joined_at or event.at
        return _of(known) or at_end(event, first, self._short)

    def _enter(self, entry: Line | Debt | RatingFact) -> None:
        self._entries.put_nowait(entry)
        if not isinstance(entry, Line):  # a person may be about to look
            self._hurry.set()

    async def run(self) -> None:
        """Write entries in their order until cancelled; a database that is away delays them, it loses none."""
        while True:
            batch = [await self._entries.get()]
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHER_S):
                    await self._hurry.wait()
            self._hurry.clear()
            while len(batch) < BATCH and not self._entries.empty():
                batch.append(self._entries.get_nowait())
            await self._write(batch)
            for _ in batch:
                self._entries.task_done()

    async def _write(self, batch: Sequence[Line | Debt | RatingFact]) -> None:
        while True:
            try:
                async with self._database.begin() as connection:
                    await _write_lines(connection, [entry for entry in batch if isinstance(entry, Line)])
                    for entry in batch:
                        if self._ratings and isinstance(entry, RatingFact):
                            await self._ratings.write(connection, entry)
                        elif not isinstance(entry, Line | RatingFact):
                            await _write_debt(connection, entry)
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


async def _write_lines(book: AsyncConnection, lines: Sequence[Line]) -> None:
    """Fold the lines into one piece of news for each call: one look and one statement, however many there are."""
    known = await read_calls(book, {line.news.call_id for line in lines if line.decide})
    news: dict[str, Call] = {}
    for call, line_news, decide in ((line.news.call_id, line.news, line.decide) for line in lines):
        nothing = Call(call_id=call)
        known[call] = together(known.get(call, nothing), line_news)
        news[call] = together(news.get(call, nothing), line_news)
        if decide:
            outcome = Call(call_id=call, outcome=decide(known[call]))
            known[call], news[call] = together(known[call], outcome), together(news[call], outcome)
    await note_calls(book, sorted(news.values(), key=lambda one: one.call_id))


async def _write_debt(book: AsyncConnection, event: Debt) -> None:
    if isinstance(event, CallBackOwed):
        await call_backs.owe(book, event.call, event.why, event.at)
        return
    by = event.by if isinstance(event, CallBackSettled) else event.call
    with suppress(NotNow, call_backs.NoSuchCallBack):  # settled already, or nothing was owed
        await call_backs.change(book, event.call, CallBackFact.SETTLED, event.at, by=by)


def _of(known: Call) -> Outcome | None:
    return Outcome(known.outcome) if known.outcome else None
