"""What the machine bears: our whole call centre beside Asterisk's own `Queue()`, turn by turn, until each gives in.

Signalling only (`load.ratio`, `load.ring_p99_ms`, `load.cpu_ms_per_call`). SIPp is 200 phones, and 230 citizens: who
has been served calls again at once, so that some 30 always wait and the backlog cannot grow. A phone answers at once
and hangs up after the step's talk, give or take half of it; the shorter the talk, the more calls a second the same 200
agents ask for. A step is sustained when for 30 s after the warm-up no call went wrong and 99 of 100 phones rang again
within 2 s of their hanging up (`Queue()` polls once a second). A house's rate is that of its best sustained step; after
its first failure it is asked no more. The ring is timed at the phone: from its BYE to its next INVITE, at our best
step.

With sound (`load.recorded`): as many talks at once as are recorded without loss, citizens and agents both speaking:
every leg is there and as long as its talk, and of all packets of 20 ms sent, less than one in a thousand is missing
(bench/load_sound.py says how that is known). What fails is tried once more: other programs' moments are not a limit.

Assumptions. Ours is the controller with its journal, call book and intake, without transcription. Both greet for
0.2 s (a city's own greeting only makes calls longer), record two legs, and give agents no wrap-up time. SIPp, both
PBXs and the controller share the machine with whatever else runs on it: look at the ratio, not at the rates.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.load_house import SEATS, House, big_city, native_house, our_house, roomy
from bench.load_run import Seen, run, talk_together
from bench.load_sound import SECOND, listen_to
from sandbox.debs import Rootfs
from sandbox.figures import report
from sandbox.sipp import find_sipp

CITIZENS = len(SEATS) + 30
MEASURED_S = 30.0
RATES = (8, 10, 12, 14, 16, 18, 20, 23, 26, 30, 35, 40, 50, 63, 80, 100)
"""What the agents ask for in each step, calls a second."""
RINGS_WITHIN_S = 2.0
TOGETHER = (40, 60, 80, 100)
"""Talks at once in each step."""
TALK_S = 12.0
LOST_AT_MOST = 0.001
"""Of the packets. SIPp's own are late now and then on a machine that does other things too."""
LEAST_RATIO = 0.95
LEAST_RECORDED = 40


class Bench:
    """Two houses, asked in turns."""

    def __init__(self, houses: tuple[House, House], program: Rootfs, folder: Path) -> None:
        self._houses, self._program, self._folder = houses, program, folder
        self._runs = 0

    async def signalling(self) -> dict[str, Seen | None]:
        """The best sustained step of each house, None if it sustained none."""
        best: dict[str, Seen | None] = {house.name: None for house in self._houses}
        asked = list(self._houses)
        for rate in RATES:
            for house in tuple(asked):
                seen = await self._step(house, rate)
                if seen.failed or seen.ring_s(0.99) > RINGS_WITHIN_S:
                    asked.remove(house)
                    continue
                known = best[house.name]
                best[house.name] = seen if known is None or seen.rate > known.rate else known
        return best

    async def _step(self, house: House, rate: float) -> Seen:
        talk_s = len(SEATS) / rate
        seen = await run(house, self._program, self._next(), talk_s=talk_s, citizens=CITIZENS, measured_s=MEASURED_S)
        say(
            f"{house.name}: asked for {rate}/s, {seen.rate:.1f}/s; rings p50 {1000 * seen.ring_s(0.5):.0f} "
            f"p99 {1000 * seen.ring_s(0.99):.0f} ms; Asterisk {1000 * seen.asterisk_cores / max(seen.rate, 0.01):.1f}, "
            f"controller {1000 * seen.controller_cores / max(seen.rate, 0.01):.1f} ms of CPU a call"
            f"{'; calls went wrong' if seen.failed else ''}"
        )
        return seen

    async def recorded(self) -> dict[str, int]:
        """The most talks at once of which nothing was lost, by house."""
        most = dict.fromkeys((house.name for house in self._houses), 0)
        asked = list(self._houses)
        for talks in TOGETHER:
            for house in tuple(asked):
                if await self._all_whole(house, talks) or await self._all_whole(house, talks):
                    most[house.name] = talks
                else:
                    asked.remove(house)
        return most

    async def _all_whole(self, house: House, talks: int) -> bool:
        folder = self._next()
        sound = folder / "second.al"
        folder.mkdir()
        sound.write_bytes(SECOND)
        talk_s = TALK_S + talks / 10
        legs = await talk_together(house, self._program, folder, sound, talks=talks, talk_s=talk_s)
        heard = await asyncio.to_thread(listen_to, legs)
        long_enough = [one for one in heard if one.lasts(talk_s)]
        missing, packets = sum(one.missing for one in heard), sum(one.packets for one in heard)
        say(
            f"{house.name}: {talks} talks at once, {len(heard)} legs, {len(long_enough)} as long as the talk; "
            f"{missing} of {missing + packets} packets missing"
        )
        return len(long_enough) == 2 * talks and missing <= LOST_AT_MOST * (missing + packets)

    def _next(self) -> Path:
        self._runs += 1
        return self._folder / f"run-{self._runs}"


def say(words: str) -> None:
    """For who watches; figures go elsewhere."""
    sys.stderr.write(f"{words}\n")


@asynccontextmanager
async def both(folder: Path) -> AsyncIterator[tuple[House, House]]:
    """Our house and the other."""
    city = big_city(folder / "city")
    async with (
        roomy(folder / "ours", city) as ours,
        roomy(folder / "native", city) as native,
        our_house(ours) as house,
    ):
        yield house, await native_house(native)


async def measure(folder: Path) -> bool:
    """Print the figures; True when they are as promised."""
    say(__doc__ or "")
    program = await asyncio.to_thread(find_sipp)
    async with both(folder) as houses:
        bench = Bench(houses, program, folder)
        recorded = await bench.recorded()
        best = await bench.signalling()
    report("load.recorded", recorded["ours"], "calls", recorded["native"])
    ours, native = best["ours"], best["native"]
    if ours is None or native is None:
        say("没有一档能持续:这台机器太忙。 No step was sustained: this machine is too busy.")
        return False
    ratio = ours.rate / native.rate
    say(f"ours {ours.rate:.1f}/s, native {native.rate:.1f}/s")
    report("load.ratio", round(ratio, 3), "1", LEAST_RATIO)
    report("load.ring_p99_ms", round(1000 * ours.ring_s(0.99), 1), "ms", round(1000 * native.ring_s(0.99), 1))
    report("load.cpu_ms_per_call", round(1000 * ours.controller_cores / ours.rate, 2), "ms")
    return ratio >= LEAST_RATIO and recorded["ours"] >= LEAST_RECORDED


def main() -> int:
    """Entry of `./dev bench load`."""
    with tempfile.TemporaryDirectory(prefix="lx-load-") as folder:
        return 0 if asyncio.run(measure(Path(folder))) else 1


if __name__ == "__main__":
    sys.exit(main())
