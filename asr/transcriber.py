"""The transcriber: takes jobs, has them decoded, stores transcript and whatever follows in one transaction.

A model that is missing stops nothing but the transcribing: jobs wait with the reason written on them, and `health`
says so. A database that is locked costs no attempt and no transcript: what is to be written is tried again until it
is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asr import jobs, transcripts
from asr.bell import Bell, BrokerAway
from asr.errors import NoModel, in_words
from asr.heard import Heard
from asr.jobs import Job
from asr.live import Live
from asr.sweeper import Sweeper
from asr.transcript import Transcript
from asr.watch import BEATS, SILENCE_S, Watch
from plumbing.database import will_pass
from plumbing.lifecycle import background
from recordings import ledger
from recordings.archive import Archive
from recordings.recording import Leg, Recording, RecordingId, SpoolName
from recordings.wav import inspect

HAND_BACK_S = 2.0
LOCKED_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)

log = structlog.get_logger("asr.transcriber")

T = TypeVar("T")
FollowUp = Callable[[AsyncConnection, Recording, Transcript], Awaitable[None]]
"""What is written together with a transcript, for example the draft ticket. Called once a recording."""


class Decodes(Protocol):
    """What the transcriber needs of a decoder."""

    children: int

    async def start(self) -> object:
        """NoModel."""

    async def decode(self, legs: Mapping[Leg, Path], known: Mapping[Leg, Heard] = ...) -> Transcript:
        """DecodingFailed, NoModel."""

    async def close(self) -> None:
        """End its processes."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether recordings are being transcribed, and if not, why (Chinese / English)."""

    on: bool
    reason: str | None = None


class Broker(StrEnum):
    """What carries the messages between those who have jobs and those who work on them."""

    NONE = ""  # they are one process
    REDIS = "redis"
    AWAY = "away"  # Redis, and it does not answer


async def _nothing_follows(_: AsyncConnection, __: Recording, ___: Transcript) -> None:
    return None


class Transcriber:
    """Works on as many jobs at once as the decoder has children, and sweeps. `run()` until cancelled."""

    def __init__(
        self,
        engine: AsyncEngine,
        archive: Path,
        decoder: Decodes,
        *,
        model: str,  # the model's name, kept beside each transcript
        follow_up: FollowUp = _nothing_follows,
        announce: Callable[[Recording], None] = lambda _: None,  # transcribed, here or by another process
        bell: Bell | None = None,  # none: one of its own, which nobody else hears
        worker: str = jobs.CONTROLLER,
        model_check_every_s: float = 30.0,
        silence_s: float = SILENCE_S,  # after so long a worker without a sign of life loses its job
        live: Live | None = None,  # who hears recordings while they grow
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._live, self._heard_live = live, asyncio.Queue[Recording]()
        self._engine, self._archive, self._decoder, self._model = engine, Archive(archive), decoder, model
        self._follow_up, self._announce, self._clock = follow_up, announce, clock
        self._bell, self._worker, self._model_check_every_s = bell or Bell(), worker, model_check_every_s
        self._sweeper = Sweeper(engine, self._bell, worker, announce=announce, clock=clock, watch=Watch(silence_s))
        self._beat_every_s = silence_s / BEATS
        self._model_lost = asyncio.Event()
        self.health = Health(on=False, reason="转写正在启动 / starting")

    def notice(self) -> None:
        """There is a job: look now."""
        self._sweeper.notice()

    def taken_in(self, recording: Recording) -> None:
        """A recording has come. One that was heard live waits for no free hand and not in line."""
        if self._live and self._live.has(SpoolName(recording.call_id, recording.attempt)):
            self._heard_live.put_nowait(recording)
        else:
            self.notice()

    def so_far(self, call_id: str) -> Mapping[int, Transcript]:
        """What has been said in a call that is heard live, by attempt; empty: it is not."""
        return self._live.so_far(call_id) if self._live else {}

    @property
    def broker(self) -> Broker:
        """What carries the messages, and whether it answers."""
        if not self._bell.shared:
            return Broker.NONE
        return Broker.AWAY if self._sweeper.broker_away else Broker.REDIS

    async def hindrance(self) -> str | None:
        """What keeps the next job from being taken (Chinese / English), None when nothing does. Tries all of it."""
        if not await self._has_model():
            return self.health.reason
        try:
            async with self._engine.connect() as connection:
                await jobs.counted(connection)
            await asyncio.to_thread(self._bell.ring, 0)
        except (SQLAlchemyError, OSError) as error:
            return f"数据库不应答 / the database does not answer: {type(error).__name__}"
        except BrokerAway:
            return "Redis 不应答 / Redis does not answer"
        return None

    async def run(self) -> None:
        """Return what a dead predecessor left, then work; in the end close the decoder."""
        orphans = await self._write(lambda connection: jobs.return_orphans(connection, self._clock(), of=self._worker))
        if orphans:
            log.warning("Jobs of a dead process returned to the queue", jobs=orphans)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._sweeper.run())
                group.create_task(self._work())
                if self._live:
                    group.create_task(self._live.run())
                while True:
                    group.create_task(self._write_down(await self._heard_live.get()))
        finally:
            await self._decoder.close()

    async def _work(self) -> None:
        while True:
            if not await self._has_model():
                await asyncio.sleep(self._model_check_every_s)
                continue
            self._model_lost.clear()
            async with self._bell.answered(self._look, self._decoder.children):
                await self._model_lost.wait()

    async def _look(self) -> None:
        """What a message is answered with: jobs, one after the other, while there are any.

        So a hand that is free waits for no message, and nobody looks through all of the line after every job.
        """
        while await self._has_model():
            if not await self._do_one():
                return
        self._model_lost.set()

    async def _write_down(self, heard: Recording) -> None:
        """The job of a recording that was heard live."""
        if not (await self._has_model() and await self._do_one(heard.id)):
            self.notice()

    async def _do_one(self, only: RecordingId | None = None) -> bool:
        """The first in line, or that of this recording. False: there is none to be done now."""
        claimed = await self._write(lambda connection: self._claim(connection, only))
        if claimed is None:
            return False
        job, recording = claimed
        async with background(self._beat(job)):
            try:
                if isinstance(recording, Exception):
                    await self._give_back(job, recording)
                else:
                    await self._attempt(job, recording)
            except asyncio.CancelledError:
                await self._hand_back(job)
                raise
        return True

    async def _claim(
        self, connection: AsyncConnection, only: RecordingId | None
    ) -> tuple[Job, Recording | Exception] | None:
        """A job and its recording, or why that cannot be read: the attempt counts all the same."""
        job = await jobs.claim(connection, self._clock(), worker=self._worker, only=only)
        if job is None:
            return None
        try:
            return job, await ledger.read(connection, job.recording)
        except (LookupError, TypeError, ValueError) as error:
            return job, error

    async def _beat(self, job: Job) -> None:
        """Show that we live; who is silent loses the job."""
        while True:
            await asyncio.sleep(self._beat_every_s)
            await self._write(lambda connection: jobs.beat(connection, job))

    async def _has_model(self) -> bool:
        try:
            await self._decoder.start()
        except NoModel as error:
            await self._turn_off(error)
            return False
        self.health = Health(on=True)
        return True

    async def _turn_off(self, error: NoModel) -> None:
        reason = f"转写已停用：{error.zh} / transcription is off: {error}"
        if self.health.reason != reason:
            log.error("Transcription is off: there is no usable model; calls go on", reason=str(error))
        self.health = Health(on=False, reason=reason)
        if not self._bell.shared:  # else another machine may have one
            await self._write(lambda connection: jobs.note_waiting(connection, reason))

    async def _attempt(self, job: Job, recording: Recording) -> None:
        try:
            transcript = await self._decode(recording)
            kept = await self._write(lambda connection: self._keep(connection, job, recording, transcript))
        except Exception as error:  # noqa: BLE001  # whatever one recording does to us, it costs its job an attempt
            await self._give_back(job, error)
        else:
            if kept:
                log.info("Recording transcribed", recording=recording.id, turns=len(transcript.turns))
                self._announce(recording)

    async def _decode(self, recording: Recording) -> Transcript:
        opened = self._archive.in_the_open(recording.id)
        legs = await asyncio.to_thread(opened.__enter__)
        try:
            known = await self._known(recording, legs)
            return await self._decoder.decode(legs, known) if known else await self._decoder.decode(legs)
        finally:
            await asyncio.to_thread(opened.__exit__, None, None, None)

    async def _known(self, recording: Recording, legs: Mapping[Leg, Path]) -> Mapping[Leg, Heard]:
        """What was heard while the recording was made, in exactly the sound that was kept of it."""
        name = SpoolName(recording.call_id, recording.attempt)
        if not (self._live and self._live.has(name)):
            return {}
        sounds = {leg: await asyncio.to_thread(inspect, path) for leg, path in legs.items()}
        return await self._live.take(name, sounds)

    async def _keep(self, connection: AsyncConnection, job: Job, recording: Recording, transcript: Transcript) -> bool:
        now = self._clock()
        if not await jobs.complete(connection, job, now):
            return False
        await transcripts.keep(connection, recording.id, transcript, model=self._model, at=now)
        await self._follow_up(connection, recording, transcript)
        return True

    async def _hand_back(self, job: Job) -> None:
        """We are told to end: if the database answers, nobody waits for our silence."""
        with suppress(TimeoutError, SQLAlchemyError):
            async with asyncio.timeout(HAND_BACK_S):
                await self._write(lambda connection: jobs.hand_back(connection, job))

    async def _give_back(self, job: Job, error: Exception) -> None:
        reason = in_words(error)
        state = await self._write(lambda connection: jobs.give_back(connection, job, reason, self._clock()))
        log.warning("Transcription failed", job=job.id, attempt=job.attempts, state=state, reason=reason)

    async def _write(self, deed: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do it in a transaction; while the database is locked or away, again and again."""
        tries = 0
        while True:
            try:
                async with self._engine.begin() as connection:
                    return await deed(connection)
            except SQLAlchemyError as error:
                if not will_pass(error):
                    raise
                log.warning("The database is locked or away: trying again", tries=tries + 1)
            await asyncio.sleep(LOCKED_PAUSES_S[min(tries, len(LOCKED_PAUSES_S) - 1)])
            tries += 1
