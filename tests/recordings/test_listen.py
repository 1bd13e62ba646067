"""Two legs heard as one stereo sound."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from recordings.listen import open_stereo
from tests.recordings.scenes import tone, write_wav


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
