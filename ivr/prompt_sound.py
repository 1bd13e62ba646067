"""A recording made fit to be a prompt: mono, 8 kHz, PCM16, trimmed and levelled; or refused, with the reason. Pure.

The bytes come from outside, whatever the name of their file says: libsndfile reads them (WAV, FLAC, Ogg, MP3, AIFF and
others), and no more of them than a prompt may be long.
"""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from city.prompts import RATE_HZ
from city.refusals import SoundRefused
from ivr.loudness import Samples, active_speech

LEVEL_DBOV: Final = -20.0
"""The active speech level (ITU-T P.56) of every prompt, recorded or synthesised: about -14 dBm0 on a line."""
PEAK_MOST: Final = 0.95
LONGEST_S: Final = 60.0
SHORTEST_S: Final = 0.1
BYTES_MOST: Final = 20 * 1024 * 1024
CHANNELS_MOST: Final = 2
LEAST_HZ: Final = 8000
MOST_HZ: Final = 192_000
FAINTEST_DBOV: Final = -50.0
RAISED_MOST_DB: Final = 24.0
FULL: Final = 0.999
CLIPPED_RUN: Final = 3
CLIPPED_RUNS_MOST: Final = 5
"""So many times may the top be touched for three samples on end: more is heard as a crackle."""
OPPOSED: Final = 0.25
"""Two channels whose sum holds less of their energy than this cancel each other out."""
FRAME_S: Final = 0.01
AUDIBLE_DB: Final = 35.0
MARGIN_S: Final = 0.05

EMPTY = ("sound_empty", "there is nothing in this file", "文件是空的")
NO_SOUND = ("sound_unreadable", "this cannot be read as a sound", "无法读作声音文件")
TOO_LARGE = ("sound_too_large", f"more than {BYTES_MOST // 1024 // 1024} MB", f"超过 {BYTES_MOST // 1024 // 1024} MB")
TOO_LONG = ("sound_too_long", f"longer than {LONGEST_S:.0f} s", f"超过 {LONGEST_S:.0f} 秒")
TOO_SHORT = ("sound_too_short", "nothing to hear in it", "几乎没有内容")
CHANNELS = ("sound_channels", "more than two channels", "多于两个声道")
OPPOSED_CHANNELS = ("sound_channels_opposed", "the two channels cancel each other out", "两个声道相互抵消")
RATE = (
    "sound_rate",
    f"sampled at less than {LEAST_HZ} Hz or more than {MOST_HZ}",
    f"采样率须为 {LEAST_HZ}–{MOST_HZ} Hz",
)
NOT_FINITE = ("sound_not_finite", "samples that are no numbers", "采样值无效")
CLIPPED = ("sound_clipped", "clipped: recorded too loud, record it again", "削波:录音时过响,请重录")
SILENT = ("sound_silent", "silent, or too faint to be raised", "无声,或过弱")
MIXED: Final = ("两个声道已合为一个", "its two channels were mixed")
CUT: Final = ("前后静音已剪去", "silence before and after was cut")
SOFT: Final = ("起伏大或过弱,未能提到标准响度", "too uneven or too faint to be raised to the usual level")
REFUSALS: Final = (
    *(EMPTY, NO_SOUND, TOO_LARGE, TOO_LONG, TOO_SHORT, CHANNELS, OPPOSED_CHANNELS, RATE, NOT_FINITE, CLIPPED, SILENT),
)
"""Rule, English, Chinese: why a recording is not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A prompt: the whole WAV file, and what was done. `notes`: in both languages, for who recorded it."""

    wav: bytes
    seconds: float
    was_dbov: float
    level_dbov: float
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a prompt's file holds."""

    seconds: float
    level_dbov: float


def made_prompt(recording: bytes) -> Made:
    """Make a prompt of somebody's recording. SoundRefused."""
    heard, rate_hz = _read(recording)
    _must_not_clip(heard)
    mono = _mixed(heard)
    mono = np.asarray(soxr.resample(mono - mono.mean(), rate_hz, RATE_HZ, "VHQ"), np.float64)
    whole = active_speech(mono, RATE_HZ).level_dbov
    if whole < FAINTEST_DBOV:
        raise SoundRefused(*SILENT)
    kept = _trimmed(mono, whole)
    if kept.size < SHORTEST_S * RATE_HZ:
        raise SoundRefused(*TOO_SHORT)
    was = active_speech(kept, RATE_HZ).level_dbov  # of what is kept: silence after speech counts a little
    levelled, is_there = _levelled(kept, was)
    done = (
        (MIXED, heard.shape[1] == CHANNELS_MOST),
        (CUT, mono.size - kept.size > MARGIN_S * RATE_HZ),
        (SOFT, not is_there),
    )
    return Made(
        wav=as_wav(levelled),
        seconds=levelled.size / RATE_HZ,
        was_dbov=was,
        level_dbov=active_speech(levelled, RATE_HZ).level_dbov,
        notes=tuple(note for note, is_so in done if is_so),
    )


def measured(wav: bytes) -> Measured:
    """Length and level of a prompt's file, also of a faint one. SoundRefused."""
    heard, rate_hz = _read(wav)
    return Measured(seconds=heard.shape[0] / rate_hz, level_dbov=active_speech(_mixed(heard), rate_hz).level_dbov)


def as_wav(samples: Samples) -> bytes:
    """Mono, 8 kHz, PCM16, with the plain header of 44 bytes."""
    whole: NDArray[np.int16] = np.round(np.clip(samples, -1, 1) * 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(RATE_HZ)
        audio.writeframes(whole.tobytes())
    return file.getvalue()


def _read(recording: bytes) -> tuple[NDArray[np.float64], int]:
    """Its samples, one column a channel, and their rate."""
    if not recording:
        raise SoundRefused(*EMPTY)
    if len(recording) > BYTES_MOST:
        raise SoundRefused(*TOO_LARGE)
    try:
        with soundfile.SoundFile(io.BytesIO(recording)) as file:
            heard, rate_hz = _samples(file), int(file.samplerate)
    except (soundfile.SoundFileError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise SoundRefused(*NO_SOUND) from error
    if len(heard) < SHORTEST_S * rate_hz:
        raise SoundRefused(*TOO_SHORT)
    if not np.isfinite(heard).all():
        raise SoundRefused(*NOT_FINITE)
    return heard, rate_hz


def _samples(file: soundfile.SoundFile) -> NDArray[np.float64]:
    """No more than a prompt may be long, whatever the file says of itself."""
    if file.channels > CHANNELS_MOST:
        raise SoundRefused(*CHANNELS)
    if not LEAST_HZ <= file.samplerate <= MOST_HZ:
        raise SoundRefused(*RATE)
    most = int(file.samplerate * LONGEST_S) + 1
    heard: NDArray[np.float64] = file.read(most, dtype="float64", always_2d=True)
    if len(heard) == most:
        raise SoundRefused(*TOO_LONG)
    return heard


def _must_not_clip(heard: NDArray[np.float64]) -> None:
    top = np.abs(heard).max()
    if top < FULL:
        return
    at_top = (np.abs(heard) >= FULL).astype(np.int8)
    edges = np.diff(at_top, axis=0, prepend=0, append=0)
    for channel in range(heard.shape[1]):
        begins, ends = np.flatnonzero(edges[:, channel] == 1), np.flatnonzero(edges[:, channel] == -1)
        if np.count_nonzero(ends - begins >= CLIPPED_RUN) > CLIPPED_RUNS_MOST:
            raise SoundRefused(*CLIPPED)


def _mixed(heard: NDArray[np.float64]) -> Samples:
    mono: Samples = heard.mean(axis=1)
    apart = float(np.square(heard).mean())
    if heard.shape[1] == CHANNELS_MOST and apart and float(np.square(mono).mean()) < OPPOSED * apart:
        raise SoundRefused(*OPPOSED_CHANNELS)
    return mono


def _trimmed(mono: Samples, level_dbov: float) -> Samples:
    """Without what is before and after it, but for a margin."""
    frame, margin = int(FRAME_S * RATE_HZ), int(MARGIN_S * RATE_HZ)
    whole = mono[: mono.size // frame * frame].reshape(-1, frame)
    loud = np.flatnonzero(np.sqrt(np.square(whole).mean(axis=1)) > 10 ** ((level_dbov - AUDIBLE_DB) / 20))
    if not loud.size:
        return mono[:0]
    return mono[max(0, int(loud[0]) * frame - margin) : (int(loud[-1]) + 1) * frame + margin]


def _levelled(kept: Samples, was_dbov: float) -> tuple[Samples, bool]:
    """At the level, or as near as its peaks and its noise allow; and whether it is there."""
    wanted = LEVEL_DBOV - was_dbov
    bearable = min(RAISED_MOST_DB, 20 * float(np.log10(PEAK_MOST / np.abs(kept).max())))
    levelled: Samples = kept * 10 ** (min(wanted, bearable) / 20)
    return levelled, wanted <= bearable
