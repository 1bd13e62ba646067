"""One launcher process (`launcher.py`) as the loop sees it:

orders go in, lines come out and become results of futures.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import structlog

from asr.errors import DecodingFailed, NoModel
from asr.growing import GrowingLeg
from asr.heard import Heard, Told, told_by
from asr.transcript import Utterance
from recordings.wav import Sound

LOAD_DEADLINE_S = 180.0  # a full Chinese model of 2 GB on a slow disk
LAUNCHER_GRACE_S = 5.0  # how much later than the child's deadline the launcher must have spoken
CLOSE_GRACE_S = 2.0
_STDERR_LINES_KEPT = 20
_ROOT = str(Path(__file__).resolve().parent.parent)  # where the launcher finds our packages, however we were started

log = structlog.get_logger("asr.decoder")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLoaded:
    """What the launcher said of its model."""

    rate_hz: int
    load_s: float
    rss_bytes: int


async def launch(model: Path, rate_hz: int) -> Launched:
    """Start a launcher for this model, fed at `rate_hz`, and wait until it is ready. NoModel."""
    paths = os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH"))))
    _, launched = await asyncio.get_running_loop().subprocess_exec(
        Launched,
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
        await launched.end()  # who gives up may end the loop next
        raise
    log.info("Speech model loaded", rate_hz=rate_hz, load_s=launched.loaded.load_s, rss_bytes=launched.loaded.rss_bytes)
    return launched


@dataclass(slots=True)
class _LegAtWork:
    done: asyncio.Future[Heard]
    told: Callable[[Told], None]
    patience: asyncio.Timeout
    pid: int | None = None

    def be_patient(self, more_s: float) -> None:
        """Its deadline is so much later."""
        until = self.patience.when()
        if until is not None and not self.patience.expired():
            self.patience.reschedule(until + more_s)


class Launched(asyncio.SubprocessProtocol):
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
        """Its process id."""
        return self._transport.get_pid() if self._transport else None

    async def decode(self, sound: Sound, deadline_s: float) -> Heard:
        """One finished leg. DecodingFailed."""
        async with asyncio.timeout(deadline_s + LAUNCHER_GRACE_S) as patience:
            said: list[Utterance] = []

            def hear(word: Told) -> None:
                if word.words:
                    said.append(word.words)

            heard = await self._work(_described(sound) | {"deadline_s": deadline_s}, hear, patience)
            return replace(heard, said=said)

    async def follow(self, leg: GrowingLeg, silence_s: float, told: Callable[[Told], None]) -> Heard:
        """One leg while it grows; `told` hears of it. A child silent for so long is given up. DecodingFailed."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(silence_s + LAUNCHER_GRACE_S) as patience:

            def hear(word: Told) -> None:
                patience.reschedule(loop.time() + silence_s + LAUNCHER_GRACE_S)
                told(word)

            order = {"path": str(leg.path.absolute()), "marker": str(leg.marker.absolute()), "deadline_s": silence_s}
            return await self._work(order, hear, patience)

    async def _work(self, order: dict[str, Any], told: Callable[[Told], None], patience: asyncio.Timeout) -> Heard:
        self._number += 1
        done = asyncio.get_running_loop().create_future()
        number, at_work = self._number, _LegAtWork(done, told, patience)
        self.legs[number] = at_work
        try:
            self._order({"leg": number, **order})
            return await at_work.done
        except asyncio.CancelledError:
            if patience.expired():
                self.kill()
                raise DecodingFailed("the launcher did not answer") from None
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
        if not self.ready.cancelled():
            self.ready.exception()  # looked at: nobody may be waiting for it any more
        for at_work in self.legs.values():
            if not at_work.done.done():
                at_work.done.set_exception(DecodingFailed("the launcher died"))
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


def _on_disk(sound: Sound) -> Path:
    """The child opens the file by itself; what comes from the vault has a path into memory (Archive.in_the_open).

    Such a path is a link that leads nowhere: it is opened, never resolved.
    """
    if not isinstance(sound.path, Path):
        raise TypeError("only a file can be handed to a decoder")
    return sound.path.absolute()


def _described(sound: Sound) -> dict[str, Any]:
    return {
        "path": str(_on_disk(sound)),
        "offset_bytes": sound.offset_bytes,
        "sound_bytes": sound.sound_bytes,
        "rate_hz": sound.rate_hz,
        "channels": sound.channels,
        "channel": sound.channel,
    }


def _settle(at_work: _LegAtWork, message: dict[str, Any]) -> None:
    if "pid" in message:
        at_work.pid = message["pid"]
    elif at_work.done.done():
        return
    elif "later_s" in message:
        at_work.be_patient(message["later_s"])
    elif "failed" in message:
        at_work.done.set_exception(DecodingFailed(message["failed"]))
    elif "done" in message:
        at_work.done.set_result(Heard(said=(), **message["done"]))
    else:
        at_work.told(told_by(message))
