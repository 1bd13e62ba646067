"""The committed prompts, and how they are made."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from sandbox.prompts import Prompt, load_prompts, synthesise, tone, write_wav

SAMPLE = Path(__file__).parents[2] / "cities" / "sample" / "prompts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two prompts, not yet spoken."""
    (tmp_path / "prompts.toml").write_text(
        '[hello]\nzh = "您好"\n[beep]\ntone_hz = 1000\ntone_ms = 200\n', encoding="utf-8"
    )
    return tmp_path


@pytest.mark.parametrize("prompt", load_prompts(SAMPLE), ids=lambda prompt: prompt.slug)
def test_every_prompt_of_the_sample_city_can_be_played(prompt: Prompt) -> None:
    """Mono, 16-bit, 8 kHz, not silent, under 15 s."""
    with wave.open(str(SAMPLE / f"{prompt.slug}.wav"), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)

    assert 0.05 < samples.size / 8000 < 15
    assert np.sqrt(np.mean(samples**2)) > 500


def test_the_prompts_are_small() -> None:
    """They are committed."""
    assert sum(path.stat().st_size for path in SAMPLE.glob("*.wav")) < 7_000_000


def test_the_prompts_are_made_from_the_texts_of_today(tmp_path: Path) -> None:
    """Nothing is due: run `python -m sandbox.prompts cities/sample/prompts` after a change of prompts.toml."""
    copy = shutil.copytree(SAMPLE, tmp_path / "prompts")

    assert synthesise(copy) == []


def test_only_what_is_due_is_made(folder: Path) -> None:
    """Missing ones, and those whose text has changed."""
    assert synthesise(folder) == ["hello", "beep"]
    assert synthesise(folder) == []
    (folder / "prompts.toml").write_text('[hello]\nzh = "你好"\n', encoding="utf-8")

    assert synthesise(folder) == ["hello"]


def test_a_persons_recording_is_left_alone(folder: Path) -> None:
    """Even if the text changes."""
    synthesise(folder)
    human = np.ones(8000, np.int16)
    write_wav(folder / "hello.wav", human)
    (folder / "prompts.toml").write_text('[hello]\nzh = "你好"\n', encoding="utf-8")

    assert synthesise(folder) == []
    with wave.open(str(folder / "hello.wav"), "rb") as file:
        assert file.readframes(8000) == human.tobytes()


def test_how_a_text_is_read_aloud_goes_before_how_it_is_written(tmp_path: Path) -> None:
    """`say` is spoken, `zh` is shown."""
    (tmp_path / "prompts.toml").write_text('[one]\nzh = "请按1"\nsay = "请按一"\n', encoding="utf-8")

    assert load_prompts(tmp_path)[0].text == "请按一"


def test_a_tone_begins_and_ends_softly() -> None:
    """No click; the length asked for."""
    beep = tone(1000, 200)

    assert beep.size == 1600
    assert abs(int(beep[0])) < 200
    assert abs(int(beep[-1])) < 200
