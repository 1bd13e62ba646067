"""What is taken away while calls run: the line to Asterisk, room on the disks, the right time.

The disk that is full is a limit of the kernel's on the size of any file that the process writes (RLIMIT_FSIZE, set on a
living process): its writes fail in the system call, as they do on a full disk (EFBIG, where a disk says ENOSPC), in
Asterisk's recorder, its database and its log, and in the controller's database and archive.
"""

from __future__ import annotations

import resource
from random import Random

from tests.chaos.fault import Fault
from tests.chaos.town import Town

HOUR_S = 3600.0
DRIFT = 0.2
"""Seconds a second: what a bad clock gains in a month, in minutes."""
CUT_S = (0.0, 3.0)
CUT_WITHIN_BYTES = 3000
FULL_S = (3.0, 6.0)
ROOM_BYTES = (0, 60_000)
"""What still fits into a file: up to some four seconds of one leg."""


class LineCut(Fault):
    """The AMI's socket breaks after some random number of bytes, in the middle of whatever is being said."""

    @classmethod
    def drawn(cls, dice: Random) -> Fault:
        """So many bytes, so long."""
        fault = cls(lasts_s=dice.uniform(*CUT_S))
        fault._bytes = dice.randrange(CUT_WITHIN_BYTES)
        return fault

    async def strike(self, town: Town) -> None:
        """Cut it, and return when it has been cut."""
        await town.cable.cut_after(self._bytes)

    async def heal(self, town: Town) -> None:
        """Mend it."""
        town.cable.mend()


class DiskFull(Fault):
    """No file of Asterisk's grows beyond a few seconds of sound."""

    deafens, silences = False, True

    @classmethod
    def drawn(cls, dice: Random) -> Fault:
        """So much room left."""
        fault = cls(lasts_s=dice.uniform(*FULL_S))
        fault._room = dice.randint(*ROOM_BYTES)
        return fault

    async def strike(self, town: Town) -> None:
        """No room."""
        self._allow(self._room, *self._whom(town))

    async def heal(self, town: Town) -> None:
        """Room again."""
        self._allow(None, *self._whom(town))

    def _whom(self, town: Town) -> list[int]:
        return [town.pbx.pid]

    def _allow(self, room: int | None, *pids: int) -> None:
        for pid in pids:
            _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most if room is None else room, most))


class DatabaseDiskFull(DiskFull):
    """Not a byte more for any file of the controller's: journal, call book, drafts, archive."""

    silences = False

    @classmethod
    def drawn(cls, dice: Random) -> Fault:
        """So long."""
        fault = cls(lasts_s=dice.uniform(*FULL_S))
        fault._room = 0
        return fault

    def _whom(self, town: Town) -> list[int]:
        return [town.controller]


class ClockForward(Fault):
    """The controller's wall clock is set an hour forward."""

    deafens = False
    seconds = HOUR_S

    async def strike(self, town: Town) -> None:
        """Set it."""
        town.hands.step(self.seconds)

    async def heal(self, town: Town) -> None:
        """It stays wrong."""


class ClockBack(ClockForward):
    """The controller's wall clock is set an hour back."""

    seconds = -HOUR_S


class ClockDrifts(Fault):
    """The controller's wall clock is fast for a while, and stays as wrong as it is then."""

    deafens = False

    @classmethod
    def drawn(cls, dice: Random) -> Fault:
        """For so long."""
        return cls(lasts_s=dice.uniform(3.0, 8.0))

    async def strike(self, town: Town) -> None:
        """Too fast."""
        town.hands.drift(DRIFT)

    async def heal(self, town: Town) -> None:
        """Right again, at the wrong time."""
        town.hands.drift(0.0)
