"""What a private PBX is made of: the user's wishes plus found ports, fresh secrets and folders become one PbxConfig."""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.asterisk import Asterisk
from sandbox.ports import PortBlock
from telephony.asterisk.config import Admission, Carrier, Fallback, PbxConfig, Seat, Tls, Trunk

_SOCKET_PATH_BYTES = 107
_REPOSITORY = Path(__file__).resolve().parent.parent
_COMPLAINT = re.compile(r"^\[[^\]]*\] (?:WARNING|ERROR)\[")


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What the user of a private PBX chooses; the rest (ports, secrets, folders) is found."""

    seats: tuple[Seat, ...] = ()
    """The phones that may register."""
    hotlines: tuple[Fallback, ...] = ()
    """Where callers wait when no controller answers FastAGI."""
    admission: Admission = field(default_factory=Admission)
    """How many calls the dialplan lets in."""
    carrier: Carrier | None = None
    """Where calls to outside numbers go, for example `sandbox.carrier`; by default nobody outside can be dialled."""
    outside: tuple[str, ...] = ()
    """Outside numbers that may be dialled from a talk."""
    trunks: tuple[Trunk, ...] = ()
    """Lines of carriers; by default, whoever calls from 127.0.0.1 is a citizen."""
    trunks_apart: bool = False
    """Whether no phone has an address of a trunk's."""
    phone_networks: tuple[str, ...] = ("127.0.0.0/8",)
    """Networks from which phones may speak to the PBX."""
    tls: Tls | None = None
    """What SIP over TLS needs."""
    queues: tuple[str, ...] = ()
    """The city's queues; those of `hotlines` are among them anyway."""
    silent_phone_s: int = 20
    """How long a seat's phone may send no sound before it is lost, seconds."""
    fallback_s: int = 120
    """How long a caller waits without a controller before being asked for a message, seconds."""
    sounds: Path = _REPOSITORY / "cities/sample/prompts"
    """The prompts `Playback` finds."""
    music: Path = _REPOSITORY / "cities/sample/prompts/moh"
    """Music on hold."""
    recordings: Path | None = None
    """Where the dialplan records; `spool/recordings` of the instance by default."""
    sip_address: str = "127.0.0.1"
    """Where SIP and sound are to be reached: anything but the loopback address is the network's."""
    sip_port: int | None = None
    """The UDP port of SIP, where people's own phones must know it; by default any free one."""
    agi_port: int | None = None
    """Where the controller answers FastAGI; by default a port that is held for it: read it from `Pbx.config`."""
    log_levels: tuple[str, ...] = ("notice", "warning", "error")
    """What `messages.log` holds; `verbose(3)` shows every step of the dialplan."""


def configure(folder: Path, setup: Setup, asterisk: Asterisk, ports: PortBlock, run_folder: Path) -> PbxConfig:
    """The whole configuration of one instance, with a secret and a system name of its own."""
    return PbxConfig(
        folder=folder,
        modules=asterisk.modules,
        documentation=asterisk.documentation,
        sounds=setup.sounds,
        music=setup.music,
        recordings=setup.recordings or folder / "spool/recordings",
        run_folder=run_folder,
        system_name=f"lx{secrets.token_hex(3)}",
        sip_address=setup.sip_address,
        sip_port=setup.sip_port or ports.sip,
        rtp_first=ports.rtp[0],
        rtp_last=ports.rtp[1],
        ami_port=ports.ami,
        ami_secret=secrets.token_urlsafe(24),
        agi_port=setup.agi_port or ports.agi,
        seats=setup.seats,
        hotlines=setup.hotlines,
        admission=setup.admission,
        carrier=setup.carrier,
        outside=setup.outside,
        trunks=setup.trunks,
        trunk_match=() if setup.trunks else ("127.0.0.1/32",),
        trunk_is_apart=setup.trunks_apart,
        phone_networks=setup.phone_networks,
        tls=setup.tls,
        queues=setup.queues,
        fallback_s=setup.fallback_s,
        silent_phone_s=setup.silent_phone_s,
        log_levels=setup.log_levels,
    )


@contextmanager
def short_run_folder(folder: Path) -> Iterator[Path]:
    """A folder whose `asterisk.ctl` fits into a socket's path: the instance's own, or if that is too deep, another."""
    own = folder / "run"
    if len(str(own / "asterisk.ctl").encode()) <= _SOCKET_PATH_BYTES:
        yield own
        return
    short = Path(tempfile.mkdtemp(prefix="lx-"))
    try:
        yield short
    finally:
        shutil.rmtree(short, ignore_errors=True)


def complaints(log: Path, since_byte: int = 0) -> list[str]:
    """The warnings and errors of a `messages.log` from a position on; a healthy boot has none."""
    if not log.exists():
        return []
    lines = log.read_bytes()[since_byte:].decode(errors="replace").splitlines()
    return [line for line in lines if _COMPLAINT.match(line)]
