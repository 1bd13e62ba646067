"""A private Asterisk: rendered into a folder, booted in about a second, ended by its own pid. Many can run at once.

`setpriv --pdeathsig KILL` starts it, so the kernel kills it when this Python dies, even by `kill -9`: nothing of ours
need be alive for that (a supervising process would), and no code of ours runs between fork and exec (`preexec_fn`
would, with our threads' locks held). The kernel counts the death of the *thread* that started it: boot a Pbx from the
thread whose loop lives as long as the Pbx.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

from plumbing.promptness import be_prompt
from sandbox.amiprobe import LoginRefused, fully_booted
from sandbox.asterisk import Asterisk, find_asterisk
from sandbox.instance import Setup, complaints, configure, short_run_folder
from sandbox.ports import hold_ports, ports_held_by
from sandbox.progress import Say, say_on_stderr
from telephony.asterisk.config import PbxConfig
from telephony.asterisk.render import render

BOOT_DEADLINE_S = 60.0
STOP_GRACE_S = 5.0
LOOK_AGAIN_S = 0.02
PORT_ATTEMPTS = 5


class PbxError(Exception):
    """The private PBX did not do what was asked."""


class PbxDidNotBoot(PbxError):
    """It ended, was silent until the deadline, or disliked its configuration. The message holds its last words."""


class PortTaken(PbxError):
    """Another program has one of the instance's ports."""


class NotRunning(PbxError):
    """The instance is not running, so it cannot be asked or signalled."""


class Pbx:
    """One Asterisk, running or not. `config` tells its ports, secret and folders."""

    def __init__(self, asterisk: Asterisk, config: PbxConfig) -> None:
        self.asterisk = asterisk
        self.config = config
        self._running: asyncio.subprocess.Process | None = None
        self._log_began_byte = 0

    @classmethod
    @asynccontextmanager
    async def start(
        cls, folder: Path, setup: Setup | None = None, *, asterisk: Asterisk | None = None, say: Say = say_on_stderr
    ) -> AsyncIterator[Pbx]:
        """Boot an instance in `folder` and end it with the context. Raises PbxError, DebsError, NoFreePorts."""
        chosen = await asyncio.to_thread(find_asterisk, say) if asterisk is None else asterisk
        with ExitStack() as held:
            pbx = await _boot_on_free_ports(folder, setup or Setup(), chosen, held)
            try:
                yield pbx
            finally:
                await pbx.stop()

    @property
    def pid(self) -> int:
        """The process id. Raises NotRunning."""
        if self._running is None or self._running.returncode is not None:
            raise NotRunning("PBX 未运行。 The PBX is not running.")
        return self._running.pid

    @property
    def running(self) -> bool:
        """Is there a process, frozen or not?"""
        return self._running is not None and self._running.returncode is None

    async def boot(self) -> None:
        """Start the process and return when Asterisk says FullyBooted. Also for a second life after `kill()`.

        Raises PbxDidNotBoot or PortTaken, and then nothing is left running.
        """
        render(self.config)
        self._log_began_byte = self.config.log.stat().st_size if self.config.log.exists() else 0
        self._running = await self._spawn()
        try:
            async with asyncio.timeout(BOOT_DEADLINE_S):
                await self._until_booted()
            self._check_ports()
            self._check_log()
        except TimeoutError as error:
            await self.kill()
            raise PbxDidNotBoot(self._last_words("启动超时", "no FullyBooted in time")) from error
        except (PbxError, asyncio.CancelledError):
            await self.kill()
            raise

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """End it in an orderly way; after the grace, or if it is frozen, by force. No effect if it is not running."""
        if not self.running:
            return
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        try:
            async with asyncio.timeout(grace_s):
                await self._wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it at once, as a crash would (`kill -9`)."""
        self._signal(signal.SIGKILL)
        await self._wait()

    def freeze(self) -> None:
        """Stop it in its tracks: sockets stay open, nothing answers (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one run on."""
        self._signal(signal.SIGCONT)

    async def cli(self, command: str) -> str:
        """What Asterisk's own console answers, for diagnosis. Raises NotRunning."""
        _ = self.pid
        argv = [*self.asterisk.command, *self._configuration(), "-rx", command]
        client = await asyncio.create_subprocess_exec(
            *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
        )
        answer, _ = await client.communicate()
        return answer.decode(errors="replace")

    def cpu_s(self) -> float:
        """CPU seconds, user and system, that the process has used so far. Raises NotRunning."""
        words = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def complaints(self) -> list[str]:
        """Warnings and errors it has logged since its boot."""
        return complaints(self.config.log, self._log_began_byte)

    async def _spawn(self) -> asyncio.subprocess.Process:
        argv = ["setpriv", "--pdeathsig", "KILL", "--", *self.asterisk.command, *self._configuration(), "-f", "-n"]
        with (self.config.folder / "log/console.txt").open("wb") as console:
            spawned = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=console,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at the terminal is for us; we end it in order
            )
        be_prompt(spawned.pid)
        return spawned

    def _configuration(self) -> tuple[str, str]:
        return "-C", str(self.config.etc / "asterisk.conf")

    async def _until_booted(self) -> None:
        config = self.config
        while self.running:
            try:
                if await fully_booted(config.ami_address, config.ami_port, config.ami_user, config.ami_secret):
                    return
            except LoginRefused as error:
                raise PortTaken(f"端口被占用。 Another program answers on port {config.ami_port}.") from error
            self._check_log()
            await asyncio.sleep(LOOK_AGAIN_S)
        raise PbxDidNotBoot(self._last_words("启动失败", "it ended"))

    def _check_ports(self) -> None:
        held = ports_held_by(self.pid)
        for wanted in (("udp", self.config.sip_port), ("tcp", self.config.ami_port)):
            if wanted not in held:
                raise PortTaken(f"端口被占用。 Another program has {wanted[0]} port {wanted[1]}.")

    def _check_log(self) -> None:
        lines = self.complaints()
        if any("Address already in use" in line for line in lines):
            raise PortTaken(f"端口被占用。 Another program has a port: {lines[0][:300]}")
        if any(" ERROR[" in line or "declined to load" in line for line in lines):
            raise PbxDidNotBoot(self._last_words("配置有误", "it complains about its configuration"))

    def _last_words(self, zh: str, en: str) -> str:
        console = (self.config.folder / "log/console.txt").read_text(encoding="utf-8", errors="replace").splitlines()
        words = "\n".join([*self.complaints()[:10], *console[-5:]])
        return f"PBX {zh}。 The PBX did not boot: {en}.\n{words}"

    def _signal(self, number: signal.Signals) -> None:
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.kill(self._running.pid, number)  # Process.send_signal would reap it behind asyncio's back

    async def _wait(self) -> None:
        if self._running is not None:
            await self._running.wait()


async def _boot_on_free_ports(folder: Path, setup: Setup, asterisk: Asterisk, held: ExitStack) -> Pbx:
    """Boot on a block of ports; if another program was quicker, on the next, PORT_ATTEMPTS times at most."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100, ASYNC240 (no disk is touched; a symlink stays one)
    run_folder = held.enter_context(short_run_folder(folder))
    taken: frozenset[int] = frozenset()
    while True:
        ports = held.enter_context(hold_ports(taken))
        pbx = Pbx(asterisk, configure(folder, setup, asterisk, ports, run_folder))
        try:
            await pbx.boot()
        except PortTaken:
            taken |= {ports.first}
            if len(taken) == PORT_ATTEMPTS:
                raise
        else:
            return pbx
