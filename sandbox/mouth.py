"""What a phone says: the lines it is given, and silence in between, so that its RTP never stops while a call is up.

baresip speaks from a WAV file and ends the call at the file's end. So no file ever ends: silence is a minute long and
begun again after half of it, and each line has a margin of silence behind it in which to change back.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import numpy as np

from sandbox.baresip import Baresip
from sandbox.phone_errors import PhoneGone
from sandbox.sound import Samples, silence, write_wav

SILENCE_S = 60.0
MARGIN_S = 10.0
"""How late this loop may be without losing a call."""
SILENCE = "silence.wav"


def prepare(folder: Path) -> None:
    """Write the silence a phone in this folder begins with."""
    write_wav(folder / SILENCE, silence(SILENCE_S))


class Mouth:
    """Speaks for one baresip, whose working folder is `folder`."""

    def __init__(self, baresip: Baresip, folder: Path) -> None:
        self._baresip = baresip
        self._folder = folder
        self._lines = 0
        self._again: asyncio.TimerHandle | None = None

    async def speak(self, samples: Samples) -> None:
        """Begin to speak a line; it is over after its length, and `keep_silent` is due then. Raises PhoneGone."""
        self._stop_timer()
        self._lines += 1
        line = self._folder / f"line-{self._lines}.wav"
        write_wav(line, np.concatenate((samples, silence(MARGIN_S))))
        try:
            await self._baresip.command("ausrc", f"aufile,{line.name}")
        finally:
            line.unlink()  # it has been read as a whole

    def keep_silent(self) -> None:
        """Be silent from now until the next line."""
        with suppress(PhoneGone):
            self._baresip.send("ausrc", f"aufile,{SILENCE}")
            self.stay_silent()

    def stay_silent(self) -> None:
        """A call has begun with silence: see that it does not end."""
        self._stop_timer()
        self._again = asyncio.get_running_loop().call_later(SILENCE_S / 2, self.keep_silent)

    def rest(self) -> None:
        """The call is over."""
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
