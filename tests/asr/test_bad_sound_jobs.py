"""Sound that no caller should send, from spool to transcript: taken in, named, its job done, nothing crashed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from asr import jobs
from asr.decoder import Decoder
from asr.jobs import JobState
from asr.transcriber import Transcriber
from asr.transcript import Speaker, Transcript
from asr.transcripts import transcript_of
from plumbing.lifecycle import background
from recordings.intake import Intake
from recordings.recording import Leg, Recording, SpoolName
from recordings.wav import header
from sandbox.voices import Utterance, for_telephone, speak
from tests.asr.talks import TALK, talk_samples
from tests.asr.test_attention import on_hold
from tests.asr.test_decoder import SAID
from tests.recordings.scenes import write_wav

SENTENCE = SAID[1]
TEN_HOURS_BYTES = 10 * 3600 * 8000 * 2
ENGLISH = "Good morning, I would like to speak to somebody about the water in my street, it has been off for days."


def spoken() -> np.ndarray:
    """What the caller says, as a leg."""
    return talk_samples(TALK)[Leg.CALLER]


def cut_short(leg: Path) -> None:
    """The recorder died before its last samples, and in the middle of one."""
    write_wav(leg, spoken())
    os.truncate(leg, leg.stat().st_size - 4001)


def of_another_rate(leg: Path) -> None:
    """16 kHz."""
    write_wav(leg, np.repeat(spoken(), 2), rate_hz=16000)


def stereo(leg: Path) -> None:
    """Two channels where one is expected."""
    write_wav(leg, np.repeat(spoken(), 2), channels=2)


def ten_hours(leg: Path) -> None:
    """Silence, of which the disk holds nothing, and a sentence."""
    sentence = spoken().tobytes()
    leg.write_bytes(header(rate_hz=8000, channels=1, sound_bytes=TEN_HOURS_BYTES + len(sentence)))
    os.truncate(leg, leg.stat().st_size + TEN_HOURS_BYTES)
    with leg.open("ab") as file:
        file.write(sentence)


def foreign(leg: Path) -> None:
    """An English caller."""
    write_wav(leg, for_telephone(speak([Utterance(spelling=ENGLISH, voice="", language="en")])[0]))


Left = Callable[[Path], object]
CALLERS: Mapping[str, tuple[Left, list[str] | None, tuple[str, ...]]] = {
    "zero-length": (lambda leg: leg.write_bytes(b""), [], ("caller: empty_file",)),
    "header-cut": (
        lambda leg: leg.write_bytes(header(rate_hz=8000, channels=1, sound_bytes=9)[:30]),
        [],
        ("caller: header_truncated",),
    ),
    "no-wav": (lambda leg: leg.write_bytes(b"ID3\x04" * 999), [], ("caller: not_wav",)),
    "truncated": (cut_short, [SENTENCE], ("caller: cut_short", "caller: odd_bytes")),
    "other-rate": (of_another_rate, [SENTENCE], ()),
    "stereo": (
        lambda leg: write_wav(leg, np.repeat(spoken(), 2), channels=2),
        [],
        ("caller: wrong_format (PCM, 16 bit, 2 channel(s), 8000 Hz)",),
    ),
    "silent": (lambda leg: write_wav(leg, np.zeros(80_000)), [], ()),
    "music-only": (lambda leg: write_wav(leg, on_hold(30)), [], ()),
    "ten-hours": (ten_hours, [SENTENCE], ()),
    "foreign": (foreign, None, ()),
}
"""What the caller's leg is; what is heard in it (None: whatever the model makes of it); what its row says."""


@pytest.fixture
async def taken_in(spool: Path, archive: Path, engine: AsyncEngine) -> Mapping[str, Recording]:
    """One recording of each, the agent's leg being sound, with its job."""
    for name, (leave, _, _) in CALLERS.items():
        files = SpoolName(f"lx-{name}", 1)
        leave(spool / files.leg(Leg.CALLER))
        write_wav(spool / files.leg(Leg.AGENT), talk_samples(TALK)[Leg.AGENT])
        (spool / files.marker).touch()
    recordings = await Intake(spool, archive, engine, follow_up=jobs.enqueue).sweep()
    return {it.call_id.removeprefix("lx-"): it for it in recordings}


async def transcribed(
    engine: AsyncEngine, archive: Path, decoder: Decoder, recordings: Mapping[str, Recording]
) -> Mapping[str, Transcript]:
    """Every one of them, once its job is done."""
    done = asyncio.Semaphore(0)
    transcriber = Transcriber(engine, archive, decoder, model="tiny", announce=lambda _: done.release())
    async with background(transcriber.run()), asyncio.timeout(120):
        for _ in recordings:
            await done.acquire()
    async with engine.connect() as connection:
        kept = {name: await transcript_of(connection, it.id) for name, it in recordings.items()}
    return {name: it for name, it in kept.items() if it is not None}


async def test_each_is_taken_in_named_and_its_job_done(
    engine: AsyncEngine, archive: Path, decoder: Decoder, taken_in: Mapping[str, Recording]
) -> None:
    """At the first attempt, the other leg heard as ever; what is wrong is on the recording's row."""
    transcripts = await transcribed(engine, archive, decoder, taken_in)
    async with engine.connect() as connection:
        listed = await jobs.listed(connection)

    assert {name: it.damage for name, it in taken_in.items()} == {name: row[2] for name, row in CALLERS.items()}
    assert [(job.state, job.attempts, job.error) for job in listed] == [(JobState.DONE, 1, None)] * len(CALLERS)
    for name, (_, expected, _) in CALLERS.items():
        agent = [turn.text for turn in transcripts[name].by(Speaker.AGENT)]
        caller = [turn.text for turn in transcripts[name].by(Speaker.CALLER)]
        assert "".join(agent) == SAID[0] + SAID[2], name
        assert expected in (None, caller), name


async def test_foreign_speech_has_words_in_their_places_and_less_confidence(decoder: Decoder, tmp_path: Path) -> None:
    """Nonsense, and it says how sure it is: the same model is surer of what it knows."""
    foreign(tmp_path / "english.wav")
    write_wav(tmp_path / "known.wav", spoken())
    english = await decoder.decode({Leg.CALLER: tmp_path / "english.wav"})
    known = await decoder.decode({Leg.CALLER: tmp_path / "known.wav"})

    assert all(0 <= word.start_s <= word.end_s for turn in english.turns for word in turn.words)
    assert _confidence(english) < _confidence(known)


def _confidence(transcript: Transcript) -> float:
    """Of a word, on the whole; 0 where there is none."""
    words = [word.confidence for turn in transcript.turns for word in turn.words]
    return sum(words) / len(words) if words else 0.0
