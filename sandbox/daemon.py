"""One server process of the sandbox: started, asked whether it is ready, frozen, killed, ended by its own pid.

As with `sandbox.pbx`, `setpriv --pdeathsig KILL` starts it, so it never outlives the Python (to be exact: the thread)
that started it. What it starts itself, for example PostgreSQL's sessions, is frozen and killed together with it.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

BOOT_DEADLINE_S = 30.0
STOP_GRACE_S = 5.0
LOOK_AGAIN_S = 0.01
_LAST_WORDS = 12
NOBODY = 65534
NOT_ROOT = (
    *(f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    # who is not root any more would not find its program and its files in root's private folders
    *("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--bounding-set=-all,+dac_override"),
)
"""Arguments of setpriv for a program that refuses to run as root, when we are root."""


class DaemonDidNotBoot(Exception):
    """It ended, or was not ready by the deadline. The message holds its last words."""


class DaemonNotRunning(Exception):
    """It is not running, so it has no pid."""


def is_root() -> bool:
    """Whether a program that refuses to run as root needs NOT_ROOT."""
    return os.geteuid() == 0


class Daemon:
    """A program that may be started again and again, in one folder, with one log."""

    def __init__(
        self, argv: Sequence[str], log: Path, is_ready: Callable[[], Awaitable[bool]], *, privileges: Sequence[str] = ()
    ) -> None:
        """`is_ready` is asked until it says so; `privileges`: more arguments of setpriv."""
        self._argv = ["setpriv", *privileges, "--pdeathsig", "KILL", "--", *argv]
        self._log, self._is_ready = log, is_ready
        self._running: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The process id. Raises DaemonNotRunning."""
        if self._running is None or self._running.returncode is not None:
            raise DaemonNotRunning
        return self._running.pid

    @property
    def running(self) -> bool:
        """Is there a process, frozen or not?"""
        return self._running is not None and self._running.returncode is None

    async def boot(self) -> None:
        """Start it and return when it is ready. DaemonDidNotBoot, and then nothing is left running."""
        with self._log.open("ab") as log:
            self._running = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at the terminal is for us; we end it in order
            )
        try:
            async with asyncio.timeout(BOOT_DEADLINE_S):
                while self.running and not await self._is_ready():  # noqa: ASYNC110 (it can only be asked)
                    await asyncio.sleep(LOOK_AGAIN_S)
        except TimeoutError as error:
            await self.kill()
            raise DaemonDidNotBoot(self._last_words()) from error
        except asyncio.CancelledError:
            await self.kill()
            raise
        if not self.running:
            raise DaemonDidNotBoot(self._last_words())

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it in an orderly way; after the grace by force. No effect if it is not running."""
        if not self.running:
            return
        self.thaw()
        self._signal(how)
        try:
            async with asyncio.timeout(STOP_GRACE_S):
                await self._wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it and what it started at once, as a crash would (`kill -9`)."""
        for pid in self._stopped_family():
            _signal(pid, signal.SIGKILL)
        await self._wait()

    def freeze(self) -> None:
        """Stop it and what it started in their tracks: sockets stay open, nothing answers (SIGSTOP)."""
        self._stopped_family()

    def thaw(self) -> None:
        """Let a frozen one run on."""
        for pid in self._family():
            _signal(pid, signal.SIGCONT)

    def _family(self) -> list[int]:
        if self._running is None or self._running.returncode is not None:
            return []
        pid = self._running.pid
        with suppress(FileNotFoundError, ProcessLookupError):
            return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())]
        return [pid]

    def _stopped_family(self) -> list[int]:
        """Stop the parent first, so that it starts nobody between the look and the signal."""
        self._signal(signal.SIGSTOP)
        family = self._family()
        for pid in family[1:]:
            _signal(pid, signal.SIGSTOP)
        return family

    def _signal(self, number: signal.Signals) -> None:
        if self._running is not None and self._running.returncode is None:
            _signal(self._running.pid, number)

    async def _wait(self) -> None:
        if self._running is not None:
            await self._running.wait()

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "程序未能启动。 The program did not start:\n" + "\n".join(lines[-_LAST_WORDS:])


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
