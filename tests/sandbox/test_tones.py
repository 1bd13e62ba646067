"""The music and the beep are what Asterisk can play, and what is committed is what the program makes."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from sandbox.tones import LOUDNESS, music, write_all

PROMPTS = Path(__file__).parents[2] / "cities/sample/prompts"


@pytest.mark.parametrize("name", ["moh/soft.wav", "beep.wav", "talk-mark.wav"])
def test_committed_file_is_what_the_program_makes(name: str, tmp_path: Path) -> None:
    """Nobody has to trust a binary: it can be made again."""
    write_all(tmp_path)

    with wave.open(str(PROMPTS / name)) as kept, wave.open(str(tmp_path / name)) as made:
        assert kept.getparams() == made.getparams()
        assert (kept.getnchannels(), kept.getsampwidth(), kept.getframerate()) == (1, 2, 8000)
        samples = [np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(int) for file in (kept, made)]
    assert np.abs(samples[0] - samples[1]).max() <= 1  # another processor may round the last bit differently


def test_music_is_soft_and_its_seam_is_not_heard() -> None:
    """From the last sample to the first the step is no bigger than any other."""
    loop = music()

    assert np.abs(loop).max() == pytest.approx(LOUDNESS)
    assert abs(loop[0] - loop[-1]) <= np.abs(np.diff(loop)).max()
