"""From legs to a transcript, without ever blocking the loop: the asynchronous face of the launcher and its children.

One launcher holds the model; one child decodes one leg; as many at once as `children`. A launcher that died is
started again by the next leg.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import structlog

from asr.errors import DecodingFailed, NoModel
from asr.models import ModelProblem, check_model
from asr.transcript import Transcript, Utterance, merge, word
from recordings.recording import Leg
from recordings.wav import Sound, inspect

LOAD_DEADLINE_S = 180.0  # a full Chinese model of 2 GB on a slow disk
LAUNCHER_GRACE_S = 5.0  # how much later than the child's deadline the launcher must have spoken
CLOSE_GRACE_S = 2.0
_STDERR_LINES_KEPT = 20

_ROOT = str(Path(__file__).resolve().parent.parent)  # where the launcher finds our packages, however we were started

log = structlog.get_logger("asr.decoder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a leg may take: `constant_s` plus `per_audio_s` for every second of sound."""

    constant_s: float = 30.0
    per_audio_s: float = 2.0

    def deadline_s(self, sound: Sound) -> float:
        """Seconds from the fork of the child."""
        return self.constant_s + self.per_audio_s * sound.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLoaded:
    """What the launcher said of its model."""

    rate_hz: int
    load_s: float
    rss_bytes: int


def feed_rate(model: Path) -> int:
    """The rate in Hz at which this model is given telephone sound, by its files. Blocks. NoModel."""
    try:
        return check_model(model).feed_hz
    except ModelProblem as problem:
        raise NoModel(problem.en, problem.zh) from problem


class Decoder:
    """One model, one launcher, several children.

    Use as `async with Decoder(model) as decoder`, or `start` and `close` it.
    """

    def __init__(
        self,
        model: Path,
        *,
        rate_of: Callable[[Path], int] | None = None,  # at which rate in Hz it is fed; raises NoModel. Reads files
        children: int = os.cpu_count() or 1,
        patience: Patience | None = None,
    ) -> None:
        self._model, self._rate_of, self.children = model, rate_of or feed_rate, children
        self._patience = patience or Patience()
        self._places = asyncio.Semaphore(children)
        self._starting = asyncio.Lock()
        self._launched: _Launched | None = None

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

    async def decode(self, legs: Mapping[Leg, Path]) -> Transcript:
        """What both speakers said. A leg without usable sound says nothing. DecodingFailed, NoModel."""
        sounds = {leg: await asyncio.to_thread(inspect, path) for leg, path in legs.items()}
        try:
            async with asyncio.TaskGroup() as group:
                said = {leg: group.create_task(self._utterances(sound)) for leg, sound in sounds.items()}
        except* (DecodingFailed, NoModel) as failures:
            raise _first(failures) from None
        heard = {leg: task.result() for leg, task in said.items()}
        return merge(heard.get(Leg.CALLER, []), heard.get(Leg.AGENT, []))

    async def _utterances(self, sound: Sound) -> list[Utterance]:
        if not sound.sound_bytes:
            return []
        async with self._places:
            launched = await self._alive()
            return await launched.decode(sound, self._patience.deadline_s(sound))

    async def _alive(self) -> _Launched:
        async with self._starting:
            if self._launched is None or self._launched.gone:
                if self._launched:
                    log.error("The decoder's launcher died: starting another")
                self._launched = await _launch(self._model, await asyncio.to_thread(self._rate_of, self._model))
            return self._launched


def _first(failures: BaseExceptionGroup[Any]) -> Exception:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


async def _launch(model: Path, rate_hz: int) -> _Launched:
    paths = os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH"))))
    _, launched = await asyncio.get_running_loop().subprocess_exec(
        _Launched,
        *(sys.executable, "-m", "asr.launcher", str(model), str(rate_hz), str(os.getpid())),
        env=os.environ | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        async with asyncio.timeout(LOAD_DEADLINE_S):
            launched.loaded = ModelLoaded(**await launched.ready)
    except (TimeoutError, DecodingFailed) as error:
        await launched.end()
        why = str(error) or f"not loaded within {LOAD_DEADLINE_S:.0f} s"
        raise NoModel(f"the speech model cannot be used: {why}", f"语音模型无法使用：{why}") from error
    except asyncio.CancelledError:
        launched.kill()
        raise
    log.info("Speech model loaded", rate_hz=rate_hz, load_s=launched.loaded.load_s, rss_bytes=launched.loaded.rss_bytes)
    return launched


@dataclass(slots=True)
class _LegAtWork:
    said: asyncio.Future[list[Utterance]]
    pid: int | None = None


class _Launched(asyncio.SubprocessProtocol):
    """A launcher process: its lines become results of futures. No task of its own."""

    loaded: ModelLoaded

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[dict[str, Any]] = loop.create_future()
        self._ended: asyncio.Future[None] = loop.create_future()
        self.legs: dict[int, _LegAtWork] = {}
        self.gone = False
        self._number = 0
        self._lines = {1: bytearray(), 2: bytearray()}
        self._complaints: deque[str] = deque(maxlen=_STDERR_LINES_KEPT)
        self._transport: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process runs."""
        assert isinstance(transport, asyncio.SubprocessTransport)  # noqa: S101
        self._transport = transport

    @property
    def pid(self) -> int | None:
        return self._transport.get_pid() if self._transport else None

    async def decode(self, sound: Sound, deadline_s: float) -> list[Utterance]:
        """One leg. DecodingFailed."""
        self._number += 1
        number, at_work = self._number, _LegAtWork(asyncio.get_running_loop().create_future())
        self.legs[number] = at_work
        try:
            self._order({"leg": number, "deadline_s": deadline_s, **_described(sound)})
            async with asyncio.timeout(deadline_s + LAUNCHER_GRACE_S):
                return await at_work.said
        except TimeoutError:
            self.kill()
            raise DecodingFailed("the launcher did not answer") from None
        except asyncio.CancelledError:
            self._order({"drop": number})
            raise
        finally:
            del self.legs[number]

    def _order(self, order: dict[str, Any]) -> None:
        pipe = self._transport.get_pipe_transport(0) if self._transport else None
        if self.gone or not isinstance(pipe, asyncio.WriteTransport):
            raise DecodingFailed("the launcher is gone")
        pipe.write(orjson.dumps(order) + b"\n")

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Lines of results (1) or of complaints (2), in pieces."""
        waiting = self._lines[fd]
        waiting += data
        *lines, rest = waiting.split(b"\n")
        self._lines[fd] = bytearray(rest)
        for line in lines:
            if fd == 1:
                self._heard(orjson.loads(line))
            else:
                self._complaints.append(line.decode("utf-8", "replace"))

    def _heard(self, message: dict[str, Any]) -> None:
        if "ready" in message:
            self.ready.set_result(message["ready"])
        elif "broken" in message:
            self.ready.set_exception(DecodingFailed("; ".join([message["broken"], *self._complaints])))
        elif at_work := self.legs.get(message["leg"]):
            _settle(at_work, message)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The process has ended and its pipes are read empty."""
        self.gone = True
        if self._transport:
            self._transport.close()
        if not self.ready.done():
            self.ready.set_exception(DecodingFailed("; ".join(["it died while loading", *self._complaints])))
        self.ready.exception()  # looked at: nobody may be waiting for it any more
        for at_work in self.legs.values():
            if not at_work.said.done():
                at_work.said.set_exception(DecodingFailed("the launcher died"))
        self._ended.set_result(None)

    def kill(self) -> None:
        """End the process now."""
        if self._transport and not self.gone:
            with suppress(ProcessLookupError):
                self._transport.kill()

    async def end(self) -> None:
        """Close its input, which ends it; kill it when that does not."""
        assert self._transport is not None  # noqa: S101
        if (pipe := self._transport.get_pipe_transport(0)) is not None:
            pipe.close()
        try:
            async with asyncio.timeout(CLOSE_GRACE_S):
                await asyncio.shield(self._ended)
        except TimeoutError:
            self.kill()
            await self._ended


def _described(sound: Sound) -> dict[str, Any]:
    return {
        "path": str(sound.path.resolve()),
        "offset_bytes": sound.offset_bytes,
        "sound_bytes": sound.sound_bytes,
        "rate_hz": sound.rate_hz,
    }


def _settle(at_work: _LegAtWork, message: dict[str, Any]) -> None:
    if "pid" in message:
        at_work.pid = message["pid"]
    elif at_work.said.done():
        return
    elif "failed" in message:
        at_work.said.set_exception(DecodingFailed(message["failed"]))
    else:
        said = ([w for raw in utterance if (w := word(*raw))] for utterance in message["utterances"])
        at_work.said.set_result([words for words in said if words])
