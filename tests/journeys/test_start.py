"""A controller that cannot start says what to mend, in Chinese and English, and leaves; it never half starts."""

import asyncio
import os
import socket
import sqlite3
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from hotline.controller import CannotStart, running
from plumbing.settings import PREFIX
from sandbox.ports import LOOPBACK
from telephony.errors import LoginRefused

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[2]


@contextmanager
def taken_port():
    """A port somebody else listens on."""
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("which", ["agi_port", "http_port"])
async def test_a_taken_port_is_named(settings, which):
    """By its name and number."""
    with taken_port() as port, pytest.raises(CannotStart, match=f"(?s)端口.*{port}.*port cannot be used"):
        async with running(settings.model_copy(update={which: port})):
            pass


async def test_a_wrong_ami_secret_ends_the_controller(settings):
    """Not a half login: whoever runs the controller is told that the account is refused."""
    wrong = settings.model_copy(update={"ami_secret": SecretStr("not-the-secret")})
    with pytest.raises(LoginRefused, match="account"):
        async with asyncio.timeout(10), running(wrong):
            await asyncio.Event().wait()


async def test_a_locked_database_is_named_when_it_stays_locked(settings, monkeypatch):
    """Somebody else writes and does not finish: after the wait, a clear failure."""
    monkeypatch.setattr("plumbing.database.LOCK_WAIT_S", 0.3)
    settings.state_dir.mkdir()
    path = settings.state_dir / "hotline.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("create table a (b)")
        other.execute("begin exclusive")
        with pytest.raises(CannotStart, match=r"数据库无法使用 the database cannot be used.*locked"):
            async with running(settings):
                pass


async def test_a_database_locked_for_a_moment_delays_and_loses_nothing(scene):
    """Another program holds the write lock while a call comes and goes; its row is written when the lock is gone."""
    path = scene.settings.state_dir / "hotline.db"
    citizen = await scene.citizen("13812345678")
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        await asyncio.to_thread(other.execute, "begin immediate")  # the controller may be writing on this very loop
        call = await scene.wait_in(citizen)
        other.execute("rollback")
    await citizen.hang_up()

    (row,) = await scene.rows(
        "select ani, outcome from calls where call_id = :call and ended_at is not null", call=call
    )
    assert row.ani == "13812345678"
    assert row.outcome in {"short_abandoned", "abandoned"}  # by how long this machine took; the row is what counts


async def _run_controller(house, state_dir, **given):
    """`python -m hotline.controller` with these settings, to its end: exit code, stderr."""
    told = {f"{PREFIX}{name.upper()}": str(value) for name, value in given.items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hotline.controller"),
        cwd=ROOT,
        env=os.environ | house.environment | {f"{PREFIX}STATE_DIR": str(state_dir)} | told,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            _, said = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return process.returncode, said.decode()


async def test_the_process_ends_with_2_and_a_sentence_for_each_mistake(house, tmp_path):
    """A taken port, a wrong secret, a misspelt setting, no city: on standard error, in both languages, no traceback."""
    with taken_port() as port:
        mistakes = {
            "port": {"agi_port": port},
            "AMI": {"ami_secret": "not-the-secret"},
            "HOTLINE_NOBODYS_SETTING": {"nobodys_setting": 1},
            "city": {"city_dir": tmp_path / "nowhere"},
        }
        ends = await asyncio.gather(
            *(_run_controller(house, tmp_path / str(n), **given) for n, given in enumerate(mistakes.values()))
        )

    for word, (code, said) in zip(mistakes, ends, strict=True):
        assert code == 2, said
        assert word in said
        assert "Traceback" not in said
        assert any("一" <= sign <= "鿿" for sign in said)
