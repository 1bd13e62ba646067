"""Listening to a call while it is up, as a person would: a voice that pauses, silence, a greeting one knows.

It reads the WAV that the phone is writing, so it hears a quarter of a second late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import numpy as np

from sandbox.phone_call import Call
from sandbox.phone_errors import CallEnded
from sandbox.sound import FRAME, RATE_HZ, Samples, find_span, loud_frames

LISTEN_AGAIN_S = 0.1
VOICE_S = 0.1
"""A shorter sound is a click."""
PAUSE_S = 0.7
"""Silence after which a speaker counts as having finished: longer than a pause within a sentence."""


class Ear:
    """One listener of one call. Its waits raise CallEnded when the call ends first, and TimeoutError."""

    def __init__(self, call: Call) -> None:
        self._call = call

    @property
    def now(self) -> int:
        """How many samples have been heard so far: the beginning of what comes next."""
        return len(self._call.heard())

    async def voice(self, deadline_s: float) -> None:
        """Wait until somebody begins to speak."""
        await self._until(_voice, self.now, deadline_s)

    async def pause(self, deadline_s: float, *, pause_s: float = PAUSE_S, since: int | None = None) -> int:
        """Wait for a voice, then for its pause; return the sample at which the pause began.

        `since` is the sample from which to listen, now by default.
        """
        start = self.now if since is None else since
        ends = await self._until(lambda heard: _pause(heard, pause_s), start, deadline_s)
        return start + ends

    async def clip(self, clips: Sequence[Samples], deadline_s: float, *, since: int = 0) -> int:
        """Wait until one of these known sounds has been heard to its end; return the sample at which it ended.

        Of one that follows another, `since` may be where that ended: a player drops the last part of a frame, so the
        next begins up to a frame before.
        """
        start = max(0, since - FRAME)
        return start + await self._until(lambda heard: _end_of_any(clips, heard), start, deadline_s)

    async def _until(self, judge: Callable[[Samples], int | None], start: int, deadline_s: float) -> int:
        async with asyncio.timeout(deadline_s):
            while (found := judge(self._call.heard(start))) is None:
                if self._call.end is not None:
                    raise CallEnded(self._call.end.detail)
                await asyncio.sleep(LISTEN_AGAIN_S)
        return found


def _voice(heard: Samples) -> int | None:
    """The frame by which a voice has sounded for long enough not to be a click."""
    run = 0
    for number, loud in enumerate(loud_frames(heard).tolist(), 1):
        run = run + 1 if loud else 0
        if run * FRAME >= VOICE_S * RATE_HZ:
            return number
    return None


def _pause(heard: Samples, pause_s: float) -> int | None:
    """The sample at which the first pause after a voice begins."""
    run = {True: 0, False: 0}
    spoken = False
    for number, loud in enumerate(loud_frames(heard).tolist(), 1):
        run[loud] += 1
        run[not loud] = 0
        spoken = spoken or run[True] * FRAME >= VOICE_S * RATE_HZ
        if spoken and run[False] * FRAME >= pause_s * RATE_HZ:
            return (number - run[False]) * FRAME
    return None


def _end_of_any(clips: Sequence[Samples], heard: Samples) -> int | None:
    for clip in clips:
        found = find_span(np.trim_zeros(clip), heard)
        if found and found[1] <= len(heard):
            return found[1]
    return None
