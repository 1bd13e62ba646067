"""Whether jobs survive their workers: `./dev bench jobs`.

Real workers (`python -m hotline.asr`) on a real Redis and PostgreSQL; a job is a talk of a few words, decoded with the
tiny model, its transcript and draft stored. Ratios are of talks of twice 6 s: of shorter ones a crash, which costs two
forks and the other leg's decoding, costs more than the job.

- killed: JOBS of them and 1 % poison, a worker chosen at random killed with -9 every KILL_EVERY_S. Lost: a good talk
  without its transcript or draft. Doubled: one with two. Stuck: a job that is neither done nor, poisoned, given up with
  its reason, when nothing moves any more.
- poison: nobody is killed. Good jobs a second where 1 % are poison (each crashes its child three times) over good jobs
  a second without, the two taking turns; and the same by CPU, which a busy machine disturbs less.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from asr import jobs
from asr.jobs import JobState
from asr.transcripts import transcripts
from bench.asr import all_cpu_s
from bench.jobs_house import House, Shift, crash_on, house, shift
from plumbing.lifecycle import background
from plumbing.logs import set_up_logs
from recordings.recording import Recording, RecordingId
from sandbox.figures import report
from tickets.store import tickets

JOBS, POISON_SHARE, KILL_EVERY_S, WORKERS = 1000, 0.01, 2.0, 4
ROUNDS, A_ROUND = 3, 200  # rounds without poison, and as many with
RATIO_LEAST = 0.98
SETTLED_WITHIN_S, ROUND_WITHIN_S = 900.0, 300.0
LOOK_S = 0.2
UNDECIDED = (JobState.QUEUED, JobState.RUNNING, JobState.FAILED)


class Toll(NamedTuple):
    """What the killing cost."""

    lost: int
    doubled: int
    stuck: int


async def killed(house: House, good: Sequence[Recording], poison: Sequence[Recording]) -> Toll:
    """Kill until every job is decided."""
    draw, began_s = random.Random(0), time.monotonic()  # noqa: S311 - who dies next is no secret
    line = [*good, *poison]
    draw.shuffle(line)
    await house.queue(line)
    with shift(house, WORKERS) as crew:
        async with background(_kill(crew, draw), crash_on(poison, crew)):
            with suppress(TimeoutError):
                await _decided(house, line, SETTLED_WITHIN_S)
    toll = await _count(house, {it.id for it in good}, {it.id for it in poison})
    took_s, spent = time.monotonic() - began_s, await _attempts(house) - len(line)
    sys.stderr.write(f"{crew.killed} workers killed in {took_s:.0f} s, {spent} attempts more than jobs\n")
    return toll


async def _kill(crew: Shift, draw: random.Random) -> None:
    while True:
        await asyncio.sleep(KILL_EVERY_S)
        await asyncio.to_thread(crew.kill_one, draw)


async def _undecided(house: House, some: Sequence[Recording]) -> int:
    meant = jobs.jobs.c.recording.in_([recording.id for recording in some])
    query = select(func.count()).select_from(jobs.jobs).where(meant, jobs.jobs.c.state.in_(UNDECIDED))
    async with house.database.connect() as connection:
        return int(await connection.scalar(query) or 0)


async def _decided(house: House, some: Sequence[Recording], within_s: float) -> None:
    """When all of these are done or given up; other processes do it. TimeoutError."""
    async with asyncio.timeout(within_s):
        while await _undecided(house, some):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)


async def _attempts(house: House) -> int:
    async with house.database.connect() as connection:
        return int(await connection.scalar(select(func.sum(jobs.jobs.c.attempts))) or 0)


async def _count(house: House, good: set[RecordingId], poison: set[RecordingId]) -> Toll:
    async with house.database.connect() as connection:
        listed = await jobs.listed(connection)
        said, drafted = [list(await connection.scalars(select(t.c.recording))) for t in (transcripts, tickets)]
    given_up = {job.recording for job in listed if job.state is JobState.DEAD and job.error}
    done = {job.recording for job in listed if job.state is JobState.DONE}
    doubled = len(said) - len(set(said)) + len(drafted) - len(set(drafted))
    return Toll(len(good - (set(said) & set(drafted))), doubled, len((good | poison) - done - (given_up & poison)))


class Pace(NamedTuple):
    """What a round took: seconds, and CPU seconds of all workers."""

    wall_s: float
    cpu_s: float

    def and_(self, other: Pace) -> Pace:
        """Both, one after the other."""
        return Pace(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s)


async def pace(house: House, crew: Shift, good: Sequence[Recording], poison: Sequence[Recording]) -> Pace:
    """From their queueing to the last good one's end; poison is first in line, so that its attempts fall within."""
    began_s, before = time.monotonic(), _cpu_s(crew)
    await house.queue([*poison, *good])
    await _decided(house, good, ROUND_WITHIN_S)
    taken = Pace(time.monotonic() - began_s, _cpu_s(crew) - before)
    await _decided(house, poison, ROUND_WITHIN_S)
    return taken


def _cpu_s(crew: Shift) -> float:
    """Of those at work and those that have ended: a child lives through many legs, and its end is no work."""
    return sum(map(_all_cpu_s, (*crew.children(), *crew.processes())))


def _all_cpu_s(process: int) -> float:
    with suppress(OSError):  # it ended just now: whoever waited for it has its time
        return all_cpu_s(process)
    return 0.0


async def poisoned(house: House, good: Sequence[Recording], poison: Sequence[Recording]) -> Pace:
    """Without over with, of seconds and of CPU seconds: the good jobs' throughput with poison over that without."""
    clean, bad = Pace(0, 0), Pace(0, 0)
    few = len(poison) // ROUNDS
    with shift(house, WORKERS) as crew:
        async with background(crash_on(poison, crew)):
            await pace(house, crew, good[-A_ROUND // 2 :], [])  # models are loaded, caches warm
            for number in range(2 * ROUNDS):
                some = good[number * A_ROUND : (number + 1) * A_ROUND]
                is_bad = number % 4 in {1, 2}  # A B B A: whatever drifts drifts for both
                took = await pace(house, crew, some, poison[number // 2 * few :][:few] if is_bad else [])
                sys.stderr.write(f"{'1 % poison' if is_bad else 'no poison':10} {took}\n")
                if is_bad:
                    bad = bad.and_(took)
                else:
                    clean = clean.and_(took)
    return Pace(clean.wall_s / bad.wall_s, clean.cpu_s / bad.cpu_s)


async def measure() -> int:
    """Print every figure of this bench; 1 if one misses its mark."""
    set_up_logs(level="ERROR")
    many, few = 2 * ROUNDS * A_ROUND + A_ROUND // 2, int(JOBS * POISON_SHARE)
    with tempfile.TemporaryDirectory(prefix="lx-") as name:
        bad = few + int(ROUNDS * A_ROUND * POISON_SHARE)
        async with house(Path(name), short=JOBS, longer=many, poison=bad) as at:
            toll = await killed(at, at.short, at.poison[:few])
            ratio = await poisoned(at, at.longer, at.poison[few:])
    report("jobs.lost", toll.lost, "jobs", 0)
    report("jobs.doubled", toll.doubled, "jobs", 0)
    report("jobs.stuck", toll.stuck, "jobs", 0)
    report("jobs.poison_ratio", round(ratio.wall_s, 3), "1", RATIO_LEAST)
    report("jobs.poison_ratio_cpu", round(ratio.cpu_s, 3), "1", RATIO_LEAST)
    return int(any(toll) or ratio.wall_s < RATIO_LEAST)


if __name__ == "__main__":
    sys.exit(asyncio.run(measure()))
