"""The supervisor with a stand-in for the controller: it restarts, kills what stands still, and never gives up."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAND_IN = """
import os, pathlib, sys, time
from hotline.pulse import Pulse, wait_for_turn
if not wait_for_turn():
    sys.exit()
folder, pulse = pathlib.Path(sys.argv[1]), Pulse()
with (folder / "lives").open("a") as lives:
    lives.write(f"{os.getpid()}\\n")
if (folder / "wrong").exists():
    sys.exit(2)
for tick in range(10**6):
    if not (folder / "still").exists():
        pulse.beat(tick)
    time.sleep(0.1)
"""
SUPERVISE = """
import sys
from hotline import supervisor
supervisor.SPARE_AFTER_S = float(sys.argv[2])
command = (sys.executable, "-c", sys.argv[3], sys.argv[1])
sys.exit(supervisor.Supervisor(command, leave_if_wrong=sys.argv[4] == "leave").run())
"""


class Supervised:
    """A supervisor of stand-ins. `lives` are the process ids of those whose turn it was, in order."""

    def __init__(self, folder: Path, process: asyncio.subprocess.Process) -> None:
        self.folder, self.process = folder, process

    @property
    def lives(self) -> list[int]:
        """Who had a turn so far."""
        path = self.folder / "lives"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    @property
    def said(self) -> str:
        """What the supervisor told people."""
        return (self.folder / "said").read_text(encoding="utf-8")

    async def until(self, true: Callable[[], bool], within_s: float = 10.0) -> float:
        """Wait until something is true; returns the seconds that took."""
        began = time.monotonic()
        async with asyncio.timeout(within_s):
            while not true():  # noqa: ASYNC110 (files of another program)
                await asyncio.sleep(0.02)
        return time.monotonic() - began


@asynccontextmanager
async def supervised(
    folder: Path, *, spare_after_s: float = 99.0, leave: str = "stay", into: Path | None = None
) -> AsyncIterator[Supervised]:
    """A running supervisor, ended with the context; it says `into` a file what it has to say."""
    with (into or folder / "said").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SUPERVISE, str(folder), str(spare_after_s), STAND_IN, leave),
            cwd=ROOT,
            stderr=said,
        )
    try:
        yield Supervised(folder, process)
    finally:
        if process.returncode is None:
            os.kill(process.pid, signal.SIGTERM)
        await process.wait()


def is_alive(pid: int) -> bool:
    """Is there such a process, not counting one that only waits to be buried?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_dead_controller_is_restarted_at_once(tmp_path: Path) -> None:
    """Killed from outside: the next one has its turn without a pause, and it is said in both languages."""
    async with supervised(tmp_path) as run:
        await run.until(lambda: len(run.lives) == 1)
        os.kill(run.lives[0], signal.SIGKILL)
        took_s = await run.until(lambda: len(run.lives) == 2)

        assert took_s < 2
        assert "控制器退出(代码 -9)" in run.said
        assert "the controller ended with code -9" in run.said


async def test_a_full_disk_under_its_log_does_not_end_it(tmp_path: Path) -> None:
    """It cannot say that the controller died, and restarts it all the same."""
    async with supervised(tmp_path, into=Path("/dev/full")) as run:
        await run.until(lambda: len(run.lives) == 1)
        os.kill(run.lives[0], signal.SIGKILL)
        await run.until(lambda: len(run.lives) == 2)

        assert run.process.returncode is None


async def test_controller_whose_engine_stands_still_is_killed_after_two_seconds(tmp_path: Path) -> None:
    """The process lives, the engine does not beat: that is a freeze, and it becomes a crash."""
    async with supervised(tmp_path) as run:
        await run.until(lambda: len(run.lives) == 1)
        await asyncio.sleep(0.5)  # it beats
        (tmp_path / "still").touch()
        took_s = await run.until(lambda: not is_alive(run.lives[0]))
        (tmp_path / "still").unlink()
        await run.until(lambda: len(run.lives) == 2)

        assert 1.5 < took_s < 4
        assert "控制器不动了" in run.said


async def test_stopped_controller_is_killed_too(tmp_path: Path) -> None:
    """SIGSTOP: SIGTERM would wait for ever, SIGKILL does not."""
    async with supervised(tmp_path) as run:
        await run.until(lambda: len(run.lives) == 1)
        await asyncio.sleep(0.5)  # it beats
        os.kill(run.lives[0], signal.SIGSTOP)
        await run.until(lambda: len(run.lives) == 2)

        assert not is_alive(run.lives[0])


async def test_supervisor_that_was_stopped_itself_judges_nobody_by_that(tmp_path: Path) -> None:
    """Four seconds of its own absence are no freeze of the controller's."""
    async with supervised(tmp_path) as run:
        await run.until(lambda: len(run.lives) == 1)
        await asyncio.sleep(0.3)
        os.kill(run.process.pid, signal.SIGSTOP)
        await asyncio.sleep(4)  # time itself is the scene
        os.kill(run.process.pid, signal.SIGCONT)
        await asyncio.sleep(1)

        assert len(run.lives) == 1
        assert is_alive(run.lives[0])


async def test_spare_takes_over_within_tenths_of_a_second(tmp_path: Path) -> None:
    """It was started before it was needed; afterwards there is a new spare."""
    async with supervised(tmp_path, spare_after_s=0.2) as run:
        await run.until(lambda: len(run.lives) == 1)
        await run.until(lambda: children_of(run.process.pid) == 2)
        await asyncio.sleep(0.5)  # it imports
        os.kill(run.lives[0], signal.SIGKILL)
        took_s = await run.until(lambda: len(run.lives) == 2)
        await run.until(lambda: children_of(run.process.pid) == 2)

        assert took_s < 0.5


def children_of(pid: int) -> int:
    """How many processes it has begun that still live."""
    return len(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


async def test_one_that_cannot_start_is_tried_again_and_again_with_pauses(tmp_path: Path) -> None:
    """A wrong configuration is told as such, never given up, and not hammered."""
    (tmp_path / "wrong").touch()
    async with supervised(tmp_path) as run:
        await run.until(lambda: len(run.lives) == 3)
        assert "配置有误" in run.said
        assert "0.5 秒后再试" in run.said
        (tmp_path / "wrong").unlink()
        await run.until(lambda: len(run.lives) == 4)


async def test_first_start_refused_as_misconfigured_can_end_the_supervisor(tmp_path: Path) -> None:
    """A person at a terminal wants the reason and the prompt back."""
    (tmp_path / "wrong").touch()
    async with supervised(tmp_path, leave="leave") as run:
        assert await asyncio.wait_for(run.process.wait(), 10) == 2
        assert len(run.lives) == 1


async def test_end_of_the_supervisor_is_the_end_of_the_controller(tmp_path: Path) -> None:
    """In order by SIGTERM; and killed, its controller notices at the next beat and makes room for the next one."""
    async with supervised(tmp_path) as run:
        await run.until(lambda: len(run.lives) == 1)
        os.kill(run.process.pid, signal.SIGTERM)
        assert await run.process.wait() == 0
        assert not is_alive(run.lives[0])
    async with supervised(tmp_path) as run:
        await run.until(lambda: len(run.lives) == 2)
        os.kill(run.process.pid, signal.SIGKILL)
        await run.until(lambda: not is_alive(run.lives[1]))
