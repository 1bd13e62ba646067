"""How long from nothing to a PBX that answers, and from there to a controller that takes calls.

`boot.pbx_s` on the wall, `boot.pbx_cpu_s` of the processor: from before the process is spawned until Asterisk says
FullyBooted; the packages are in the cache already. `boot.controller_s`: a controller process on a fresh state folder,
from before it is spawned until it is logged in to Asterisk and takes calls. Medians over several boots. On a busy
machine read the processor's seconds.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from city.city import City
from city.load import load_city
from hotline.demo_watch import Api
from hotline.embedded import controller_process, premises
from ivr.prompts import SPOKEN
from sandbox.asterisk import Asterisk, find_asterisk
from sandbox.figures import report
from sandbox.instance import Setup
from sandbox.pbx import Pbx
from telephony.asterisk.config import Seat

BOOTS = 7
LOOK_AGAIN_S = 0.01
SAMPLE = Path(__file__).resolve().parent.parent / "cities" / "sample"
SEATS = tuple(Seat(extension=str(8001 + number), password=f"bench-{8001 + number}") for number in range(20))


@dataclass(frozen=True, kw_only=True)
class Boot:
    """What one boot took, in seconds."""

    wall_s: float
    cpu_s: float  # 0 where only the wall counts


async def boot_pbx(folder: Path, asterisk: Asterisk) -> Boot:
    """One boot of a PBX with the sample city's twenty seats, rendering included, and its end."""
    began = time.perf_counter()
    async with Pbx.start(folder, Setup(seats=SEATS), asterisk=asterisk) as pbx:
        return Boot(wall_s=time.perf_counter() - began, cpu_s=pbx.cpu_s())


async def several(boot: Callable[[Path], Awaitable[Boot]]) -> list[Boot]:
    """Boot again and again, each time in a fresh folder. The first fills the kernel's page cache and does not count."""
    boots: list[Boot] = []
    for _ in range(BOOTS + 1):
        with tempfile.TemporaryDirectory(prefix="lx-") as folder:
            boots.append(await boot(Path(folder)))
    return boots[1:]


async def boot_controller(folder: Path, city: City) -> Boot:
    """One controller on a fresh state folder and a PBX that is up already, and its end."""
    async with premises(folder, city, say=_nobody) as place:
        began = time.perf_counter()
        async with controller_process(place, log=folder / "controller.log"), Api.of(folder) as api:
            await _until_well(api)
            return Boot(wall_s=time.perf_counter() - began, cpu_s=0.0)


async def _until_well(api: Api) -> None:
    while not (await api.get("/api/health"))["well"]:  # noqa: ASYNC110 - another process tells it
        await asyncio.sleep(LOOK_AGAIN_S)


def _nobody(_: str) -> None:
    """Nobody wants to see the progress of a bench."""


async def measure() -> None:
    """Print every figure of this bench."""
    asterisk = await asyncio.to_thread(find_asterisk)
    boots = await several(lambda folder: boot_pbx(folder, asterisk))
    report("boot.pbx_s", round(statistics.median(boot.wall_s for boot in boots), 3), "s")
    report("boot.pbx_cpu_s", round(statistics.median(boot.cpu_s for boot in boots), 3), "s")
    city = load_city(SAMPLE, also_spoken=SPOKEN)
    controllers = await several(lambda folder: boot_controller(folder, city))
    report("boot.controller_s", round(statistics.median(boot.wall_s for boot in controllers), 3), "s")


if __name__ == "__main__":
    sys.exit(asyncio.run(measure()))
