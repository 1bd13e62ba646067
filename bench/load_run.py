"""One run of `bench.load`: 200 phones and a constant number of citizens at a house, for a while; what was seen."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench.load_house import SEATS, House
from bench.load_scripts import REGISTERS, answers, calls
from sandbox.debs import Rootfs
from sandbox.ports import LOOPBACK
from sandbox.sipp import WIRE, Message, finish, messages, sipp

WARM_UP_TALKS = 1.5  # after the last of the first callers
SPREAD = 0.5
"""Talks last from half to one and a half times as long as the step's: phones must not come free in waves, as they
would if all talks of the first minute were equally long."""
MARGIN = 1.5
"""New callers a second at most, over what the agents ask for: SIPp keeps to it from the first caller on and when it
replaces who was served. At the bare rate it would be the limit itself; without one, callers come in a single wave."""
PATIENCE_MS = 60_000
EMPTY_S = 60.0
SETTLED_S = 3.0
AGENTS_MEDIA, CITIZENS_MEDIA = (61_000, 62_999), (63_000, 64_999)
RECORDED = ("-trace_shortmsg", "-shortmessage_file", WIRE, "-trace_err", "-error_file", "errors.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen in the measured part of a run."""

    rate: float
    """Talks that ended, a second."""
    rings_s: Sequence[float]
    """From a phone's hanging up to its next INVITE, seconds, sorted."""
    failed: bool
    """Whether a call did not go as written: not answered, not talked, not ended."""
    asterisk_cores: float
    controller_cores: float

    def ring_s(self, share: float) -> float:
        """The quantile of the rings."""
        return self.rings_s[min(len(self.rings_s) - 1, int(share * len(self.rings_s)))] if self.rings_s else 0.0


class Spoken(NamedTuple):
    """Files of A-law that all agents and all citizens speak from, over and over; "": they are silent."""

    agent: str
    citizen: str


SILENT = Spoken("", "")


async def run(
    house: House,
    program: Rootfs,
    folder: Path,
    *,
    talk_s: float,
    citizens: int,
    measured_s: float,
    seats: Sequence[str] = SEATS,
    spoken: Spoken = SILENT,
) -> Seen:
    """`citizens` at any moment, talks lasting `talk_s` on average; measured when callers and talks are mixed."""
    pbx = house.place.pbx
    most_a_second = MARGIN * len(seats) / talk_s
    with sink() as unheard:
        silent = ("-mi", LOOPBACK, "-mp", str(unheard))
        heard = _media(AGENTS_MEDIA) if spoken.agent else silent, _media(CITIZENS_MEDIA) if spoken.citizen else silent
        answering_as = answers(talk_s, spoken.agent, spread=SPREAD)
        async with phones(house, program, folder / "phones", answering_as, heard[0], seats) as answering:
            whom = ("-s", house.number, "-users", str(citizens), "-r", f"{most_a_second:.1f}")
            where = f"{LOOPBACK}:{pbx.config.sip_port}"
            target = (*heard[1], *RECORDED[3:], *whom, where)
            async with sipp(program, folder / "citizens", calls(PATIENCE_MS, spoken.citizen), target) as calling:
                await asyncio.sleep(citizens / most_a_second + WARM_UP_TALKS * talk_s)
                began, cpu = time.time(), (pbx.cpu_s(), house.controller_cpu_s())
                await asyncio.sleep(measured_s)
                ended, used = time.time(), (pbx.cpu_s(), house.controller_cpu_s())
                gone_wrong = await finish(calling, EMPTY_S)
            await empty(house)
            await finish(answering, EMPTY_S)
    rate, rings = _seen_by(messages(folder / "phones"), began, ended)
    lasted_s = ended - began
    return Seen(
        rate=rate,
        rings_s=rings,
        failed=gone_wrong != 0,
        asterisk_cores=(used[0] - cpu[0]) / lasted_s,
        controller_cores=(used[1] - cpu[1]) / lasted_s,
    )


async def talk_together(
    house: House, program: Rootfs, folder: Path, sound: Path, *, talks: int, talk_s: float
) -> list[Path]:
    """So many talks at once, both sides speaking from the file; the legs recorded of them."""
    before = set(house.legs())
    script, where = answers(talk_s, str(sound)), f"{LOOPBACK}:{house.place.pbx.config.sip_port}"
    async with phones(house, program, folder / "phones", script, _media(AGENTS_MEDIA)) as answering:
        once = ("-s", house.number, "-m", str(talks), "-r", "10", *RECORDED[3:], where)
        speaking = calls(PATIENCE_MS, str(sound))
        async with sipp(program, folder / "citizens", speaking, (*_media(CITIZENS_MEDIA), *once)) as calling:
            if await calling.wait() != 0:
                sys.stderr.write("not every call went as written\n")
        await empty(house)
        await finish(answering, EMPTY_S)
    await asyncio.sleep(SETTLED_S)  # the intake moves the last legs
    return sorted(set(house.legs()) - before)


@contextlib.asynccontextmanager
async def phones(
    house: House, program: Rootfs, folder: Path, script: str, media: Iterable[str], seats: Sequence[str] = SEATS
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The seats' phones, registered from the port on which they answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind((LOOPBACK, 0))
        port = found.getsockname()[1]
    own = ("-p", str(port), *RECORDED, *media)
    where = f"{LOOPBACK}:{house.place.pbx.config.sip_port}"
    values = [f"{seat};[authentication username={seat} password={house.place.phone_password(seat)}]" for seat in seats]
    quick = ("-m", str(len(seats)), "-r", "100", *own, where)
    async with sipp(program, folder.with_name(f"{folder.name}-register"), REGISTERS, quick, injected=values) as first:
        if await first.wait() != 0:
            sys.stderr.write("not every phone could register\n")
    async with sipp(program, folder, script, own) as answering:
        yield answering


def _media(ports: tuple[int, int]) -> tuple[str, ...]:
    return ("-mi", LOOPBACK, "-min_rtp_port", str(ports[0]), "-max_rtp_port", str(ports[1]))


async def empty(house: House) -> None:
    """Wait until nobody is on the line."""
    async with asyncio.timeout(EMPTY_S):
        while "0 active channels" not in await house.place.pbx.cli("core show channels count"):  # noqa: ASYNC110
            await asyncio.sleep(0.2)


def _seen_by(wire: Iterable[Message], began: float, ended: float) -> tuple[float, list[float]]:
    """Talks ended a second, and the rings, by what the phones sent and received."""
    seats: dict[str, str] = {}  # call id -> seat
    free_since: dict[str, float] = {}
    talks, rings = 0, []
    for message in wire:
        if message.kind == "INVITE" and not message.sent and message.call_id not in seats:
            seat = seats[message.call_id] = message.user
            freed = free_since.pop(seat, None)
            if freed is not None and began <= message.at_s < ended:
                rings.append(message.at_s - freed)
        elif message.kind == "BYE" and message.sent and message.call_id in seats:
            seat = seats[message.call_id]
            if seat not in free_since:  # the first of several
                free_since[seat] = message.at_s
                talks += began <= message.at_s < ended
    return talks / (ended - began), sorted(rings)


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """A port that takes what the PBX plays, and drops it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind((LOOPBACK, 0))
        yield sink.getsockname()[1]
