"""Simulated people: a citizen who dials a hotline and tells a matter, an agent who logs on and answers, and their talk.

Who is connected to whom only the PBX's controller knows, so a demo that watches it says so and lets both talk with
`converse`. Without a watcher each side listens for itself: the citizen knows the agents' greetings by ear
(`Citizen.hear_greeting`), and both take turns by the other's pauses (`take_turns`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sandbox.ear import Ear
from sandbox.phone_call import Call
from sandbox.phones import Phone
from sandbox.sound import Samples
from sandbox.voices import say_async

TALK_PAUSE_S = 0.3
"""Between two speakers."""
PROMPT_S = 15.0
"""How long a prompt is listened to before one answers it anyway."""
ANSWER_S = 20.0
"""How long the other side is listened to before one goes on anyway."""
CODE_S = 30.0
"""How long a feature code may take from dialling to the PBX's hang-up."""


class Party(StrEnum):
    """Who speaks."""

    CITIZEN = "citizen"
    AGENT = "agent"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One line of a talk: who says it, what is said, and how it sounds."""

    party: Party
    text: str
    sound: Samples


async def voice(lines: Sequence[tuple[str, str]], *, citizen: str = "m1", agent: str = "f1") -> tuple[Turn, ...]:
    """Speak the lines of a dialogue, each ("citizen" or "agent", text), in these voices of `sandbox.voices`."""
    voices = {Party.CITIZEN: citizen, Party.AGENT: agent}
    turns = []
    for name, text in lines:
        party = Party(name)
        turns.append(Turn(party=party, text=text, sound=await say_async(text, voices[party])))
    return tuple(turns)


async def converse(citizen: Phone, agent: Phone, turns: Sequence[Turn], pause_s: float = TALK_PAUSE_S) -> None:
    """Let two connected phones speak in turn, with pauses; nobody hangs up at the end. Raises NoCall, CallEnded."""
    phones = {Party.CITIZEN: citizen, Party.AGENT: agent}
    for phone in phones.values():
        await phone.call.hearing()
    for turn in turns:
        await phones[turn.party].play(turn.sound)
        await asyncio.sleep(pause_s)


async def take_turns(phone: Phone, sounds: Sequence[Samples]) -> None:
    """Say these lines, waiting between them until the other side has spoken and paused. Raises NoCall, CallEnded."""
    ear = Ear(phone.call)
    await phone.call.hearing()
    for number, sound in enumerate(sounds):
        if number:
            await _patiently(ear, ANSWER_S)
        await phone.play(sound)


async def _patiently(ear: Ear, deadline_s: float, since: int | None = None) -> None:
    try:
        await ear.pause(deadline_s, since=since)
    except TimeoutError:
        return  # a person goes on, too


class Citizen:
    """Somebody with a matter and a phone."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone

    async def reach(self, hotline: str, keys: str = "", deadline_s: float = PROMPT_S) -> Call:
        """Dial; where keys are wanted, press each after a prompt was heard out. Raises CallEnded, TimeoutError."""
        call = await self.phone.dial(hotline)
        await call.established(deadline_s)
        ear = Ear(call)
        for number, key in enumerate(keys):
            await _patiently(ear, PROMPT_S, since=None if number else 0)
            await self.phone.press(key)
        return call

    async def hear_greeting(self, greetings: Sequence[Samples], deadline_s: float) -> None:
        """Wait until an agent has said one of these greetings, whatever else sounds before: prompts, music.

        Raises CallEnded, TimeoutError.
        """
        await Ear(self.phone.call).clip(greetings, deadline_s)

    async def hang_up(self) -> Call:
        """End the call. Raises NoCall."""
        return await self.phone.hang_up()


class Agent:
    """Somebody at a seat, with a number, a PIN and a plain phone: everything is done by feature codes."""

    def __init__(self, phone: Phone, number: str, pin: str) -> None:
        self.phone = phone
        self.number = number
        self._pin = pin

    async def log_on(self) -> None:
        """签入: *71, then number and PIN, each after its question. Raises CallEnded, TimeoutError."""
        await self._dial_code("*71", f"{self.number}#", f"{self._pin}#")

    async def ready(self) -> None:
        """就绪: *72."""
        await self._dial_code("*72")

    async def take_break(self, reason: str = "1") -> None:
        """小休: *73, then the key of the reason."""
        await self._dial_code("*73", reason)

    async def finish_wrap_up(self) -> None:
        """整理完成: *74."""
        await self._dial_code("*74")

    async def log_off(self) -> None:
        """签出: *70."""
        await self._dial_code("*70")

    async def _dial_code(self, code: str, *answers: str) -> None:
        """Dial a code, answer its questions, and hear the confirmation out until the PBX hangs up."""
        call = await self.phone.dial(code)
        await call.established()
        ear = Ear(call)
        since = 0
        for answer in answers:
            await _patiently(ear, PROMPT_S, since)
            since = ear.now
            await self.phone.press(answer)
        await call.closed(CODE_S)
