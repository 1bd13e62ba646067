"""The active speech level of ITU-T P.56, held to what the recommendation says of simple signals."""

import numpy as np
import pytest

from ivr.loudness import NOTHING_DBOV, Samples, active_speech

RATE_HZ = 8000


def sine(seconds: float, amplitude: float = 0.1, rate_hz: int = RATE_HZ) -> Samples:
    """A tone: its level is 20 log10(amplitude) - 3.01 dBov."""
    return np.asarray(amplitude * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate_hz)) / rate_hz), np.float64)


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100])
def test_a_steady_tone_has_its_power(rate_hz: int) -> None:
    """0.1 of full scale: -23.01 dBov at any rate, active all the time."""
    level, share = active_speech(sine(4, rate_hz=rate_hz), rate_hz)

    assert level == pytest.approx(-23.01, abs=0.1)
    assert share == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("pause_s", [1.0, 4.0, 16.0])
def test_pauses_do_not_count(pause_s: float) -> None:
    """Two tones with a pause between are as loud as one: what is said after speech (200 ms) aside."""
    spoken = np.concatenate([sine(4), np.zeros(int(pause_s * RATE_HZ)), sine(4)])
    level, share = active_speech(spoken, RATE_HZ)

    assert level == pytest.approx(-23.01, abs=0.5)
    assert share == pytest.approx(8 / (8 + pause_s), abs=0.06)


def test_twice_as_loud_is_six_decibels_more() -> None:
    """Of any signal, whatever its pauses."""
    rng = np.random.default_rng(1)
    speech = np.repeat(rng.random(40), 1000) * rng.standard_normal(40_000) * 0.02
    quiet, loud = active_speech(speech, RATE_HZ).level_dbov, active_speech(2 * speech, RATE_HZ).level_dbov

    assert loud - quiet == pytest.approx(6.02, abs=0.01)


def test_silence_has_no_level() -> None:
    """Digital zero; and nothing at all."""
    assert active_speech(np.zeros(8000), RATE_HZ) == (NOTHING_DBOV, 0.0)
    assert active_speech(np.zeros(0), RATE_HZ) == (NOTHING_DBOV, 0.0)
