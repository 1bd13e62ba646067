"""Who dies or freezes while calls run: the controller, Asterisk, a decoder, PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.chaos.fault import Fault
from tests.chaos.town import Town, descendants

FREEZE_S = (1.0, 6.0)
DECODING_WITHIN_S = 15.0
DECODERS_KILLED = 2
"""Of three attempts of a transcription two may die: the third must be enough."""
RECORDER_HOLDS_S = 2.1
"""Asterisk's recorder writes a leg by 32 KiB (file.c), 2.05 s of sound; what it holds dies with it."""
AWAY_S = (1.0, 5.0)


class ControllerKilled(Fault):
    """`kill -9`; its supervisor heals it."""

    number = signal.SIGKILL

    async def strike(self, town: Town) -> None:
        """Kill it."""
        self._was = town.controller
        os.kill(self._was, self.number)

    async def heal(self, town: Town) -> None:
        """Wait for the next one."""
        await town.another_controller(self._was)


class ControllerFrozen(ControllerKilled):
    """`SIGSTOP`: sockets stay open, nothing answers; its supervisor kills it."""

    number = signal.SIGSTOP


class AsteriskKilled(Fault):
    """`kill -9`; booted again as a service manager would. Every call ends, and people hang up on the silence."""

    mutes, forgets_s = True, RECORDER_HOLDS_S

    async def strike(self, town: Town) -> None:
        """Kill it."""
        await town.pbx.kill()

    async def heal(self, town: Town) -> None:
        """Boot it on the same folder."""
        await town.hang_up_on_silence()
        await town.pbx.boot()


class AsteriskFrozen(Fault):
    """`SIGSTOP`, for longer or shorter than the controller's patience with a silent peer.

    A phone that is answered meanwhile believes that it talks, and is taken back when Asterisk runs on.
    """

    mutes = True

    @classmethod
    def drawn(cls, dice: Random) -> Fault:
        """So long."""
        return cls(lasts_s=dice.uniform(*FREEZE_S))

    async def strike(self, town: Town) -> None:
        """Freeze it."""
        town.pbx.freeze()

    async def heal(self, town: Town) -> None:
        """Let it run on."""
        town.pbx.thaw()


class DecoderKilled(Fault):
    """`kill -9` on whoever is decoding a recording just now."""

    deafens = False

    async def heal(self, town: Town) -> None:
        """The launcher forks another one."""

    async def strike(self, town: Town) -> None:
        """Wait for a decoder at work, and kill it; then another one."""
        for _ in range(DECODERS_KILLED):
            with suppress(TimeoutError):
                async with asyncio.timeout(DECODING_WITHIN_S):
                    while (decoder := _decoder_at_work(town.controller)) is None:  # noqa: ASYNC110 (processes of another program)
                        await asyncio.sleep(0.005)
                    with suppress(ProcessLookupError):
                        os.kill(decoder, signal.SIGKILL)


class DatabaseKilled(Fault):
    """`kill -9` on the whole PostgreSQL; booted again on its own folder after a while."""

    deafens = False

    @classmethod
    def drawn(cls, dice: Random) -> Fault:
        """Away for so long."""
        return cls(lasts_s=dice.uniform(*AWAY_S))

    async def strike(self, town: Town) -> None:
        """Kill it."""
        await town.postgresql.kill()

    async def heal(self, town: Town) -> None:
        """Boot it."""
        await town.postgresql.boot()


class RedisKilled(Fault):
    """`kill -9`; booted again empty. It only says "look": whoever works looks by himself, too."""

    deafens = False

    @classmethod
    def drawn(cls, dice: Random) -> Fault:
        """Away for so long."""
        return cls(lasts_s=dice.uniform(*AWAY_S))

    async def strike(self, town: Town) -> None:
        """Kill it."""
        await town.redis.kill()

    async def heal(self, town: Town) -> None:
        """Boot it."""
        await town.redis.boot()


class DatabaseFrozen(DatabaseKilled):
    """`SIGSTOP`: its sessions stand still, and nobody is told."""

    async def strike(self, town: Town) -> None:
        """Freeze it."""
        town.postgresql.freeze()

    async def heal(self, town: Town) -> None:
        """Let it run on."""
        town.postgresql.thaw()


def _decoder_at_work(controller: int) -> int | None:
    """A process that the launcher has forked."""
    for process in descendants(controller):
        with suppress(OSError):
            if b"asr.launcher" in Path(f"/proc/{process}/cmdline").read_bytes() and (at_work := descendants(process)):
                return at_work[-1]
    return None
