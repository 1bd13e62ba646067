"""Ports for private instances, many at once: blocks that only one living process on this machine can hold.

Asterisk wants ranges (media) and numbers known before it binds, so "port 0" will not do. A block is held by a lock on a
file, which dies with its holder; blocks lie below the kernel's ephemeral range, so no outgoing connection lands in
them. What another program has bound is skipped; what it takes in between, `ports_held_by` shows after the boot.
"""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

LOOPBACK = "127.0.0.1"
FIRST, LAST, SIZE = 10_000, 31_600, 600
_LISTENING = "0A"


class NoFreePorts(Exception):
    """Every block of ports is held: too many instances at once, or other programs in the way."""


@dataclass(frozen=True, kw_only=True)
class PortBlock:
    """Ports of one instance, nobody else's while it is held."""

    first: int

    @property
    def sip(self) -> int:
        """UDP port for SIP."""
        return self.first

    @property
    def ami(self) -> int:
        """TCP port for the AMI."""
        return self.first + 1

    @property
    def agi(self) -> int:
        """TCP port for the controller's FastAGI."""
        return self.first + 2

    @property
    def rtp(self) -> tuple[int, int]:
        """First and last UDP port for media: enough for 295 legs."""
        return self.first + 10, self.first + SIZE - 1


@contextmanager
def hold_ports(skip: frozenset[int] = frozenset()) -> Iterator[PortBlock]:
    """Hold a free block until the context ends. `skip` names the first ports of blocks that turned out to be taken."""
    folder = Path(tempfile.gettempdir()) / f"lianxin-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for first in range(FIRST, LAST, SIZE):
        if first in skip:
            continue
        with (folder / str(first)).open("w") as lock:
            if _take(lock) and _is_free(first):
                yield PortBlock(first=first)
                return
    raise NoFreePorts("没有空闲端口。 No block of free ports is left on this machine.")


def _take(lock: TextIOWrapper) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _is_free(first: int) -> bool:
    block = PortBlock(first=first)
    wanted = [(socket.SOCK_DGRAM, block.sip), (socket.SOCK_STREAM, block.ami), (socket.SOCK_STREAM, block.agi)]
    return all(_can_bind(kind, port) for kind, port in wanted)


def _can_bind(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as attempt:
        if kind is socket.SOCK_STREAM:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection in TIME_WAIT is no listener
        try:
            attempt.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def ports_held_by(pid: int) -> set[tuple[str, int]]:
    """The ports a process has really bound, as /proc says: `("udp", port)`, and `("tcp", port)` where it listens."""
    inodes = _socket_inodes(pid)
    held: set[tuple[str, int]] = set()
    for kind in ("udp", "tcp"):
        for line in Path(f"/proc/{pid}/net/{kind}").read_text(encoding="ascii").splitlines()[1:]:
            words = line.split()
            if words[9] in inodes and (kind == "udp" or words[3] == _LISTENING):
                held.add((kind, int(words[1].rsplit(":", 1)[1], 16)))
    return held


def _socket_inodes(pid: int) -> set[str]:
    inodes: set[str] = set()
    for name in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            target = str(name.readlink())
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    return inodes
