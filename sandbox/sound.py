"""Telephone sound as samples (PCM16 mono 8 kHz), in WAV files and in memory: how loud it is, where a known clip is."""

from __future__ import annotations

import itertools
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
"""PCM16 mono at RATE_HZ."""

RATE_HZ = 8000
HEADER_BYTES = 44
FRAME = RATE_HZ // 50
QUIET_RMS = 120.0
"""Below this a frame of 20 ms counts as quiet: digital silence through A-law is 8, speech some 1,000 and more."""
MINUS_50_DBFS_RMS = 32768 * 10 ** (-50 / 20)
"""104: what an ordinary ear on a telephone takes for a dead line."""
LIKENESS = 0.5
"""Normalised correlation from which a clip counts as found: A-law leaves 0.9, other speech stays below 0.3."""
AS_GOOD = 0.8
"""Places as like as this to the likest count as the same sound said again."""
LONGEST_CLIP = 2 * RATE_HZ
UNPLAYED = RATE_HZ // 4
"""What a phone has received and not yet played when its call ends, at most: nobody hears it, no file holds it."""

KEYPAD_TONE_S = 0.1


def silence(length_s: float) -> Samples:
    """Digital silence."""
    return np.zeros(int(length_s * RATE_HZ), np.int16)


def tone(pitch_hz: float, length_s: float, amplitude: int = 8000) -> Samples:
    """A sine, for measuring."""
    seconds = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    return (amplitude * np.sin(2 * np.pi * pitch_hz * seconds)).astype(np.int16)


def keypad_tone(key: str) -> Samples:
    """The two frequencies of a key, 0-9, * or #, and a pause as long as they sound (ITU-T Q.23)."""
    row, column = divmod("123456789*0#".index(key), 3)
    low, high = ((697, 770, 852, 941)[row], (1209, 1336, 1477)[column])
    both = tone(low, KEYPAD_TONE_S, 6000).astype(np.int32) + tone(high, KEYPAD_TONE_S, 6000)
    return np.concatenate((both.astype(np.int16), silence(KEYPAD_TONE_S)))


def write_wav(path: Path, samples: Samples) -> None:
    """Write a WAV file, replacing what is there."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.astype("<i2").tobytes())


def read_wav(path: Path, since: int = 0) -> Samples:
    """The samples from number `since` on, also of a file still being written, whose header tells no length yet.

    Expects the plain 44 byte header of phones, Asterisk and `write_wav`. A file that is not there yet is empty.
    """
    try:
        with path.open("rb") as file:
            file.seek(HEADER_BYTES + 2 * since)
            octets = file.read()
    except FileNotFoundError:
        octets = b""
    return np.frombuffer(octets[: len(octets) // 2 * 2], "<i2").astype(np.int16)


def rms(samples: Samples) -> float:
    """Root mean square, 0 to 32768; 0 for no samples."""
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) if len(samples) else 0.0


def pitch(samples: Samples) -> float:
    """The strongest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64) * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE_HZ / len(samples))


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A run of frames that are all loud or all quiet; seconds from the beginning of the samples."""

    loud: bool
    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return self.end_s - self.start_s


def longest_silence_s(samples: Samples) -> float:
    """The longest run of frames of 20 ms below -50 dBFS, in seconds."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    dead = np.sqrt(np.mean(frames**2, axis=1)) < MINUS_50_DBFS_RMS
    runs = (len(list(run)) for is_dead, run in itertools.groupby(dead.tolist()) if is_dead)
    return max(runs, default=0) * FRAME / RATE_HZ


def loud_frames(samples: Samples) -> NDArray[np.bool_]:
    """For each whole frame of 20 ms, whether it is louder than QUIET_RMS."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    return np.asarray(np.sqrt(np.mean(frames**2, axis=1)) > QUIET_RMS, dtype=np.bool_)


def stretches(samples: Samples) -> Iterator[Stretch]:
    """Loud and quiet in turn, without gaps."""
    loud = loud_frames(samples)
    edges = [0, *(np.flatnonzero(np.diff(loud.astype(np.int8))) + 1).tolist(), len(loud)]
    for first, last in itertools.pairwise(edges):
        if last > first:
            yield Stretch(loud=bool(loud[first]), start_s=first * FRAME / RATE_HZ, end_s=last * FRAME / RATE_HZ)


def find(clip: Samples, inside: Samples) -> float | None:
    """Where `clip` begins in `inside` for the first time, in seconds; None if nothing in it is like the clip.

    A matched filter on at most the first two seconds of the clip; neither loudness nor what is around it matters. Of a
    clip that was playing when the call ended, the last UNPLAYED samples, at most a quarter of it, may be missing.
    """
    found = find_span(clip, inside)
    return found[0] / RATE_HZ if found else None


def find_span(clip: Samples, inside: Samples) -> tuple[int, int] | None:
    """The samples of `inside` at which `clip`, as above, begins for the first time, and behind which it ends.

    The first, not the likest: who listens late has heard a figure of a number again that was not its turn yet.

    On a slow machine a phone writes zeros where nothing had arrived yet, also in the midst of a word. A-law has no zero
    (ITU-T G.711): what is not found as it was written is looked for in what was sent.
    """
    begin = _first(clip, inside)
    if begin is not None:
        return begin, begin + len(clip)
    there = np.flatnonzero(inside)
    begin = _first(clip, inside[there])
    if begin is None:
        return None
    last = begin + len(clip) - 1
    return int(there[begin]), int(there[last]) + 1 if last < len(there) else len(inside) + last + 1 - len(there)


def _first(clip: Samples, inside: Samples) -> int | None:
    wanted = clip[:LONGEST_CLIP].astype(np.float64)
    heard = np.pad(inside.astype(np.float64), (0, min(UNPLAYED, len(wanted) // 4)))
    if not len(wanted) or len(heard) < len(wanted) or not np.any(wanted):
        return None
    likeness = _correlation(wanted, heard)
    best = likeness.max()
    if best < LIKENESS:
        return None
    first = np.flatnonzero(likeness >= AS_GOOD * best)[0]
    return int(first + np.argmax(likeness[first : first + len(wanted) * 7 // 8]))  # the next may follow at once


def _correlation(wanted: NDArray[np.float64], heard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normalised correlation at every place the clip can begin."""
    size = 1 << int(len(heard) + len(wanted) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)
    places = len(heard) - len(wanted) + 1
    energy = np.concatenate(([0.0], np.cumsum(heard**2)))
    window = energy[len(wanted) :] - energy[:places]
    floor = max(float(np.dot(wanted, wanted)) * 1e-4, 1.0)
    return np.asarray(product[:places] / np.sqrt(np.maximum(window, floor) * np.dot(wanted, wanted)))
