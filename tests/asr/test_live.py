"""Calls are heard while they are spoken, and what was heard becomes the transcript: once, and the same as without."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from asr import jobs
from asr.admission import Machine
from asr.decoder import Decoder
from asr.jobs import JobState
from asr.live import Live, LiveWords
from asr.transcriber import Transcriber
from asr.transcript import Transcript
from asr.transcripts import transcript_of, transcripts
from recordings.intake import Intake
from recordings.recording import Leg, SpoolName
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, talk_samples
from tests.asr.test_decoder import SAID, texts
from tests.asr.test_growing import GrowingLeg as Growing
from tests.asr.test_growing import begin, close, grow
from tests.recordings.scenes import count, until

CALL = SpoolName("lx1-1732.1", 1)
ROOMY = Machine(cores=4, free_bytes=8 << 30)


class Talk:
    """A call in the spool, spoken bit by bit."""

    def __init__(self, spool: Path, name: SpoolName = CALL) -> None:
        self.legs = {leg: Growing(spool / name.leg(leg), spool / name.marker) for leg in Leg}
        self._sounds = {leg: samples.tobytes() for leg, samples in talk_samples(TALK).items()}
        for leg in self.legs.values():
            begin(leg)

    def speak(self, share: float = 1.0) -> None:
        """Up to this share of it."""
        for leg, growing in self.legs.items():
            sound, there = self._sounds[leg], growing.path.stat().st_size - 44
            grow(growing, sound[there : int(share * len(sound)) // 2 * 2])

    def hang_up(self) -> None:
        """Both legs are closed."""
        for leg in self.legs.values():
            close(leg)


class House:
    """Spool, intake, transcriber, and who listens live."""

    def __init__(self, spool: Path, archive: Path, engine: AsyncEngine, decoder: Decoder, **how: object) -> None:
        self.heard: list[LiveWords] = []
        self.live = Live(spool, decoder, said=self.heard.append, machine=lambda: ROOMY, **how)
        self.transcriber = Transcriber(engine, archive, decoder, model="m", live=self.live)
        announce = self.transcriber.taken_in
        self.intake = Intake(spool, archive, engine, follow_up=jobs.enqueue, announce=announce, sweep_every_s=0.2)

    def words(self) -> str:
        """What was said and has ended, as it came."""
        return "".join(word.text for said in self.heard if said.final for word in said.words)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[House]:
        """It runs."""
        running = [asyncio.ensure_future(part.run()) for part in (self.intake, self.transcriber)]
        try:
            yield self
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


@pytest.fixture
def house(spool: Path, archive: Path, engine: AsyncEngine) -> Callable[..., House]:
    """With a decoder of its own, which the transcriber closes."""
    return lambda **how: House(spool, archive, engine, Decoder(MODEL, children=1), **how)


async def stored(engine: AsyncEngine) -> Transcript:
    """The one transcript, once its job is done; it is the only one."""
    async with asyncio.timeout(30):
        while True:
            async with engine.connect() as connection:
                if found := await jobs.listed(connection, JobState.DONE):
                    transcript = await transcript_of(connection, found[0].recording)
                    break
            await asyncio.sleep(0.02)
    assert transcript is not None
    assert await count(engine, transcripts) == 1
    assert found[0].attempts == 1
    return transcript


def kept_in(archive: Path) -> dict[Leg, Path]:
    """The legs of the one recording."""
    return {leg: next(archive.rglob(f"*-{leg}.wav")) for leg in Leg}


async def test_talk_is_told_while_it_is_spoken_and_its_transcript_needs_no_more_decoding(
    house: Callable[..., House], spool: Path, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Speaker, call and final words come before the call is over; then no finished leg is given to a child."""
    async with house().open() as it:
        talk = Talk(spool)
        talk.speak(0.5)
        await until(lambda: it.live.legs_at_work() == 2)
        talk.speak()
        await until(lambda: sorted(it.words()) == sorted("".join(SAID)), 20)
        told = {(said.call_id, said.attempt, said.speaker.value) for said in it.heard}
        assert told == {(CALL.call_id, 1, "caller"), (CALL.call_id, 1, "agent")}
        assert {attempt: texts(said) for attempt, said in it.transcriber.so_far(CALL.call_id).items()} == {1: SAID}
        monkeypatch.delattr(Decoder, "hear")
        talk.hang_up()

        assert texts(await stored(engine)) == SAID
        assert it.live.legs_at_work() == 0


async def test_transcript_is_the_same_with_and_without_live_hearing(
    house: Callable[..., House], spool: Path, archive: Path, engine: AsyncEngine, decoder: Decoder
) -> None:
    """Word for word, with its times."""
    async with house().open() as it:
        talk = Talk(spool)
        talk.speak(0.3)
        await until(lambda: it.live.legs_at_work() == 2)
        talk.speak()
        talk.hang_up()
        live = await stored(engine)

    assert live == await decoder.decode(kept_in(archive))


async def test_call_that_is_found_in_its_middle_is_heard_from_its_beginning(
    house: Callable[..., House], spool: Path, engine: AsyncEngine
) -> None:
    """The controller was killed and is back."""
    talk = Talk(spool)
    talk.speak(0.6)
    async with house().open() as it:
        await until(lambda: it.live.legs_at_work() == 2)
        talk.speak()
        talk.hang_up()

        assert texts(await stored(engine)) == SAID


@pytest.mark.parametrize("whom", ["child", "launcher"])
async def test_killed_listener_loses_and_doubles_nothing(
    house: Callable[..., House], spool: Path, engine: AsyncEngine, whom: str
) -> None:
    """In the middle of the call: the job decodes the file, at its first attempt."""
    async with house().open() as it:
        talk = Talk(spool)
        talk.speak(0.5)
        await until(lambda: it.live.legs_at_work() == 2)
        decoder = it.transcriber._decoder
        await until(lambda: len(decoder.children_at_work()) == 2)
        os.kill(decoder.children_at_work()[0] if whom == "child" else decoder.launcher_pid, signal.SIGKILL)
        await until(lambda: it.live.legs_at_work() == (1 if whom == "child" else 0))
        talk.speak()
        talk.hang_up()

        assert texts(await stored(engine)) == SAID


async def test_words_of_other_bytes_than_were_kept_are_not_used(
    house: Callable[..., House], spool: Path, engine: AsyncEngine
) -> None:
    """A leg that another replaced after we had opened it."""
    async with house().open() as it:
        talk = Talk(spool)
        talk.speak(0.2)
        await until(lambda: it.live.legs_at_work() == 2)
        await until(lambda: len(it.transcriber._decoder.children_at_work()) == 2)
        for leg in talk.legs.values():
            leg.path.rename(leg.path.with_suffix(".old"))
        await until(lambda: it.live.legs_at_work() == 0)
        again = Talk(spool)
        again.speak()
        again.hang_up()

        assert texts(await stored(engine)) == SAID


async def test_who_finds_no_room_is_transcribed_after_the_call(
    house: Callable[..., House], spool: Path, engine: AsyncEngine
) -> None:
    """Processors are short: the job takes the finished file."""
    async with house().open() as it:
        it.live._machine = lambda: Machine(cores=0, free_bytes=8 << 30)
        talk = Talk(spool)
        talk.speak()
        await asyncio.sleep(0)
        talk.hang_up()

        assert texts(await stored(engine)) == SAID
        assert it.heard == []


async def room_for_one(it: House, spool: Path, last: SpoolName) -> None:
    """Three begin where there is room for one: the last to come is the one that is heard."""
    it.live._machine = lambda: Machine(cores=1, free_bytes=8 << 30)
    it.live.admission.cost = 0.3
    for name in (CALL, SpoolName("lx2-1732.2", 1), last):
        Talk(spool, name).speak(0.5)
    await until(lambda: it.live.legs_at_work() == 2)

    assert it.live.has(last)
    assert not it.live.has(CALL)


async def test_urgent_call_is_heard_where_there_is_room_for_one(
    house: Callable[..., House], spool: Path, engine: AsyncEngine
) -> None:
    """It came last; the others wait for their recordings."""
    urgent = SpoolName("lx9-1732.9", 1)
    async with house(is_urgent=lambda call: call == urgent.call_id).open() as it:
        await room_for_one(it, spool, urgent)


async def test_voice_message_is_heard_before_talks(house: Callable[..., House], spool: Path) -> None:
    """By what the dialplan has written beside it; nobody has heard it yet."""
    message = SpoolName("lx9-1732.9", 8901)
    (spool / message.numbers).write_text("12345 13800000000 message\n", encoding="ascii")
    async with house().open() as it:
        await room_for_one(it, spool, message)


async def test_talk_gives_way_to_an_urgent_call_and_is_transcribed_whole_afterwards(
    house: Callable[..., House], spool: Path, engine: AsyncEngine
) -> None:
    """There was room for two talks; the later of them is heard live no longer, and its words are decoded again."""
    urgent, later = SpoolName("lx9-1732.9", 1), SpoolName("lx2-1732.2", 1)
    async with house(is_urgent=lambda call: call == urgent.call_id).open() as it:
        it.live._machine = lambda: Machine(cores=1, free_bytes=8 << 30)
        it.live.admission.cost = 0.6 / 6.5
        Talk(spool).speak(0.5)
        await until(lambda: it.live.legs_at_work() == 2)
        second = Talk(spool, later)
        second.speak(0.5)
        await until(lambda: it.live.legs_at_work() == 4)
        it.live.admission.cost = 0.6 / 4.5
        Talk(spool, urgent).speak(0.5)
        await until(lambda: it.live.has(urgent))

        assert (it.live.has(CALL), it.live.has(later), it.live.legs_at_work()) == (True, False, 4)
        second.speak()
        second.hang_up()
        assert texts(await stored(engine)) == SAID


async def test_talk_of_too_many_words_keeps_the_newest_in_memory_and_loses_none(
    house: Callable[..., House], spool: Path, engine: AsyncEngine
) -> None:
    """At the bound: listeners are told as ever, what can be read during the call begins later, the job decodes all."""
    async with house(words_most=6).open() as it:
        talk = Talk(spool)
        talk.speak()
        await until(lambda: sorted(it.words()) == sorted("".join(SAID)), 20)

        (read,) = it.transcriber.so_far(CALL.call_id).values()
        assert texts(read) == SAID[-1:]
        talk.hang_up()
        assert texts(await stored(engine)) == SAID
