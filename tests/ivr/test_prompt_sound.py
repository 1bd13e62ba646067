"""Recordings of every kind become prompts, alike; what nobody would understand is refused by its rule."""

import io
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from city.refusals import SoundRefused
from ivr.loudness import Samples
from ivr.prompt_sound import LEVEL_DBOV, LONGEST_S, PEAK_MOST, REFUSALS, made_prompt, measured

SPEECH = Path(__file__).parents[2] / "cities/sample/prompts/greeting-12345.wav"
KINDS = [
    *(("WAV", kind) for kind in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW")),
    *(("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III")),
]


def speech(rate_hz: int = 8000) -> Samples:
    """A sentence at another rate, 3 dB softer than it was."""
    import soxr  # noqa: PLC0415 - an untyped library, for tests alone

    told, was_hz = soundfile.read(SPEECH, dtype="float64")
    return np.asarray(0.7 * soxr.resample(told, was_hz, rate_hz), np.float64)


def written(samples: Samples, rate_hz: int = 8000, form: str = "WAV", kind: str = "PCM_16") -> bytes:
    """A file's bytes."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, subtype=kind, format=form)
    return file.getvalue()


def tone(pitch_hz: float, seconds: float, rate_hz: int) -> Samples:
    """A sine at a fifth of full scale."""
    return np.asarray(0.2 * np.sin(2 * np.pi * pitch_hz * np.arange(int(seconds * rate_hz)) / rate_hz), np.float64)


def spectrum(wav: bytes) -> tuple[Samples, Samples]:
    """Frequencies in Hz, and how much of each."""
    samples, rate_hz = soundfile.read(io.BytesIO(wav), dtype="float64")
    return np.fft.rfftfreq(samples.size, 1 / rate_hz), np.abs(np.fft.rfft(samples))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize(("form", "kind"), KINDS)
def test_every_kind_of_file_becomes_the_same_kind_of_prompt(form: str, kind: str, rate_hz: int) -> None:
    """Mono, 8 kHz, PCM16, at the usual level, nothing clipped."""
    made = made_prompt(written(speech(rate_hz), rate_hz, form, kind))

    with wave.open(io.BytesIO(made.wav)) as audio:
        assert (audio.getnchannels(), audio.getsampwidth(), audio.getframerate()) == (1, 2, 8000)
        samples = np.frombuffer(audio.readframes(audio.getnframes()), "<i2") / 32768
    assert made.seconds == pytest.approx(samples.size / 8000)
    assert np.abs(samples).max() <= PEAK_MOST + 0.001
    assert LEVEL_DBOV - 4 < made.level_dbov < LEVEL_DBOV + 0.5


def test_what_a_telephone_cannot_carry_is_filtered_and_not_folded_back() -> None:
    """6 kHz at 48 kHz would be heard at 2 kHz without a low-pass: it is gone by 60 dB; 1 kHz is as it was."""
    made = made_prompt(written(tone(1000, 2, 48000) + tone(6000, 2, 48000), 48000, kind="PCM_24"))
    pitches, amounts = spectrum(made.wav)

    kept = amounts[np.abs(pitches - 1000) < 20].max()
    assert 20 * np.log10(amounts[np.abs(pitches - 2000) < 200].max() / kept) < -50
    assert kept == amounts.max()


@pytest.mark.parametrize("by_db", [-12, -6, 0, 3])
def test_softly_or_loudly_recorded_is_heard_alike(by_db: int) -> None:
    """Within half a decibel of each other, whatever the microphone was set to."""
    softly, usual = (
        made_prompt(written(0.5 * speech() * 10 ** (by_db / 20), kind="FLOAT")),
        made_prompt(written(0.5 * speech(), kind="FLOAT")),
    )

    assert softly.level_dbov == pytest.approx(usual.level_dbov, abs=0.5)


def test_silence_before_and_after_is_cut() -> None:
    """Callers do not wait for it; a margin of 50 ms is left."""
    around = np.concatenate([np.zeros(12_000), speech(), np.zeros(16_000)])
    made, bare = made_prompt(written(around)), made_prompt(written(speech()))

    assert made.seconds == pytest.approx(bare.seconds, abs=0.15)
    assert made.level_dbov == pytest.approx(bare.level_dbov, abs=0.1)
    assert any("cut" in en for _, en in made.notes)


def test_two_channels_are_mixed_and_told() -> None:
    """A microphone on one side is heard as well as on both."""
    one_sided = np.stack([speech(), np.zeros(speech().size)], axis=1)
    made = made_prompt(written(one_sided))

    assert any("mixed" in en for _, en in made.notes)
    assert made.level_dbov == pytest.approx(made_prompt(written(speech())).level_dbov, abs=0.5)


def _opposed() -> Samples:
    return np.stack([speech(), -speech()], axis=1)


REFUSED: dict[str, Callable[[], bytes]] = {
    "sound_empty": lambda: b"",
    "sound_unreadable": lambda: "欢迎致电".encode() * 200,
    "sound_too_large": lambda: bytes(20 * 1024 * 1024 + 1),
    "sound_too_long": lambda: written(tone(440, LONGEST_S + 1, 8000)),
    "sound_too_short": lambda: written(tone(440, 0.05, 8000)),
    "sound_channels": lambda: written(np.stack([speech()] * 3, axis=1)),
    "sound_channels_opposed": lambda: written(_opposed()),
    "sound_rate": lambda: written(tone(440, 1, 4000), 4000),
    "sound_not_finite": lambda: written(np.where(np.arange(8000) == 99, np.nan, 0.1), kind="FLOAT"),
    "sound_clipped": lambda: written(np.clip(9 * tone(440, 2, 8000), -1, 1)),
    "sound_silent": lambda: written(0.001 * tone(440, 2, 8000)),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_what_nobody_could_understand_is_refused_by_its_rule(rule: str) -> None:
    """In both languages."""
    with pytest.raises(SoundRefused) as refused:
        made_prompt(REFUSED[rule]())

    assert refused.value.rule == rule
    assert refused.value.zh
    assert str(refused.value)


def test_every_refusal_is_tried_here() -> None:
    """No rule without its case."""
    assert {rule for rule, _, _ in REFUSALS} == set(REFUSED)


def test_a_file_that_is_cut_off_is_what_is_left_of_it_or_refused() -> None:
    """Any prefix of a file: a prompt or a SoundRefused, never another error."""
    whole, lengths, rules = written(speech(), form="FLAC"), [], []
    for size in range(0, len(whole), 997):
        try:
            lengths.append(made_prompt(whole[:size]).seconds)
        except SoundRefused as refused:
            rules.append(refused.rule)

    assert lengths == sorted(lengths)
    assert {"sound_empty", "sound_unreadable"} <= set(rules) <= set(REFUSED)


def test_length_and_level_of_a_prompt_are_measured() -> None:
    """As they are listed."""
    made = made_prompt(written(speech()))

    assert measured(made.wav).seconds == pytest.approx(made.seconds)
    assert measured(made.wav).level_dbov == pytest.approx(made.level_dbov, abs=0.01)
