"""A private Redis in a folder, on a Unix socket, ready at once; ended by its own pid. It keeps nothing on disk."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import redis.asyncio
from redis.exceptions import RedisError

from sandbox.daemon import Daemon
from sandbox.progress import Say, say_on_stderr
from sandbox.store_programs import find_redis


class RedisServer(Daemon):
    """One server, running or not. What it held is gone when it is killed: `boot` begins with nothing."""

    def __init__(self, command: Sequence[str], folder: Path, sockets: Path) -> None:
        self._socket = sockets / "redis.sock"
        how = ("--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no")
        super().__init__([*command, *how, "--dir", str(folder)], folder / "redis.log", self._answers)

    @classmethod
    @asynccontextmanager
    async def start(cls, folder: Path, *, say: Say = say_on_stderr) -> AsyncIterator[RedisServer]:
        """Boot one in `folder` and end it with the context. Raises DebsError, DaemonDidNotBoot."""
        folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 (once, at the start)
        command = await asyncio.to_thread(find_redis, say)
        sockets = Path(tempfile.mkdtemp(prefix="lx-"))  # a socket's path must be short
        server = cls(command, folder, sockets)
        try:
            await server.boot()
            yield server
        finally:
            await server.stop()
            shutil.rmtree(sockets, ignore_errors=True)

    @property
    def url(self) -> str:
        """Where it listens, as `HOTLINE_REDIS_URL` says it."""
        return f"unix://{self._socket}"

    async def empty(self) -> None:
        """Forget everything (FLUSHALL)."""
        async with redis.asyncio.Redis.from_url(self.url) as client:
            await client.flushall()

    async def _answers(self) -> bool:
        try:
            async with redis.asyncio.Redis.from_url(self.url) as client:
                return bool(await client.ping())
        except RedisError:
            return False
