"""How long from "agent ready" to the INVITE at the phone while a caller waits: ours beside Asterisk's own `Queue()`.

One Asterisk, one phone, one run: the two take turns. Ours: the agent says ready to the engine. Native: the phone is a
paused member of a queue with one caller in it, and is unpaused by AMI. Both are timed from just before we say so until
the phone's own event arrives; the moments are random within `app_queue`'s second.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from acd.events import AgentBecameReady, AgentLoggedOn, AgentWentOnBreak
from acd.model import AgentId, AgentState, SeatId
from city.load import load_city
from hotline.controller import Controller, running
from hotline.embedded import Premises, premises
from ivr.prompts import SPOKEN
from plumbing.logs import set_up_logs
from plumbing.settings import PREFIX, read_settings
from sandbox.figures import report
from sandbox.lines import Line
from sandbox.phones import Phone
from sandbox.sound import tone, write_wav
from sandbox.strangers import sip_from, strange_call

SAMPLES = 40
MOST_RATIO = 0.02
LOOK_AGAIN_S = 0.02
SAMPLE_CITY = Path(__file__).parents[1] / "cities/sample"
AGENT, SEAT = AgentId("101"), SeatId("8001")
NATIVE_NUMBER = "96999"
NATIVE_DIALPLAN = f"""
[citizens](+)
exten => {NATIVE_NUMBER},1,Answer()
 same => n,Queue(native)
"""
NATIVE_QUEUE = f"""
[native]
strategy = leastrecent
timeout = 20
retry = 1
autofill = yes
member => PJSIP/{SEAT}
"""
MOMENT = random.SystemRandom()


async def _add_native_queue(on: Premises) -> None:
    """Asterisk's own queue, on this instance only; its best settings."""
    for name, text, reload in (
        ("extensions.conf", NATIVE_DIALPLAN, "dialplan reload"),
        ("queues.conf", NATIVE_QUEUE, "queue reload all"),
    ):
        with (on.pbx.config.etc / name).open("a", encoding="utf-8") as file:
            file.write(text)
        await on.pbx.cli(reload)


class Bench:
    """A controller, a phone, and a caller who comes for each sample."""

    def __init__(self, on: Premises, controller: Controller, phone: Phone) -> None:
        self._on, self._controller, self._phone = on, controller, phone

    async def open(self) -> None:
        """Log the agent on, on break, and pause the queue's member."""
        await self._controller.engine.ask(AgentLoggedOn(at=datetime.now(UTC), agent=AGENT, seat=SEAT))
        await self._pause(paused=True)

    async def ours(self) -> float:
        """One sample in ms: the engine is told that the agent is ready."""
        engine, distributor = self._controller.engine, self._controller.distributor
        async with strange_call(self._on.pbx.config.sip_port, "12345", sip_from("anonymous")):
            await _until(lambda: bool(distributor.waiting))
            await asyncio.sleep(MOMENT.uniform(0, 1))
            began = time.monotonic()
            await engine.ask(AgentBecameReady(at=datetime.now(UTC), agent=AGENT))
            rang = await self._rang()
        await _until(lambda: distributor.agents[AGENT].state is AgentState.READY)
        await engine.ask(AgentWentOnBreak(at=datetime.now(UTC), agent=AGENT))
        return (rang - began) * 1000

    async def native(self) -> float:
        """One sample in ms: the queue's member is unpaused."""
        async with strange_call(self._on.pbx.config.sip_port, NATIVE_NUMBER, sip_from("13800000000")):
            await self._caller_queues()
            await asyncio.sleep(MOMENT.uniform(0, 1))
            began = time.monotonic()
            await self._pause(paused=False)
            rang = await self._rang()
            await self._pause(paused=True)
        return (rang - began) * 1000

    async def _caller_queues(self) -> None:
        async with asyncio.timeout(10):
            while True:
                if "wait:" in await self._on.pbx.cli("queue show native"):
                    return
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _rang(self) -> float:
        call = await self._phone.incoming()
        return call.events[0].monotonic_s

    async def _pause(self, *, paused: bool) -> None:
        await self._controller.ami.action(
            "QueuePause", Queue="native", Interface=f"PJSIP/{SEAT}", Paused=str(paused).lower()
        )

    async def quiet(self) -> None:
        """Wait until the phone's last call is over."""
        await self._phone.calls[-1].closed()


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 (nobody tells a bench)
            await asyncio.sleep(LOOK_AGAIN_S)


async def samples(folder: Path) -> tuple[list[float], list[float]]:
    """Ours and native, in ms, taken in turns."""
    shutil.copytree(SAMPLE_CITY, folder / "city")
    write_wav(folder / "city/prompts/greeting-12345.wav", tone(500, 0.2))
    city = load_city(folder / "city", also_spoken=SPOKEN)
    async with AsyncExitStack() as stack:
        on = await stack.enter_async_context(premises(folder / "state", city, model=None))
        await _add_native_queue(on)
        told = {name.removeprefix(PREFIX).lower(): value for name, value in on.environment.items()}
        controller = await stack.enter_async_context(running(read_settings(**told)))
        await controller.connected()
        line = Line.seat(on.pbx.config.sip_port, SEAT, on.phone_password(SEAT))
        bench = Bench(on, controller, await stack.enter_async_context(Phone.start(line)))
        await bench.open()
        ours: list[float] = []
        native: list[float] = []
        for _ in range(SAMPLES):
            for taken, sample in ((ours, bench.ours), (native, bench.native)):
                taken.append(await sample())
                await bench.quiet()
        return ours, native


async def measure() -> int:
    """Print every figure of this bench; 1 if ours is not as fast as promised."""
    set_up_logs(level="ERROR")
    with tempfile.TemporaryDirectory(prefix="lx-") as folder:
        ours, native = await samples(Path(folder))
    median, native_median = statistics.median(ours), statistics.median(native)
    ratio = median / native_median
    report("ring.median_ms", round(median, 2), "ms", round(native_median, 2))
    report("ring.native_median_ms", round(native_median, 2), "ms")
    report("ring.ratio", round(ratio, 5), "1", MOST_RATIO)
    return int(ratio > MOST_RATIO)


if __name__ == "__main__":
    sys.exit(asyncio.run(measure()))
