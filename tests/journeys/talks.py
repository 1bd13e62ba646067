"""Scenes of a conversation: who talks, what they key, and who hears whom."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from sandbox.phone_errors import PhoneError
from sandbox.sound import find, tone
from sandbox.tones import beep

LOOK_AGAIN_S = 0.1


async def say(speaker, pitch_hz, *listeners, within_s=8.0):
    """A tone spoken until every listener has heard it: a bridge may be just coming back."""
    sound = tone(pitch_hz, 0.4)
    since = [len(listener.call.heard()) for listener in listeners]
    async with asyncio.timeout(within_s):
        while True:
            await speaker.play(sound)
            if all(heard(listener, sound, start) for listener, start in zip(listeners, since, strict=True)):
                return


async def until(true, within_s=8.0):
    """Look again and again at what a phone has heard."""
    async with asyncio.timeout(within_s):
        while True:
            if true():
                return
            await asyncio.sleep(LOOK_AGAIN_S)


def heard(listener, sound, since=0):
    """Whether it is in what the phone has heard."""
    return find(sound, listener.call.heard(since)) is not None


async def hears_nothing_of(listener, speaker, pitch_hz):
    """What the speaker says now does not reach the listener."""
    since = len(listener.call.heard())
    await speaker.play(tone(pitch_hz, 0.4))
    await until(lambda: len(listener.call.heard()) >= since + 8000)  # it would have come by now
    assert not heard(listener, tone(pitch_hz, 0.4), since)


def spoken_beep():
    """The beep that marks and asks, as it is committed."""
    return (beep() * 32767).round().astype("<i2")


async def key(phone, code, number):
    """A code, and after the beep whom it is for."""
    since = len(phone.call.heard())
    await phone.press(code)
    await until(lambda: heard(phone, spoken_beep(), since))
    await phone.press(f"{number}#")


async def hears(listener, pitch_hz, within_s=8.0):
    """Somebody who never stops speaking is heard from now on."""
    since = len(listener.call.heard())
    await until(lambda: heard(listener, tone(pitch_hz, 0.4), since), within_s)


async def speak_on(phone, pitch_hz):
    """Until cancelled, in whatever call the phone has."""
    while True:
        with suppress(PhoneError, TimeoutError):
            await phone.call.hearing()
            await phone.play(tone(pitch_hz, 60.0))
        await asyncio.sleep(LOOK_AGAIN_S)
