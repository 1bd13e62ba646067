"""What transcription costs beside Vosk itself: `./dev bench asr`.

Decoding through our launcher, children, attention and clean-up, beside a program that does nothing but feed Vosk on all
cores. Speech and model are synthetic, so no figure here says how good a text is; they are plumbing.

- overhead: 12 recordings of three minutes (two legs whose speakers take turns) through job and store, with the tiny
  model: all CPU of ours, less the CPU that Vosk takes for the very sound that reaches it. A recording before them pays
  for what is done once in the life of a process (imports, statements being compiled), as the model's loading is.
- ratios: with a net as large as the small Chinese model's (bench.wide_net), speed of ours over raw Vosk's, the two
  taking turns; legs of three minutes, each full of speech, then with 40 % of it silent. Wall time, and CPU beside it:
  on a busy machine believe the CPU.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from asr import jobs
from asr.decoder import Decoder, Patience
from asr.transcriber import Transcriber
from bench.asr_sound import TURN_S, VOICES, taking_turns, talking, with_silence, write_leg
from bench.load_house import cpu_s
from bench.wide_net import widen
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from plumbing.logs import set_up_logs
from recordings.intake import Intake
from recordings.recording import Leg, SpoolName
from recordings.wav import inspect
from sandbox.figures import report

MODEL = Path(__file__).parents[1] / "sandbox/model"
CORES = os.cpu_count() or 1
OVERHEAD_RECORDINGS, OVERHEAD_S, OVERHEAD_ROUNDS = 12, 180.0, 4
RATIO_LEGS, RATIO_S, ROUNDS = 6, OVERHEAD_S, 3
OVERHEAD_MOST_MS, RATIO_LEAST, SILENCE_LEAST = 50.0, 0.95, 1.2
MOST_S = 1200.0


class Cost(NamedTuple):
    """What a run took, in seconds."""

    wall_s: float
    cpu_s: float


async def raw(model: Path, legs: Sequence[Path], fed: str = "all") -> Cost:
    """Vosk alone."""
    words = ("-m", "bench.asr_raw", str(model), str(CORES), fed, *map(str, legs))
    single = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # as our launcher has it: more threads than cores only cost
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=pipe, env=single)
    said, _ = await process.communicate()
    return Cost(**json.loads(said))


async def ours(decoder: Decoder, legs: Sequence[Path]) -> Cost:
    """All legs through our decoder, as many at once as it has children; from the model's being loaded."""
    await decoder.start()
    began_s, cpu_before = time.monotonic(), _cpu_s(decoder)
    await asyncio.gather(*(decoder.decode({Leg.CALLER: leg}) for leg in legs))
    wall_s = time.monotonic() - began_s
    await all_reaped(decoder)
    return Cost(wall_s, _cpu_s(decoder) - cpu_before)


async def all_reaped(decoder: Decoder) -> None:
    """Wait for the launcher to bury its children: until then their CPU counts as nobody's."""
    pid = decoder.launcher_pid
    while Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").strip():  # noqa: ASYNC110, ASYNC240
        await asyncio.sleep(0.01)


def _cpu_s(decoder: Decoder) -> float:
    """Of this process, the launcher, and its children that have ended."""
    return time.process_time() + all_cpu_s(decoder.launcher_pid or 0)


def all_cpu_s(pid: int) -> float:
    """CPU seconds of a process and of its children that have ended."""
    words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return cpu_s(pid) + (int(words[13]) + int(words[14])) / os.sysconf("SC_CLK_TCK")


async def overhead_ms(folder: Path) -> float:
    """CPU of ours a recording, beyond Vosk's for what is fed to it: the least of each in rounds that take turns.

    Two large numbers are subtracted. Whatever else the machine does only adds to one or the other, so the least of
    several is nearest to either's own.
    """
    alone, with_us = [], []
    for number in range(OVERHEAD_ROUNDS):
        part = folder / f"overhead-{number}"
        record(part / "first", recordings=1, seconds=TURN_S)
        legs = record(part / "spool")
        alone.append((await raw(MODEL, legs, "heard")).cpu_s)
        with_us.append(await taken_in_and_transcribed_s(part))
        sys.stderr.write(f"CPU: {with_us[-1]:.2f} s, Vosk alone {alone[-1]:.2f} s\n")
    return (min(with_us) - min(alone)) * 1000 / OVERHEAD_RECORDINGS


def record(spool: Path, *, recordings: int = OVERHEAD_RECORDINGS, seconds: float = OVERHEAD_S) -> list[Path]:
    """Recordings of two legs each, as the PBX leaves them."""
    spool.mkdir(parents=True)
    for number in range(recordings):
        name = SpoolName(f"lx-{spool.name}-{number}.0", 1)
        for leg, voice in zip(Leg, VOICES, strict=False):
            speech = talking(voice, seconds)
            write_leg(spool / name.leg(leg), taking_turns(speech, first=leg is Leg.AGENT))
        (spool / name.marker).touch()
    return sorted(spool.glob("*.wav"))


async def taken_in_and_transcribed_s(folder: Path) -> float:
    """CPU seconds of ours for all of the spool: jobs, children, store. Waiting for children to end is nobody's work."""
    finished = asyncio.Semaphore(0)
    database = connect(f"sqlite+aiosqlite:///{folder / 'bench.db'}")
    await prepare(database)
    decoder, announce = Decoder(MODEL, children=CORES), lambda _: finished.release()
    await decoder.start()
    archive = folder / "archive"
    transcriber = Transcriber(database, archive, decoder, model="tiny", announce=announce)
    await Intake(folder / "first", archive, database, follow_up=jobs.enqueue).sweep()
    async with background(transcriber.run()), asyncio.timeout(MOST_S):
        await finished.acquire()
        await all_reaped(decoder)
        await Intake(folder / "spool", archive, database, follow_up=jobs.enqueue).sweep()
        before = _cpu_s(decoder)
        transcriber.notice()
        for _ in range(OVERHEAD_RECORDINGS):
            await finished.acquire()
        own_s = time.process_time()
        await all_reaped(decoder)
        used = own_s + all_cpu_s(decoder.launcher_pid or 0) - before
    await database.dispose()
    return used


async def ratios(model: Path, legs: Sequence[Path]) -> tuple[float, float]:
    """Raw over ours, of wall time and of CPU: medians of rounds in which the two take turns."""
    walls: list[float] = []
    cpus: list[float] = []
    async with Decoder(model, children=CORES, patience=Patience(constant_s=MOST_S)) as decoder:
        for _ in range(ROUNDS):
            alone, with_us = await raw(model, legs), await ours(decoder, legs)
            sys.stderr.write(f"raw {alone}, ours {with_us}\n")
            walls.append(alone.wall_s / with_us.wall_s)
            cpus.append(alone.cpu_s / with_us.cpu_s)
    return statistics.median(walls), statistics.median(cpus)


async def worker_rss(model: Path, leg: Path) -> tuple[float, float]:
    """MB of the loaded parent, and what a child adds of its own."""
    async with Decoder(model, children=1) as decoder:
        loaded = await decoder.start()
        heard = await decoder.hear(inspect(leg))
    return loaded.rss_bytes / 2**20, heard.own_bytes / 2**20


async def measure() -> int:
    """Print every figure of this bench; 1 if one misses its mark."""
    set_up_logs(level="ERROR")
    with tempfile.TemporaryDirectory(prefix="lx-") as name:
        folder = Path(name)
        wide = folder / "wide"
        sys.stderr.write(f"net of {widen(MODEL, wide)} weights; {CORES} cores, load {os.getloadavg()[0]:.1f}\n")
        overhead = await overhead_ms(folder)
        spoken = [talking(VOICES[number % len(VOICES)], RATIO_S) for number in range(RATIO_LEGS)]
        full = [write_leg(folder / f"full-{n}.wav", leg) for n, leg in enumerate(spoken)]
        part = [write_leg(folder / f"part-{n}.wav", with_silence(leg)) for n, leg in enumerate(spoken)]
        (ratio, cpu), (silence, silence_cpu) = await ratios(wide, full), await ratios(wide, part)
        parent_mb, child_mb = await worker_rss(wide, full[0])
    report("asr.overhead_ms", round(overhead, 1), "ms", OVERHEAD_MOST_MS)
    report("asr.ratio", round(ratio, 3), "1", RATIO_LEAST)
    report("asr.ratio_cpu", round(cpu, 3), "1", RATIO_LEAST)
    report("asr.ratio_silence", round(silence, 3), "1", SILENCE_LEAST)
    report("asr.ratio_silence_cpu", round(silence_cpu, 3), "1", SILENCE_LEAST)
    report("asr.worker_rss_mb", round(parent_mb, 1), "MB")
    report("asr.child_own_mb", round(child_mb, 1), "MB")
    return int(overhead > OVERHEAD_MOST_MS or ratio < RATIO_LEAST or silence < SILENCE_LEAST)


if __name__ == "__main__":
    sys.exit(asyncio.run(measure()))
