"""Music on hold is laid out in the callers' codecs, and what would be silence is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from telephony.asterisk.config import BadPbxConfig
from telephony.asterisk.music import lay_out_music

TUNE = (8000 * np.sin(np.arange(800) / 5)).astype(np.int16)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A city's music: one tune."""
    folder = tmp_path / "moh"
    folder.mkdir()
    soundfile.write(folder / "soft.wav", TUNE, 8000, subtype="PCM_16")
    return folder


@pytest.mark.parametrize(("ending", "codec"), [(".alaw", "ALAW"), (".ulaw", "ULAW")])
def test_each_tune_lies_there_in_every_codec_of_callers(source: Path, tmp_path: Path, ending: str, codec: str) -> None:
    """One byte a sample, and it sounds as the WAV does."""
    lay_out_music(source, tmp_path / "played")

    native = tmp_path / f"played/soft{ending}"
    assert native.stat().st_size == len(TUNE)
    heard, _ = soundfile.read(native, dtype="int16", samplerate=8000, channels=1, format="RAW", subtype=codec)
    assert np.abs(heard.astype(int) - TUNE).max() <= 256  # half a step of the codec at this loudness


def test_whatever_else_the_city_has_is_there_as_it_is(source: Path, tmp_path: Path) -> None:
    """Also a file in a codec of callers that the city made itself."""
    (source / "soft.ulaw").write_bytes(b"\x55" * 8)

    lay_out_music(source, tmp_path / "played")

    assert (tmp_path / "played/soft.ulaw").read_bytes() == b"\x55" * 8
    assert (tmp_path / "played/soft.wav").read_bytes() == (source / "soft.wav").read_bytes()


def test_tune_that_the_city_took_away_is_gone(source: Path, tmp_path: Path) -> None:
    """Laid out again, nothing of before is left."""
    played = tmp_path / "played"
    lay_out_music(source, played)
    (source / "soft.wav").rename(source / "new.wav")

    lay_out_music(source, played)

    assert {file.name for file in played.iterdir()} == {"new.wav", "new.alaw", "new.ulaw"}


@pytest.mark.parametrize(
    ("rate", "subtype", "channels"), [(16000, "PCM_16", 1), (8000, "PCM_24", 1), (8000, "PCM_16", 2)]
)
def test_tune_that_asterisk_could_not_play_is_refused_by_name(
    source: Path, tmp_path: Path, rate: int, subtype: str, channels: int
) -> None:
    """Nothing of what is played now has changed then."""
    lay_out_music(source, tmp_path / "played")
    soundfile.write(source / "loud.wav", np.tile(TUNE[:, None], channels), rate, subtype=subtype)

    with pytest.raises(BadPbxConfig, match=r"loud\.wav"):
        lay_out_music(source, tmp_path / "played")

    assert {file.name for file in (tmp_path / "played").iterdir()} == {"soft.wav", "soft.alaw", "soft.ulaw"}


def test_file_that_is_no_wav_at_all_is_refused_by_name(source: Path, tmp_path: Path) -> None:
    """Whatever its name says."""
    (source / "text.wav").write_text("not sound", encoding="utf-8")

    with pytest.raises(BadPbxConfig, match=r"text\.wav"):
        lay_out_music(source, tmp_path / "played")
