"""The house of `bench.jobs`: a real PostgreSQL and Redis, an archive of short talks, and workers that can be killed.

Workers are real processes that run `hotline.asr`, forked from one that has imported it: to start Python anew every two
seconds would take longer than all their jobs. A poisoned recording is long, and whichever child opens it is killed with
SIGSEGV, as one in which libvosk crashes.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asr import jobs
from bench.asr_sound import VOICES, talking, write_leg
from hotline.asr import main
from plumbing.database import connect, prepare
from plumbing.settings import PREFIX
from recordings.archive import Archive
from recordings.intake import Intake
from recordings.recording import Leg, Recording, SpoolName
from sandbox.postgresql import Postgresql
from sandbox.redis_server import RedisServer

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "sandbox/model"
SHORT_S, LONGER_S = {Leg.AGENT: 1.0, Leg.CALLER: 2.0}, {Leg.AGENT: 6.0, Leg.CALLER: 6.0}
POISON_S = 60.0
SILENCE_S = 2.0  # HOTLINE_ASR_SILENCE_S: so soon a killed worker's job is given to another
LOOK_S = 0.01
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What is shared by all workers, and the recordings that wait for their jobs."""

    folder: Path
    environment: dict[str, str]
    database: AsyncEngine
    short: list[Recording]
    longer: list[Recording]
    poison: list[Recording]

    async def queue(self, some: Sequence[Recording]) -> None:
        """Jobs for these, in this order."""
        async with self.database.begin() as connection:
            for recording in some:
                await jobs.enqueue(connection, recording)


@asynccontextmanager
async def house(folder: Path, *, short: int, longer: int, poison: int) -> AsyncIterator[House]:
    """So many talks are taken in; no job waits yet."""
    async with AsyncExitStack() as stack:
        postgresql = await stack.enter_async_context(Postgresql.start(folder / "postgresql"))
        redis = await stack.enter_async_context(RedisServer.start(folder / "redis"))
        url = await postgresql.create("jobs")
        database = connect(url)
        stack.push_async_callback(database.dispose)
        await prepare(database)
        (folder / "spool").mkdir()
        few, many = await _take_in(folder, database, short, SHORT_S), longer + poison
        taken = await _take_in(folder, database, many, LONGER_S)
        bad = taken[longer:]
        await asyncio.to_thread(_poison, Archive(folder / "recordings"), bad)
        told = {
            "STATE_DIR": folder,
            "CITY_DIR": ROOT / "cities/sample",
            "SPOOL_DIR": folder / "spool",
            "DATABASE_URL": url,
            "REDIS_URL": redis.url,
            "ASR_MODEL": MODEL,
            "ASR_CHILDREN": 1,
            "ASR_SILENCE_S": SILENCE_S,
        }
        environment = {f"{PREFIX}{name}": str(value) for name, value in told.items()}
        yield House(
            folder=folder, environment=environment, database=database, short=few, longer=taken[:longer], poison=bad
        )


async def _take_in(folder: Path, database: AsyncEngine, count: int, seconds: Mapping[Leg, float]) -> list[Recording]:
    """Talks of so much speech, by the real intake."""
    taken: list[Recording] = []

    async def note(_: AsyncConnection, recording: Recording) -> None:
        taken.append(recording)

    await asyncio.to_thread(_leave, folder / "spool", count, seconds)
    await Intake(folder / "spool", folder / "recordings", database, follow_up=note).sweep()
    return taken


def _leave(spool: Path, count: int, seconds: Mapping[Leg, float]) -> None:
    long_s, spoken = int(seconds[Leg.CALLER]), {}
    for leg, its_s in seconds.items():
        spoken[leg] = write_leg(spool.parent / f"{leg}-{long_s}.wav", talking(VOICES[leg is Leg.AGENT], its_s))
    for number in range(count):
        name = SpoolName(f"lx{long_s}-{number}.0", 1)
        for leg, file in spoken.items():
            (spool / name.leg(leg)).hardlink_to(file)
        (spool / name.marker).touch()


def _poison(archive: Archive, some: Sequence[Recording]) -> None:
    speech = talking(VOICES[0], POISON_S)
    for recording in some:
        leg = archive.path(recording.id, Leg.CALLER)
        leg.unlink()
        write_leg(leg, speech)


def _work(environment: dict[str, str], log: str) -> None:
    """A worker, as `python -m hotline.asr` is one."""
    os.environ |= environment
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    sys.exit(main())


@dataclass(slots=True)
class Shift:
    """Workers at work. `killed`: how many were, by `kill_one`."""

    house: House
    at_work: list[ForkServerProcess] = field(default_factory=list)
    killed: int = 0

    def begin(self) -> None:
        """One more worker."""
        told = (self.house.environment, str(self.house.folder / "workers.log"))
        worker = FORKS.Process(target=_work, args=told)
        worker.start()
        self.at_work.append(worker)

    def kill_one(self, draw: random.Random) -> None:
        """`kill -9` to one of them, whatever it is doing, and another takes its place. Blocks for a moment."""
        self._kill(self.at_work.pop(draw.randrange(len(self.at_work))))
        self.killed += 1
        self.begin()

    def end(self) -> None:
        """Kill them all."""
        while self.at_work:
            self._kill(self.at_work.pop())

    def _kill(self, worker: ForkServerProcess) -> None:
        worker.kill()
        worker.join()

    def processes(self) -> Iterator[int]:
        """Workers and their launchers."""
        for worker in self._pids():
            yield from (worker, *_children_of(worker))

    def children(self) -> Iterator[int]:
        """The processes that decode now."""
        for worker in self._pids():
            for launcher in _children_of(worker):
                yield from _children_of(launcher)

    def _pids(self) -> list[int]:
        return [worker.pid for worker in self.at_work if worker.pid]


@contextmanager
def shift(house: House, workers: int) -> Iterator[Shift]:
    """So many workers, killed in the end."""
    crew = Shift(house)
    try:
        for _ in range(workers):
            crew.begin()
        yield crew
    finally:
        crew.end()


async def crash_on(poison: Sequence[Recording], crew: Shift) -> None:
    """Whoever opens the poisoned leg dies of it. Until cancelled."""
    archive = Archive(crew.house.folder / "recordings")
    legs = {str(archive.path(recording.id, Leg.CALLER).resolve()) for recording in poison}
    while True:
        for child in crew.children():
            if any(path in legs for path in _open_in(child)):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGSEGV)
        await asyncio.sleep(LOOK_S)


def _children_of(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return []


def _open_in(pid: int) -> Iterator[str]:
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                yield str(link.readlink())
