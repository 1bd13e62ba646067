"""A hundred cuts of the AMI line while at least a hundred channels live on a real Asterisk.

Callers come and go while the line is cut, so each cut loses events. `reconnect.difference`: facts in which the ACD and
the telephones differ after a reconnect (two looks in a row that see the same), over all cuts. `reconnect.p99_s`: from
the mending to the ACD agreeing again, reconnecting and logging in included. `reconnect.channels`: the fewest at a cut.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from acd.events import AgentBecameReady, AgentLoggedOn
from acd.model import AgentId, SeatId
from city.load import load_city
from hotline.controller import Controller, running
from hotline.embedded import Premises, premises
from ivr.prompts import SPOKEN
from plumbing.settings import PREFIX, read_settings
from sandbox.baresip import find_baresip
from sandbox.cable import Cable, cable_to
from sandbox.figures import report
from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from sandbox.strangers import StrangeCall, sip_from, strange_call
from telephony.resync import difference
from telephony.snapshot import take_snapshot

CUTS = 100
AGENTS = 10
CALLERS = 100
MOST_CHANGES = 3  # callers who leave, and who come, while the line is cut
ON_ITS_WAY_S = 0.4
"""Between two looks: what both see is no event that is on its way; the reconciler's first look comes much later."""
LONGEST_CUT_S = 0.3
CITY = Path(__file__).parent.parent / "cities" / "sample"
DEADLINE_S = 30.0


class Crowd:
    """Callers by hand, without sound; who has left is replaced by a new one."""

    def __init__(self, port: int, stack: AsyncExitStack) -> None:
        self._port, self._stack = port, stack
        self._numbers = iter(range(10_000_000))
        self.calls: list[StrangeCall] = []

    async def come(self) -> None:
        """One more caller, answered by the PBX."""
        sender = sip_from(f"138{next(self._numbers):08d}")
        call = await self._stack.enter_async_context(strange_call(self._port, "12345", sender))
        await call.final()
        self.calls.append(call)

    async def change(self, dice: random.Random) -> None:
        """Some leave, some come."""
        self.calls = [call for call in self.calls if not call.hung_up.is_set()]
        for _ in range(dice.randint(0, MOST_CHANGES)):
            call = self.calls.pop(dice.randrange(len(self.calls)))
            call.leave()
            call.hung_up.set()
        while len(self.calls) < CALLERS:
            await self.come()


@asynccontextmanager
async def at_work(folder: Path) -> AsyncIterator[tuple[Controller, Cable, Crowd]]:
    """A PBX, a controller at the end of a cable, agents who answer at once, and callers."""
    async with premises(folder, load_city(CITY, also_spoken=SPOKEN), model=None) as place, AsyncExitStack() as stack:
        cable = await stack.enter_async_context(cable_to(place.pbx.config.ami_port))
        told = {name.removeprefix(PREFIX).lower(): value for name, value in place.environment.items()}
        settings = read_settings(**(told | {"ami_port": cable.port}))
        controller = await stack.enter_async_context(running(settings))
        await controller.connected()
        program = await asyncio.to_thread(find_baresip)
        for number in range(AGENTS):
            phone = Phone.start(_line(place, 8001 + number), manner=Manner.ANSWER, program=program)
            await stack.enter_async_context(phone)
            await _log_on(controller, number)
        crowd = Crowd(place.pbx.config.sip_port, await stack.enter_async_context(AsyncExitStack()))
        while len(crowd.calls) < CALLERS:
            await crowd.come()
        yield controller, cable, crowd


def _line(place: Premises, seat: int) -> Line:
    return Line.seat(place.pbx.config.sip_port, str(seat), place.phone_password(str(seat)))


async def _log_on(controller: Controller, number: int) -> None:
    agent = AgentId(str(101 + number))
    now = datetime.now(UTC)
    await controller.engine.ask(AgentLoggedOn(at=now, agent=agent, seat=SeatId(str(8001 + number))))
    await controller.engine.ask(AgentBecameReady(at=now, agent=agent))


async def cut_once(controller: Controller, cable: Cable, crowd: Crowd, dice: random.Random) -> tuple[float, int]:
    """One cut: seconds from mending to agreement, and differences left."""
    cable.cut()
    await crowd.change(dice)
    await asyncio.sleep(dice.uniform(0, LONGEST_CUT_S))
    sightings = controller.lookout.sightings
    before, mended = sightings.resyncs, time.monotonic()
    cable.mend()
    async with asyncio.timeout(DEADLINE_S):
        while sightings.resyncs == before or sightings.blind:  # noqa: ASYNC110 - counted by another task
            await asyncio.sleep(0.005)
    took = time.monotonic() - mended
    first, second = await _look(controller), await _look(controller)
    return took, len(first & second)


async def _look(controller: Controller) -> set[str]:
    now = await take_snapshot(controller.ami)
    facts = difference(now, controller.distributor, datetime.now(UTC))
    await asyncio.sleep(ON_ITS_WAY_S)
    return {f"{type(fact).__name__} {getattr(fact, 'call', '')}" for fact in facts}


async def measure() -> None:
    """Print every figure of this bench."""
    dice = random.Random(3)  # noqa: S311
    times, left, channels = [], 0, []
    with tempfile.TemporaryDirectory(prefix="lx-") as folder:
        async with at_work(Path(folder)) as (controller, cable, crowd):
            for _ in range(CUTS):
                channels.append(len(await controller.ami.listing("Status")))
                took, differences = await cut_once(controller, cable, crowd, dice)
                times.append(took)
                left += differences
            repairs = controller.lookout.sightings.repairs
    times.sort()
    report("reconnect.difference", left, "facts")
    report("reconnect.p99_s", round(times[int(len(times) * 0.99) - 1], 3), "s")
    report("reconnect.p50_s", round(times[len(times) // 2], 3), "s")
    report("reconnect.channels", min(channels), "channels")
    report("reconnect.repairs", repairs, "times")


if __name__ == "__main__":
    sys.exit(asyncio.run(measure()))
