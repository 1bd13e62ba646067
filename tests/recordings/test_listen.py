"""Two legs heard as one stereo sound, and who heard it."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.access import audit, deeds_on
from recordings.archive import Archive
from recordings.hearing import NothingToHear, hear
from recordings.intake import Intake
from recordings.ledger import RecordingUnknown
from recordings.listen import open_stereo
from recordings.recording import Leg, RecordingId, SpoolName
from tests.databases import BOTH, locked
from tests.recordings.scenes import NOON, count, leave_call, tone, write_wav

pytestmark = BOTH


def sides(whole: bytes) -> np.ndarray:
    """The samples of a stereo WAV, one row a moment."""
    with wave.open(io.BytesIO(whole)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def test_caller_is_left_agent_right_and_the_shorter_is_padded(tmp_path: Path) -> None:
    """A person knows from the side who speaks."""
    caller, agent = tone(0.2, 300), tone(0.1, 500)
    write_wav(tmp_path / "c.wav", caller)
    write_wav(tmp_path / "a.wav", agent)
    sound = open_stereo(tmp_path / "c.wav", tmp_path / "a.wav")

    both = sides(sound.read(0, sound.size_bytes))

    assert np.array_equal(both[:, 0], caller)
    assert np.array_equal(both[:800, 1], agent)
    assert not both[800:, 1].any()


def test_any_range_is_the_same_slice_of_the_whole(tmp_path: Path) -> None:
    """A browser jumps; header, samples and half samples come out as if the file existed."""
    write_wav(tmp_path / "c.wav", tone(0.01))
    write_wav(tmp_path / "a.wav", tone(0.008, 500))
    sound = open_stereo(tmp_path / "c.wav", tmp_path / "a.wav")
    whole = sound.read(0, sound.size_bytes)

    for start in range(len(whole) + 3):
        for length in (0, 1, 3, 4, 43, 50):
            assert sound.read(start, start + length) == whole[start : start + length]


@pytest.mark.parametrize("agent", [b"", b"junk" * 30])
def test_unusable_leg_is_silence(tmp_path: Path, agent: bytes) -> None:
    """One side lost is no reason not to hear the other."""
    write_wav(tmp_path / "c.wav", tone(0.1))
    (tmp_path / "a.wav").write_bytes(agent)
    sound = open_stereo(tmp_path / "c.wav", tmp_path / "a.wav")

    both = sides(sound.read(0, sound.size_bytes))

    assert both[:, 0].any()
    assert not both[:, 1].any()


async def test_hearing_is_written_down_before_a_byte_is_given(spool: Path, archive: Path, engine: AsyncEngine) -> None:
    """Who, what, when; then the sound."""
    leave_call(spool)
    (recording,) = await Intake(spool, archive, engine).sweep()

    sound = await hear(engine, Archive(archive), recording.id, who="101", at=NOON)

    streamed = b"".join([piece async for piece in sound.stream(step=1000)])
    assert len(sides(streamed)) == 8000
    async with engine.connect() as connection:
        assert await deeds_on(connection, recording.id) == [(NOON, "101", "recording.heard")]


async def test_nothing_is_heard_when_it_cannot_be_written_down(
    spool: Path, archive: Path, engine: AsyncEngine, database_url: str
) -> None:
    """No record, no sound."""
    leave_call(spool)
    (recording,) = await Intake(spool, archive, engine).sweep()

    with locked(database_url), pytest.raises(OperationalError, match="lock"):
        await hear(engine, Archive(archive), recording.id, who="101", at=NOON)


async def test_nobody_hears_without_a_name(spool: Path, archive: Path, engine: AsyncEngine) -> None:
    """An anonymous play is refused."""
    leave_call(spool)
    (recording,) = await Intake(spool, archive, engine).sweep()

    with pytest.raises(ValueError, match="person"):
        await hear(engine, Archive(archive), recording.id, who=" ", at=NOON)


async def test_empty_recording_says_why_there_is_nothing_to_hear(
    spool: Path, archive: Path, engine: AsyncEngine
) -> None:
    """The reason is for people."""
    leave_call(spool)
    for leg in Leg:
        (spool / SpoolName("lx1-1732.1", 1).leg(leg)).write_bytes(b"")
    (recording,) = await Intake(spool, archive, engine).sweep()

    with pytest.raises(NothingToHear, match="从未接通"):
        await hear(engine, Archive(archive), recording.id, who="101", at=NOON)


@pytest.mark.parametrize("hostile", ["../../../etc/passwd", "x' OR 1=1 --", "019abc00-0000-7000-8000-000000000000"])
async def test_unknown_recording_is_unknown_whatever_it_is_called(
    archive: Path, engine: AsyncEngine, hostile: str
) -> None:
    """No path, no SQL, no record of what is not."""
    with pytest.raises(RecordingUnknown):
        await hear(engine, Archive(archive), RecordingId(hostile), who="101", at=NOON)

    assert await count(engine, audit) == 0
