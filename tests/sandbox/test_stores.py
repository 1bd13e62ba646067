"""The private PostgreSQL and Redis: real, quick, killed and frozen without harm, gone with who started them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
import redis.asyncio
from redis.exceptions import RedisError

from sandbox import store_programs
from sandbox.daemon import Daemon, DaemonDidNotBoot, DaemonNotRunning
from sandbox.postgresql import Postgresql
from sandbox.redis_server import RedisServer
from sandbox.store_programs import unpacked_redis
from tests.sandbox.test_pbx import is_alive, until


@asynccontextmanager
async def session(server: Postgresql, database: str = "postgres") -> AsyncIterator[psycopg.AsyncConnection]:
    """A session of psycopg's own."""
    url = server.url(database).replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        yield connection


async def test_what_is_committed_survives_a_killed_postgresql(tmp_path: Path) -> None:
    """Killed in the middle of sessions, it boots again at once and has everything; a copy of a database is its own."""
    async with Postgresql.start(tmp_path) as server:
        await server.create("city")
        async with session(server, "city") as connection:
            await connection.execute("CREATE TABLE words (zh text)")
            await connection.execute("INSERT INTO words VALUES ('连心')")
            await server.kill()
            with pytest.raises(psycopg.OperationalError):
                await connection.execute("INSERT INTO words VALUES ('丢失')")
        await server.boot()

        await server.create("copy", like="city")
        async with session(server, "copy") as connection:
            rows = await (await connection.execute("SELECT zh FROM words")).fetchall()
        assert rows == [("连心",)]
        await server.drop("copy")


async def test_frozen_postgresql_answers_nobody_until_it_is_thawed(tmp_path: Path) -> None:
    """Its sessions stand still with it."""
    async with Postgresql.start(tmp_path) as server, session(server) as connection:
        server.freeze()
        asking = asyncio.ensure_future(connection.execute("SELECT 1"))
        await asyncio.sleep(0.3)
        assert not asking.done()

        server.thaw()
        async with asyncio.timeout(10):
            await asking


async def test_postgresql_of_debian_runs_where_none_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unpacked into the cache, started with its own libraries."""
    monkeypatch.setattr(store_programs, "_INSTALLED", tmp_path / "nothing")
    async with Postgresql.start(tmp_path / "server") as server, session(server) as connection:
        folder = await (await connection.execute("SHOW data_directory")).fetchone()

    assert folder == (str(tmp_path / "server/data"),)
    assert store_programs.installed_postgresql() is None


async def test_redis_killed_and_booted_again_is_empty(tmp_path: Path) -> None:
    """It keeps nothing on disk; emptied or killed, it has forgotten."""
    async with RedisServer.start(tmp_path) as server:
        client = redis.asyncio.Redis.from_url(server.url)
        await client.set("a", "1")
        await server.empty()
        assert await client.get("a") is None

        await client.set("b", "1")
        await server.kill()
        with pytest.raises(RedisError):
            await client.get("b")
        with pytest.raises(DaemonNotRunning):
            _ = server.pid
        await server.boot()
        assert await client.get("b") is None
        await client.aclose()


def test_redis_of_debian_can_be_unpacked() -> None:
    """Also where one is installed."""
    assert "redis-server" in unpacked_redis()


async def test_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    """Its last words are in the error, and nothing is left running."""

    async def never() -> bool:
        return False

    daemon = Daemon(["sh", "-c", "echo no room; exit 1"], tmp_path / "log", never)
    with pytest.raises(DaemonDidNotBoot, match="no room"):
        await daemon.boot()
    assert not daemon.running


STARTER = """
import asyncio, sys
from pathlib import Path
from sandbox.postgresql import Postgresql
from sandbox.redis_server import RedisServer

async def start(folder):
    async with Postgresql.start(folder / "postgresql") as one, RedisServer.start(folder / "redis") as other:
        print(one.pid, other.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(start(Path(sys.argv[1])))
"""


async def test_servers_die_with_who_started_them(tmp_path: Path) -> None:
    """Even by `kill -9`, and as root, too, where PostgreSQL runs as somebody else."""
    starter = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STARTER, str(tmp_path)), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert starter.stdout is not None
    async with asyncio.timeout(30):
        pids = [int(word) for word in (await starter.stdout.readline()).split()]
    assert len(pids) == 2
    assert all(is_alive(pid) for pid in pids)

    starter.kill()
    await starter.wait()

    gone: Callable[[], bool] = lambda: not any(is_alive(pid) for pid in pids)  # noqa: E731
    await until(gone)
