"""A controller as a process of its own with people on duty: `python -m bench.on_duty 101@8001 102@8002-` (-: on break).

It is the controller, nothing else: killed, frozen and supervised like it. Who is on duty already stays as they are.
`on_duty` runs it for tests and benches.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from acd.engine import Engine
from acd.errors import Refused
from acd.events import AgentBecameReady, AgentLoggedOn
from acd.model import AgentId, SeatId
from api.address import write_address
from hotline.controller import running
from hotline.pulse import PID_FILE, Pulse, note_pid, read_pid, wait_for_turn
from plumbing.lifecycle import settle
from plumbing.logs import set_up_logs
from plumbing.settings import PREFIX, read_settings

ROOT = Path(__file__).resolve().parent.parent
START_S = 30.0
LOOK_AGAIN_S = 0.02
PROGRAM = (sys.executable, "-m", "bench.on_duty")
SUPERVISE = "import sys; from hotline.supervisor import Supervisor; sys.exit(Supervisor(sys.argv[1:]).run())"


@asynccontextmanager
async def on_duty(
    environment: Mapping[str, str], state_dir: Path, *posts: str, supervised: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run it until the context ends; yields the process (of the supervisor, if there is one) when all are on duty."""
    state_dir.mkdir(exist_ok=True)  # noqa: ASYNC240
    (state_dir / PID_FILE).unlink(missing_ok=True)
    program = (sys.executable, "-c", SUPERVISE, *PROGRAM, *posts) if supervised else (*PROGRAM, *posts)
    with (state_dir / "said.txt").open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *program,
            cwd=ROOT,
            env=os.environ | environment | {f"{PREFIX}STATE_DIR": str(state_dir)},
            stderr=said,
            start_new_session=True,  # as the house itself does (hotline.embedded), and services and containers are
        )
    try:
        await until_on_duty(state_dir)
        yield process
    finally:
        for number in (signal.SIGCONT, signal.SIGTERM if supervised else signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)
        await process.wait()


async def until_on_duty(state_dir: Path, other_than: int | None = None) -> int:
    """Wait until a controller (another one than that) takes calls and all are on duty; returns its process id."""
    async with asyncio.timeout(START_S):
        while (pid := read_pid(state_dir)) is None or pid == other_than:  # noqa: ASYNC110 (a file of another program)
            await asyncio.sleep(LOOK_AGAIN_S)
    return pid


async def serve(posts: list[str]) -> None:
    """Take calls until told to end."""
    settings = read_settings()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running(settings) as controller:
        controller.engine.on_beat(Pulse().beat)
        await controller.connected()
        for post in posts:
            with suppress(Refused):
                await _log_on(controller.engine, post)
        note_pid(settings.state_dir)
        write_address(settings.state_dir, settings.http_host, controller.http_port)
        await stop.wait()


async def _log_on(engine: Engine, post: str) -> None:
    agent, _, seat = post.rstrip("-").partition("@")
    await engine.ask(AgentLoggedOn(at=datetime.now(UTC), agent=AgentId(agent), seat=SeatId(seat)))
    if not post.endswith("-"):
        await engine.ask(AgentBecameReady(at=datetime.now(UTC), agent=AgentId(agent)))


if __name__ == "__main__":
    set_up_logs()
    settle()  # as the controller does
    if wait_for_turn():
        asyncio.run(serve(sys.argv[1:]))
