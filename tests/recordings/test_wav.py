"""What a leg's file holds, whatever its header says."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recordings.wav import HEADER_BYTES, Damage, chunks, header, inspect
from tests.fuzz import MALFORMED
from tests.recordings.scenes import tone, write_wav

SOUND = tone(0.5)


def with_sizes(whole: bytes, riff: int, sound: int) -> bytes:
    """The same file with other lengths in its header."""
    return whole[:4] + struct.pack("<I", riff) + whole[8:40] + struct.pack("<I", sound) + whole[44:]


@pytest.fixture
def leg(tmp_path: Path) -> Path:
    """A correct leg of half a second."""
    write_wav(tmp_path / "leg.wav", SOUND)
    return tmp_path / "leg.wav"


def test_correct_leg_is_used_whole(leg: Path) -> None:
    """No damage, every sample, the right length."""
    sound = inspect(leg)

    assert (sound.seconds, sound.frames, sound.damage) == (0.5, 4000, ())
    assert b"".join(chunks(sound, 0.13)) == SOUND.tobytes()


@pytest.mark.parametrize(
    ("content", "damage"),
    [
        (b"", Damage.EMPTY_FILE),
        (b"RIFF\x00\x00", Damage.HEADER_TRUNCATED),
        (header(rate_hz=8000, channels=1, sound_bytes=0)[:43], Damage.HEADER_TRUNCATED),
        (header(rate_hz=8000, channels=1, sound_bytes=0), Damage.HEADER_ONLY),
        (header(rate_hz=8000, channels=1, sound_bytes=16000), Damage.HEADER_ONLY),
        (b"\x00" * 44, Damage.NOT_WAV),
        (b"#!AMR\n" + b"\x01" * 500, Damage.NOT_WAV),
        (header(rate_hz=8000, channels=2, sound_bytes=8) + b"\x00" * 8, Damage.WRONG_FORMAT),
        (header(rate_hz=0, channels=1, sound_bytes=8) + b"\x00" * 8, Damage.WRONG_FORMAT),
        (header(rate_hz=4_000_000, channels=1, sound_bytes=8) + b"\x00" * 8, Damage.WRONG_FORMAT),
    ],
)
def test_leg_without_sound_says_why(tmp_path: Path, content: bytes, damage: Damage) -> None:
    """0 bytes, 44 bytes, truncated, header only, another format: each has its name, none raises."""
    (tmp_path / "leg.wav").write_bytes(content)

    sound = inspect(tmp_path / "leg.wav")

    assert (sound.damage, sound.sound_bytes, sound.file_bytes) == ((damage,), 0, len(content))
    assert list(chunks(sound, 0.25)) == []


def test_wrong_format_is_named_in_words(tmp_path: Path) -> None:
    """A person reads what came instead."""
    (tmp_path / "leg.wav").write_bytes(header(rate_hz=44100, channels=2, sound_bytes=8) + b"\x00" * 8)

    assert inspect(tmp_path / "leg.wav").format == "PCM, 16 bit, 2 channel(s), 44100 Hz"


def test_absent_leg_is_damage_and_no_error(tmp_path: Path) -> None:
    """A leg may simply not be there."""
    assert inspect(tmp_path / "none.wav").damage == (Damage.ABSENT,)


@pytest.mark.parametrize("stale", [0, 1600, 0xFFFFFFFF])
def test_sound_behind_a_stale_header_is_salvaged(leg: Path, stale: int) -> None:
    """Sizes of 0, of an earlier moment, or of no moment: the file's length decides."""
    leg.write_bytes(with_sizes(leg.read_bytes(), 0, stale))

    sound = inspect(leg)

    assert sound.damage in {(Damage.SIZES_STALE,), (Damage.CUT_SHORT,)}
    assert b"".join(chunks(sound, 0.25)) == SOUND.tobytes()


def test_leg_cut_in_a_sample_loses_half_a_sample(leg: Path) -> None:
    """Truncated at any byte, what is whole is used."""
    leg.write_bytes(leg.read_bytes()[: HEADER_BYTES + 1001])

    sound = inspect(leg)

    assert sound.damage == (Damage.CUT_SHORT, Damage.ODD_BYTES)
    assert b"".join(chunks(sound, 0.25)) == SOUND.tobytes()[:1000]


def test_chunks_before_and_after_the_sound_are_no_sound(leg: Path) -> None:
    """Writers may add LIST chunks anywhere."""
    whole, extra = leg.read_bytes(), b"LIST" + struct.pack("<I", 4) + b"INFO"
    leg.write_bytes(whole[:12] + extra + whole[12:] + extra)

    sound = inspect(leg)

    assert sound.damage == ()
    assert b"".join(chunks(sound, 0.25)) == SOUND.tobytes()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=120), st.integers(0, 60), st.integers(0, 60))
def test_no_file_whatever_makes_the_reader_raise(tmp_path: Path, junk: bytes, at: int, keep: int) -> None:
    """Random bytes spliced into a correct file: always an answer, never more sound than bytes."""
    whole = header(rate_hz=8000, channels=1, sound_bytes=100) + np.arange(50, dtype="<i2").tobytes()
    path = tmp_path / "leg.wav"
    path.write_bytes(whole[:at] + junk + whole[at + keep :])

    sound = inspect(path)

    assert sound.sound_bytes % 2 == 0
    assert sum(map(len, chunks(sound, 0.25))) == sound.sound_bytes <= sound.file_bytes


class InMemory:
    """A leg without a disk."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def open(self, mode: str) -> io.BytesIO:
        """Its bytes."""
        return io.BytesIO(self._content)


def test_a_hundred_thousand_malformed_files_are_all_answered() -> None:
    """Seeded bytes spliced into a correct file, or cut off: never an error, never more sound than bytes."""
    random = np.random.default_rng(3)
    whole = header(rate_hz=8000, channels=1, sound_bytes=100) + np.arange(50, dtype="<i2").tobytes()
    at, keep, end = random.integers(0, 60, (3, MALFORMED))
    for number in range(MALFORMED):
        junk = random.bytes(int(keep[number]) // 4)
        content = (whole[: at[number]] + junk + whole[at[number] + keep[number] :])[: 144 - int(end[number])]

        sound = inspect(InMemory(content))

        assert sound.sound_bytes % 2 == 0
        assert sound.sound_bytes + min(sound.offset_bytes, len(content)) <= len(content)
