"""From "ready" by API to the INVITE on a busy day: 300 wait, 300 API reads a second, a year's report is being made.

A real Asterisk and a real controller with its journal on. SIPp is the citizens, of whom 300 and more always wait in
line on the PBX and in the engine, and the agents' phones; 20 agents. Each agent's console says ready by
`POST /api/agents/{agent}/move` at random moments; the phone rings, is answered at once, and hangs up after a second;
the agent stays in wrap-up until ready again. `busy.p99_ms` is timed from before that request is sent until the INVITE
is at the phone, by SIPp's own record of the wire; nothing is left out, and what rang nobody counts as endless.

Meanwhile, evenly through every second, 300 reads of what consoles and wallboards look at (queues, agents, the calls of
this moment, health), all answered; and one leader makes a year's report again and again: `GET /api/kpi` for each
31 days of a year, by day, from a journal of 365 days with 300 calls each (bench/busy_year.py; 850,000 entries).

Assumptions: signalling without speech from the phones, talks recorded, no transcription. SIPp, PBX, controller, the
report and the reading clients share this machine: every core they take is taken from the rings, too. Whoever measures
(this process, SIPp, the readers) takes short turns of the processor, as controller and PBX do: consoles and phones have
processors of their own, and who notes a moment late would charge the house with it.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlencode

import aiohttp

from bench.busy_readers import READS_PER_S
from bench.busy_year import DAYS, write_year
from bench.load_house import GREETING_S, House, cpu_s, reaped_cpu_s, roomy, seat_all
from bench.load_run import phones, sink
from bench.load_scripts import answers, calls
from bench.on_duty import on_duty
from city.city import City
from city.load import load_city
from hotline.demo_watch import Api
from ivr.prompts import SPOKEN
from plumbing.promptness import be_prompt
from sandbox.debs import Rootfs
from sandbox.figures import report
from sandbox.ports import LOOPBACK
from sandbox.sipp import find_sipp, messages, sipp
from sandbox.sound import tone, write_wav

SAMPLE_CITY = Path(__file__).parents[1] / "cities/sample"
SEATS: Final = tuple(str(8001 + number) for number in range(20))
AGENTS: Final = tuple(str(101 + number) for number in range(len(SEATS)))
WAITING: Final = 300
CITIZENS: Final = WAITING + len(SEATS) + 10  # those in a talk, and those on their way back into the line
CALLS_PER_S: Final = 20
TALK_S, BETWEEN_S = 1.0, (2.0, 4.0)
MEASURED_S: Final = 75.0
LEAST_SAMPLES: Final = 300
LEAST_READS: Final = 0.95  # of those that should be answered
MOST_MS: Final = 20.0
MOMENT = random.SystemRandom()


def small_city(folder: Path) -> City:
    """The sample city: 20 seats, a wrap-up that the agent ends, room for all."""
    shutil.copytree(SAMPLE_CITY, folder)
    for name, old, new in (
        ("queues.toml", "wrap_up_s = 30", "wrap_up_s = 600"),
        ("admission.toml", "calls_at_once = 120", "calls_at_once = 5000"),
    ):
        file = folder / name
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    seat_all(folder, SEATS)
    write_wav(folder / "prompts/greeting-12345.wav", tone(500, GREETING_S))
    return load_city(folder, also_spoken=SPOKEN)


class Cores(NamedTuple):
    """Processor seconds, or cores, by whom: who shares the machine with the rings."""

    asterisk: float
    controller: float
    report: float  # the controller's children
    clients: float  # the readers, and this process: the consoles

    def since(self, before: Cores, seconds: float) -> Cores:
        """In cores, over so long."""
        return Cores(*((now - was) / seconds for now, was in zip(self, before, strict=True)))


class Clients:
    """Everybody who asks the controller something."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.read_s: list[float] = []
        self.readers_cpu_s = 0.0
        self.pressed: list[tuple[float, str]] = []  # when, at which seat
        self.months = 0  # reported on
        self.refused = 0  # presses

    async def press(self, agent: str, seat: str) -> None:
        """An agent who says ready again and again."""
        while True:
            await asyncio.sleep(TALK_S + MOMENT.uniform(*BETWEEN_S))
            began = time.time()
            try:
                await self._api.post(f"/api/agents/{agent}/move", {"move": "ready"})
            except aiohttp.ClientResponseError:  # the talk before is not over yet
                self.refused += 1
                continue
            self.pressed.append((began, seat))

    async def read(self, state_dir: Path) -> None:
        """READS_PER_S, by a process of their own."""
        told = (sys.executable, "-m", "bench.busy_readers", str(state_dir), str(MEASURED_S))
        readers = await asyncio.create_subprocess_exec(*told, stdout=asyncio.subprocess.PIPE)
        said, _ = await readers.communicate()
        read = json.loads(said)
        self.read_s, self.readers_cpu_s = read["read_s"], read["cpu_s"]

    async def report(self, ends: datetime) -> None:
        """A year, month after month, and again."""
        month = timedelta(days=31)
        while True:
            since = ends - timedelta(days=DAYS)
            while since < ends:
                until = min(since + month, ends)
                period = {"since": since.isoformat(), "until": until.isoformat(), "every": "1d"}
                seen = await self._api.get(f"/api/kpi?{urlencode(period)}")
                if not seen["total"]["answered"]:
                    raise RuntimeError("a month of the year is empty")
                since = until
                self.months += 1


async def _until_waiting(api: Api) -> None:
    async with asyncio.timeout(90):
        while sum(queue["waiting"] for queue in (await api.get("/api/queues"))["queues"]) < WAITING:  # noqa: ASYNC110
            await asyncio.sleep(0.5)


async def ask_all(api: Api, state_dir: Path, ends: datetime) -> Clients:
    """Everybody at once, until the readers have read for MEASURED_S."""
    clients = Clients(api)
    async with asyncio.TaskGroup() as group:
        others = [
            *(group.create_task(clients.press(agent, seat)) for agent, seat in zip(AGENTS, SEATS, strict=True)),
            group.create_task(clients.report(ends)),
        ]
        await clients.read(state_dir)
        for task in others:
            task.cancel()
    await asyncio.sleep(TALK_S)
    return clients


def rings_ms(pressed: Sequence[tuple[float, str]], wire: Path) -> list[float]:
    """From each press to the first INVITE at its seat; `inf` where none came before the next press."""
    invites: dict[str, list[float]] = {seat: [] for seat in SEATS}
    seen: set[str] = set()
    for message in messages(wire):
        if message.kind == "INVITE" and not message.sent and message.call_id not in seen:
            seen.add(message.call_id)
            invites[message.user].append(message.at_s)
    return [
        1000 * (min((at for at in invites[seat] if at > moment), default=math.inf) - moment) for moment, seat in pressed
    ]


async def run(folder: Path, program: Rootfs) -> tuple[Clients, list[float], Cores]:
    """The whole scene: the clients, the rings in ms, and whom it took how many cores."""
    ends = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    city, state = small_city(folder / "city"), folder / "state"
    state.mkdir()
    entries = await write_year(f"sqlite+aiosqlite:///{state}/hotline.db", ends.date())
    say(f"a year of {entries} journal entries")
    posts = [f"{agent}@{seat}-" for agent, seat in zip(AGENTS, SEATS, strict=True)]
    async with roomy(state, city) as place, on_duty(place.environment, state, *posts) as process, Api.of(state) as api:
        house = House(name="ours", place=place, number="12345", controller=process.pid)
        where = f"{LOOPBACK}:{place.pbx.config.sip_port}"
        with sink() as unheard:
            media = ("-mi", LOOPBACK, "-mp", str(unheard))
            calling = (*media, "-s", house.number, "-users", str(CITIZENS), "-r", str(CALLS_PER_S), where)
            async with (
                phones(house, program, folder / "phones", answers(TALK_S), media, SEATS),
                sipp(program, folder / "citizens", calls(600_000), calling),
            ):
                await _until_waiting(api)
                before, began = _spent(house), time.monotonic()
                clients = await ask_all(api, state, ends)
                cores = _spent(house, clients).since(before, time.monotonic() - began)
    return clients, rings_ms(clients.pressed, folder / "phones"), cores


def _spent(house: House, clients: Clients | None = None) -> Cores:
    controller = house.controller or 0
    children = reaped_cpu_s(controller) + sum(cpu_s(int(pid)) for pid in _children(controller))
    asking = time.process_time() + (clients.readers_cpu_s if clients else 0.0)
    return Cores(house.place.pbx.cpu_s(), house.controller_cpu_s(), children, asking)


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


def say(words: str) -> None:
    """Figures go elsewhere."""
    sys.stderr.write(f"{words}\n")


def quantile(sorted_values: Sequence[float], share: float) -> float:
    """`inf` where there is nothing."""
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))] if sorted_values else math.inf


async def measure() -> int:
    """Print every figure; 1 if one is not as promised, or the load was not what is promised of it."""
    say(__doc__ or "")
    be_prompt()  # and those whom it begins
    program = await asyncio.to_thread(find_sipp)
    with tempfile.TemporaryDirectory(prefix="lx-busy-") as folder:
        clients, rings, cores = await run(Path(folder), program)
    rings.sort()
    reads, p99 = sorted(clients.read_s), quantile(rings, 0.99)
    rate = len(reads) / MEASURED_S
    report("busy.p99_ms", round(p99, 2), "ms", MOST_MS)
    report("busy.p50_ms", round(quantile(rings, 0.5), 2), "ms")
    report("busy.rings", len(rings), "1", LEAST_SAMPLES)
    report("busy.reads_per_s", round(rate, 1), "1/s", READS_PER_S)
    report("busy.read_p99_ms", round(1000 * quantile(reads, 0.99), 1), "ms")
    report("busy.months_reported", clients.months, "1")
    report("busy.refused", clients.refused, "1", 0)
    for whose, taken in cores._asdict().items():
        report(f"busy.{whose}_cores", round(taken, 2), "1")
    is_loaded = rate >= LEAST_READS * READS_PER_S and len(rings) >= LEAST_SAMPLES and not clients.refused
    if not is_loaded:
        say("这台机器太忙,负载未达到。 This machine is too busy: the load was not what it should be.")
    return int(p99 > MOST_MS or not is_loaded)


if __name__ == "__main__":
    sys.exit(asyncio.run(measure()))
