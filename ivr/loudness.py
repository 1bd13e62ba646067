"""How loud speech is: the active speech level of ITU-T P.56 (12/2011), method B, in dB below digital overload. Pure.

A mean over all samples would call a sentence with pauses softer than one without; what people hear as loudness is the
level while somebody speaks. Method B finds both at once. The signal's envelope (twice smoothed with a time constant of
30 ms) is held against thresholds 6 dB apart; at each, a sample counts as active while the envelope is above it and
for 200 ms after. The level belongs to the threshold that lies 15.9 dB (the margin) below the level of what it calls
active, interpolated between the two thresholds around it.

dBov (ITU-T G.100.1): 0 is the power of a square wave that fills the numbers; a sine that does so has -3.01.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
"""-1 to 1; 1 is digital overload."""

SMOOTHING_S: Final = 0.03
HANGOVER_S: Final = 0.2
MARGIN_DB: Final = 15.9
THRESHOLDS: Final = tuple(2.0**-power for power in range(15, 0, -1))  # from low to high, 6 dB apart
NOTHING_DBOV: Final = -100.0
DBM0_OF_DBOV: Final = 6.15
"""ITU-T G.711, table 5: a sine that fills A-law has 3.14 dBm0, which is -3.01 dBov."""
BLOCK: Final = 256


class Activity(NamedTuple):
    """`level_dbov`: of what is spoken, NOTHING_DBOV for silence. `share`: of the time in which it is, 0 to 1."""

    level_dbov: float
    share: float


def active_speech(samples: Samples, rate_hz: int) -> Activity:
    """Measure speech. Accepts any rate; P.56 asks for 600 Hz at least."""
    energy = float(np.square(samples).sum())
    if not energy:
        return Activity(NOTHING_DBOV, 0.0)
    mean_db, level_db = _db(energy / samples.size), _level_db(samples, energy, rate_hz)
    return Activity(max(NOTHING_DBOV, level_db), min(1.0, 10 ** ((mean_db - level_db) / 10)))


def _level_db(samples: Samples, energy: float, rate_hz: int) -> float:
    """Where the level lies the margin above the threshold; of what is fainter than all of them, the mean."""
    keep, hangover = math.exp(-1 / (rate_hz * SMOOTHING_S)), math.ceil(HANGOVER_S * rate_hz)
    envelope = _smoothed(_smoothed(np.abs(samples), keep), keep)
    below = (_db(energy / samples.size), math.inf)
    for threshold in THRESHOLDS:
        active = _active(envelope >= threshold, hangover)
        if not active:
            break
        level_db = _db(energy / active)
        above_db = level_db - 2 * _db(threshold)
        if above_db <= MARGIN_DB:
            return level_db if math.isinf(below[1]) else _between(*below, level_db, above_db)
        below = (level_db, above_db)
    return below[0]


def _smoothed(signal: Samples, keep: float) -> Samples:
    """Through one pole, y[n] = keep y[n-1] + (1 - keep) x[n], a block at once: all samples one by one take seconds."""
    blocks = np.concatenate([signal, np.zeros(-signal.size % BLOCK)]).reshape(-1, BLOCK)
    powers = keep ** np.arange(1, BLOCK + 1)
    inside = (1 - keep) * powers * np.cumsum(blocks / powers, axis=1)
    before, carried = 0.0, np.empty(len(blocks))
    for at, last in enumerate(inside[:, -1].tolist()):
        carried[at] = before
        before = last + powers[-1] * before
    return np.asarray((inside + carried[:, None] * powers).reshape(-1)[: signal.size])


def _active(above: NDArray[np.bool_], hangover: int) -> int:
    """How many samples are above, or so soon after one that was."""
    places = np.arange(above.size)
    last = np.maximum.accumulate(np.where(above, places, -hangover - 1))
    return int(np.count_nonzero(places - last <= hangover))


def _between(low_db: float, low_above_db: float, high_db: float, high_above_db: float) -> float:
    """The level where it lies the margin above its threshold."""
    part = (low_above_db - MARGIN_DB) / (low_above_db - high_above_db)
    return low_db + part * (high_db - low_db)


def _db(power: float) -> float:
    return 10 * math.log10(power)
