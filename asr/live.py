"""Hearing calls while they are spoken (实时转写): a child follows each growing leg in the spool, as many as fit.

Nothing depends on it. Its words go to whoever wants them now; when the recording has been taken in, its job asks for
what was heard here, takes it if it was heard in exactly the bytes that were kept, and decodes the file if not. A pause
of the recording is silence in the file, so it is a pause here, too.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog

from asr.admission import Admission, Machine
from asr.errors import DecodingFailed, NoModel
from asr.growing import GrowingLeg
from asr.heard import Heard, Told
from asr.kept import WORDS_MOST, Kept
from asr.machine import this_machine
from asr.order import Rank
from asr.transcript import Speaker, Transcript, Utterance, Word, merge
from recordings.intake import told_beside
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
    said: Kept
    rank: Rank


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
        words_most: int = WORDS_MOST,  # of a leg, in memory
    ) -> None:
        self._spool, self._decoder, self._said, self._is_urgent = spool, decoder, said, is_urgent
        self._machine, self.admission = machine or this_machine, admission or Admission()
        self._words_most = words_most
        self._followed: dict[SpokenLeg, _Followed] = {}
        self._seen: set[SpokenLeg] = set()

    async def run(self) -> None:
        """Look for new legs again and again."""
        async with asyncio.TaskGroup() as group:
            while True:
                growing = await asyncio.to_thread(legs_growing_in, self._spool)
                self._seen &= growing
                fresh = growing - self._seen
                messages = await asyncio.to_thread(messages_among, self._spool, fresh)
                self._begin({spoken: self._rank(spoken, messages) for spoken in fresh}, group)
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

    def _said_in(self, name: SpoolName) -> tuple[Iterable[Utterance], Iterable[Utterance]]:
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

    def _rank(self, spoken: SpokenLeg, messages: Collection[SpoolName]) -> Rank:
        if self._is_urgent(spoken.name.call_id):
            return Rank.CRISIS
        return Rank.MESSAGE if spoken.name in messages else Rank.TALK

    def _begin(self, fresh: Mapping[SpokenLeg, Rank], group: asyncio.TaskGroup) -> None:
        machine = self._machine()
        for spoken, rank in sorted(fresh.items(), key=lambda each: (each[1], each[0].name.call_id, each[0].leg)):
            if self._has_room(machine, rank):
                self._seen.add(spoken)
                said = Kept(self._words_most)
                self._followed[spoken] = _Followed(group.create_task(self._follow(spoken, said)), said, rank)

    def _has_room(self, machine: Machine, rank: Rank) -> bool:
        """Whether a leg of this rank may be followed; for one that comes first a talk gives way at each look."""
        comes_first = rank < Rank.TALK
        if self.admission.admits(machine, self.legs_at_work(), urgent=comes_first):
            return True
        gave_way = comes_first and self._give_up_a_talk()
        return gave_way and self.admission.admits(machine, self.legs_at_work(), urgent=True)

    def _give_up_a_talk(self) -> bool:
        """Follow the talk that came last no longer: its recording will be transcribed. False: there is none."""
        talks = [leg for leg, one in self._followed.items() if one.rank is Rank.TALK and not one.heard.done()]
        for spoken in [leg for leg in talks if leg.name == talks[-1].name]:
            self._followed.pop(spoken).heard.cancel()
            self.admission.forget(spoken)
        return bool(talks)

    async def _follow(self, spoken: SpokenLeg, said: Kept) -> Heard | None:
        name, leg = spoken

        def hear(told: Told) -> None:
            if told.unread_s is not None:
                self.admission.note_unread(spoken, told.unread_s)
                self.admission.note_first_cost(cpu_s=told.cpu_s, sound_s=told.seconds)
            if told.words:
                said.add(told.words)
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
        return replace(heard, said=tuple(said)) if said.is_whole else None

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


def messages_among(spool: Path, legs: Iterable[SpokenLeg]) -> set[SpoolName]:
    """Which of these are voice messages (语音留言), as the dialplan has written beside them. Blocks on the disk."""
    names = {spoken.name for spoken in legs}
    return {name for name in names if (told := told_beside(spool, name)) and told.is_message}
