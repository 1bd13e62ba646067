"""A telephone line for clean speech: room, band, level, noise and the G.711 codecs, all drawn at random."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

from sandbox.voices import RATE_HZ

Samples = NDArray[np.float64]
_A = 87.6
_MU = 255.0


def through_telephone(
    speech: Samples, dice: np.random.Generator, spoken: NDArray[np.bool_] | None = None
) -> NDArray[np.int16]:
    """Speech in -1..1 as a switchboard would record it, 16-bit. Its level is that of the samples that are `spoken`."""
    if dice.random() < 0.35:
        speech = in_a_room(speech, dice)
    if dice.random() < 0.8:
        speech = _filter(2, [dice.uniform(150, 320), dice.uniform(3200, 3700)], "band", speech)
    level = 10 ** (dice.uniform(-32, -9) / 20)
    speech = speech / (_level(speech if spoken is None else speech[spoken]) + 1e-9) * level
    snr_db = dice.uniform(5, 40) if dice.random() < 0.85 else 90.0
    noisy = speech + noise(speech.size, dice) * level * 10 ** (-snr_db / 20)
    codec = (a_law, a_law, mu_law, np.asarray)[dice.integers(4)]
    return np.clip(np.round(codec(np.clip(noisy, -1, 1)) * 32767), -32768, 32767).astype(np.int16)


def in_a_room(speech: Samples, dice: np.random.Generator) -> Samples:
    """With the echo of a small room, 50 to 250 ms long."""
    size = int(RATE_HZ * dice.uniform(0.05, 0.25))
    echo = dice.standard_normal(size) * np.exp(-np.arange(size) / (size / 5))
    echo *= dice.uniform(0.05, 0.35) / _energy(echo)
    echo[0] = 1.0
    return np.asarray(fftconvolve(speech, echo)[: speech.size])


def noise(size: int, dice: np.random.Generator) -> Samples:
    """White noise, rumble, babble-like noise or mains hum, of level 1."""
    white = dice.standard_normal(size)
    times = np.arange(size) / RATE_HZ
    kind = dice.integers(4)
    if kind == 1:
        white = _filter(1, 300, "low", white)
    elif kind == 2:
        white = _filter(2, [200, 1800], "band", white) * (1 + 0.8 * np.sin(2 * np.pi * dice.uniform(0.3, 4) * times))
    elif kind == 3:
        hum = dice.choice([50, 60, 100])
        white = white * 0.3 + sum(np.sin(2 * np.pi * hum * harmonic * times) / harmonic for harmonic in (1, 2, 3, 5))
    return np.asarray(white / (_level(white) + 1e-9))


def a_law(samples: Samples) -> Samples:
    """To 8 bits and back by ITU-T G.711's A-law (its smooth formula)."""
    size, bend = np.abs(samples), 1 + np.log(_A)
    pressed = np.where(size < 1 / _A, _A * size, 1 + np.log(np.maximum(_A * size, 1))) / bend
    kept = np.round(pressed * 127) / 127
    return np.asarray(np.sign(samples) * np.where(kept < 1 / bend, kept * bend / _A, np.exp(kept * bend - 1) / _A))


def mu_law(samples: Samples) -> Samples:
    """To 8 bits and back by ITU-T G.711's mu-law (its smooth formula)."""
    kept = np.round(np.log1p(_MU * np.abs(samples)) / np.log1p(_MU) * 127) / 127
    return np.asarray(np.sign(samples) * np.expm1(kept * np.log1p(_MU)) / _MU)


def _filter(order: int, corner: Any, kind: str, samples: Samples) -> Samples:
    return np.asarray(sosfilt(butter(order, corner, kind, fs=RATE_HZ, output="sos"), samples))


def _level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def _energy(samples: Samples) -> float:
    return float(np.sqrt(np.sum(np.square(samples))))
