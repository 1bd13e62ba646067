"""好差评, asked on the caller's own line once the agent is out of it: FastAGI script `rate`, and who was asked.

The agent's part is over before: wrap-up has begun, the recording is closed, and no agent can hear or choose what is
keyed. Whom the caller talked with last is known from the ACD; a call with which one of ours talked is told to it as
asked or as not asked, and why, at the latest when it ends. The script sets RATED once it has said its last word:
without that the dialplan says goodbye by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from acd.call_facts import CallTransferredOut
from acd.commands import Command
from acd.engine import Engine
from acd.events import CallEnded, CallJoined, Event, TalkEnded
from acd.model import CallId, Offer, is_outward
from acd.rating_facts import BEST, CallRated, NotAsked, RatingAsked, RatingNotAsked
from city.city import City
from ivr.prompts import Say

log = structlog.get_logger(__name__)

WRITTEN_S: Final = 2.0
"""A rating that is not on disk by then gets no thanks: it may be there later, or not."""
KEYS: Final = {str(score): score for score in range(1, BEST + 1)}


class Caller(Protocol):
    """One FastAGI connection, as this script needs it."""

    call_id: str

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """Play a prompt, which a key interrupts, and wait: the key, or None after so many seconds of silence."""

    async def play(self, prompt: str) -> str | None:
        """Play a prompt."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the dialplan passed to AGI(): the hotline dialled, the one they are with now, and its queue."""

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable."""


@dataclass(slots=True)
class _Talk:
    """Whom a caller talked with last, and how that went on."""

    last: Offer
    is_over: bool = False
    is_outside: bool = False
    is_told: bool = False  # whether they were asked


class RatingDesk:
    """Subscribe `note` to the engine, `resume` after a restart, and give `receive` to the FastAGI door."""

    def __init__(
        self,
        engine: Engine,
        city: Callable[[], City],
        written: Callable[[], Awaitable[None]],
        *,
        within_s: float = WRITTEN_S,
    ) -> None:
        """`written` waits until all that was told so far is in the tables."""
        self._engine, self._city, self._written, self._within_s = engine, city, written, within_s
        self._talks: dict[CallId, _Talk] = {}
        self._rated: dict[CallId, asyncio.Event] = {}

    def resume(self) -> None:
        """After a restart: who talks now."""
        self._talks = {call: _Talk(offer) for call, offer in self._engine.distributor.talking.items()}

    def note(self, event: Event, _: tuple[Command, ...]) -> None:
        """The engine's watcher."""
        call: CallId | None = getattr(event, "call", None)
        if call is None or is_outward(call):
            return
        if isinstance(event, CallRated) and (rated := self._rated.get(call)):
            rated.set()
        if (offer := self._engine.distributor.talking.get(call)) is not None:
            self._goes_on(call, offer)
        elif call in self._talks:
            self._goes_elsewhere(self._talks[call], event)

    def _goes_on(self, call: CallId, offer: Offer) -> None:
        talk = self._talks.get(call)
        if talk is None or talk.is_over:
            self._talks[call] = _Talk(offer)
        else:
            talk.last = offer

    def _goes_elsewhere(self, talk: _Talk, event: Event) -> None:
        match event:
            case TalkEnded():
                talk.is_over = True
            case CallJoined():  # they wait again: whoever hangs up now is the caller
                talk.is_over, talk.is_outside = False, False
            case CallTransferredOut():
                talk.is_outside = True
            case CallEnded():
                del self._talks[event.call]
                if not talk.is_told:
                    self._tell_not_asked(talk, _why_at_end(talk, event))

    def _tell_not_asked(self, talk: _Talk, why: NotAsked) -> None:
        last, now = talk.last, self._engine.now()
        talk.is_told = True
        self._engine.tell(
            RatingNotAsked(at=now, call=last.call, attempt=last.attempt, agent=last.agent, queue=last.queue, why=why)
        )

    # ---- the script

    async def receive(self, caller: Caller) -> None:
        """Ask, unless the city does not want that of this call."""
        talk = self._talks.get(CallId(caller.call_id))
        if talk is None or talk.is_told:
            return
        why = NotAsked.OUTSIDE if talk.is_outside else why_not(self._city(), *(*caller.arguments, "", "", "")[:3])
        if why is not None:
            self._tell_not_asked(talk, why)
            await caller.set_variable("RATED", "no")
            return
        last, talk.is_told = talk.last, True
        at, call, attempt = self._engine.now(), last.call, last.attempt
        self._engine.tell(RatingAsked(at=at, call=call, attempt=attempt, agent=last.agent, queue=last.queue))
        score = await self._answer(caller)
        is_kept = score is not None and await self._is_kept(call, attempt, score)
        await caller.play(Say.RATE_THANKS if is_kept else Say.RATE_GOODBYE)
        await caller.set_variable("RATED", "yes")

    async def _answer(self, caller: Caller) -> int | None:
        wanted = self._city().ratings
        for _ in range(wanted.attempts):
            key = await caller.ask(Say.RATE_ASK, wanted.wait_s)
            if key is None or key in KEYS:
                return KEYS.get(key or "")
        return None

    async def _is_kept(self, call: CallId, attempt: int, score: int) -> bool:
        rated = self._rated[call] = asyncio.Event()
        try:
            async with asyncio.timeout(self._within_s):
                self._engine.tell(CallRated(at=self._engine.now(), call=call, attempt=attempt, score=score))
                await rated.wait()
                await self._written()
        except TimeoutError:
            log.warning("a rating could not be written in time", call=call)
            return False
        finally:
            del self._rated[call]
        return True


def why_not(city: City, dialled: str, hotline: str, queue: str) -> NotAsked | None:
    """Why the caller is not asked; None: they are. A call belongs to the hotline it came by and to that it is with."""
    ratings = city.ratings
    lines = [city.hotlines[name] for name in (dialled, hotline) if name in city.hotlines]
    if not ratings.ask or any(line.number in ratings.never for line in lines):
        return NotAsked.POLICY
    guarded = [line for line in lines if line.number not in ratings.sensitive]
    if any(line.crisis for line in guarded) or (queue in city.crisis_queues and not _is_let(city, queue)):
        return NotAsked.CRISIS
    return NotAsked.CONFIDENTIAL if any(line.confidential for line in guarded) else None


def _is_let(city: City, queue: str) -> bool:
    """Whether every crisis line of this queue is one whose callers are asked all the same."""
    crisis = (line for line in city.hotlines.values() if line.crisis and line.queue == queue)
    return all(line.number in city.ratings.sensitive for line in crisis)


def _why_at_end(talk: _Talk, event: CallEnded) -> NotAsked:
    if talk.is_outside:
        return NotAsked.OUTSIDE
    return NotAsked.UNSEEN if event.missed or talk.is_over else NotAsked.CALLER_LEFT
