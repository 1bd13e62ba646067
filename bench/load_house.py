"""Two call centres of 200 seats for `bench.load`: ours, whole, and one that is nothing but Asterisk's own `Queue()`.

Each is an Asterisk of its own, rendered from the same templates. Callers of both are answered, hear the same 0.2 s of
greeting and wait for the same 200 phones; talks of both are recorded on two legs. Nobody has wrap-up time.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.on_duty import on_duty
from city.city import City
from city.load import load_city
from hotline.embedded import Premises, premises
from ivr.prompts import SPOKEN
from sandbox.sound import tone, write_wav

SAMPLE_CITY = Path(__file__).parents[1] / "cities/sample"
SEATS = tuple(str(8001 + number) for number in range(200))
OUR_NUMBER, NATIVE_NUMBER = "12345", "96999"
GREETING_S = 0.2
MEDIA_PORTS = (31_600, 32_766)
"""Above the blocks of `sandbox.ports` and below the kernel's own: 583 legs, of one house at a time."""
SILENT_PHONE_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One of the two."""

    name: str
    place: Premises
    number: str
    """What citizens dial."""
    controller: int | None = None
    """Process id, where there is one."""

    def legs(self) -> list[Path]:
        """Every leg recorded so far: as the dialplan left it, or where our archive keeps it."""
        places = (self.place.pbx.config.recordings, self.place.state_dir / "recordings")
        return [leg for place in places for leg in place.rglob("*.wav")]

    def controller_cpu_s(self) -> float:
        """CPU seconds of the controller so far; 0 where there is none."""
        return 0.0 if self.controller is None else cpu_s(self.controller)


def seat_all(folder: Path, extensions: Sequence[str]) -> None:
    """Give a city's folder these seats and no others; each serves every queue: a city must serve all it has."""
    queues = tomllib.loads((folder / "queues.toml").read_text(encoding="utf-8"))["queues"]
    names = ", ".join(f'"{queue["name"]}"' for queue in queues)
    seats = f'[[seats]]\nextensions = "{extensions[0]}-{extensions[-1]}"\nqueues = [{names}]\n'
    (folder / "seats.toml").write_text(seats, encoding="utf-8")


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far; 0 when it is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def reaped_cpu_s(pid: int) -> float:
    """CPU seconds of those of its children that have ended and that it has waited for."""
    words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(words[13]) + int(words[14])) / os.sysconf("SC_CLK_TCK")


def big_city(folder: Path) -> City:
    """The sample city with 200 open seats, no wrap-up, and as many callers as the bench sends."""
    shutil.copytree(SAMPLE_CITY, folder)
    queues = folder / "queues.toml"
    words = queues.read_text(encoding="utf-8").replace("wrap_up_s = 30", "wrap_up_s = 0")
    queues.write_text(words.replace("wrap_up_s = 45", "wrap_up_s = 0"), encoding="utf-8")
    seat_all(folder, SEATS)
    limits = folder / "admission.toml"
    text = limits.read_text(encoding="utf-8").replace("calls_at_once = 120", "calls_at_once = 5000")
    limits.write_text(text, encoding="utf-8")
    write_wav(folder / f"prompts/greeting-{OUR_NUMBER}.wav", tone(500, GREETING_S))
    return load_city(folder, also_spoken=SPOKEN)


@asynccontextmanager
async def our_house(place: Premises) -> AsyncIterator[House]:
    """The real controller with its journal, as a process of its own, and everybody on duty."""
    posts = [f"{101 + number}@{seat}" for number, seat in enumerate(SEATS)]
    async with on_duty(place.environment, place.state_dir, *posts) as process:
        yield House(name="ours", place=place, number=OUR_NUMBER, controller=process.pid)


async def native_house(place: Premises) -> House:
    """Asterisk's own queue with its best settings, and no controller at all."""
    config = place.pbx.config
    dialplan = f"""
[citizens](+)
exten => {NATIVE_NUMBER},1,Answer()
 same => n,Playback(greeting-{OUR_NUMBER})
 same => n,Set(LEGS={config.recordings}/${{UNIQUEID}}-1)
 same => n,MixMonitor(,br(${{LEGS}}-caller.wav)t(${{LEGS}}-agent.wav))
 same => n,Queue(native)
"""
    members = "\n".join(f"member => PJSIP/{seat}" for seat in SEATS)
    queue = f"""
[native]
strategy = leastrecent
timeout = 20
retry = 1
autofill = yes
ringinuse = no
{members}
"""
    for name, text, reload in (
        ("extensions.conf", dialplan, "dialplan reload"),
        ("queues.conf", queue, "queue reload all"),
    ):
        await _append(place, name, text, reload)
    return House(name="native", place=place, number=NATIVE_NUMBER)


@asynccontextmanager
async def roomy(folder: Path, city: City) -> AsyncIterator[Premises]:
    """A PBX with room for the media of 500 legs, and patience with phones that send no sound."""
    async with premises(folder, city, model=None, silent_phone_s=SILENT_PHONE_S) as place:
        config = place.pbx.config
        file = config.etc / "rtp.conf"
        text = file.read_text(encoding="utf-8")
        for old, new in zip((config.rtp_first, config.rtp_last), MEDIA_PORTS, strict=True):
            text = text.replace(str(old), str(new))
        file.write_text(text, encoding="utf-8")
        await place.pbx.cli("module reload res_rtp_asterisk.so")
        yield place


async def _append(place: Premises, name: str, text: str, reload: str) -> None:
    with (place.pbx.config.etc / name).open("a", encoding="utf-8") as file:
        file.write(text)
    await place.pbx.cli(reload)
