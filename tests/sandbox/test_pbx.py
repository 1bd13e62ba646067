"""The private PBX on the real Asterisk: boots, many at once, keeps running, ends cleanly, leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sandbox.amiprobe import fully_booted
from sandbox.asterisk import Asterisk, program_version
from sandbox.debs import toolbox
from sandbox.instance import Setup, complaints, configure
from sandbox.pbx import NotRunning, Pbx
from sandbox.ports import LOOPBACK, PortBlock
from sandbox.tones import beep, write_wav
from telephony.asterisk.config import Fallback, Seat

DEADLINE_S = 20.0
SEATS = (Seat(extension="8001", password="sandbox-8001"), Seat(extension="8002", password="sandbox-8002"))
HOTLINES = (Fallback(number="12345", queue="general", greeting=("greeting-12345",)),)


async def until(claim: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(DEADLINE_S):
        while not claim():  # noqa: ASYNC110 (the kernel tells nobody)
            await asyncio.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Is there such a process, not counting one that only waits to be buried?"""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


@pytest.fixture
async def pbx(tmp_path: Path, asterisk: Asterisk) -> AsyncIterator[Pbx]:
    """A running PBX with two seats, and a prompt of its own."""
    write_wav(tmp_path / "sounds/greeting-12345.wav", beep())
    setup = Setup(seats=SEATS, hotlines=HOTLINES, sounds=tmp_path / "sounds")
    async with Pbx.start(tmp_path / "pbx", setup, asterisk=asterisk) as running:
        yield running


async def test_booted_pbx_has_nothing_to_complain_about(pbx: Pbx) -> None:
    """No warning, no error, every module of the list running."""
    assert pbx.complaints() == []
    modules = await pbx.cli("module show")
    assert "Not Running" not in modules
    assert "func_lock.so" in modules


async def test_asterisk_is_one_we_know(pbx: Pbx) -> None:
    """20 or later."""
    assert int(pbx.asterisk.version.split(".")[0]) >= 20
    assert program_version(list(pbx.asterisk.command)) == pbx.asterisk.version


async def test_three_boot_at_once_and_none_is_in_anothers_way(tmp_path: Path, asterisk: Asterisk) -> None:
    """Ports, folders, system names and processes are their own; afterwards none is left."""
    async with AsyncExitStack() as stack:
        starts = [Pbx.start(tmp_path / f"pbx{number}", asterisk=asterisk) for number in range(3)]
        running = await asyncio.gather(*(stack.enter_async_context(start) for start in starts))
        configs = [pbx.config for pbx in running]
        pids = [pbx.pid for pbx in running]

        assert len({config.sip_port for config in configs}) == 3
        assert len({config.system_name for config in configs}) == 3
        assert all(is_alive(pid) for pid in pids)

    assert not any(is_alive(pid) for pid in pids)


async def test_stopped_pbx_leaves_no_process_and_no_port(tmp_path: Path, asterisk: Asterisk) -> None:
    """Its ports can be bound at once."""
    async with Pbx.start(tmp_path / "pbx", asterisk=asterisk) as pbx:
        pid, port = pbx.pid, pbx.config.sip_port

    assert not is_alive(pid)
    assert not pbx.running
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind((LOOPBACK, port))


async def test_frozen_pbx_is_ended_by_force(tmp_path: Path, asterisk: Asterisk) -> None:
    """SIGTERM does not reach what is stopped for good; the end comes all the same."""
    async with Pbx.start(tmp_path / "pbx", asterisk=asterisk) as pbx:
        pid = pbx.pid
        pbx.freeze()
        await until(lambda: Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "T")

    assert not is_alive(pid)


async def test_frozen_pbx_does_not_answer_until_it_is_thawed(pbx: Pbx) -> None:
    """Its sockets stay open meanwhile."""
    config = pbx.config
    pbx.freeze()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await fully_booted(config.ami_address, config.ami_port, config.ami_user, config.ami_secret)

    pbx.thaw()

    assert await fully_booted(config.ami_address, config.ami_port, config.ami_user, config.ami_secret)


async def test_killed_pbx_boots_again_with_the_same_configuration(pbx: Pbx) -> None:
    """Phones and controller find it where it was."""
    before, pid = pbx.config, pbx.pid
    await pbx.kill()
    with pytest.raises(NotRunning):
        _ = pbx.pid

    await pbx.boot()

    assert pbx.config == before
    assert pbx.pid != pid
    assert pbx.complaints() == []


async def test_no_orphan_when_the_starting_python_is_killed(tmp_path: Path, asterisk: Asterisk) -> None:
    """Not even by kill -9, when no code of ours can run any more."""
    script = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom sandbox.pbx import Pbx\n"
        "async def main():\n"
        "    async with Pbx.start(Path(sys.argv[1])) as pbx:\n"
        "        print(pbx.pid, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    argv = [sys.executable, "-c", script, str(tmp_path / "pbx")]
    starter = await asyncio.create_subprocess_exec(
        *argv, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": "."}
    )
    assert starter.stdout is not None
    pid = int(await starter.stdout.readline())
    assert is_alive(pid)

    starter.kill()
    await starter.wait()

    await until(lambda: not is_alive(pid))


async def test_ctrl_c_at_the_terminal_is_not_for_asterisk(pbx: Pbx) -> None:
    """It has a session of its own; we end it in order."""
    assert os.getpgid(pbx.pid) != os.getpgid(0)


async def test_deep_folder_still_has_a_console(tmp_path: Path, asterisk: Asterisk) -> None:
    """A socket's path may have 107 bytes; the instance's folder may be longer."""
    async with Pbx.start(tmp_path / ("deep" * 30) / "pbx", asterisk=asterisk) as pbx:
        run = pbx.config.run
        assert "Asterisk" in await pbx.cli("core show version")

    assert not run.exists()


async def test_second_start_needs_neither_apt_nor_network(
    tmp_path: Path, asterisk: Asterisk, machine_sources: Callable[[str], None]
) -> None:
    """All it needs is in the cache."""
    machine_sources("")
    said: list[str] = []

    async with Pbx.start(tmp_path / "pbx", say=said.append) as pbx:
        assert pbx.asterisk == asterisk
    assert said == []


async def test_citizen_is_answered_and_hears_the_citys_prompt(pbx: Pbx, tmp_path: Path) -> None:
    """A real call: bare prompt names are found, and without a controller the caller waits to music."""
    sipp = await asyncio.to_thread(toolbox, "sipp", packages=("sip-tester",), objects=("usr/bin/sipp",))
    options = ["-sn", "uac", "-s", "12345", "-m", "1", "-d", "4000", "-i", LOOPBACK, "-nostdin"]
    call = await asyncio.create_subprocess_exec(
        *sipp.command("usr/bin/sipp"),
        *options,
        f"{LOOPBACK}:{pbx.config.sip_port}",
        cwd=tmp_path,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    seen = ""
    async with asyncio.timeout(DEADLINE_S):
        while "waiting-room" not in seen:
            seen = await pbx.cli("core show channels concise")

        assert await call.wait() == 0

    assert not [line for line in pbx.complaints() if "greeting-12345" in line]


def test_free_block_is_what_the_configuration_says(asterisk: Asterisk, tmp_path: Path) -> None:
    """The controller's port is held for it unless it brings its own."""
    block = PortBlock(first=20_000)

    held = configure(tmp_path, Setup(), asterisk, block, tmp_path)
    own = configure(tmp_path, Setup(agi_port=4573), asterisk, block, tmp_path)

    assert (held.sip_port, held.ami_port, held.agi_port) == (20_000, 20_001, 20_002)
    assert own.agi_port == 4573
    assert held.ami_secret != own.ami_secret


def test_log_lines_that_complain_are_told_from_the_rest(tmp_path: Path) -> None:
    """A notice is no complaint; neither is a word in the middle of a line."""
    log = tmp_path / "messages.log"
    assert complaints(log) == []
    log.write_text(
        "[2026-01-01 00:00:00.000] NOTICE[1] loader.c: 91 modules, no WARNING[s]\n"
        "[2026-01-01 00:00:00.000] WARNING[1] pbx.c: odd\n"
        "[2026-01-01 00:00:00.000] ERROR[1][C-00000001] pbx.c: worse\n",
        encoding="utf-8",
    )

    assert [line.split(": ")[-1] for line in complaints(log)] == ["odd", "worse"]


async def test_sip_is_where_it_was_asked_to_be_and_nowhere_else(asterisk: Asterisk, tmp_path: Path) -> None:
    """For carriers and phones that are elsewhere; here, another address of the loopback."""
    async with Pbx.start(tmp_path / "pbx", Setup(sip_address="127.0.0.77"), asterisk=asterisk) as pbx:
        bound = await asyncio.to_thread(Path(f"/proc/{pbx.pid}/net/udp").read_text, "ascii")

    sip = f"{pbx.config.sip_port:04X}"
    assert f"4D00007F:{sip} " in bound
    assert f"0100007F:{sip} " not in bound
    assert f"00000000:{sip} " not in bound
