"""Somebody at a real phone who does what a rehearsal says, and knows what they hear by its sound (sandbox.recognise).

A key is due relative to what was heard, and that is a place in the stream. What cannot be known from the stream is how
long this side took: on a machine that is busy with something else a phone may press too late. It notices that itself,
by its own clock or because the prompt it meant to cut short was said to its end, and says so (`was_late`); the outcome
is not looked at.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Final

from city.city import City
from hotline.rehearsing import matches
from ivr.prompts import Say
from ivr.rehearsal import HangUp, Hear, Press, Sound, Speak, Step
from sandbox.phone_errors import CallEnded, NoCall
from sandbox.phones import Phone
from sandbox.recognise import Heard, Recogniser, sent
from sandbox.sound import RATE_HZ, Samples, tone

LISTEN_AGAIN_S: Final = 0.1
STEP_S: Final = 45.0
"""A step that is not due after so long never will be."""
REACTION_S: Final = 0.15
"""From the end of a prompt to the key."""
LATE_S: Final = 1.2
"""Who needs so long, from the last look that knew nothing to the key, is late. Quick is 0.5 s."""
AFTERWARDS_S: Final = 3.0
"""What was said last may arrive so late."""
MUSIC: Final = RATE_HZ // 2
"""So much that is no prompt, after the last one: the caller waits, and everything before has arrived."""
VOICE_HZ: Final = 440.0


class Keys(StrEnum):
    """How keys are sent."""

    EVENTS = "events"  # RFC 4733
    TONES = "tones"  # 带内: as sound (ITU-T Q.23), for a phone or a gateway that knows no other way


class Over(Exception):
    """Nobody asks this caller anything any more."""


class RehearsedCaller:
    """Somebody at a phone, with a list of steps and two ears."""

    def __init__(
        self,
        phone: Phone,
        sounds: Mapping[str, Samples],
        city: City,
        is_over: Callable[[], bool],
        keys: Keys = Keys.EVENTS,
    ) -> None:
        """`sounds`: of the prompts that may be heard, by name. `is_over`: whether the call waits or has ended."""
        self._phone, self._call, self._keys = phone, phone.calls[-1], keys
        self._ears, self._taken = Recogniser(sounds), 0
        self._city, self._is_over = city, is_over
        self._behind = 0  # prompts that were waited for, and those before them
        self._cut: list[int] = []  # prompts that were meant to be cut short
        self._since_s = math.inf  # the moment from which on a key is due: the last look that knew nothing, the last key
        self._was_slow = False

    @property
    def was_late(self) -> bool:
        """Whether a key, or the end, came later than this caller meant."""
        heard = self._listen()
        return self._was_slow or any(heard[place].is_whole for place in self._cut)

    async def do(self, steps: Iterable[Step]) -> int:
        """Do one step after the other, as long as there is a menu to do them in; how many were done."""
        done = 0
        try:
            for step in steps:
                await self._do(step)
                done += 1
        except (CallEnded, NoCall, TimeoutError, Over):
            pass
        return done

    async def hear_out(self) -> None:
        """Listen until music, or the end of the call, says that nothing more will be said."""
        ends_s = time.monotonic() + AFTERWARDS_S
        while self._call.end is None and not self._hears_music() and time.monotonic() < ends_s:  # noqa: ASYNC110
            await asyncio.sleep(LISTEN_AGAIN_S)

    def heard(self) -> tuple[str, ...]:
        """Every prompt that arrived, in order."""
        return tuple(one.prompt for one in self._listen())

    async def _do(self, step: Step) -> None:
        match step:
            case Hear(sound):
                await self._hears(sound, whole=True)
            case Press(keys, during):
                await self._wait_for(during)
                await self._press(keys)
            case HangUp(during):
                await self._wait_for(during)
                await self._phone.hang_up()
            case Speak(seconds):
                await self._hears(Sound(Say.BEEP, is_name=True), whole=True)
                await self._phone.play(tone(VOICE_HZ, seconds))
                self._since_s = time.monotonic()
                await self._press("#")
            case _:
                self._since_s = math.inf  # silence needs nothing done

    async def _wait_for(self, during: Sound | None) -> None:
        if during is None:
            await asyncio.sleep(REACTION_S)
        else:
            await self._hears(during, whole=False)
            self._cut.append(self._behind - 1)

    async def _press(self, keys: str) -> None:
        for key in keys:
            await (self._phone.press(key) if self._keys is Keys.EVENTS else self._phone.press_tone(key))
            now_s = time.monotonic()
            self._was_slow = self._was_slow or now_s - self._since_s > LATE_S
            self._since_s = now_s

    async def _hears(self, sound: Sound, *, whole: bool) -> None:
        """Wait until such a prompt has begun, or has been said to its end."""
        over_s: float | None = None
        async with asyncio.timeout(STEP_S):
            while not self._knows(sound, whole=whole):
                now_s = self._since_s = time.monotonic()
                if self._call.end is not None or self._is_over():
                    over_s = over_s or now_s
                    if self._call.end is not None or self._hears_music() or now_s - over_s > AFTERWARDS_S:
                        raise Over
                await asyncio.sleep(LISTEN_AGAIN_S)

    def _knows(self, sound: Sound, *, whole: bool) -> bool:
        heard = self._listen()
        for place in range(self._behind, len(heard)):
            one, is_known = heard[place], place < len(heard) - 1 or self._ears.is_sure
            if matches(self._city, sound, one.prompt) and (one.is_whole or (is_known and not whole)):
                self._behind = place + 1
                return True
        return False

    def _hears_music(self) -> bool:
        self._listen()
        return self._ears.unknown >= MUSIC

    def _listen(self) -> list[Heard]:
        written = self._call.heard(self._taken)
        self._taken += len(written)
        return self._ears.listen(sent(written))
