"""From legs to a transcript, without ever blocking the loop: the asynchronous face of the launcher and its children.

One launcher holds the model; one child decodes one leg; as many at once as `children`. A launcher that died is
started again by the next leg.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import structlog

from asr.errors import NoModel
from asr.growing import GrowingLeg
from asr.heard import Heard, Told
from asr.launched import Launched, ModelLoaded, launch
from asr.machine import cores, free_bytes
from asr.models import ModelProblem, check_fits, check_model
from asr.room import Room
from asr.transcript import Transcript, merge
from recordings.recording import Leg
from recordings.wav import Sound, inspect

log = structlog.get_logger("asr.decoder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a leg may take: `constant_s` plus `per_audio_s` for every second of sound."""

    constant_s: float = 30.0
    per_audio_s: float = 2.0
    silence_s: float = 30.0  # a child that follows a growing leg shows itself every second: for so long it need not

    def deadline_s(self, sound: Sound) -> float:
        """Seconds from the fork of the child."""
        return self.constant_s + self.per_audio_s * sound.seconds


def feed_rate(model: Path) -> int:
    """The rate in Hz at which this model is given telephone sound, by its files. Blocks. NoModel."""
    try:
        facts = check_model(model)
        check_fits(facts, free_bytes())
    except ModelProblem as problem:
        raise NoModel(problem.en, problem.zh) from problem
    return facts.feed_hz


class Decoder:
    """One model, one launcher, several children: as many as are asked for and memory bears.

    Use as `async with Decoder(model) as decoder`, or `start` and `close` it.
    """

    def __init__(
        self,
        model: Path,
        *,
        rate_of: Callable[[Path], int] | None = None,  # at which rate in Hz it is fed; raises NoModel. Reads files
        children: int = 0,  # 0: one a processor
        patience: Patience | None = None,
    ) -> None:
        self._model, self._rate_of, self.children = model, rate_of or feed_rate, children or cores()
        self._patience = patience or Patience()
        self.room = Room(self.children, free_bytes)
        self._starting = asyncio.Lock()
        self._launched: Launched | None = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def start(self) -> ModelLoaded:
        """Have a launcher that is alive and has proved its model. NoModel."""
        return (await self._alive()).loaded

    async def close(self) -> None:
        """End the launcher and its children."""
        if self._launched:
            await self._launched.end()
            self._launched = None

    @property
    def launcher_pid(self) -> int | None:
        """The launcher's process, while it lives."""
        return self._launched.pid if self._launched and not self._launched.gone else None

    def children_at_work(self) -> list[int]:
        """Process ids of the children that are decoding now."""
        return [leg.pid for leg in self._launched.legs.values() if leg.pid] if self._launched else []

    async def decode(self, legs: Mapping[Leg, Path], known: Mapping[Leg, Heard] = MappingProxyType({})) -> Transcript:
        """What both speakers said; of a `known` leg nothing is decoded. A leg without usable sound says nothing.

        DecodingFailed, NoModel.
        """
        unheard = {leg: path for leg, path in legs.items() if leg not in known}
        sounds = await asyncio.to_thread(lambda: {leg: inspect(path) for leg, path in unheard.items()})
        return await self.transcribe(sounds, known)

    async def transcribe(
        self, sounds: Mapping[Leg, Sound], known: Mapping[Leg, Heard] = MappingProxyType({})
    ) -> Transcript:
        """The same of sounds that have been looked at. DecodingFailed, NoModel."""
        try:
            async with asyncio.TaskGroup() as group:
                told = {leg: group.create_task(self.hear(sound)) for leg, sound in sounds.items()}
        except ExceptionGroup as failures:  # not `except*`: what is raised there stays in a group before Python 3.12
            raise _first(failures) from None
        said = {leg: it.said for leg, it in known.items()} | {leg: task.result().said for leg, task in told.items()}
        return merge(said.get(Leg.CALLER, []), said.get(Leg.AGENT, []))

    async def hear(self, sound: Sound) -> Heard:
        """One finished leg, when a place is free. DecodingFailed, NoModel."""
        if not sound.sound_bytes:
            return Heard(said=[], sound_bytes=0)
        async with self.room.place():
            launched = await self._alive()
            heard = await launched.decode(sound, self._patience.deadline_s(sound))
            self.room.note(heard.own_bytes)
            return heard

    async def follow(self, leg: GrowingLeg, told: Callable[[Told], None]) -> Heard:
        """One leg while it grows, to its end, in a child beside the `children`; `told` hears of it, from the loop.

        DecodingFailed, NoModel.
        """
        launched = await self._alive()
        return await launched.follow(leg, self._patience.silence_s, told)

    async def _alive(self) -> Launched:
        async with self._starting:
            if self._launched is None or self._launched.gone:
                if self._launched:
                    log.error("The decoder's launcher died: starting another")
                self._launched = await launch(self._model, await asyncio.to_thread(self._rate_of, self._model))
            return self._launched


def _first(failures: BaseExceptionGroup[Any]) -> Exception:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
