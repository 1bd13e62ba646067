"""Keeps the call book (`recordings.calls`) in step with what the ACD is told, in one task, behind the decisions.

The ACD's facts carry no number; the caller's comes beside them as an `Arrival` and goes nowhere but into the book.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.commands import Command, RingAgent
from acd.events import AgentAnswered, CallEnded, CallJoined, CallRefused, Event, OfferFound
from acd.model import CallId, Offer
from plumbing.database import will_pass
from recordings.calls import note_answered, note_arrived, note_ended, note_joined
from telephony.translate import Arrival

log = structlog.get_logger(__name__)

RETRY_S = 1.0


class CallBook:
    """Subscribe `note` to the engine, give `note_arrival` to the AMI edge, and `run` it."""

    def __init__(self, database: AsyncEngine, hotline_of: Callable[[str], str]) -> None:
        """`hotline_of` names the hotline of a number dialled."""
        self._database, self._hotline_of = database, hotline_of
        self._entries: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._offers: dict[CallId, RingAgent | OfferFound | Offer] = {}
        self._answered: set[CallId] = set()
        self._refused: set[CallId] = set()

    def note_arrival(self, arrival: Arrival) -> None:
        """A citizen's call with its numbers."""
        hotline = self._hotline_of(arrival.dnis)
        self._enter(
            lambda: note_arrived(
                self._database, arrival.call, dnis=arrival.dnis, hotline=hotline, ani=arrival.ani, at=arrival.at
            )
        )

    def resume(self, offers: Iterable[Offer], talking: Iterable[Offer]) -> None:
        """After a restart: these calls are being offered, those are with an agent. The book has them already."""
        answered = tuple(talking)
        self._offers.update({offer.call: offer for offer in (*offers, *answered)})
        self._answered.update(offer.call for offer in answered)

    def note(self, event: Event, commands: tuple[Command, ...]) -> None:
        """What the ACD was told and ordered."""
        for command in commands:
            if isinstance(command, RingAgent):
                self._offers[command.call] = command
        match event:
            case CallJoined(at=at, call=call, joined=joined):
                self._enter(lambda: note_joined(self._database, call, at=joined or at))
            case OfferFound(call=call):
                self._offers[call] = event
            case CallRefused(call=call):
                self._refused.add(call)
            case AgentAnswered(call=call) if call in self._offers:
                self._note_answer(event)
            case CallEnded():
                self._note_end(event)

    def _note_answer(self, event: AgentAnswered) -> None:
        offer = self._offers[event.call]
        self._answered.add(event.call)
        self._enter(lambda: note_answered(self._database, event.call, agent=offer.agent, seat=offer.seat, at=event.at))

    def _note_end(self, event: CallEnded) -> None:
        outcome = "answered" if event.call in self._answered else "abandoned"
        if event.call in self._refused:
            outcome = "refused"
        self._answered.discard(event.call)
        self._refused.discard(event.call)
        self._offers.pop(event.call, None)
        self._enter(lambda: note_ended(self._database, event.call, outcome=outcome, at=event.at))

    def _enter(self, entry: Callable[[], Awaitable[None]]) -> None:
        self._entries.put_nowait(entry)

    async def run(self) -> None:
        """Write entries in their order until cancelled; a database that is away delays them, it loses none."""
        while True:
            entry = await self._entries.get()
            await self._write(entry)
            self._entries.task_done()

    async def _write(self, entry: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await entry()
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
