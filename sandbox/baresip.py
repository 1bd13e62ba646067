"""One baresip process: which program, what it is told at its start, its end.

baresip 1.1.0 is Debian's; one known version, so never an installed one. It is told its ports and files by one small
file, in a folder that is also its working folder, so that names of sound files are short and relative (its commands cut
them at 127 bytes); its account comes later by a command (`uanew`), so that no event is lost before somebody listens.
`setpriv --pdeathsig KILL` starts it, so it dies with the thread that started it, as the PBX does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sandbox.control import Control, Listener
from sandbox.debs import Say, say_on_stderr, toolbox
from sandbox.phone_errors import PhoneDidNotStart, PhoneGone
from sandbox.ports import LOOPBACK, ports_held_by

MODULES = ("g711", "aufile", "menu", "ctrl_tcp")
MEDIA_PORTS = (40000, 59998)
"""baresip tries even ports of this range until one is free."""
START_DEADLINE_S = 5.0
START_ATTEMPTS = 3
COMMAND_DEADLINE_S = 5.0
STOP_GRACE_S = 3.0
LOOK_AGAIN_S = 0.004

_SETTINGS = """\
poll_method epoll
sip_listen {host}:0
sip_trans_def udp
net_interface {host}
call_max_calls 1
call_local_timeout 3600
audio_path none
audio_source aufile,{source}
audio_player aufile,{player}
audio_alert aufile,none
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_level no
rtp_ports {first}-{last}
rtp_timeout 0
{patience}module_path {modules}
{module_lines}
ctrl_tcp_listen {host}:{control}
"""


_PATIENCE = """\
jitter_buffer_type off
audio_buffer 20-60000
"""


@dataclass(frozen=True, kw_only=True)
class Program:
    """baresip and the modules that fit it."""

    command: tuple[str, ...]
    modules: Path


def find_baresip(say: Say = say_on_stderr) -> Program:
    """The baresip in the cache, put there first if need be (7 packages). Blocks; raises sandbox.apt.DebsError."""
    modules = "usr/lib/baresip/modules"
    objects = ["usr/bin/baresip", *(f"{modules}/{name}.so" for name in MODULES)]
    rootfs = toolbox("baresip", packages=("baresip-core",), objects=objects, say=say)
    return Program(command=tuple(rootfs.command("usr/bin/baresip")), modules=rootfs.path(modules))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one baresip is told at its start."""

    folder: Path
    """Its working folder; `source` and `player` are names in it."""
    source: str
    """The WAV it speaks when a call begins."""
    player: str
    """The WAV it writes what it hears in its first call to."""
    listens_whole: bool = False
    """Whether it keeps every packet, however late: one that sounds as a phone does drops what comes in a burst."""


class Baresip:
    """A baresip that runs or has run, and the connection by which it is told what to do."""

    def __init__(self, started: asyncio.subprocess.Process, control: Control) -> None:
        self._started = started
        self._control = control

    @classmethod
    @asynccontextmanager
    async def start(
        cls, settings: Settings, listener: Listener, program: Program | None = None
    ) -> AsyncIterator[Baresip]:
        """Start it, connect to it, and end it with the context. Raises PhoneDidNotStart, sandbox.apt.DebsError."""
        if program is None:
            program = await asyncio.to_thread(find_baresip)
        baresip = await _start(settings, listener, program)
        try:
            yield baresip
        finally:
            await baresip.stop()

    @property
    def running(self) -> bool:
        """Is there a process, frozen or not?"""
        return self._started.returncode is None

    @property
    def pid(self) -> int:
        """The process id."""
        return self._started.pid

    def send(self, command: str, parameters: str = "") -> asyncio.Future[str]:
        """Tell it something without waiting; see `Control.send`."""
        return self._control.send(command, parameters)

    async def command(self, command: str, parameters: str = "") -> str:
        """Tell it something and return its answer. Raises CommandRefused, PhoneGone; TimeoutError if it is frozen."""
        async with asyncio.timeout(COMMAND_DEADLINE_S):
            return await self.send(command, parameters)

    async def connect(self, port: int) -> bool:
        """Connect to its control port once it listens there; False if it has ended. Waits: put a deadline around it."""
        while not _listens(self._started.pid, port):
            if not self.running:
                return False
            await asyncio.sleep(LOOK_AGAIN_S)
        await asyncio.get_running_loop().create_connection(lambda: self._control, LOOPBACK, port)
        return True

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """End it in order: calls are hung up, the phone unregisters. After the grace by force."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        try:
            async with asyncio.timeout(grace_s):
                await self._started.wait()
        except TimeoutError:
            await self.kill()
        finally:
            self._signal(signal.SIGKILL)  # when this wait was cancelled
            self._control.close()

    async def kill(self) -> None:
        """End it at once, without a word to anyone (`kill -9`)."""
        self._signal(signal.SIGKILL)
        await self._started.wait()
        self._control.close()

    def freeze(self) -> None:
        """Stop it in its tracks: its sockets stay open, nothing answers (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one run on."""
        self._signal(signal.SIGCONT)

    def cpu_s(self) -> float:
        """CPU seconds, user and system, used so far. Raises PhoneGone."""
        try:
            text = Path(f"/proc/{self._started.pid}/stat").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError) as error:
            raise PhoneGone("话机已退出。 The phone's program has ended.") from error
        words = text.rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def _signal(self, number: signal.Signals) -> None:
        if self.running:
            with suppress(ProcessLookupError):
                os.kill(self._started.pid, number)  # Process.send_signal would reap it behind asyncio's back


async def _start(settings: Settings, listener: Listener, program: Program) -> Baresip:
    """Start on a free control port; should another program be quicker to take it, on another."""
    for _ in range(START_ATTEMPTS):
        control = _free_port()
        _write(settings, program, control)
        baresip = Baresip(await _spawn(settings.folder, program), Control(listener))
        try:
            async with asyncio.timeout(START_DEADLINE_S):
                if await baresip.connect(control):
                    return baresip
        except (TimeoutError, OSError):
            await baresip.kill()
        except asyncio.CancelledError:
            await baresip.kill()
            raise
    words = (settings.folder / "said.txt").read_text(encoding="utf-8", errors="replace")
    raise PhoneDidNotStart(f"话机未能启动。 The phone did not start.\n{words[-500:]}")


async def _spawn(folder: Path, program: Program) -> asyncio.subprocess.Process:
    with (folder / "said.txt").open("wb") as said:
        return await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "--", *program.command, "-f", "."),
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C at the terminal is for us; we end it in order
        )


def _write(settings: Settings, program: Program, control: int) -> None:
    text = _SETTINGS.format(
        host=LOOPBACK,
        source=settings.source,
        player=settings.player,
        first=MEDIA_PORTS[0],
        last=MEDIA_PORTS[1],
        patience=_PATIENCE if settings.listens_whole else "",
        modules=program.modules,
        module_lines="\n".join(f"module {name}.so" for name in MODULES),
        control=control,
    )
    (settings.folder / "config").write_text(text, encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _listens(pid: int, port: int) -> bool:
    try:
        return ("tcp", port) in ports_held_by(pid)
    except (FileNotFoundError, ProcessLookupError):
        return False
