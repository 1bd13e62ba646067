"""演练: rehearsed calls in virtual time, through the same `ivr.walk` that real callers walk. No loop, no clock.

The caller of a rehearsal is somebody with a list of steps. They hear what is played, for as long as its audio lasts,
and do the step that is due when its moment has come. Nothing here ever waits: the walk is driven to its end at once.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from city.pace import NOTHING_SAID_S
from ivr.caller import CallBackTerms, State, TicketTold
from ivr.menu import Edge, End, Join, Journey
from ivr.prompts import Say
from ivr.rehearsal import (
    HangUp,
    Hear,
    Matches,
    Outcome,
    Press,
    Rehearsal,
    Speak,
    StaySilent,
    Step,
)
from ivr.walk import walk

REACTION_S: Final = 0.3
"""From the end of what was heard to the first key, and into a prompt before a key that cuts it short."""
KEY_S: Final = 0.25
"""From key to key."""

ANYBODY: Final = "13800000000"


class HungUp(Exception):
    """The rehearsed caller has hung up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket that is there while a rehearsal is carried out."""

    number: str
    check_code: str
    told: TicketTold


SAMPLE_TICKET: Final = Ticket(
    number="20260601000001", check_code="123456", told=TicketTold(state=State.IN_HAND, day=date(2026, 6, 8))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the house does for a rehearsed caller: the same for every walk, so that walks can be compared."""

    length_s: Callable[[str], float]
    """Of a prompt."""
    matches: Matches
    call_back_terms: Callable[[Join, str], CallBackTerms] = lambda _place, _number: CallBackTerms()
    """What can be said of a call-back to a number ("": hidden) for who would wait there."""
    tickets: Mapping[str, Ticket] = field(default_factory=dict)


class RehearsedCaller:
    """An `ivr.caller.Caller` who does what a rehearsal says."""

    def __init__(self, rehearsal: Rehearsal, stage: Stage) -> None:
        self.heard: list[str] = []
        self.passed_by: list[Edge] = []
        self.now_s = 0.0
        self.done = 0
        self._steps, self._stage = rehearsal.steps, stage
        self._caller = ANYBODY if rehearsal.caller is None else rehearsal.caller
        self._pressed: list[tuple[float, str]] = []  # keys on their way, with their moments
        self._said_s = 0.0

    # ---- what the walk asks for

    async def play(self, prompt: str) -> str | None:
        """Hear a prompt."""
        self.heard.append(prompt)
        return self._listen(prompt, self._stage.length_s(prompt))

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """Hear a question, answer it or not."""
        return await self.play(prompt) or self._wait(wait_s)

    async def digits(self, prompt: str, wait_s: float, most: int) -> str:
        """Key in a number."""
        keyed = ""
        key = await self.ask(prompt, wait_s)
        while key and key != "#":
            keyed += key
            if len(keyed) == most:
                break
            key = self._wait(wait_s)
        return keyed

    async def passed(self, edge: Edge) -> None:
        """Remember the way."""
        self.passed_by.append(edge)

    async def record(self, most_s: float) -> bool:
        """Say something after the tone, or nothing."""
        self.heard.append(Say.BEEP)
        self._listen(Say.BEEP, self._stage.length_s(Say.BEEP))
        match self._due():
            case Speak(seconds):
                self._did()
                self._said_s = min(seconds, most_s)
                self.now_s += self._said_s
                return True
            case HangUp(None):
                self._hang_up()
        self.now_s += NOTHING_SAID_S
        if isinstance(self._due(), StaySilent):
            self._did()
        return False

    async def hear_message(self) -> str | None:
        """Hear what was said."""
        return self._listen("", self._said_s)

    async def keep_message(self) -> None:
        """It is kept."""

    async def call_back_terms(self, place: Join, number: str) -> CallBackTerms:
        """As the stage has it."""
        return self._stage.call_back_terms(place, number or self._caller)

    async def promise_call_back(self, place: Join, number: str) -> bool:
        """What was not refused is promised."""
        return not self._stage.call_back_terms(place, number or self._caller).refused_by

    async def ticket_progress(self, number: str, check_code: str) -> TicketTold | None:
        """Of the stage's tickets, for who knows the code."""
        ticket = self._stage.tickets.get(number)
        return ticket.told if ticket and ticket.check_code == check_code else None

    # ---- what the caller does

    def _due(self) -> Step | None:
        return self._steps[self.done] if self.done < len(self._steps) else None

    def _did(self) -> None:
        self.done += 1

    def _hang_up(self) -> None:
        self._did()
        raise HungUp

    def _listen(self, prompt: str, length_s: float) -> str | None:
        """Hear a sound, or cut it short by a key; done with it, whatever was due is done."""
        end_s = self.now_s + length_s
        step = self._due()
        into_s = min(REACTION_S, length_s / 2)
        match step:
            case Press(keys, during) if during is None or self._stage.matches(during, prompt):
                self._did()
                self._press(keys, self.now_s + into_s)
            case HangUp(during) if during is None or self._stage.matches(during, prompt):
                self.now_s += into_s
                self._hang_up()
        if key := self._key_before(end_s):
            return key
        self.now_s = end_s
        if isinstance(step, Hear) and self._stage.matches(step.sound, prompt):
            self._did()
        return None

    def _wait(self, wait_s: float) -> str | None:
        """Silence after a question: the key that ends it."""
        step = self._due()
        if isinstance(step, Press) and step.during is None and not self._pressed:
            self._did()
            self._press(step.keys, self.now_s + min(REACTION_S, wait_s / 2))
        if key := self._key_before(self.now_s + wait_s):
            return key
        if isinstance(step, HangUp) and step.during is None:
            self._hang_up()
        self.now_s += wait_s
        if isinstance(step, StaySilent):
            self._did()
        return None

    def _press(self, keys: str, first_s: float) -> None:
        self._pressed += ((first_s + KEY_S * place, key) for place, key in enumerate(keys))

    def _key_before(self, end_s: float) -> str | None:
        if not self._pressed or self._pressed[0][0] >= end_s:
            return None
        at_s, key = self._pressed.pop(0)
        self.now_s = max(self.now_s, at_s)
        return key


def simulate(rehearsal: Rehearsal, journey: Journey, stage: Stage) -> Outcome:
    """Carry out a rehearsal through a journey, at once."""
    caller = RehearsedCaller(rehearsal, stage)
    end: End | None
    try:
        end = _at_once(walk(journey, caller))
    except HungUp:
        end = None
    return Outcome(
        heard=tuple(caller.heard),
        end=end,
        seconds=caller.now_s,
        done=caller.done,
        passed=tuple(caller.passed_by),
    )


def _at_once(walking: Coroutine[Any, Any, End]) -> End:
    """What a coroutine returns that never waits for anything. Raises what it raises."""
    try:
        walking.send(None)
    except StopIteration as done:
        end: End = done.value
        return end
    walking.close()
    raise RuntimeError("a rehearsed walk waited for something real")


def edges_passed(outcomes: Iterable[Outcome]) -> frozenset[Edge]:
    """Every edge that was passed in at least one of them."""
    return frozenset(edge for outcome in outcomes for edge in outcome.passed)
