"""Which PostgreSQL and which Redis the sandbox runs: an installed one, else the packages of this Debian release."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from sandbox.apt import release_codename
from sandbox.debs import toolbox
from sandbox.errors import NoSuchPackage
from sandbox.progress import Say, say_on_stderr

OLDEST_POSTGRESQL = 13
POSTGRESQL_OF = {"bookworm": 15, "trixie": 17, "forky": 18, "sid": 18}
"""Debian release -> the version of PostgreSQL it comes with."""
_INSTALLED = Path("/usr/lib/postgresql")
_PROGRAMS = ("postgres", "initdb")


def find_postgresql(folder: Path, say: Say = say_on_stderr) -> Path:
    """The folder of `postgres` and `initdb`; an unpacked one is made to run from `folder`. Blocks. DebsError."""
    return installed_postgresql() or unpacked_postgresql(folder, say)


def installed_postgresql() -> Path | None:
    """Where Debian's package of the newest installed version has its programs, None if there is none."""
    versions = [int(path.name) for path in _INSTALLED.glob("[0-9]*") if path.name.isdigit()]
    bins = [_INSTALLED / str(version) / "bin" for version in sorted(versions, reverse=True)]
    whole = (path for path in bins if all((path / name).exists() for name in _PROGRAMS))
    newest = next(whole, None)
    return newest if newest and int(newest.parent.name) >= OLDEST_POSTGRESQL else None


def unpacked_postgresql(folder: Path, say: Say = say_on_stderr) -> Path:
    """The PostgreSQL in the cache, put there first if need be (some 30 MB to download).

    PostgreSQL finds its own files from where its program lies, and `initdb` starts `postgres`. So `folder` gets the
    same layout, with scripts that start both with their own libraries.
    """
    release = release_codename()
    if release not in POSTGRESQL_OF:
        raise NoSuchPackage(f"请安装 PostgreSQL。 Install PostgreSQL: its version in {release} is not known here.")
    version = POSTGRESQL_OF[release]
    home = f"usr/lib/postgresql/{version}"
    needed = ("bin/postgres", "bin/initdb", "lib/plpgsql.so", "lib/dict_snowball.so")
    rootfs = toolbox(
        "postgresql",
        packages=(f"postgresql-{version}",),
        objects=[f"{home}/{name}" for name in needed],
        suite=release,
        say=say,
    )
    programs = folder / home / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    for name in _PROGRAMS:
        command = shlex.join(rootfs.command(f"{home}/bin/{name}", called=str(programs / name)))
        (programs / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    for there in (f"{home}/lib", f"usr/share/postgresql/{version}"):
        (folder / there).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / there).exists():
            (folder / there).symlink_to(rootfs.path(there))
    return programs


def find_redis(say: Say = say_on_stderr) -> list[str]:
    """The start of an argv for a Redis server. Blocks. DebsError."""
    installed = shutil.which("redis-server") or shutil.which("valkey-server")
    return [installed] if installed else unpacked_redis(say)


def unpacked_redis(say: Say = say_on_stderr) -> list[str]:
    """The Redis in the cache, put there first if need be (some 5 MB to download)."""
    rootfs = toolbox(
        "redis",
        packages=("redis-server", "redis-tools"),
        objects=("usr/bin/redis-server",),
        suite=release_codename(),
        say=say,
    )
    return rootfs.command("usr/bin/redis-server")
