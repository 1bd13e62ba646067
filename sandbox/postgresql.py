"""A private PostgreSQL in a folder, on a Unix socket, ready in about a second; ended by its own pid. Many can run.

It does not wait for the disk (`fsync=off`): what is committed survives the death of its processes, which is what we
kill, but not the loss of the machine, which no test of ours causes.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from sandbox.daemon import NOBODY, NOT_ROOT, Daemon, DaemonDidNotBoot, is_root
from sandbox.progress import Say, say_on_stderr
from sandbox.store_programs import find_postgresql

USER = "lianxin"
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "timezone": "GMT",
    "log_timezone": "GMT",
    "shared_buffers": "32MB",
    "huge_pages": "off",
    "jit": "off",
}


class Postgresql(Daemon):
    """One server, running or not. `boot` and `kill` it as often as you like: its data stays."""

    def __init__(self, programs: Path, folder: Path, sockets: Path) -> None:
        settings = (_SETTINGS | {"unix_socket_directories": str(sockets)}).items()
        options = [word for name, value in settings for word in ("-c", f"{name}={value}")]
        argv = [str(programs / "postgres"), "-D", str(folder / "data"), *options]
        super().__init__(argv, folder / "postgresql.log", self._answers, privileges=_privileges())
        self._sockets = sockets

    @classmethod
    @asynccontextmanager
    async def start(cls, folder: Path, *, say: Say = say_on_stderr) -> AsyncIterator[Postgresql]:
        """Make and boot one in `folder`, and end it with the context. Raises DebsError, DaemonDidNotBoot."""
        folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 (once, at the start)
        # A socket's path must be short, and an unpacked program must lie where others than root may look.
        short = Path(tempfile.mkdtemp(prefix="lx-"))
        _hand_over(short)
        try:
            programs = await asyncio.to_thread(find_postgresql, short, say)
            await _make_cluster(programs, folder)
            server = cls(programs, folder, short)
            try:
                await server.boot()
                yield server
            finally:
                await server.stop(signal.SIGINT)  # "fast": sessions are ended
        finally:
            shutil.rmtree(short, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self._sockets}"

    async def create(self, database: str, *, like: str = "template1") -> str:
        """Make a database, a copy of another that nobody is connected to; gives its URL."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), sql.Identifier(like))
        await self._execute(statement)
        return self.url(database)

    async def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        await self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    async def _execute(self, statement: sql.Composed) -> None:
        async with await self._connect() as connection:
            await connection.execute(statement)

    async def _connect(self) -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(
            host=str(self._sockets), user=USER, dbname="postgres", autocommit=True
        )

    async def _answers(self) -> bool:
        try:
            await (await self._connect()).close()
        except psycopg.OperationalError:
            return False
        return True


def _privileges() -> tuple[str, ...]:
    return NOT_ROOT if is_root() else ()


def _hand_over(folder: Path) -> None:
    if is_root():
        os.chown(folder, NOBODY, NOBODY)


async def _make_cluster(programs: Path, folder: Path) -> None:
    if (folder / "data/PG_VERSION").exists():
        return
    (folder / "data").mkdir(mode=0o700, exist_ok=True)
    _hand_over(folder / "data")
    how = ("--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync", "--no-instructions")
    argv = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", USER, *how]
    made = await asyncio.create_subprocess_exec(
        *("setpriv", *_privileges(), "--", *argv),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await made.communicate()
    if made.returncode != 0:
        raise DaemonDidNotBoot(f"initdb 失败。 initdb failed:\n{told.decode(errors='replace')[-1000:]}")
