"""What our IVR costs over a bare dialplan that plays the same prompts and reads the same key, on one Asterisk.

`ivr.ratio`: answer → waiting room of a silent caller of 12320 over the same in dialplan (Playback, Read), medians.
`ivr.cps_ratio`: the highest of RATES, calls a second, at which for STEP_S every caller is in the waiting room no later
than LATE_S after what a single one takes, over the same in dialplan. `ivr.walks_per_s`: rehearsals in the simulator.

Assumptions. Prompts are 0.2 and 0.3 s short and the wait is 1 s, so that what a call costs besides them shows. Callers
are SIP without sound. Asterisk, controller and callers share the machine: look at the ratios.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.load_house import roomy
from city.load import load_city
from hotline.embedded import Premises, controller_process
from hotline.rehearsing import generated_for, rehearse
from ivr.prompts import SPOKEN
from plumbing.logs import set_up_logs
from sandbox.figures import report
from sandbox.sound import tone, write_wav
from sandbox.strangers import sip_from, strange_call

SAMPLE = Path(__file__).parents[1] / "cities/sample"
OURS, BARE = "12320", "96999"
SAMPLES = 10
RATES = (30, 60, 90, 105, 120, 140, 160, 180)
STEP_S = 4.0
LATE_S = 1.0
GIVE_UP_S = 15.0
MOST_RATIO, LEAST_CPS_RATIO = 1.2, 0.8
WALKS_S = 3.0
NUMBERS = itertools.count(13900000000)


def short_city(folder: Path) -> Path:
    """The sample city, of which 12320 speaks briefly, and as many may call as the bench sends."""
    shutil.copytree(SAMPLE, folder)
    hotlines, menu, limits = folder / "hotlines.toml", folder / "menus/health.toml", folder / "admission.toml"
    before, number, after = hotlines.read_text(encoding="utf-8").partition(f'number = "{OURS}"')
    head, _, rest = after.partition("greeting = ")
    hotlines.write_text(f'{before}{number}{head}greeting = ["greeting-short"]{rest[rest.index("]") + 1 :]}', "utf-8")
    menu.write_text(menu.read_text(encoding="utf-8").replace("wait_s = 3", "wait_s = 1"), "utf-8")
    text = limits.read_text(encoding="utf-8").replace("calls_at_once = 120", "calls_at_once = 5000")
    limits.write_text(text, "utf-8")
    with (folder / "prompts/prompts.toml").open("a", encoding="utf-8") as prompts:
        prompts.write('\n[greeting-short]\nzh = "通话录音。"\nen = "Recorded."\n')
    write_wav(folder / "prompts/greeting-short.wav", tone(500, 0.2))
    write_wav(folder / "prompts/menu-12320.wav", tone(700, 0.3))
    return folder


DIALPLAN = f"""
[citizens](+)
exten => {BARE},1,Answer()
 same => n,Set(__CALL_ID=${{UNIQUEID}})
 same => n,UserEvent(CallArrived,CallId: ${{UNIQUEID}},Dnis: {BARE},Ani: ${{CALLERID(num)}})
 same => n,Playback(greeting-short)
 same => n,Read(KEY,menu-12320,1,,1,1)
 same => n,StartMusicOnHold(default)
 same => n,UserEvent(CallWaiting,CallId: ${{UNIQUEID}})
 same => n,Wait(60)
"""


class Watch:
    """What Asterisk says over AMI of calls: when each was answered, and when it was in a waiting room."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.waited: dict[str, float] = {}
        self.calls_of: dict[str, str] = {}  # by the caller's number

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Until the connection ends."""
        while True:
            block = (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
            fields = dict(line.split(": ", 1) for line in block.split("\r\n") if ": " in line)
            call, kind = fields.get("CallId", ""), fields.get("UserEvent", "")
            if kind == "CallArrived":
                self.arrived[call] = time.monotonic()
                self.calls_of[fields.get("Ani", "")] = call
            elif kind == "CallWaiting":
                self.waited.setdefault(call, time.monotonic())

    async def seconds(self, number: str, within_s: float) -> float | None:
        """From answer to waiting room of the call from this number; None if it took longer than this."""
        ends = time.monotonic() + within_s
        while time.monotonic() < ends:
            call = self.calls_of.get(number, "")
            if call in self.waited:
                return self.waited[call] - self.arrived[call]
            await asyncio.sleep(0.02)
        return None


@asynccontextmanager
async def watching(place: Premises) -> AsyncIterator[Watch]:
    """A connection of our own beside the controller's."""
    config = place.pbx.config
    reader, writer = await asyncio.open_connection(config.ami_address, config.ami_port)
    await reader.readline()
    writer.write(f"Action: Login\r\nUsername: {config.ami_user}\r\nSecret: {config.ami_secret}\r\n\r\n".encode())
    watch = Watch()
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(watch.listen(reader))
        try:
            yield watch
        finally:
            listening.cancel()
            writer.close()


async def call(place: Premises, watch: Watch, number: str, within_s: float = GIVE_UP_S) -> float | None:
    """One caller, who leaves once in the waiting room: seconds from answer to there."""
    who = str(next(NUMBERS))
    async with strange_call(place.pbx.config.sip_port, number, sip_from(who), deadline_s=within_s):
        return await watch.seconds(who, within_s)


async def most_a_second(place: Premises, watch: Watch, number: str, usual_s: float) -> float:
    """Of RATES, the highest that is held: calls a second as they were really answered."""
    held = 0.0
    for rate in RATES:
        before, began_s = len(watch.arrived), time.monotonic()
        async with asyncio.TaskGroup() as group:
            tasks = []
            for place_in_step in range(int(rate * STEP_S)):
                tasks.append(group.create_task(_tolerant(place, watch, number)))
                await asyncio.sleep(max(0.0, began_s + (place_in_step + 1) / rate - time.monotonic()))
        answered = sorted(watch.arrived.values())[before:]
        real = (len(answered) - 1) / (answered[-1] - answered[0])
        slowest = max(GIVE_UP_S if (seconds := task.result()) is None else seconds for task in tasks)
        is_held = slowest <= usual_s + LATE_S
        word = "held" if is_held else "not held"
        sys.stderr.write(f"{number}: asked for {rate}/s, answered {real:.1f}/s, {word}, slowest {slowest:.2f} s\n")
        if not is_held:
            break
        held = max(held, real)
    return held


async def _tolerant(place: Premises, watch: Watch, number: str) -> float | None:
    try:
        return await call(place, watch, number)
    except TimeoutError:
        return None


async def on_asterisk(folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Median seconds and calls a second, by number dialled."""
    city = load_city(short_city(folder / "city"), also_spoken=SPOKEN)
    async with roomy(folder / "state", city) as place:
        with (place.pbx.config.etc / "extensions.conf").open("a", encoding="utf-8") as file:
            file.write(DIALPLAN)
        await place.pbx.cli("dialplan reload")
        async with controller_process(place, log=folder / "log"), watching(place) as watch:
            took: dict[str, list[float]] = {OURS: [], BARE: []}
            for _, number in itertools.product(range(SAMPLES), took):
                if (seconds := await call(place, watch, number)) is not None:
                    took[number].append(seconds)
            usual = {number: statistics.median(seconds) for number, seconds in took.items()}
            rates = {number: await most_a_second(place, watch, number, usual[number]) for number in took}
    return usual, rates


def walks_per_s() -> float:
    """All rehearsals of the sample city, over and over."""
    city = load_city(SAMPLE, also_spoken=SPOKEN)
    made = generated_for(city)
    began, walks = time.perf_counter(), 0
    while time.perf_counter() - began < WALKS_S:
        walks += len(rehearse(city, made))
    return walks / (time.perf_counter() - began)


def measure() -> int:
    """Print every figure of this bench; 1 if one is not as promised."""
    set_up_logs(level="CRITICAL")
    report("ivr.walks_per_s", round(walks_per_s()), "1/s")
    with tempfile.TemporaryDirectory(prefix="lx-") as folder:
        usual, rates = asyncio.run(on_asterisk(Path(folder)))
    ratio, cps = usual[OURS] / usual[BARE], rates[OURS] / max(rates[BARE], 1.0)
    sys.stderr.write(f"answer to waiting room: ours {usual[OURS]:.3f} s, bare {usual[BARE]:.3f} s; held {rates}\n")
    report("ivr.ratio", round(ratio, 3), "1", MOST_RATIO)
    report("ivr.cps_ratio", round(cps, 3), "1", LEAST_CPS_RATIO)
    return int(ratio > MOST_RATIO or cps < LEAST_CPS_RATIO)


if __name__ == "__main__":
    sys.exit(measure())
