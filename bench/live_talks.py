"""Talks between real phones for `bench.live`: a citizen says something of high risk, goes on, and hangs up.

What a console would see of it is timed: the alert, from the end of the phrase's words, and the draft, from the hang-up.
The end of the words is taken as early as it can have been (the phone speaks at once), so no figure is too kind.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from bench.load_house import OUR_NUMBER, SEATS, House
from hotline.demo_watch import Api
from plumbing.lifecycle import background
from sandbox.baresip import find_baresip
from sandbox.citizens import Turn, converse, voice
from sandbox.lines import Line
from sandbox.phones import Manner, Phone
from sandbox.sound import RATE_HZ, Samples

LINES: Final = (
    ("agent", "您好，请问有什么可以帮您"),
    ("citizen", "我不想活了"),
    ("agent", "请问具体位置在哪里"),
    ("citizen", "海州区海连中路附近路灯坏了，已经三天了，请尽快维修"),
)
RISKY: Final = 1  # which of them
LOUD: Final = 500  # of 32767: below it nothing is being said
ARRIVES_S: Final = 30.0
LOOK_AGAIN_S: Final = 0.02


@dataclass(slots=True)
class Console:
    """What has come from the live stream, at our monotonic seconds."""

    seats: dict[str, str] = field(default_factory=dict)  # of each call that is or was talked
    alerted: dict[str, float] = field(default_factory=dict)  # by call
    drafted: dict[str, float] = field(default_factory=dict)  # by call

    async def watch(self, api: Api) -> None:
        """Until cancelled."""
        async for name, news in api.live():
            now = time.monotonic()
            if name == "call" and news["stage"] == "talking":
                self.seats[news["call"]] = news["seat"]
            elif name == "risk":
                self.alerted.setdefault(news["call"], now)
            elif name == "draft":
                self.drafted.setdefault(news["call"], now)


async def when(seen: Mapping[str, float], call: str) -> float:
    """The moment of a call's news, or that at which it was not waited for any longer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ARRIVES_S):
            while call not in seen:  # noqa: ASYNC110 (a dict that the console fills)
                await asyncio.sleep(LOOK_AGAIN_S)
    return seen.get(call, time.monotonic())


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Of one talk, in seconds; more than ARRIVES_S: it did not come."""

    alert_s: float
    draft_s: float


def words_end_s(sound: Samples) -> float:
    """When the last word of a spoken line ends."""
    return float(np.flatnonzero(np.abs(sound.astype(np.int32)) > LOUD)[-1] + 1) / RATE_HZ


class Pairs:
    """Citizens, and as many agents; who talks with whom is the ACD's to say."""

    def __init__(self, citizens: Sequence[Phone], desks: Mapping[str, Phone], console: Console) -> None:
        self._citizens, self._desks, self._console = citizens, desks, console
        self._dialling = asyncio.Lock()
        self._turns: Sequence[Turn] = ()

    async def talk(self, rounds: int) -> list[Times]:
        """Every citizen calls so many times."""
        self._turns = await voice(LINES)
        each = await asyncio.gather(*(self._call_again(citizen, rounds) for citizen in self._citizens))
        return [times for some in each for times in some]

    async def _call_again(self, citizen: Phone, rounds: int) -> list[Times]:
        return [await self._call(citizen) for _ in range(rounds)]

    async def _call(self, citizen: Phone) -> Times:
        call, desk = await self._reach(citizen)
        await converse(citizen, desk, self._turns[:RISKY])
        said = time.monotonic() + words_end_s(self._turns[RISKY].sound)
        await converse(citizen, desk, self._turns[RISKY:])
        over = time.monotonic()
        await citizen.hang_up()
        alerted, drafted = await when(self._console.alerted, call), await when(self._console.drafted, call)
        return Times(alert_s=alerted - said, draft_s=drafted - over)

    async def _reach(self, citizen: Phone) -> tuple[str, Phone]:
        async with self._dialling:
            known = set(self._console.seats)
            await citizen.dial(OUR_NUMBER)
            async with asyncio.timeout(ARRIVES_S):
                while not (new := self._console.seats.keys() - known):  # noqa: ASYNC110 (as above)
                    await asyncio.sleep(LOOK_AGAIN_S)
        call = new.pop()
        return call, self._desks[self._console.seats[call]]


async def talks(house: House, state_dir: Path, pairs: int, rounds: int) -> list[Times]:
    """So many pairs at once, so many talks each, at a controller that keeps its state there."""
    port, console = house.place.pbx.config.sip_port, Console()
    seats, program = SEATS[:pairs], await asyncio.to_thread(find_baresip)
    lines = [Line.seat(port, seat, house.place.phone_password(seat)) for seat in seats]
    lines += [Line.citizen(port, f"1380000{number:04}") for number in range(pairs)]
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(Api.of(state_dir))
        await stack.enter_async_context(background(console.watch(api)))
        phones = [
            await stack.enter_async_context(Phone.start(line, manner=Manner.ANSWER, program=program)) for line in lines
        ]
        desks = dict(zip(seats, phones[:pairs], strict=True))
        return await Pairs(phones[pairs:], desks, console).talk(rounds)
