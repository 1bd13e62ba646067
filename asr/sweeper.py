"""The sweeper: looks at the table of jobs, rings for those that wait, gives back those whose worker is silent.

It is what makes the bell's messages dispensable. Each process that transcribes has one; any number may run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from asr import jobs
from asr.bell import Bell, BrokerAway
from asr.jobs import Job, JobState
from asr.watch import Pulse, Watch
from recordings import ledger
from recordings.recording import Recording

POLL_S = 2.0  # how late a job is noticed when nobody gave notice
RINGS_MOST = 100  # messages that wait at once

log = structlog.get_logger("asr.sweeper")


class Sweeper:
    """`run` it; `notice` when there is a job."""

    def __init__(
        self,
        engine: AsyncEngine,
        bell: Bell,
        worker: str,
        *,
        announce: Callable[[Recording], None],
        clock: Callable[[], datetime],
        watch: Watch,
    ) -> None:
        """`announce`: a recording was transcribed by another process."""
        self._engine, self._bell, self._worker = engine, bell, worker
        self._announce, self._clock, self._watch = announce, clock, watch
        self._noticed = asyncio.Event()
        self._unfinished: set[int] = set()
        self.broker_away = False

    def notice(self) -> None:
        """There is a job: look now."""
        self._noticed.set()

    async def run(self) -> None:
        """Look at every notice and every POLL_S, until cancelled. A database that is away is looked at again."""
        while True:
            self._noticed.clear()
            try:
                await self.sweep()
            except (SQLAlchemyError, OSError) as error:
                log.warning("The jobs were not looked at this time", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._noticed.wait()

    async def sweep(self) -> None:
        """One look."""
        async with self._engine.connect() as connection:
            unfinished = await jobs.unfinished(connection)
        await self._give_back([job for job in unfinished if job.state is JobState.RUNNING])
        await self._announce_others({job.id for job in unfinished})
        now = self._clock()
        waiting = [job for job in unfinished if job.state is not JobState.RUNNING and job.not_before <= now]
        await self._ring(min(len(waiting), RINGS_MOST))

    async def _ring(self, count: int) -> None:
        try:
            await asyncio.to_thread(self._bell.ring, count)
        except BrokerAway:
            if not self.broker_away:
                log.error("Redis is away: transcription waits until it is back")  # noqa: TRY400 - it says it all
            self.broker_away = True
        else:
            self.broker_away = False

    async def _give_back(self, running: list[Job]) -> None:
        pulses = [Pulse(job.id, job.attempts, job.beats) for job in running]
        for pulse in self._watch.silent(pulses, time.monotonic()):
            async with self._engine.begin() as connection:
                if await jobs.take_away(connection, pulse, self._clock()):
                    log.warning("Job given back: its worker has been silent", job=pulse.job, attempt=pulse.attempts)

    async def _announce_others(self, unfinished: set[int]) -> None:
        finished, self._unfinished = self._unfinished - unfinished, unfinished
        if not finished:
            return
        async with self._engine.connect() as connection:
            others = await jobs.done_by_others(connection, finished, self._worker)
            for recording in [await ledger.read(connection, recording) for recording in others]:
                self._announce(recording)
