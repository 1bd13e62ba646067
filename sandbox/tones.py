"""The sample city's music on hold, beep and mark, made by arithmetic: `python -m sandbox.tones FOLDER` writes them.

PCM16 mono 8 kHz, as every prompt. The music is a slow pentatonic figure (宫商角徵羽, gong on C) of decaying sines,
quiet enough to talk over; its last notes ring on into its beginning, so the loop is not heard. Nothing is random:
the same bytes come out each time.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
LOUDNESS = 0.16
"""Peak of the music, of full scale: about -16 dBFS."""
STEP_S = 0.5
_SCALE_HZ = {"宫": 261.63, "商": 293.66, "角": 329.63, "徵": 392.00, "羽": 440.00}
_TUNE = "宫角徵羽徵角商角徵羽徵角商宫商角羽徵角商宫商角徵"

Samples = NDArray[np.float64]


def music() -> Samples:
    """One turn of the loop, in -1..1."""
    step = int(STEP_S * RATE_HZ)
    loop = np.zeros(step * len(_TUNE))
    for index, name in enumerate(_TUNE):
        note = _note(_SCALE_HZ[name], 4 * STEP_S)
        places = (index * step + np.arange(len(note))) % len(loop)  # a note rings on into the next turn
        loop[places] += note
    return np.asarray(loop * (LOUDNESS / np.abs(loop).max()))


def _note(pitch_hz: float, length_s: float) -> Samples:
    seconds = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    overtones = ((1, 1.0), (2, 0.3), (3, 0.1))
    waves = [share * np.sin(2 * np.pi * pitch_hz * multiple * seconds) for multiple, share in overtones]
    swell = np.minimum(seconds / 0.03, 1.0)
    fade = np.minimum((length_s - seconds) / 0.1, 1.0)
    return np.asarray(np.sum(waves, axis=0) * swell * fade * np.exp(-2.0 * seconds))


def beep() -> Samples:
    """A quarter of a second of 1 kHz, softly begun and ended."""
    seconds = np.arange(RATE_HZ // 4) / RATE_HZ
    edge = np.minimum(np.minimum(seconds, seconds[::-1]) / 0.01, 1.0)
    return np.asarray(0.3 * edge * np.sin(2 * np.pi * 1000 * seconds))


def mark() -> Samples:
    """The beep that marks a pause of the recording, and quiet for as long as the agent is being told."""
    return np.concatenate([beep(), np.zeros(4 * RATE_HZ)])


def write_wav(path: Path, samples: Samples) -> None:
    """Write samples in -1..1 as PCM16 mono 8 kHz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 32767).round().astype("<i2").tobytes())


def write_all(folder: Path) -> None:
    """Write the files below a city's prompts folder."""
    write_wav(folder / "moh/soft.wav", music())
    write_wav(folder / "beep.wav", beep())
    write_wav(folder / "talk-mark.wav", mark())


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
