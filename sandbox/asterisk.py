"""Which Asterisk the sandbox runs: an installed one of version 20 or later, else Asterisk 22 of Debian's `sid`."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sandbox.debs import toolbox
from sandbox.progress import Say, say_on_stderr
from telephony.asterisk.render import loaded_modules

OLDEST_VERSION = 20
_PREFIXES = (Path("/usr"), Path("/usr/local"), Path("/opt/asterisk"))


@dataclass(frozen=True, kw_only=True)
class Asterisk:
    """A program, its modules and its documentation, that fit together."""

    command: tuple[str, ...]
    """The start of an argv; the daemon's or the client's arguments follow."""
    modules: Path
    documentation: Path
    version: str
    """As it says itself, for example `22.10.1`."""


def find_asterisk(say: Say = say_on_stderr) -> Asterisk:
    """An Asterisk that can run here now. Blocks while packages are unpacked; raises sandbox.errors.DebsError."""
    return _installed() or unpacked_asterisk(say)


def unpacked_asterisk(say: Say = say_on_stderr) -> Asterisk:
    """The Asterisk in the cache, put there first if need be (16 MB to download)."""
    objects = ["usr/sbin/asterisk", *(f"usr/lib/{{triplet}}/asterisk/modules/{name}" for name in loaded_modules())]
    rootfs = toolbox("asterisk", packages=("asterisk", "asterisk-modules"), objects=objects, say=say)
    version = rootfs.packages["asterisk"].split(":")[-1]
    return Asterisk(
        command=tuple(rootfs.command("usr/sbin/asterisk")),
        modules=rootfs.path("usr/lib/{triplet}/asterisk/modules"),
        documentation=rootfs.path("usr/share/asterisk/documentation"),
        version=re.split(r"[+~-]", version)[0],
    )


def _installed() -> Asterisk | None:
    program = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin")
    version = program and program_version([program])
    if not program or not version or int(version.split(".")[0]) < OLDEST_VERSION:
        return None
    modules = next((path for path in _module_folders() if _has_all_modules(path)), None)
    documentation = next((path for path in _documentation_folders() if path.is_dir()), None)
    if modules is None or documentation is None:
        return None
    return Asterisk(command=(program,), modules=modules, documentation=documentation, version=version)


def program_version(command: list[str]) -> str | None:
    """What `asterisk -V` says, for example `22.10.1`; None if it does not run."""
    try:
        done = subprocess.run([*command, "-V"], capture_output=True, text=True, check=True, timeout=10)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"Asterisk (?:certified[-/])?(\d+[\d.]*)", done.stdout)
    return match[1].rstrip(".") if match else None


def _module_folders() -> list[Path]:
    patterns = ("lib*/asterisk/modules", "lib*/*/asterisk/modules")
    return [path for prefix in _PREFIXES for pattern in patterns for path in sorted(prefix.glob(pattern))]


def _has_all_modules(folder: Path) -> bool:
    return all((folder / name).exists() for name in loaded_modules())


def _documentation_folders() -> list[Path]:
    shared = [prefix / "share/asterisk/documentation" for prefix in _PREFIXES]
    return [*shared, Path("/var/lib/asterisk/documentation")]
