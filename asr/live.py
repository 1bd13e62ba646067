"""Hearing calls while they are spoken (实时转写): a child follows each growing leg in the spool, as many as fit.

Nothing depends on it. Its words go to whoever wants them now; when the recording has been taken in, its job asks for
what was heard here, takes it if it was heard in exactly the bytes that were kept, and decodes the file if not. A pause
of the recording is silence in the file, so it is a pause here, too.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog

from asr.admission import Admission, Machine
from asr.errors import DecodingFailed, NoModel
from asr.growing import GrowingLeg
from asr.heard import Heard, Told
from asr.transcript import Speaker, Transcript, Word, merge
from recordings.recording import Leg, SpoolName, spool_name
from recordings.wav import HEADER_BYTES, SAMPLE_BYTES, Sound

LOOK_EVERY_S = 0.5
FLUSH_S = 15.0  # how long a job waits for the last words of a leg that was followed
KEPT_MOST = 400  # legs heard to their end that no job has asked for

log = structlog.get_logger("asr.live")


class SpokenLeg(NamedTuple):
    """One leg of one attempt of a call."""

    name: SpoolName
    leg: Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWords:
    """What somebody says now. `final`: the utterance has ended, else it is a guess that may change.

    Seconds are those of the recording.
    """

    call_id: str
    attempt: int
    speaker: Speaker
    words: Sequence[Word]
    final: bool


class Follows(Protocol):
    """What is needed of a decoder."""

    async def follow(self, leg: GrowingLeg, told: Callable[[Told], None]) -> Heard:
        """DecodingFailed, NoModel."""


@dataclass(slots=True, eq=False)
class _Followed:
    heard: asyncio.Task[Heard | None]
    said: list[Sequence[Word]]


class Live:
    """One spool, one decoder. `run()` until cancelled."""

    def __init__(
        self,
        spool: Path,
        decoder: Follows,
        *,
        said: Callable[[LiveWords], None] = lambda _: None,
        is_urgent: Callable[[str], bool] = lambda _: False,  # of a call's id
        machine: Callable[[], Machine] | None = None,
        admission: Admission | None = None,
    ) -> None:
        self._spool, self._decoder, self._said, self._is_urgent = spool, decoder, said, is_urgent
        self._machine, self.admission = machine or this_machine, admission or Admission()
        self._followed: dict[SpokenLeg, _Followed] = {}
        self._seen: set[SpokenLeg] = set()

    async def run(self) -> None:
        """Look for new legs again and again."""
        async with asyncio.TaskGroup() as group:
            while True:
                growing = await asyncio.to_thread(legs_growing_in, self._spool)
                self._seen &= growing
                self._begin(growing - self._seen, group)
                self._forget_oldest()
                await asyncio.sleep(LOOK_EVERY_S)

    def legs_at_work(self) -> int:
        """How many legs are being followed."""
        return sum(not followed.heard.done() for followed in self._followed.values())

    def has(self, name: SpoolName) -> bool:
        """Whether this attempt was, or is being, followed."""
        return any(SpokenLeg(name, leg) in self._followed for leg in Leg)

    def so_far(self, call_id: str) -> Mapping[int, Transcript]:
        """What has been said in a call that is being followed, utterances that have ended; by attempt."""
        attempts = {spoken.name.attempt for spoken in self._followed if spoken.name.call_id == call_id}
        return {attempt: merge(*self._said_in(SpoolName(call_id, attempt))) for attempt in attempts}

    def _said_in(self, name: SpoolName) -> tuple[Sequence[Sequence[Word]], Sequence[Sequence[Word]]]:
        caller, agent = (self._followed.get(SpokenLeg(name, leg)) for leg in (Leg.CALLER, Leg.AGENT))
        return caller.said if caller else (), agent.said if agent else ()

    async def take(self, name: SpoolName, sounds: Mapping[Leg, Sound]) -> Mapping[Leg, Heard]:
        """What was heard of this attempt in exactly these sounds, once; a leg that must be decoded is left out."""
        followed = {leg: self._followed.pop(SpokenLeg(name, leg), None) for leg in sounds}
        tasks = [one.heard for one in followed.values() if one]
        if tasks:
            await asyncio.wait(tasks, timeout=FLUSH_S)
        found = {leg: _result(one) for leg, one in followed.items() if one}
        return {leg: it for leg, it in found.items() if it and it.sound_bytes == sounds[leg].sound_bytes}

    def _begin(self, fresh: set[SpokenLeg], group: asyncio.TaskGroup) -> None:
        machine = self._machine()
        for spoken in sorted(
            fresh, key=lambda spoken: (not self._comes_first(spoken), spoken.name.call_id, spoken.leg)
        ):
            if self.admission.admits(machine, self.legs_at_work(), urgent=self._comes_first(spoken)):
                self._seen.add(spoken)
                said: list[Sequence[Word]] = []
                self._followed[spoken] = _Followed(group.create_task(self._follow(spoken, said)), said)

    def _comes_first(self, spoken: SpokenLeg) -> bool:
        return self._is_urgent(spoken.name.call_id)

    async def _follow(self, spoken: SpokenLeg, said: list[Sequence[Word]]) -> Heard | None:
        name, leg = spoken

        def hear(told: Told) -> None:
            if told.unread_s is not None:
                self.admission.note_unread(spoken, told.unread_s)
            if told.words:
                said.append(told.words)
            for words, final in ((told.words, True), (told.so_far, False)):
                if words:
                    self._tell(spoken, words, final=final)

        try:
            heard = await self._decoder.follow(GrowingLeg(self._spool / name.leg(leg), self._spool / name.marker), hear)
        except (DecodingFailed, NoModel) as error:
            log.warning("A call is not heard live: its recording will be", call=name.call_id, leg=leg, why=str(error))
            return None
        finally:
            self.admission.forget(spoken)
        self.admission.note_cost(cpu_s=heard.cpu_s, sound_s=heard.seconds, own_bytes=heard.own_bytes)
        return heard

    def _tell(self, spoken: SpokenLeg, words: Sequence[Word], *, final: bool) -> None:
        (call_id, attempt), speaker = (spoken.name.call_id, spoken.name.attempt), Speaker(spoken.leg)
        self._said(LiveWords(call_id=call_id, attempt=attempt, speaker=speaker, words=words, final=final))

    def _forget_oldest(self) -> None:
        ended = [spoken for spoken, followed in self._followed.items() if followed.heard.done()]
        for spoken in ended[: max(0, len(ended) - KEPT_MOST)]:
            del self._followed[spoken]


def _result(followed: _Followed) -> Heard | None:
    return followed.heard.result() if followed.heard.done() and not followed.heard.cancelled() else None


def legs_growing_in(spool: Path) -> set[SpokenLeg]:
    """Legs in the spool that have sound and no marker yet. Blocks on the disk; an absent spool has none."""
    try:
        with os.scandir(spool) as entries:
            files = {entry.name: entry for entry in entries}
    except OSError:
        return set()
    named = ((name, file) for name, file in files.items() if name.endswith(".wav"))
    return {leg for name, file in named if (leg := _growing(name, file, files))}


def _growing(name: str, file: os.DirEntry[str], files: Mapping[str, object]) -> SpokenLeg | None:
    spool = spool_name(name)
    if spool is None or spool.marker in files:
        return None
    try:
        has_sound = file.stat().st_size >= HEADER_BYTES + SAMPLE_BYTES
    except OSError:  # moved away meanwhile
        return None
    return SpokenLeg(spool, next(leg for leg in Leg if name == spool.leg(leg))) if has_sound else None


def this_machine() -> Machine:
    """The machine that we run on."""
    words = dict(line.split(":") for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    return Machine(cores=os.cpu_count() or 1, free_bytes=int(words["MemAvailable"].split()[0]) * 1024)
