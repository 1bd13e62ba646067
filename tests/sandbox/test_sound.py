"""Telephone sound: loud and quiet are told apart, and a known clip is found where it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sandbox.sound import (
    RATE_HZ,
    find,
    find_span,
    longest_silence_s,
    pitch,
    read_wav,
    rms,
    silence,
    stretches,
    tone,
    write_wav,
)


def _speechlike(seed: int, length_s: float) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    random = np.random.default_rng(seed)
    noise = np.convolve(random.normal(0, 3000, int(length_s * RATE_HZ)), np.ones(6) / 6, "same")
    return noise.astype(np.int16)


def test_loud_and_quiet_alternate_where_they_do() -> None:
    """A tone between silences is one loud stretch of its own length."""
    found = list(stretches(np.concatenate((silence(0.4), tone(440, 1.0), silence(0.6)))))

    assert [(one.loud, round(one.length_s, 2)) for one in found] == [(False, 0.4), (True, 1.0), (False, 0.6)]


def test_clip_is_found_where_it_begins() -> None:
    """Softer, between other sounds and with noise on it, the clip is found to the millisecond."""
    clip = _speechlike(1, 1.5)
    inside = np.concatenate((_speechlike(2, 2.0), clip // 3, _speechlike(3, 1.0)))

    assert find(clip, inside) == pytest.approx(2.0, abs=0.001)


def test_clip_is_found_when_the_call_ended_upon_its_last_syllable() -> None:
    """What was in the phone's buffer is missing; with more missing, it was not said."""
    clip = _speechlike(1, 1.5)
    inside = np.concatenate((_speechlike(2, 2.0), clip))

    assert find(clip, inside[:-1600]) == pytest.approx(2.0, abs=0.001)
    assert find(clip, inside[:-2400]) is None


def test_clip_is_found_although_the_phone_wrote_zeros_while_it_was_late() -> None:
    """Zeros in the midst of it, each 70 ms; it begins and ends where it was written."""
    clip = _speechlike(1, 1.5)
    clip[clip == 0] = 8  # as A-law has it
    late = np.concatenate([part for piece in np.split(clip, 20) for part in (piece, silence(0.07))])
    inside = np.concatenate((np.maximum(_speechlike(2, 2.0), 1), late, np.maximum(_speechlike(3, 1.0), 1)))

    begin, end = find_span(clip, inside) or (0, 0)

    assert begin == pytest.approx(2 * RATE_HZ, abs=8)
    assert end == pytest.approx(2 * RATE_HZ + len(late) - 0.07 * RATE_HZ, abs=8)
    assert find(_speechlike(4, 1.5), inside) is None


def test_of_a_figure_that_is_said_twice_the_first_is_found() -> None:
    """Whoever listens late hears both at once: the second is not its turn yet."""
    zero, one = _speechlike(5, 0.4), _speechlike(6, 0.4)
    quieter = (zero * 0.7).astype(np.int16) + _speechlike(7, 0.4) // 20
    inside = np.concatenate([silence(0.3), quieter, one, zero, zero])

    assert find(zero, inside) == pytest.approx(0.3, abs=0.001)


def test_other_speech_is_not_the_clip() -> None:
    """Nothing is found in other sound, in silence, or in less sound than the clip."""
    clip = _speechlike(1, 1.5)

    assert find(clip, _speechlike(2, 6.0)) is None
    assert find(clip, silence(3)) is None
    assert find(clip, clip[:100]) is None


def test_wav_is_read_back_also_from_its_middle(tmp_path: Path) -> None:
    """What was written is read, from any sample on; a file that is not there is empty."""
    write_wav(tmp_path / "a.wav", tone(700, 0.5))

    assert np.array_equal(read_wav(tmp_path / "a.wav"), tone(700, 0.5))
    assert np.array_equal(read_wav(tmp_path / "a.wav", 1000), tone(700, 0.5)[1000:])
    assert len(read_wav(tmp_path / "b.wav")) == 0


def test_measures() -> None:
    """A sine of amplitude 8000 has an RMS of 5657 and its own pitch."""
    assert rms(tone(700, 1.0)) == pytest.approx(5657, abs=5)
    assert pitch(tone(700, 1.0)) == pytest.approx(700, abs=2)
    assert rms(silence(0)) == 0


def test_longest_silence_is_found_wherever_it_is() -> None:
    """At the end, too; sound of -40 dBFS is none."""
    sound = np.concatenate([tone(500, 1), silence(0.5), tone(500, 1, amplitude=460), silence(2)])
    assert longest_silence_s(sound) == 2
    assert longest_silence_s(tone(500, 1)) == 0
